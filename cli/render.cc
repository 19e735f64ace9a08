// lif render
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "cli/render_source.h"
#include "cli/text.h"
#include "common/base/digest.h"
#include "common/base/file_util.h"
#include "common/base/platform.h"
#include "common/base/status_macros.h"

namespace lif {
namespace {

// A path of the server's that must stay below its context.
bool IsSafePath(const std::string& path) {
  if (path.empty() || path.front() == '/' || path.find('\0') != std::string::npos) return false;
  const std::string framed = absl::StrCat("/", path, "/");
  return framed.find("/../") == std::string::npos && framed.find("//") == std::string::npos;
}

class RenderCommand : public Command {
 public:
  std::vector<std::string> Path() const override { return {"render"}; }
  std::string Summary() const override { return "Print the Dockerfile of a manifest"; }

  void AddOptions(OptionSet* options) override {
    options->Add({.name = "--manifest-id", .value = "ID", .help = "Manifest", .required = true},
                 &query_.manifest_id);
    options->Add({.name = "--platform", .value = "OS/ARCH", .help = "Platform"}, &query_.platform);
    options->Add({.name = "--output",
                  .value = "DIR",
                  .help = "Write Dockerfile, contexts and build.sh there; 'json' prints JSON"},
                 &output_);
    options->Add({.name = "--catalog",
                  .value = "DIR",
                  .help = "Render from this catalog, without a control plane"},
                 &query_.catalog);
    options->Add({.name = "--network",
                  .value = "MODE",
                  .help = "With --catalog: network of RUN in the factory",
                  .env = "LIF_NETWORK",
                  .choices = {"default", "host"}},
                 &query_.network);
    options->Add({.name = "--trust-domain",
                  .value = "NAME",
                  .help = "With --catalog: trust domain of the factory",
                  .env = "LIF_TRUST_DOMAIN"},
                 &query_.trust_domain);
    options->Add({.name = "--blob-dir",
                  .value = "DIR",
                  .help = "The factory's blobs, for module files of --output",
                  .env = "LIF_BLOB_DIR"},
                 &query_.blob_dir);
    options->SetFooter(
        "The Dockerfile is the same, byte for byte, as the factory builds. To build it by hand:\n"
        "  lif render --manifest-id ID --platform linux/amd64 --output DIR && DIR/build.sh\n");
  }

  absl::StatusOr<ExitCode> Run(CliContext& context) override {
    LIF_ASSIGN_OR_RETURN(const Platform platform, ParsePlatform(query_.platform));
    LIF_ASSIGN_OR_RETURN(const RenderSource source, query_.catalog.empty()
                                                        ? RenderFromServer(context, query_)
                                                        : RenderFromDirectory(query_));
    if (output_ == "json" || (output_.empty() && context.json())) {
      context.terminal.out(Json(source.build));
    } else if (output_.empty() || output_ == "table") {
      context.terminal.out(source.build.dockerfile);
    } else {
      LIF_RETURN_IF_ERROR(Write(source));
      context.terminal.err(absl::StrCat(
          "wrote ", output_, "/Dockerfile, ",
          source.build.contexts.empty()
              ? ""
              : absl::StrCat(
                    CountText(static_cast<int64_t>(source.build.contexts.size()), "context"),
                    " and "),
          "build.sh\nbuild it with: ", output_, "/build.sh\n"));
    }
    return ExitCode::kOk;
  }

 private:
  static std::string Json(const RenderedBuild& build) {
    nlohmann::ordered_json json = {{"manifest_id", build.manifest_id},
                                   {"platform", build.platform},
                                   {"build_key", build.build_key},
                                   {"epoch", build.epoch},
                                   {"network", build.network},
                                   {"dockerfile", build.dockerfile},
                                   {"contexts", nlohmann::ordered_json::array()},
                                   {"secrets", build.secret_ids},
                                   {"build_script", BuildScript(build)}};
    for (const RenderedContext& context : build.contexts) {
      nlohmann::ordered_json files = nlohmann::ordered_json::array();
      for (const RenderedFile& file : context.files) {
        files.push_back(
            {{"path", file.path}, {"sha256", file.sha256}, {"executable", file.executable}});
      }
      json["contexts"].push_back(
          {{"name", context.name}, {"module", context.module_ref}, {"files", files}});
    }
    return json.dump(2) + "\n";
  }

  absl::Status Write(const RenderSource& source) const {
    const RenderedBuild& build = source.build;
    LIF_RETURN_IF_ERROR(MakeDirectories(output_));
    for (const RenderedContext& context : build.contexts) {
      LIF_RETURN_IF_ERROR(WriteContext(source, context));
    }
    LIF_RETURN_IF_ERROR(
        WriteFileAtomically(absl::StrCat(output_, "/Dockerfile"), build.dockerfile));
    return WriteFileAtomically(absl::StrCat(output_, "/build.sh"), BuildScript(build), 0755);
  }

  absl::Status WriteContext(const RenderSource& source, const RenderedContext& context) const {
    if (!IsSafePath(context.name)) {
      return absl::DataLossError(absl::StrCat("context name '", context.name, "' is no path"));
    }
    const std::string root = absl::StrCat(output_, "/contexts/", context.name);
    LIF_RETURN_IF_ERROR(RemoveTree(root));
    LIF_RETURN_IF_ERROR(MakeDirectories(root));
    for (const RenderedFile& file : context.files) {
      if (!IsSafePath(file.path)) {
        return absl::DataLossError(absl::StrCat("file name '", file.path, "' is no path"));
      }
      LIF_ASSIGN_OR_RETURN(const std::string bytes, source.read_file(context, file));
      if (Sha256Hex(bytes) != file.sha256) {
        return absl::FailedPreconditionError(absl::StrCat(file.path, " of ", context.module_ref,
                                                          " is not the file that was published"));
      }
      const std::string path = absl::StrCat(root, "/", file.path);
      LIF_RETURN_IF_ERROR(MakeDirectories(path.substr(0, path.rfind('/'))));
      LIF_RETURN_IF_ERROR(WriteFileAtomically(path, bytes, file.executable ? 0755 : 0644));
    }
    return absl::OkStatus();
  }

  RenderQuery query_{.platform = "linux/amd64"};
  std::string output_;
};

}  // namespace

std::unique_ptr<Command> MakeRenderCommand() {
  return std::make_unique<RenderCommand>();
}

}  // namespace lif
