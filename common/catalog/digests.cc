#include "common/catalog/digests.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/digest.h"
#include "common/base/status_macros.h"

namespace lif {
namespace {

// Every list below is its count, then its items, as docs/identity.md writes it out.

std::vector<std::string> Texts(const std::vector<Platform>& platforms) {
  std::vector<std::string> texts;
  for (const Platform& platform : platforms) texts.push_back(platform.ToString());
  return texts;
}

void AddOptional(CanonicalEncoder& encoder, const std::optional<std::string>& value) {
  encoder.AddInt(value.has_value() ? 1 : 0);
  if (value.has_value()) encoder.Add(*value);
}

void AddOptional(CanonicalEncoder& encoder, const std::optional<std::vector<std::string>>& value) {
  encoder.AddInt(value.has_value() ? 1 : 0);
  if (value.has_value()) encoder.AddList(*value);
}

void AddTests(CanonicalEncoder& encoder, const std::vector<ImageTest>& tests) {
  encoder.AddInt(static_cast<int64_t>(tests.size()));
  for (const ImageTest& test : tests) {
    encoder.Add(test.name).AddList(test.run);
    AddOptional(encoder, test.expect_stdout);
    encoder.AddInt(absl::ToInt64Milliseconds(test.timeout));
    encoder.Add(test.network == TestNetwork::kLoopback ? "loopback" : "none");
  }
}

void AddFiles(CanonicalEncoder& encoder, const std::vector<ModuleFile>& files) {
  encoder.AddInt(static_cast<int64_t>(files.size()));
  for (const ModuleFile& file : files) {
    encoder.Add(file.path).Add(file.sha256).AddInt(file.executable ? 1 : 0);
  }
}

void AddSecrets(CanonicalEncoder& encoder, const std::vector<SecretRef>& secrets) {
  encoder.AddInt(static_cast<int64_t>(secrets.size()));
  for (const SecretRef& secret : secrets) encoder.Add(secret.id).Add(secret.version);
}

std::string BaseLayerKey(const std::string& recipe_digest, const BasePlatform& base,
                         const Platform& platform, const Recipe& recipe) {
  return CanonicalEncoder("lif.layerkey.base.v1")
      .Add(recipe_digest)
      .Add(base.digest)
      .Add(platform.ToString())
      .Add(recipe.trust_domain)
      .Sha256();
}

std::string NextLayerKey(const std::string& below, const std::string& layer_digest) {
  return CanonicalEncoder("lif.layerkey.v1").Add(below).Add(layer_digest).Sha256();
}

std::string ModuleDigestOver(const std::string& layer_digest, const ResolvedModule& resolved) {
  const Module& module = resolved.module;
  CanonicalEncoder encoder("lif.module.v1");
  encoder.Add(layer_digest).Add(module.name).Add(module.version);
  encoder.Add(SlotName(module.slot)).Add(module.summary).AddMap(module.args);
  encoder.AddList(Texts(module.platforms)).AddList(module.requires_);
  encoder.AddMap(module.needs).AddMap(module.conflicts).AddList(module.provides);
  AddTests(encoder, module.tests);
  return encoder.Sha256();
}

bool Has(const std::vector<Platform>& platforms, const Platform& platform) {
  return std::find(platforms.begin(), platforms.end(), platform) != platforms.end();
}

std::string Offer(const std::vector<Platform>& platforms) {
  return absl::StrJoin(Texts(platforms), ", ");
}

std::vector<Platform> PlatformsOf(const Base& base) {
  std::vector<Platform> platforms;
  for (const auto& [platform, unused] : base.platforms) platforms.push_back(platform);
  return platforms;
}

}  // namespace

std::string RecipeText(const Recipe& recipe) {
  return absl::StrCat("stitch=", recipe.stitch_version, " network=", recipe.network,
                      " engine=", recipe.engine, " compression=", recipe.compression,
                      " trust-domain=", recipe.trust_domain);
}

std::string RecipeDigest(const Recipe& recipe, int64_t base_epoch) {
  return CanonicalEncoder("lif.recipe.v1")
      .AddInt(recipe.stitch_version)
      .Add(recipe.network)
      .Add(recipe.engine)
      .AddInt(base_epoch)
      .Add(recipe.compression)
      .Sha256();
}

std::string LayerDigest(const ResolvedModule& module) {
  CanonicalEncoder encoder("lif.layer.v1");
  encoder.Add(module.module.fragment);
  AddFiles(encoder, module.module.files);
  encoder.AddMap(module.args);
  AddSecrets(encoder, module.module.secrets);
  return encoder.Sha256();
}

std::string ModuleDigest(const ResolvedModule& module) {
  return ModuleDigestOver(LayerDigest(module), module);
}

std::string TemplateDigest(const Template& image_template) {
  CanonicalEncoder encoder("lif.template.v1");
  encoder.Add(image_template.name).Add(image_template.version).Add(image_template.summary);
  encoder.AddInt(static_cast<int64_t>(image_template.slots.size()));
  for (const TemplateSlot& slot : image_template.slots) {
    encoder.Add(SlotName(slot.slot)).AddInt(slot.required ? 1 : 0).AddInt(slot.stable ? 1 : 0);
  }
  const ImageConfig& config = image_template.config;
  AddOptional(encoder, config.user);
  AddOptional(encoder, config.workdir);
  AddOptional(encoder, config.entrypoint);
  AddOptional(encoder, config.command);
  encoder.AddMap(config.env).AddMap(config.labels).AddList(config.expose);
  AddTests(encoder, image_template.tests);
  return encoder.Sha256();
}

std::string BaseDigest(const Base& base) {
  CanonicalEncoder encoder("lif.base.v1");
  encoder.Add(base.name).AddInt(base.epoch);
  encoder.AddInt(static_cast<int64_t>(base.platforms.size() - base.added.size()));
  for (const auto& [platform, pinned] : base.platforms) {
    if (Has(base.added, platform)) continue;
    encoder.Add(platform.ToString()).Add(pinned.image).Add(pinned.digest);
  }
  return encoder.Sha256();
}

std::string ManifestDigest(const ResolvedManifest& manifest) {
  CanonicalEncoder encoder("lif.manifest.v1");
  encoder.Add(manifest.manifest.id).Add(manifest.manifest.summary);
  encoder.Add(TemplateDigest(manifest.image_template)).Add(BaseDigest(manifest.base));
  encoder.AddInt(static_cast<int64_t>(manifest.stack.size()));
  for (const ResolvedModule& resolved : manifest.stack) encoder.Add(ModuleDigest(resolved));
  encoder.AddList(Texts(manifest.manifest.platforms)).AddList(manifest.manifest.requires_);
  return encoder.Sha256();
}

std::vector<Platform> OfferedPlatforms(const ResolvedManifest& manifest) {
  const std::vector<Platform>& named = manifest.manifest.platforms;
  std::vector<Platform> offered;
  for (const Platform& platform : named.empty() ? PlatformsOf(manifest.base) : named) {
    bool everywhere = manifest.base.platforms.count(platform) > 0;
    for (const ResolvedModule& resolved : manifest.stack) {
      everywhere = everywhere && Has(resolved.module.platforms, platform);
    }
    if (everywhere) offered.push_back(platform);
  }
  return offered;
}

namespace {

// What the platforms of a manifest have in common.
struct CommonDigests {
  std::string recipe;
  std::string image_template;
  std::vector<std::string> requires_;
  std::vector<std::string> layers;  // of each module of the stack
  std::vector<std::string> modules;
};

CommonDigests DigestsOf(const ResolvedManifest& manifest, const Recipe& recipe) {
  CommonDigests common;
  common.recipe = RecipeDigest(recipe, manifest.base.epoch);
  common.image_template = TemplateDigest(manifest.image_template);
  common.requires_ = RequiredCapabilities(manifest);
  for (const ResolvedModule& resolved : manifest.stack) {
    common.layers.push_back(LayerDigest(resolved));
    common.modules.push_back(ModuleDigestOver(common.layers.back(), resolved));
  }
  return common;
}

// The base, then each module of the stack.
std::vector<LayerKey> LayerKeys(const Platform& platform, const ResolvedManifest& manifest,
                                const Recipe& recipe, const CommonDigests& common) {
  std::vector<LayerKey> chain;
  chain.reserve(manifest.stack.size() + 1);
  chain.push_back(
      {BaseLayerKey(common.recipe, manifest.base.platforms.at(platform), platform, recipe), "",
       ""});
  for (size_t i = 0; i < manifest.stack.size(); ++i) {
    std::string key = NextLayerKey(chain.back().key, common.layers[i]);
    chain.push_back({std::move(key), common.layers[i], manifest.stack[i].module.Ref()});
  }
  return chain;
}

BuildIdentity IdentityOn(const Platform& platform, const ResolvedManifest& manifest,
                         const Recipe& recipe, const CommonDigests& common) {
  const BasePlatform& base = manifest.base.platforms.at(platform);
  BuildIdentity identity;
  identity.recipe_digest = common.recipe;
  identity.base_image = absl::StrCat(base.image, "@", base.digest);
  identity.requires_ = common.requires_;
  identity.chain = LayerKeys(platform, manifest, recipe, common);

  CanonicalEncoder build("lif.build.v1");
  build.Add(manifest.manifest.id).Add(common.image_template);
  build.AddList(common.modules);
  build.AddList(identity.requires_).Add(base.digest).Add(platform.ToString());
  build.Add(identity.recipe_digest).Add(recipe.trust_domain);
  identity.build_key = build.Sha256();
  return identity;
}

}  // namespace

absl::Status CheckOffered(const ResolvedManifest& manifest, const Platform& platform) {
  auto refuse = [&](const std::string& who, const std::vector<Platform>& offered) {
    return absl::FailedPreconditionError(
        absl::StrCat("manifest ", manifest.manifest.id, " can't be built for ", platform.ToString(),
                     ": ", who, " offers ", offered.empty() ? "no platform" : Offer(offered),
                     "; ask for one of ", Offer(OfferedPlatforms(manifest))));
  };
  if (!manifest.manifest.platforms.empty() && !Has(manifest.manifest.platforms, platform)) {
    return refuse("the manifest", manifest.manifest.platforms);
  }
  if (manifest.base.platforms.count(platform) == 0) {
    return refuse("base " + manifest.base.name, PlatformsOf(manifest.base));
  }
  for (const ResolvedModule& resolved : manifest.stack) {
    if (!Has(resolved.module.platforms, platform)) {
      return refuse("module " + resolved.module.Ref(), resolved.module.platforms);
    }
  }
  return absl::OkStatus();
}

std::string IndexKey(const std::string& manifest_id, std::vector<IndexImage> images) {
  std::sort(images.begin(), images.end(), [](const IndexImage& a, const IndexImage& b) {
    return a.platform.ToString() < b.platform.ToString();
  });
  CanonicalEncoder encoder("lif.index.v1");
  encoder.Add(manifest_id).AddInt(static_cast<int64_t>(images.size()));
  for (const IndexImage& image : images) encoder.Add(image.platform.ToString()).Add(image.digest);
  return encoder.Sha256();
}

absl::StatusOr<BuildIdentity> ComputeIdentity(const ResolvedManifest& manifest,
                                              const Platform& platform, const Recipe& recipe) {
  LIF_RETURN_IF_ERROR(CheckOffered(manifest, platform));
  return IdentityOn(platform, manifest, recipe, DigestsOf(manifest, recipe));
}

std::vector<PlatformIdentity> ComputeIdentities(const ResolvedManifest& manifest,
                                                const Recipe& recipe) {
  std::vector<PlatformIdentity> identities;
  const CommonDigests common = DigestsOf(manifest, recipe);
  for (const Platform& platform : OfferedPlatforms(manifest)) {
    identities.push_back({platform, IdentityOn(platform, manifest, recipe, common)});
  }
  std::sort(identities.begin(), identities.end(),
            [](const auto& a, const auto& b) { return a.platform < b.platform; });
  return identities;
}

}  // namespace lif
