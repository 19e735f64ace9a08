// lif records: the newest first.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "cli/json_internal.h"
#include "cli/record_text.h"
#include "cli/rpc.h"
#include "common/base/status_macros.h"
#include "lif/v1/record_service.grpc.pb.h"

namespace lif {
namespace {

constexpr int kPage = 200;

v1::Outcome OutcomeOf(const std::string& name) {
  if (name == "compatible") return v1::OUTCOME_COMPATIBLE;
  if (name == "incompatible") return v1::OUTCOME_INCOMPATIBLE;
  if (name == "failed") return v1::OUTCOME_FAILED;
  if (name == "error") return v1::OUTCOME_ERROR;
  if (name == "cancelled") return v1::OUTCOME_CANCELLED;
  return v1::OUTCOME_UNSPECIFIED;
}

class RecordsCommand : public Command {
 public:
  std::vector<std::string> Path() const override { return {"records"}; }
  std::string Summary() const override { return "List records of builds, or show one"; }

  void AddOptions(OptionSet* options) override {
    options->Add({.name = "--manifest-id", .value = "ID", .help = "Of this manifest"},
                 &manifest_id_);
    options->Add({.name = "--platform", .value = "OS/ARCH", .help = "On this platform"},
                 &platform_);
    options->Add({.name = "--outcome",
                  .value = "OUTCOME",
                  .help = "That ended so",
                  .choices = {"compatible", "incompatible", "failed", "error", "cancelled"}},
                 &outcome_);
    options->Add(
        {.name = "--module", .value = "NAME[@VERSION]", .help = "With this module in the stack"},
        &module_);
    options->Add(
        {.name = "--effective",
         .help = "Only records that answer for their build key: the newest verdict of each"},
        &effective_);
    options->Add({.name = "--limit", .value = "N", .help = "At most so many"}, &limit_);
  }

  absl::StatusOr<ExitCode> Run(CliContext& context) override {
    if (limit_ < 1 || limit_ > 10000) {
      return absl::InvalidArgumentError("--limit should be 1 to 10000");
    }
    LIF_ASSIGN_OR_RETURN(const v1::ListRecordsResponse all, ReadPages(context));
    const Terminal& terminal = context.terminal;
    if (context.json()) {
      terminal.out(MessageToJson(all).dump(2) + "\n");
      return ExitCode::kOk;
    }
    if (all.records_size() == 0) {
      terminal.err("no record matches\n");
      return ExitCode::kOk;
    }
    terminal.out(RenderRecordList(all.records(), terminal.out_style, context.clock->Now(),
                                  terminal.out_width));
    if (!all.next_page_token().empty()) {
      terminal.err(absl::StrCat("\nthe newest ", limit_, "; --limit shows more\n"));
    }
    return ExitCode::kOk;
  }

 private:
  absl::StatusOr<v1::ListRecordsResponse> ReadPages(CliContext& context) const {
    const auto stub = v1::RecordService::NewStub(context.Channel());
    v1::ListRecordsRequest request;
    request.set_manifest_id(manifest_id_);
    request.set_platform(platform_);
    request.set_module(module_);
    request.set_effective_only(effective_);
    if (!outcome_.empty()) request.add_outcomes(OutcomeOf(outcome_));
    v1::ListRecordsResponse all;
    do {
      request.set_page_size(std::min(kPage, limit_ - all.records_size()));
      request.set_page_token(all.next_page_token());
      LIF_ASSIGN_OR_RETURN(
          const v1::ListRecordsResponse page,
          (Call<v1::RecordService::Stub, v1::ListRecordsRequest, v1::ListRecordsResponse>(
              context, *stub, &v1::RecordService::Stub::ListRecords, request)));
      all.mutable_records()->MergeFrom(page.records());
      all.set_next_page_token(page.next_page_token());
      if (page.records_size() == 0) break;
    } while (!all.next_page_token().empty() && all.records_size() < limit_);
    return all;
  }

  std::string manifest_id_, platform_, outcome_, module_;
  bool effective_ = false;
  int limit_ = 20;
};

}  // namespace

std::unique_ptr<Command> MakeRecordsCommand() {
  return std::make_unique<RecordsCommand>();
}

}  // namespace lif
