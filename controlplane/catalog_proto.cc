#include "controlplane/catalog_proto.h"

#include <map>
#include <string>
#include <vector>

#include "common/catalog/resolve.h"
#include "controlplane/proto_values.h"

namespace lif {
namespace {

using ProtoMap = google::protobuf::Map<std::string, std::string>;
using ProtoList = google::protobuf::RepeatedPtrField<std::string>;

void SetMap(const std::map<std::string, std::string>& map, ProtoMap* out) {
  for (const auto& [key, value] : map) (*out)[Text(key)] = Text(value);
}

void SetList(const std::vector<std::string>& items, ProtoList* out) {
  for (const std::string& item : items) *out->Add() = Text(item);
}

void SetPlatforms(const std::vector<Platform>& platforms, ProtoList* out) {
  for (const Platform& platform : platforms) *out->Add() = platform.ToString();
}

void SetTest(const ImageTest& test, v1::ImageTest* out) {
  out->set_name(Text(test.name));
  SetList(test.run, out->mutable_run());
  if (test.expect_stdout) out->mutable_expect_stdout()->set_value(Text(*test.expect_stdout));
  SetDuration(test.timeout, out->mutable_timeout());
  out->set_network(test.network == TestNetwork::kLoopback ? v1::TEST_NETWORK_LOOPBACK
                                                          : v1::TEST_NETWORK_NONE);
}

void SetFile(const ModuleFile& file, v1::ModuleFile* out) {
  out->set_path(Text(file.path));
  out->set_sha256(file.sha256);
  out->set_size(static_cast<int64_t>(file.size));
  out->set_executable(file.executable);
}

void SetSecret(const SecretRef& secret, v1::SecretRef* out) {
  out->set_id(Text(secret.id));
  out->set_version(Text(secret.version));
}

void SetConfig(const ImageConfig& config, v1::ImageConfig* out) {
  if (config.user) out->mutable_user()->set_value(Text(*config.user));
  if (config.workdir) out->mutable_workdir()->set_value(Text(*config.workdir));
  if (config.entrypoint) SetList(*config.entrypoint, out->mutable_entrypoint()->mutable_items());
  if (config.command) SetList(*config.command, out->mutable_command()->mutable_items());
  SetMap(config.env, out->mutable_env());
  SetMap(config.labels, out->mutable_labels());
  SetList(config.expose, out->mutable_expose());
}

void SetTemplate(const Template& image_template, v1::Template* out) {
  out->set_name(Text(image_template.name));
  out->set_version(Text(image_template.version));
  out->set_summary(Text(image_template.summary));
  for (const TemplateSlot& slot : image_template.slots) {
    v1::TemplateSlot* entry = out->add_slots();
    entry->set_slot(ToProto(slot.slot));
    entry->set_required(slot.required);
    entry->set_stable(slot.stable);
  }
  SetConfig(image_template.config, out->mutable_config());
  for (const ImageTest& test : image_template.tests) SetTest(test, out->add_tests());
}

void SetBase(const Base& base, v1::Base* out) {
  out->set_name(Text(base.name));
  out->set_epoch(base.epoch);
  for (const auto& [platform, image] : base.platforms) {
    v1::BasePlatform* entry = out->add_platforms();
    entry->set_platform(platform.ToString());
    entry->set_image(Text(image.image));
    entry->set_digest(image.digest);
  }
}

void SetManifestBody(const ResolvedManifest& resolved, v1::Manifest* out) {
  const Manifest& manifest = resolved.manifest;
  out->set_id(manifest.id);
  out->set_summary(Text(manifest.summary));
  out->set_template_ref(manifest.template_name + "@" + manifest.template_version);
  out->set_base(manifest.base);
  for (const ModuleUse& use : StackOf(manifest, resolved.image_template)) {
    v1::ModuleUse* entry = out->add_modules();
    entry->set_name(use.name);
    entry->set_version(use.version);
    SetMap(use.args, entry->mutable_args());
  }
  // One stack entry for each use, in the same order.
  for (int i = 0; i < out->modules_size(); ++i) {
    const auto index = static_cast<size_t>(i);
    if (index < resolved.stack.size()) {
      out->mutable_modules(i)->set_slot(ToProto(resolved.stack[index].module.slot));
    }
  }
  SetPlatforms(OfferedPlatforms(resolved), out->mutable_platforms());
  SetList(RequiredCapabilities(resolved), out->mutable_capabilities());
  out->set_digest(ManifestDigest(resolved));
}

void SetIdentity(const PlatformOffer& offer, v1::PlatformIdentity* out) {
  out->set_platform(offer.platform.ToString());
  out->set_build_key(offer.identity.build_key);
  out->set_base_image(Text(offer.identity.base_image));
  for (const LayerKey& layer : offer.identity.chain) out->add_layer_keys(layer.key);
  out->set_recipe_digest(offer.identity.recipe_digest);
  out->set_pool(offer.pool);
}

}  // namespace

void SetModule(const Module& module, v1::Module* out) {
  out->set_name(module.name);
  out->set_version(module.version);
  out->set_slot(ToProto(module.slot));
  out->set_summary(Text(module.summary));
  SetMap(module.args, out->mutable_args());
  SetPlatforms(module.platforms, out->mutable_platforms());
  SetList(module.requires_, out->mutable_capabilities());
  SetMap(module.needs, out->mutable_needs());
  SetMap(module.conflicts, out->mutable_conflicts());
  SetList(module.provides, out->mutable_provides());
  for (const ImageTest& test : module.tests) SetTest(test, out->add_tests());
  for (const SecretRef& secret : module.secrets) SetSecret(secret, out->add_secrets());
  out->set_fragment(Text(module.fragment));
  for (const ModuleFile& file : module.files) SetFile(file, out->add_files());
}

void SetManifest(const PreparedManifest& prepared, v1::GetManifestResponse* out) {
  SetManifestBody(prepared.manifest, out->mutable_manifest());
  SetTemplate(prepared.manifest.image_template, out->mutable_template_());
  SetBase(prepared.manifest.base, out->mutable_base());
  for (const ResolvedModule& module : prepared.manifest.stack) {
    v1::ResolvedModule* entry = out->add_stack();
    SetModule(module.module, entry->mutable_module());
    SetMap(module.args, entry->mutable_args());
    entry->set_layer_digest(LayerDigest(module));
    entry->set_module_digest(ModuleDigest(module));
  }
  for (const PlatformOffer& offer : prepared.offers) SetIdentity(offer, out->add_identities());
}

void SetManifestSummary(const ManifestSummary& summary, v1::ManifestSummary* out) {
  out->set_id(summary.id);
  out->set_summary(Text(summary.summary));
  out->set_template_ref(summary.template_ref);
  out->set_base(summary.base);
  SetPlatforms(summary.platforms, out->mutable_platforms());
  SetList(summary.requires_, out->mutable_capabilities());
  out->set_digest(summary.digest);
}

void SetRendered(const RenderedDockerfile& rendered, v1::RenderDockerfileResponse* out) {
  out->set_dockerfile(Text(rendered.text));
  for (const SourceLine& line : rendered.lines) {
    v1::SourceLine* entry = out->add_lines();
    entry->set_first(line.first);
    entry->set_last(line.last);
    entry->set_module(line.module_ref);
    entry->set_stage(line.stage);
    entry->set_fragment_first(line.fragment_first);
  }
  for (const RenderedDockerfile::Context& context : rendered.contexts) {
    v1::RenderContext* entry = out->add_contexts();
    entry->set_name(context.name);
    entry->set_module(context.module_ref);
    for (const ModuleFile& file : context.files) SetFile(file, entry->add_files());
  }
  for (const SecretRef& secret : rendered.secrets) SetSecret(secret, out->add_secrets());
}

void SetImpact(const ImpactPage& page, v1::GetImpactResponse* out) {
  for (const ImpactedBuild& build : page.builds) {
    v1::ImpactedManifest* entry = out->add_manifests();
    entry->set_manifest_id(build.manifest_id);
    entry->set_platform(build.platform.ToString());
    entry->set_layers(build.layers);
  }
  out->set_next_page_token(page.next);
  out->set_manifest_count(page.totals.manifests);
  out->set_image_count(page.totals.images);
  out->set_layer_count(page.totals.layers);
  for (const auto& [name, pool] : page.totals.pools) {
    v1::ImpactedPool* entry = out->add_pools();
    entry->set_pool(name);
    entry->set_layers(pool.layers);
    entry->set_images(pool.images);
    entry->set_unknown_layers(pool.unknown_layers);
    entry->set_unknown_images(pool.unknown_images);
    SetDuration(pool.work, entry->mutable_estimated_work());
  }
}

}  // namespace lif
