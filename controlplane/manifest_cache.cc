#include "controlplane/manifest_cache.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/ids.h"
#include "common/base/problem.h"
#include "common/base/status_macros.h"
#include "common/plan/pool.h"

namespace lif {
namespace {

constexpr absl::Duration kFresh = absl::Minutes(1);
constexpr uint64_t kPartCost = 512;   // a struct, its containers and their nodes
constexpr uint64_t kStringCost = 64;  // a string with its node in a map

uint64_t BytesOf(const std::map<std::string, std::string>& map) {
  uint64_t bytes = 0;
  for (const auto& [key, value] : map) bytes += key.size() + value.size() + 2 * kStringCost;
  return bytes;
}

uint64_t BytesOf(const std::vector<ImageTest>& tests) {
  uint64_t bytes = 0;
  for (const ImageTest& test : tests) {
    bytes += kPartCost + test.name.size() + test.expect_stdout.value_or("").size();
    for (const std::string& argument : test.run) bytes += argument.size() + kStringCost;
  }
  return bytes;
}

uint64_t BytesOf(const Module& module) {
  uint64_t bytes = kPartCost + module.fragment.size() + module.summary.size();
  bytes += BytesOf(module.args) + BytesOf(module.needs) + BytesOf(module.conflicts);
  bytes += BytesOf(module.tests);
  bytes += (module.provides.size() + module.platforms.size() + module.secrets.size()) * kStringCost;
  for (const ModuleFile& file : module.files) {
    bytes += file.path.size() + file.sha256.size() + 2 * kStringCost;
  }
  return bytes;
}

absl::Status CheckManifestId(const std::string& id) {
  if (IsName(id)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("manifest ID ", Quoted(id),
                   " is malformed: use 1 to 100 of a-z 0-9 . _ -, starting with a-z or 0-9"));
}

}  // namespace

const PlatformOffer* PreparedManifest::Find(const Platform& platform) const {
  for (const PlatformOffer& offer : offers) {
    if (offer.platform == platform) return &offer;
  }
  return nullptr;
}

std::string PreparedManifest::OfferedText() const {
  std::string text;
  for (const PlatformOffer& offer : offers) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", offer.platform.ToString());
  }
  return text;
}

uint64_t ApproximateBytes(const PreparedManifest& prepared) {
  const ResolvedManifest& resolved = prepared.manifest;
  uint64_t bytes = 4 * kPartCost + resolved.manifest.summary.size();
  for (const auto& [slot, uses] : resolved.manifest.modules) {
    for (const ModuleUse& use : uses) bytes += kPartCost + BytesOf(use.args);
  }
  bytes += BytesOf(resolved.image_template.tests) + BytesOf(resolved.image_template.config.env) +
           BytesOf(resolved.image_template.config.labels);
  bytes += resolved.base.platforms.size() * kPartCost;
  for (const ResolvedModule& module : resolved.stack) {
    bytes += BytesOf(module.module) + BytesOf(module.args);
  }
  for (const PlatformOffer& offer : prepared.offers) {
    bytes += kPartCost + offer.identity.chain.size() * (2 * 64 + 3 * kStringCost);
  }
  return bytes;
}

absl::StatusOr<std::shared_ptr<const PreparedManifest>> ManifestCache::Get(
    const std::string& id, const std::vector<Platform>& wanted) {
  LIF_RETURN_IF_ERROR(CheckManifestId(id));
  if (auto cached = FindCached(id, wanted)) return cached;
  LIF_ASSIGN_OR_RETURN(ResolvedManifest manifest, catalog_.GetManifest(id));
  return Prepare(id, std::move(manifest));
}

absl::StatusOr<std::vector<absl::StatusOr<std::shared_ptr<const PreparedManifest>>>>
ManifestCache::GetAll(const std::vector<std::string>& ids, const std::vector<Platform>& wanted) {
  std::vector<absl::StatusOr<std::shared_ptr<const PreparedManifest>>> answers(
      ids.size(), absl::InternalError("not read"));
  std::vector<size_t> missing;  // indexes into `ids`
  for (size_t i = 0; i < ids.size(); ++i) {
    if (const absl::Status named = CheckManifestId(ids[i]); !named.ok()) {
      answers[i] = named;
    } else if (auto cached = FindCached(ids[i], wanted)) {
      answers[i] = std::move(cached);
    } else {
      missing.push_back(i);
    }
  }
  for (size_t begin = 0; begin < missing.size(); begin += kMaxManifestBatch) {
    const size_t end = std::min(begin + kMaxManifestBatch, missing.size());
    std::vector<std::string> batch;
    for (size_t i = begin; i < end; ++i) batch.push_back(ids[missing[i]]);
    LIF_ASSIGN_OR_RETURN(auto read, catalog_.GetManifests(batch));
    for (size_t i = begin; i < end; ++i) {
      absl::StatusOr<ResolvedManifest>& manifest = read[i - begin];
      const size_t index = missing[i];
      if (manifest.ok()) {
        answers[index] = Prepare(ids[index], *std::move(manifest));
      } else {
        answers[index] = manifest.status();
      }
    }
  }
  return answers;
}

std::shared_ptr<const PreparedManifest> ManifestCache::Prepare(const std::string& id,
                                                               ResolvedManifest manifest) {
  auto prepared = std::make_shared<PreparedManifest>();
  prepared->manifest = std::move(manifest);
  for (PlatformIdentity& on : ComputeIdentities(prepared->manifest, recipe_)) {
    std::string pool = PoolFor(on.platform, on.identity.requires_);
    prepared->offers.push_back({on.platform, std::move(on.identity), std::move(pool)});
  }
  Insert(id, prepared);
  return prepared;
}

std::shared_ptr<const PreparedManifest> ManifestCache::FindCached(
    const std::string& id, const std::vector<Platform>& wanted) {
  absl::MutexLock lock(&mutex_);
  const auto found = index_.find(id);
  if (found == index_.end()) return nullptr;
  const PreparedManifest& kept = *found->second->manifest;
  const bool lacks = std::any_of(wanted.begin(), wanted.end(), [&kept](const Platform& platform) {
    return kept.Find(platform) == nullptr;
  });
  if (lacks || clock_.Steady() - found->second->read > kFresh) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->manifest;
}

void ManifestCache::Insert(const std::string& id,
                           std::shared_ptr<const PreparedManifest> manifest) {
  const uint64_t bytes = ApproximateBytes(*manifest) + id.size();
  if (bytes > max_bytes_) return;
  absl::MutexLock lock(&mutex_);
  if (const auto old = index_.find(id); old != index_.end()) {
    bytes_ -= old->second->bytes;
    entries_.erase(old->second);
  }
  entries_.push_front({id, std::move(manifest), bytes, clock_.Steady()});
  index_[id] = entries_.begin();
  bytes_ += bytes;
  while (bytes_ > max_bytes_) {
    bytes_ -= entries_.back().bytes;
    index_.erase(entries_.back().id);
    entries_.pop_back();
  }
}

uint64_t ManifestCache::bytes() const {
  absl::MutexLock lock(&mutex_);
  return bytes_;
}

size_t ManifestCache::size() const {
  absl::MutexLock lock(&mutex_);
  return entries_.size();
}

}  // namespace lif
