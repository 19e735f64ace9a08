#include "common/catalog/catalog_json.h"

#include <stdexcept>

#include "common/catalog/json_codec_internal.h"

namespace lif {
namespace {

using catalog_json::Dump;
using catalog_json::FromDocument;
using catalog_json::Json;
using catalog_json::OptionalFromJson;
using catalog_json::OptionalToJson;
using StringMap = std::map<std::string, std::string>;
using StringList = std::vector<std::string>;

Json FilesToJson(const std::vector<ModuleFile>& files) {
  Json array = Json::array();
  for (const ModuleFile& file : files) {
    array.push_back(Json{{"path", file.path},
                         {"sha256", file.sha256},
                         {"size", file.size},
                         {"executable", file.executable}});
  }
  return array;
}

std::vector<ModuleFile> FilesFromJson(const Json& array) {
  if (!array.is_array()) throw std::runtime_error("'files' is not a list");
  std::vector<ModuleFile> files;
  for (const Json& value : array) {
    files.push_back({value.at("path").get<std::string>(), value.at("sha256").get<std::string>(),
                     value.at("size").get<uint64_t>(), value.at("executable").get<bool>()});
  }
  return files;
}

Json SecretsToJson(const std::vector<SecretRef>& secrets) {
  Json array = Json::array();
  for (const SecretRef& secret : secrets) {
    array.push_back(Json{{"id", secret.id}, {"version", secret.version}});
  }
  return array;
}

std::vector<SecretRef> SecretsFromJson(const Json& array) {
  if (!array.is_array()) throw std::runtime_error("'secrets' is not a list");
  std::vector<SecretRef> secrets;
  for (const Json& value : array) {
    secrets.push_back({value.at("id").get<std::string>(), value.at("version").get<std::string>()});
  }
  return secrets;
}

Module ReadModule(const Json& document) {
  Module module;
  module.name = document.at("name").get<std::string>();
  module.version = document.at("version").get<std::string>();
  module.slot = catalog_json::SlotFromJson(document.at("slot"));
  module.summary = document.at("summary").get<std::string>();
  module.args = document.at("args").get<StringMap>();
  module.platforms = catalog_json::PlatformsFromJson(document.at("platforms"));
  module.requires_ = document.at("requires").get<StringList>();
  module.needs = document.at("needs").get<StringMap>();
  module.conflicts = document.at("conflicts").get<StringMap>();
  module.provides = document.at("provides").get<StringList>();
  module.tests = catalog_json::TestsFromJson(document.at("tests"));
  module.secrets = SecretsFromJson(document.at("secrets"));
  module.fragment = document.at("fragment").get<std::string>();
  module.files = FilesFromJson(document.at("files"));
  return module;
}

Base ReadBase(const Json& document) {
  Base base;
  base.name = document.at("name").get<std::string>();
  base.epoch = document.at("epoch").get<int64_t>();
  for (const auto& [platform, value] : document.at("platforms").items()) {
    base.platforms[catalog_json::PlatformFromText(platform)] = {
        value.at("image").get<std::string>(), value.at("digest").get<std::string>()};
  }
  return base;
}

Json UsesToJson(const std::vector<ModuleUse>& uses) {
  Json array = Json::array();
  for (const ModuleUse& use : uses) {
    array.push_back(Json{{"name", use.name}, {"version", use.version}, {"args", use.args}});
  }
  return array;
}

std::vector<ModuleUse> UsesFromJson(const Json& array) {
  if (!array.is_array()) throw std::runtime_error("the modules of a slot are not a list");
  std::vector<ModuleUse> uses;
  for (const Json& value : array) {
    uses.push_back({value.at("name").get<std::string>(), value.at("version").get<std::string>(),
                    value.at("args").get<StringMap>()});
  }
  return uses;
}

Manifest ReadManifest(const Json& document) {
  Manifest manifest;
  manifest.id = document.at("id").get<std::string>();
  manifest.summary = document.at("summary").get<std::string>();
  manifest.template_name = document.at("template").at("name").get<std::string>();
  manifest.template_version = document.at("template").at("version").get<std::string>();
  manifest.base = document.at("base").get<std::string>();
  for (const auto& [slot, uses] : document.at("modules").items()) {
    manifest.modules[catalog_json::SlotFromJson(slot)] = UsesFromJson(uses);
  }
  manifest.platforms = catalog_json::PlatformsFromJson(document.at("platforms"));
  manifest.requires_ = document.at("requires").get<StringList>();
  return manifest;
}

Json ConfigToJson(const ImageConfig& config) {
  return Json{{"user", OptionalToJson(config.user)},
              {"workdir", OptionalToJson(config.workdir)},
              {"entrypoint", OptionalToJson(config.entrypoint)},
              {"command", OptionalToJson(config.command)},
              {"env", config.env},
              {"labels", config.labels},
              {"expose", config.expose}};
}

ImageConfig ConfigFromJson(const Json& value) {
  ImageConfig config;
  config.user = OptionalFromJson<std::string>(value.at("user"));
  config.workdir = OptionalFromJson<std::string>(value.at("workdir"));
  config.entrypoint = OptionalFromJson<StringList>(value.at("entrypoint"));
  config.command = OptionalFromJson<StringList>(value.at("command"));
  config.env = value.at("env").get<StringMap>();
  config.labels = value.at("labels").get<StringMap>();
  config.expose = value.at("expose").get<StringList>();
  return config;
}

Template ReadTemplate(const Json& document) {
  Template result;
  result.name = document.at("name").get<std::string>();
  result.version = document.at("version").get<std::string>();
  result.summary = document.at("summary").get<std::string>();
  for (const Json& slot : document.at("slots")) {
    result.slots.push_back({catalog_json::SlotFromJson(slot.at("slot")),
                            slot.at("required").get<bool>(), slot.at("stable").get<bool>()});
  }
  result.config = ConfigFromJson(document.at("config"));
  result.tests = catalog_json::TestsFromJson(document.at("tests"));
  return result;
}

}  // namespace

std::string ToJson(const Base& base) {
  Json platforms = Json::object();
  for (const auto& [platform, pinned] : base.platforms) {
    platforms[platform.ToString()] = Json{{"image", pinned.image}, {"digest", pinned.digest}};
  }
  return Dump(Json{{"name", base.name}, {"epoch", base.epoch}, {"platforms", platforms}});
}

std::string ToJson(const Module& module) {
  return Dump(Json{{"name", module.name},
                   {"version", module.version},
                   {"slot", SlotName(module.slot)},
                   {"summary", module.summary},
                   {"args", module.args},
                   {"platforms", catalog_json::PlatformsToJson(module.platforms)},
                   {"requires", module.requires_},
                   {"needs", module.needs},
                   {"conflicts", module.conflicts},
                   {"provides", module.provides},
                   {"tests", catalog_json::TestsToJson(module.tests)},
                   {"secrets", SecretsToJson(module.secrets)},
                   {"fragment", module.fragment},
                   {"files", FilesToJson(module.files)}});
}

std::string ToJson(const Template& image_template) {
  Json slots = Json::array();
  for (const TemplateSlot& slot : image_template.slots) {
    slots.push_back(
        Json{{"slot", SlotName(slot.slot)}, {"required", slot.required}, {"stable", slot.stable}});
  }
  return Dump(Json{{"name", image_template.name},
                   {"version", image_template.version},
                   {"summary", image_template.summary},
                   {"slots", slots},
                   {"config", ConfigToJson(image_template.config)},
                   {"tests", catalog_json::TestsToJson(image_template.tests)}});
}

std::string ToJson(const Manifest& manifest) {
  Json modules = Json::object();
  for (const auto& [slot, uses] : manifest.modules) {
    modules[std::string(SlotName(slot))] = UsesToJson(uses);
  }
  return Dump(Json{
      {"id", manifest.id},
      {"summary", manifest.summary},
      {"template", Json{{"name", manifest.template_name}, {"version", manifest.template_version}}},
      {"base", manifest.base},
      {"modules", modules},
      {"platforms", catalog_json::PlatformsToJson(manifest.platforms)},
      {"requires", manifest.requires_}});
}

absl::StatusOr<Base> BaseFromJson(std::string_view text) {
  return FromDocument<Base>("base", text, ReadBase);
}

absl::StatusOr<Module> ModuleFromJson(std::string_view text) {
  return FromDocument<Module>("module", text, ReadModule);
}

absl::StatusOr<Template> TemplateFromJson(std::string_view text) {
  return FromDocument<Template>("template", text, ReadTemplate);
}

absl::StatusOr<Manifest> ManifestFromJson(std::string_view text) {
  return FromDocument<Manifest>("manifest", text, ReadManifest);
}

}  // namespace lif
