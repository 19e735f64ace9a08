// lif evidence
#include <unistd.h>

#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/artifacts.h"
#include "cli/build_ref.h"
#include "cli/commands.h"
#include "cli/json_internal.h"
#include "cli/record_text.h"
#include "cli/text.h"
#include "common/base/file_util.h"
#include "common/base/near_match.h"
#include "common/base/status_macros.h"
#include "common/base/utf8.h"

namespace lif {
namespace {

constexpr uint64_t kMaxJsonArtifact = 64 << 20;

class EvidenceCommand : public Command {
 public:
  std::vector<std::string> Path() const override { return {"evidence"}; }
  std::string Summary() const override {
    return "Print everything that a build ran and printed, or another artifact";
  }

  void AddOptions(OptionSet* options) override {
    AddBuildRef(options, &ref_);
    options->Add({.name = "--artifact", .value = "NAME", .help = "Which artifact of the record"},
                 &artifact_);
    options->Add({.name = "--list", .help = "List the artifacts"}, &list_);
    options->Add({.name = "--into", .value = "DIR", .help = "Save all artifacts in this directory"},
                 &into_);
  }

  absl::StatusOr<ExitCode> Run(CliContext& context) override {
    const auto channel = context.Channel();
    LIF_ASSIGN_OR_RETURN(const std::string id, ResolveBuildId(context, channel, ref_));
    LIF_ASSIGN_OR_RETURN(const v1::Record record, GetRecord(context, channel, id));
    if (list_) return List(context, record);
    if (!into_.empty()) return SaveAll(context, channel, record);
    LIF_RETURN_IF_ERROR(CheckName(record));
    if (context.json()) return PrintJson(context, channel, record);
    LIF_RETURN_IF_ERROR(
        ReadArtifact(context, channel, id, artifact_, [&](std::string_view piece) -> absl::Status {
          const Terminal& terminal = context.terminal;
          terminal.out(terminal.out_width > 0 ? SafeForTerminal(piece, terminal.out_style)
                                              : std::string(piece));
          return absl::OkStatus();
        }));
    return ExitCode::kOk;
  }

 private:
  absl::Status CheckName(const v1::Record& record) const {
    std::vector<std::string> names;
    for (const v1::Artifact& artifact : record.artifacts()) {
      if (artifact.name() == artifact_) return absl::OkStatus();
      names.push_back(artifact.name());
    }
    if (names.empty()) {
      return absl::NotFoundError(
          absl::StrCat("build ", record.build_id(), " has no artifacts: it ended before it ran"));
    }
    return absl::NotFoundError(absl::StrCat("build ", record.build_id(), " has no artifact '",
                                            artifact_, "'", DidYouMean(artifact_, names),
                                            "\nit has: ", absl::StrJoin(names, ", ")));
  }

  static absl::StatusOr<ExitCode> List(const CliContext& context, const v1::Record& record) {
    const Terminal& terminal = context.terminal;
    if (context.json()) {
      nlohmann::ordered_json json = {{"build_id", record.build_id()},
                                     {"artifacts", nlohmann::ordered_json::array()}};
      for (const v1::Artifact& artifact : record.artifacts()) {
        json["artifacts"].push_back(MessageToJson(artifact));
      }
      terminal.out(json.dump(2) + "\n");
    } else {
      terminal.out(RenderArtifacts(record.artifacts(), terminal.out_style, terminal.out_width));
    }
    return ExitCode::kOk;
  }

  absl::StatusOr<ExitCode> PrintJson(CliContext& context,
                                     const std::shared_ptr<grpc::Channel>& channel,
                                     const v1::Record& record) const {
    LIF_ASSIGN_OR_RETURN(const std::string bytes, GetArtifact(context, channel, record.build_id(),
                                                              artifact_, kMaxJsonArtifact));
    for (const v1::Artifact& artifact : record.artifacts()) {
      if (artifact.name() != artifact_) continue;
      nlohmann::ordered_json json = {{"build_id", record.build_id()},
                                     {"artifact", MessageToJson(artifact)},
                                     {"text", ToValidUtf8(bytes)}};
      context.terminal.out(json.dump(2) + "\n");
    }
    return ExitCode::kOk;
  }

  absl::StatusOr<ExitCode> SaveAll(CliContext& context,
                                   const std::shared_ptr<grpc::Channel>& channel,
                                   const v1::Record& record) const {
    LIF_RETURN_IF_ERROR(MakeDirectories(into_));
    for (const v1::Artifact& artifact : record.artifacts()) {
      // The name is the server's: it must not lead out of the directory.
      if (artifact.name().find('/') != std::string::npos || artifact.name().front() == '.') {
        return absl::DataLossError(
            absl::StrCat("artifact name '", artifact.name(), "' is no file name"));
      }
      const std::string path = absl::StrCat(into_, "/", artifact.name());
      LIF_RETURN_IF_ERROR(Save(context, channel, record.build_id(), artifact.name(), path));
      context.terminal.err(absl::StrCat(path, "  ", SizeText(artifact.size()), "\n"));
    }
    return ExitCode::kOk;
  }

  static absl::Status Save(CliContext& context, const std::shared_ptr<grpc::Channel>& channel,
                           const std::string& build_id, const std::string& name,
                           const std::string& path) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    const absl::Status status =
        ReadArtifact(context, channel, build_id, name, [&](std::string_view piece) -> absl::Status {
          file.write(piece.data(), static_cast<std::streamsize>(piece.size()));
          return file.good() ? absl::OkStatus() : absl::UnknownError("");
        });
    file.close();
    if (!file.good()) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "can't write ", path, "; check that the directory is writable and the disk not full"));
    }
    return status;
  }

  BuildRef ref_;
  std::string artifact_ = "evidence.log";
  std::string into_;
  bool list_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeEvidenceCommand() {
  return std::make_unique<EvidenceCommand>();
}

}  // namespace lif
