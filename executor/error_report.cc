#include "executor/error_report.h"

#include <nlohmann/json.hpp>

namespace lif {
namespace {

using Json = nlohmann::ordered_json;

Json TimeJson(absl::Time time) {
  if (time == absl::InfinitePast() || time == absl::InfiniteFuture()) return nullptr;
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone());
}

Json TextOrNull(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

}  // namespace

std::string ErrorReportJson(const Record& record, const std::vector<std::string>& log_tail,
                            const std::string& evidence_sha256) {
  const FailureDetail& failure = record.failure;
  Json report;
  report["kind"] = std::string(JobKindName(record.kind));
  report["build_id"] = record.build_id;
  report["build_key"] = record.build_key;
  report["generation"] = record.generation;
  report["manifest_id"] = record.manifest_id;
  report["platform"] = record.platform;
  report["outcome"] = std::string(OutcomeName(record.outcome));
  report["class"] = std::string(FailureClassName(failure.failure));
  report["stage"] = TextOrNull(failure.stage);
  report["module"] = TextOrNull(failure.module_ref);
  report["fragment_line"] = failure.fragment_line > 0 ? Json(failure.fragment_line) : Json(nullptr);
  report["command"] = TextOrNull(failure.command);
  report["exit_code"] = failure.exit_code.has_value() ? Json(*failure.exit_code) : Json(nullptr);
  report["message"] = failure.message;
  report["cause_build_id"] = TextOrNull(failure.cause_build_id);
  report["attempt"] = record.attempt;
  report["executor"] = record.executor;
  report["submitted"] = TimeJson(record.submitted);
  report["started"] = TimeJson(record.started);
  report["finished"] = TimeJson(record.finished);
  report["log_tail"] = log_tail;
  report["evidence_sha256"] = TextOrNull(evidence_sha256);
  return report.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace lif
