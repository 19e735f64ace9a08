// lif catalog update-base: pins a base to what its registry has now, in a copy of the catalog.
#include <map>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/commands.h"
#include "cli/table.h"
#include "common/base/status_macros.h"
#include "common/catalog/update_base.h"
#include "common/process/posix_process_runner.h"
#include "common/registry/image_reference.h"
#include "common/registry/registry_client.h"

namespace lif {
namespace {

constexpr absl::Duration kRegistryDeadline = absl::Minutes(1);

class CatalogUpdateBaseCommand : public Command {
 public:
  std::vector<std::string> Path() const override { return {"catalog", "update-base"}; }
  std::string Summary() const override {
    return "Copy a catalog with a base pinned to the digests that its registry has now";
  }

  void AddOptions(OptionSet* options) override {
    options->Add({.name = "NAME", .help = "Base, as in bases/NAME.yaml", .required = true}, &name_);
    options->Add({.name = "--into",
                  .value = "DIR",
                  .help = "Where the copy goes; may be the catalog itself",
                  .required = true},
                 &into_);
    options->Add({.name = "--catalog", .value = "DIR", .help = "Catalog to copy"}, &catalog_);
    options->Add({.name = "--image",
                  .value = "IMAGE[:TAG]",
                  .help = "Ask for this image in place of the one in the base's file"},
                 &image_);
    options->Add({.name = "--registry-insecure",
                  .help = "Speak plain HTTP; on loopback that is so anyway",
                  .env = "LIF_REGISTRY_INSECURE"},
                 &insecure_);
  }

  absl::StatusOr<ExitCode> Run(CliContext& context) override {
    LIF_ASSIGN_OR_RETURN(const auto references, References());
    LIF_ASSIGN_OR_RETURN(const auto platforms, Resolve(context, references));
    const Terminal& terminal = context.terminal;
    for (const auto& [platform, reference] : references) {
      if (platforms.count(platform) != 0) continue;
      terminal.err(absl::StrCat(terminal.err_style.Paint(Tone::kWarn, "warning:"), " ",
                                reference.image, ":", reference.tag, " has no ",
                                platform.ToString(), "; it is left out of the copy\n"));
    }
    if (platforms.empty()) {
      return absl::NotFoundError(
          absl::StrCat("the registry has none of the platforms of base '", name_,
                       "'\npush an image for one of them, or name another with --image"));
    }
    LIF_RETURN_IF_ERROR(UpdateBase({catalog_, into_, name_, platforms}));
    if (context.json()) {
      terminal.out(Json(platforms));
    } else {
      Table table{{{"PLATFORM"}, {"IMAGE"}, {"DIGEST", false, true}}, {}};
      for (const auto& [platform, pinned] : platforms) {
        table.rows.push_back({platform.ToString(), pinned.image, pinned.digest});
      }
      terminal.out(RenderTable(table, terminal.out_style, terminal.out_width));
      terminal.err(
          absl::StrCat("wrote ", into_, "\npublish it with: lif catalog publish ", into_, "\n"));
    }
    return ExitCode::kOk;
  }

 private:
  using References_ = std::map<Platform, BaseReference>;

  // What to ask for: of the file, or the image of the command line for each of its platforms.
  absl::StatusOr<References_> References() const {
    LIF_ASSIGN_OR_RETURN(References_ references, ReadBaseReferences(catalog_, name_));
    if (image_.empty()) return references;
    LIF_ASSIGN_OR_RETURN(const ImageReference image, ParseImageReference(image_));
    for (auto& [platform, reference] : references) {
      reference = {image.Name(), image.tag.empty() ? "latest" : image.tag};
    }
    return references;
  }

  absl::StatusOr<std::map<Platform, BasePlatform>> Resolve(const CliContext& context,
                                                           const References_& references) const {
    PosixProcessRunner runner;
    SkopeoOptions options;
    options.insecure = insecure_;
    RegistryClient client(runner, options);
    std::map<std::string, std::map<Platform, std::string>> answers;  // by image:tag
    std::map<Platform, BasePlatform> platforms;
    for (const auto& [platform, reference] : references) {
      const std::string image = absl::StrCat(reference.image, ":", reference.tag);
      if (answers.count(image) == 0) {
        LIF_ASSIGN_OR_RETURN(
            answers[image], client.ResolvePlatforms(image, {kRegistryDeadline, context.interrupt}));
      }
      const auto digest = answers[image].find(platform);
      if (digest == answers[image].end()) continue;
      platforms[platform] = {reference.image, digest->second};
    }
    return platforms;
  }

  std::string Json(const std::map<Platform, BasePlatform>& platforms) const {
    nlohmann::ordered_json json = {
        {"base", name_}, {"into", into_}, {"platforms", nlohmann::ordered_json::array()}};
    for (const auto& [platform, pinned] : platforms) {
      json["platforms"].push_back(
          {{"platform", platform.ToString()}, {"image", pinned.image}, {"digest", pinned.digest}});
    }
    return json.dump(2) + "\n";
  }

  std::string name_;
  std::string into_;
  std::string catalog_ = "catalog";
  std::string image_;
  bool insecure_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeCatalogUpdateBaseCommand() {
  return std::make_unique<CatalogUpdateBaseCommand>();
}

}  // namespace lif
