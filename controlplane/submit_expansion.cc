#include "controlplane/submit_expansion.h"

#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace lif {
namespace {

using ManifestOr = absl::StatusOr<std::shared_ptr<const PreparedManifest>>;

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
  void Add(const SubmitBuildsInput::Item& item, const ManifestOr& manifest) {
    if (!manifest.ok()) {
      AddUnreadable(item, manifest.status());
    } else if (item.platforms.empty()) {
      AddAllPlatforms(item, *manifest);
    } else {
      for (const std::string& platform : item.platforms) AddPlatform(item, *manifest, platform);
    }
  }

  SubmitExpansion Take() { return std::move(result_); }

 private:
  void AddUnreadable(const SubmitBuildsInput::Item& item, const absl::Status& status) {
    const std::string reason(status.message());
    if (item.platforms.empty()) AddInvalid(item, "", InvalidCode(status), reason);
    for (const std::string& platform : item.platforms) {
      AddInvalid(item, platform, InvalidCode(status), reason);
    }
  }

  void AddAllPlatforms(const SubmitBuildsInput::Item& item,
                       const std::shared_ptr<const PreparedManifest>& manifest) {
    for (const PlatformOffer& offer : manifest->offers) AddBuild(manifest, offer);
    if (manifest->offers.empty()) {
      AddInvalid(item, "", "PLATFORM_NOT_OFFERED",
                 "its modules and its base have no platform in common");
    }
  }

  void AddPlatform(const SubmitBuildsInput::Item& item,
                   const std::shared_ptr<const PreparedManifest>& manifest,
                   const std::string& text) {
    const absl::StatusOr<Platform> platform = ParsePlatform(text);
    if (!platform.ok()) {
      AddInvalid(item, text, "PLATFORM_MALFORMED", std::string(platform.status().message()));
    } else if (const PlatformOffer* offer = manifest->Find(*platform)) {
      AddBuild(manifest, *offer);
    } else {
      AddInvalid(item, text, "PLATFORM_NOT_OFFERED",
                 absl::StrCat("manifest '", item.manifest_id, "' does not offer ", text,
                              "; it offers ", manifest->OfferedText()));
    }
  }

  void AddBuild(const std::shared_ptr<const PreparedManifest>& manifest,
                const PlatformOffer& offer) {
    SubmittedBuild build;
    build.manifest_id = manifest->manifest.manifest.id;
    build.platform = offer.platform.ToString();
    build.build_key = offer.identity.build_key;
    build.pool = offer.pool;
    const auto [entry, added] = units_.try_emplace(build.build_key, result_.units.size());
    if (added) result_.units.push_back({manifest, &offer, {}, 1, ""});
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

}  // namespace

absl::Status CheckCancelled(const std::function<bool()>& cancelled) {
  if (!cancelled || !cancelled()) return absl::OkStatus();
  return absl::CancelledError(
      "the client left before its request was answered; what was queued stays queued");
}

absl::StatusOr<SubmitExpansion> ExpandSubmit(const SubmitBuildsInput& input,
                                             ManifestCache& manifests,
                                             const std::function<bool()>& cancelled) {
  Expander expander;
  std::unordered_map<std::string, ManifestOr> known;
  for (const SubmitBuildsInput::Item& item : input.builds) {
    auto found = known.find(item.manifest_id);
    if (found == known.end()) {
      LIF_RETURN_IF_ERROR(CheckCancelled(cancelled));
      found = known.emplace(item.manifest_id, manifests.Get(item.manifest_id)).first;
      const absl::Status& status = found->second.status();
      if (IsStoreFault(status)) return status;
    }
    expander.Add(item, found->second);
  }
  return expander.Take();
}

}  // namespace lif
