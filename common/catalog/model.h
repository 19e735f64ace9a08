// The catalog as data: bases, modules, templates, manifests, and a manifest with all that it pins.
// Plain values; copying is cheap enough for what holds them. design.md §3 defines each field.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "common/base/platform.h"

namespace lif {

// A place in the stack, bottom first.
enum class Slot { kSecurity, kCore, kLight, kApp };

std::string_view SlotName(Slot slot);  // "security", "core", "light", "app"
std::optional<Slot> ParseSlot(std::string_view name);

struct BasePlatform {
  std::string image;   // repository without tag, "127.0.0.1:5000/debian"
  std::string digest;  // "sha256:<hex>" of the platform's image manifest

  friend bool operator==(const BasePlatform&, const BasePlatform&) = default;
};

struct Base {
  std::string name;
  int64_t epoch = 0;  // SOURCE_DATE_EPOCH, seconds since 1970, of all that is built on it
  std::map<Platform, BasePlatform> platforms;
  // Of `platforms`, sorted: those that a published base gained later. Its digest leaves them out,
  // so that what was published keeps its digest.
  std::vector<Platform> added;

  friend bool operator==(const Base&, const Base&) = default;
};

enum class TestNetwork { kNone, kLoopback };

struct ImageTest {
  std::string name;
  std::vector<std::string> run;              // argv, never a shell line
  std::optional<std::string> expect_stdout;  // must occur in stdout
  absl::Duration timeout = absl::Seconds(30);
  TestNetwork network = TestNetwork::kNone;

  friend bool operator==(const ImageTest&, const ImageTest&) = default;
};

// A file of a module's files/ directory; its content is a blob.
struct ModuleFile {
  std::string path;    // relative to files/, '/' between parts, no '.' or '..'
  std::string sha256;  // 64 hex
  uint64_t size = 0;
  bool executable = false;  // the only mode bit that is kept: 0755 or 0644

  friend bool operator==(const ModuleFile&, const ModuleFile&) = default;
};

struct SecretRef {
  std::string id;
  std::string version;  // part of identity: a new version is a new layer

  friend bool operator==(const SecretRef&, const SecretRef&) = default;
};

struct Module {
  std::string name;
  std::string version;  // semver
  Slot slot = Slot::kCore;
  std::string summary;
  std::map<std::string, std::string> args;   // NAME → default, variables resolved
  std::vector<Platform> platforms;           // sorted; never empty once parsed
  std::vector<std::string> requires_;        // capabilities, sorted: "gpu"
  std::map<std::string, std::string> needs;  // module → semver range, must be lower in the stack
  std::map<std::string, std::string> conflicts;  // module → semver range
  std::vector<std::string> provides;             // ENV names that upper modules may use
  std::vector<ImageTest> tests;
  std::vector<SecretRef> secrets;
  std::string fragment;           // text of fragment.Dockerfile, variables resolved
  std::vector<ModuleFile> files;  // sorted by path

  std::string Ref() const { return name + "@" + version; }
  friend bool operator==(const Module&, const Module&) = default;
};

struct TemplateSlot {
  Slot slot = Slot::kCore;
  bool required = false;
  bool stable = false;

  friend bool operator==(const TemplateSlot&, const TemplateSlot&) = default;
};

// Final configuration of the image. Empty optional: what the app module or the base set stays.
struct ImageConfig {
  std::optional<std::string> user;
  std::optional<std::string> workdir;
  std::optional<std::vector<std::string>> entrypoint;  // exec form
  std::optional<std::vector<std::string>> command;     // exec form
  std::map<std::string, std::string> env;
  std::map<std::string, std::string> labels;
  std::vector<std::string> expose;  // "8080/tcp"

  friend bool operator==(const ImageConfig&, const ImageConfig&) = default;
};

struct Template {
  std::string name;
  std::string version;
  std::string summary;
  std::vector<TemplateSlot> slots;  // bottom first
  ImageConfig config;
  std::vector<ImageTest> tests;

  std::string Ref() const { return name + "@" + version; }
  friend bool operator==(const Template&, const Template&) = default;
};

struct ModuleUse {
  std::string name;
  std::string version;
  std::map<std::string, std::string> args;  // overrides of the module's defaults

  std::string Ref() const { return name + "@" + version; }
  friend bool operator==(const ModuleUse&, const ModuleUse&) = default;
};

struct Manifest {
  std::string id;
  std::string summary;
  std::string template_name;
  std::string template_version;
  std::string base;
  std::map<Slot, std::vector<ModuleUse>> modules;  // in stack order inside a slot
  std::vector<Platform> platforms;                 // sorted; empty: all that base and modules offer
  std::vector<std::string> requires_;              // sorted: "gpu"

  friend bool operator==(const Manifest&, const Manifest&) = default;
};

// One module of a stack with the arguments that it is built with.
struct ResolvedModule {
  Module module;
  std::map<std::string, std::string> args;  // every declared argument, overrides applied
};

// A manifest and everything that it pins: what a build needs, and nothing else.
struct ResolvedManifest {
  Manifest manifest;
  Template image_template;
  Base base;
  std::vector<ResolvedModule> stack;  // bottom first, in the template's slot order
};

// A catalog in memory.
struct Catalog {
  std::string name;
  int schema_version = 1;
  std::map<std::string, Base> bases;          // by name
  std::map<std::string, Module> modules;      // by name@version
  std::map<std::string, Template> templates;  // by name@version
  std::map<std::string, Manifest> manifests;  // by ID
};

// Capabilities of manifest and modules together, sorted and unique.
std::vector<std::string> RequiredCapabilities(const ResolvedManifest& manifest);

}  // namespace lif
