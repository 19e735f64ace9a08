#include "executor/evidence.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"

namespace lif {
namespace {

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone());
}

}  // namespace

std::string ShellLine(const std::vector<std::string>& argv) {
  std::string line;
  for (const std::string& word : argv) {
    if (!line.empty()) line += ' ';
    const bool plain = !word.empty() && word.find_first_not_of(
                                            "abcdefghijklmnopqrstuvwxyz"
                                            "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                            "0123456789@%_+=:,./-") == std::string::npos;
    line += plain ? word : absl::StrCat("'", absl::StrReplaceAll(word, {{"'", "'\\''"}}), "'");
  }
  return line;
}

void EvidenceLog::Header(const Record& record) {
  Text(absl::StrCat("build      ", record.build_id, "\nkind       ",
                    std::string(JobKindName(record.kind)), "\nmanifest   ", record.manifest_id,
                    "\nplatform   ", record.platform, "\nbuild key  ", record.build_key,
                    "\ngeneration ", record.generation, "\nattempt    ", record.attempt,
                    "\nexecutor   ", record.executor, " (pool ", record.pool, ")", "\nstarted    ",
                    TimeText(record.started), "\n"));
}

void EvidenceLog::BeginStage(const std::string& name, absl::Time now) {
  Text(absl::StrCat("\n==== ", name, " (", TimeText(now), ")\n"));
}

void EvidenceLog::EndStage(const std::string& name, absl::Duration duration,
                           const std::string& result) {
  Text(absl::StrFormat("---- %s: %s, %.3f s\n", name, result, absl::ToDoubleSeconds(duration)));
}

void EvidenceLog::Command(const std::vector<std::string>& argv) {
  Text(absl::StrCat("$ ", ShellLine(argv), "\n"));
}

void EvidenceLog::Text(std::string_view text) {
  if (text.empty()) return;
  file_.Append(text);
  if (text.back() != '\n') file_.Append("\n");
}

void EvidenceLog::Verdict(const Record& record) {
  std::string text =
      absl::StrCat("\n==== verdict: ", std::string(OutcomeName(record.outcome)), "\n");
  if (!record.image.empty()) absl::StrAppend(&text, "image   ", record.image, "\n");
  for (const std::string& tag : record.tags) absl::StrAppend(&text, "tag     ", tag, "\n");
  const FailureDetail& failure = record.failure;
  if (record.outcome != Outcome::kCompatible) {
    absl::StrAppend(&text, "class   ", std::string(FailureClassName(failure.failure)), "\n");
    if (!failure.stage.empty()) absl::StrAppend(&text, "stage   ", failure.stage, "\n");
    if (!failure.module_ref.empty()) {
      absl::StrAppend(&text, "module  ", failure.module_ref,
                      failure.fragment_line > 0
                          ? absl::StrCat(", fragment.Dockerfile line ", failure.fragment_line)
                          : "",
                      "\n");
    }
    if (!failure.command.empty()) absl::StrAppend(&text, "command ", failure.command, "\n");
    if (failure.exit_code.has_value()) absl::StrAppend(&text, "exit    ", *failure.exit_code, "\n");
    absl::StrAppend(&text, "message ", failure.message, "\n");
  }
  Text(text);
}

}  // namespace lif
