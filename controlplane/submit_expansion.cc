#include "controlplane/submit_expansion.h"

#include <algorithm>
#include <memory>
#include <set>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/plan/chain.h"
#include "common/plan/pool.h"

namespace lif {
namespace {

// What is kept of a manifest while the request lasts.
struct Offer {
  Platform platform;
  std::string platform_text;
  std::string build_key;
  std::string pool;
  std::vector<std::string> requires_;
  ChainRef chain;
};

struct Offers {
  std::string manifest_id;
  std::vector<Offer> offers;  // by platform, ascending
  std::string text;           // "linux/amd64, linux/arm64"

  const Offer* Find(const Platform& platform) const {
    for (const Offer& offer : offers) {
      if (offer.platform == platform) return &offer;
    }
    return nullptr;
  }
};

using OffersOr = absl::StatusOr<Offers>;

OffersOr OffersOf(const absl::StatusOr<std::shared_ptr<const PreparedManifest>>& manifest,
                  LayerTable* layers) {
  if (!manifest.ok()) return manifest.status();
  const ResolvedManifest& resolved = (*manifest)->manifest;
  Offers offers;
  offers.manifest_id = resolved.manifest.id;
  offers.text = (*manifest)->OfferedText();
  for (const PlatformOffer& offer : (*manifest)->offers) {
    offers.offers.push_back({offer.platform, offer.platform.ToString(), offer.identity.build_key,
                             offer.pool, offer.identity.requires_,
                             layers->Add(ChainOf(resolved, offer.identity))});
  }
  return offers;
}

// A store's fault stops the request; anything else is an answer about one build.
bool IsStoreFault(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) ||
         absl::IsInternal(status) || absl::IsResourceExhausted(status);
}

std::string InvalidCode(const absl::Status& status) {
  if (absl::IsNotFound(status)) return "MANIFEST_NOT_FOUND";
  if (absl::IsInvalidArgument(status)) return "MANIFEST_ID_MALFORMED";
  return absl::StatusCodeToString(status.code());
}

class Expander {
 public:
  void Add(const SubmitBuildsInput::Item& item, const OffersOr& manifest) {
    if (!manifest.ok()) {
      AddUnreadable(item, manifest.status());
    } else if (item.platforms.empty()) {
      AddAllPlatforms(item, *manifest);
    } else {
      for (const std::string& platform : item.platforms) AddPlatform(item, *manifest, platform);
    }
  }

  SubmitExpansion Take(LayerTable layers) {
    result_.layers = std::move(layers);
    return std::move(result_);
  }

 private:
  void AddUnreadable(const SubmitBuildsInput::Item& item, const absl::Status& status) {
    const std::string reason(status.message());
    if (item.platforms.empty()) AddInvalid(item, "", InvalidCode(status), reason);
    for (const std::string& platform : item.platforms) {
      AddInvalid(item, platform, InvalidCode(status), reason);
    }
  }

  void AddAllPlatforms(const SubmitBuildsInput::Item& item, const Offers& manifest) {
    for (const Offer& offer : manifest.offers) AddBuild(manifest, offer);
    if (manifest.offers.empty()) {
      AddInvalid(item, "", "PLATFORM_NOT_OFFERED",
                 "its modules and its base have no platform in common");
    }
  }

  void AddPlatform(const SubmitBuildsInput::Item& item, const Offers& manifest,
                   const std::string& text) {
    const absl::StatusOr<Platform> platform = ParsePlatform(text);
    if (!platform.ok()) {
      AddInvalid(item, text, "PLATFORM_MALFORMED", std::string(platform.status().message()));
    } else if (const Offer* offer = manifest.Find(*platform)) {
      AddBuild(manifest, *offer);
    } else {
      AddInvalid(item, text, "PLATFORM_NOT_OFFERED",
                 absl::StrCat("manifest '", item.manifest_id, "' does not offer ", text,
                              "; it offers ", manifest.text));
    }
  }

  void AddBuild(const Offers& manifest, const Offer& offer) {
    SubmittedBuild build;
    build.manifest_id = manifest.manifest_id;
    build.platform = offer.platform_text;
    build.build_key = offer.build_key;
    build.pool = offer.pool;
    const auto [entry, added] = units_.try_emplace(build.build_key, result_.units.size());
    if (added) {
      SubmitUnit unit;
      unit.key = build.build_key;
      unit.manifest_id = build.manifest_id;
      unit.platform = build.platform;
      unit.platform_value = offer.platform;
      unit.requires_ = offer.requires_;
      unit.chain = offer.chain;
      unit.pool = build.pool;
      unit.layer_pool = PoolFor(offer.platform, {});
      result_.units.push_back(std::move(unit));
    }
    result_.units[entry->second].answers.push_back(result_.builds.size());
    result_.builds.push_back(std::move(build));
  }

  void AddInvalid(const SubmitBuildsInput::Item& item, const std::string& platform,
                  std::string code, std::string reason) {
    SubmittedBuild build;
    build.manifest_id = item.manifest_id;
    build.platform = platform;
    build.invalid_code = std::move(code);
    build.reason = std::move(reason);
    result_.builds.push_back(std::move(build));
  }

  SubmitExpansion result_;
  std::unordered_map<std::string, size_t> units_;  // build key → index
};

// Those that the request names; what is none is answered item by item.
std::vector<Platform> PlatformsOf(const SubmitBuildsInput& input) {
  std::set<Platform> platforms;
  for (const SubmitBuildsInput::Item& item : input.builds) {
    for (const std::string& text : item.platforms) {
      absl::StatusOr<Platform> platform = ParsePlatform(text);
      if (platform.ok()) platforms.insert(*std::move(platform));
    }
  }
  return {platforms.begin(), platforms.end()};
}

}  // namespace

absl::Status CheckCancelled(const std::function<bool()>& cancelled) {
  if (!cancelled || !cancelled()) return absl::OkStatus();
  return absl::CancelledError(
      "the client left before its request was answered; what was queued stays queued");
}

absl::StatusOr<SubmitExpansion> ExpandSubmit(const SubmitBuildsInput& input,
                                             ManifestCache& manifests,
                                             const std::function<bool()>& cancelled) {
  const std::vector<Platform> wanted = PlatformsOf(input);
  std::vector<std::string> ids;  // each once
  std::unordered_map<std::string, OffersOr> known;
  LayerTable layers;
  for (const SubmitBuildsInput::Item& item : input.builds) {
    const auto [unused, fresh] = known.try_emplace(item.manifest_id, absl::InternalError("unread"));
    if (fresh) ids.push_back(item.manifest_id);
  }
  for (size_t begin = 0; begin < ids.size(); begin += kMaxManifestBatch) {
    LIF_RETURN_IF_ERROR(CheckCancelled(cancelled));
    const std::vector<std::string> batch(
        ids.begin() + begin, ids.begin() + std::min(begin + kMaxManifestBatch, ids.size()));
    LIF_ASSIGN_OR_RETURN(const auto read, manifests.GetAll(batch, wanted));
    for (size_t i = 0; i < batch.size(); ++i) {
      if (IsStoreFault(read[i].status())) return read[i].status();
      known.at(batch[i]) = OffersOf(read[i], &layers);
    }
  }
  Expander expander;
  for (const SubmitBuildsInput::Item& item : input.builds) {
    expander.Add(item, known.at(item.manifest_id));
  }
  return expander.Take(std::move(layers));
}

}  // namespace lif
