#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "executor/local/message_json_internal.h"

namespace lif {
namespace {

using Json = nlohmann::ordered_json;

// "compatible" → "OUTCOME_COMPATIBLE".
std::string EnumName(std::string_view prefix, std::string_view name) {
  return absl::StrCat(std::string(prefix), absl::AsciiStrToUpper(std::string(name)));
}

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", time, absl::UTCTimeZone());
}

std::string DurationJson(absl::Duration duration) {
  const int64_t micros = absl::ToInt64Microseconds(duration);
  std::string fraction = absl::StrCat(micros % 1000000);
  fraction.insert(0, 6 - fraction.size(), '0');
  return absl::StrCat(micros / 1000000, ".", fraction, "s");
}

std::string FailureClassJson(FailureClass failure) {
  if (failure == FailureClass::kNone) return "FAILURE_CLASS_UNSPECIFIED";
  return EnumName("FAILURE_CLASS_", FailureClassName(failure));
}

Json FailureJson(const FailureDetail& failure) {
  Json json = {{"failure_class", FailureClassJson(failure.failure)},
               {"stage", failure.stage},
               {"module", failure.module_ref},
               {"fragment_line", failure.fragment_line},
               {"command", failure.command},
               {"message", failure.message}};
  if (failure.exit_code.has_value()) json["exit_code"] = *failure.exit_code;
  return json;
}

const char* VerdictName(Outcome outcome) {
  if (outcome == Outcome::kCompatible) return "VERDICT_PASSED";
  return outcome == Outcome::kIncompatible ? "VERDICT_FAILED" : "VERDICT_NOT_TESTED";
}

const char* ArtifactKindName(const std::string& name) {
  if (name == "evidence.log") return "ARTIFACT_KIND_EVIDENCE_LOG";
  if (name == "build.log") return "ARTIFACT_KIND_BUILD_LOG";
  if (name == "Dockerfile") return "ARTIFACT_KIND_DOCKERFILE";
  if (absl::StartsWith(name, "error-")) return "ARTIFACT_KIND_ERROR_FILE";
  if (absl::EndsWith(name, ".spdx.json")) return "ARTIFACT_KIND_SBOM_SPDX";
  return "ARTIFACT_KIND_OTHER";
}

Json LayerJson(const RecordLayer& layer) {
  return {{"layer_key", layer.layer_key},
          {"module", layer.module_ref},
          {"slot", layer.position == 0 ? "SLOT_UNSPECIFIED" : EnumName("SLOT_", layer.slot)},
          {"disposition", EnumName("LAYER_DISPOSITION_", LayerUseName(layer.use))},
          {"steps_cached", layer.steps_cached},
          {"steps_run", layer.steps_run},
          {"built_by", layer.built_by}};
}

Json TestJson(const TestResult& test) {
  return {{"name", test.name},       {"owner", test.module_ref},
          {"passed", test.passed},   {"exit_code", test.exit_code},
          {"message", test.message}, {"duration", DurationJson(test.duration)}};
}

Json ArtifactJson(const Artifact& artifact) {
  return {{"name", artifact.name},
          {"kind", ArtifactKindName(artifact.name)},
          {"media_type", artifact.media_type},
          {"sha256", artifact.sha256},
          {"size", artifact.size}};
}

void AddParts(const Record& record, Json* json) {
  Json timings = Json::array(), layers = Json::array(), tests = Json::array(),
       artifacts = Json::array();
  for (const auto& [stage, duration] : record.stages) {
    timings.push_back({{"stage", stage}, {"duration", DurationJson(duration)}});
  }
  for (const RecordLayer& layer : record.layers) layers.push_back(LayerJson(layer));
  for (const TestResult& test : record.tests) tests.push_back(TestJson(test));
  for (const Artifact& artifact : record.artifacts) artifacts.push_back(ArtifactJson(artifact));
  (*json)["timings"] = std::move(timings);
  (*json)["layers"] = std::move(layers);
  (*json)["tests"] = std::move(tests);
  (*json)["artifacts"] = std::move(artifacts);
}

}  // namespace

Json SubmittedBuildJson(const JobSpec& job) {
  return {{"manifest_id", job.manifest_id},
          {"platform", job.platform},
          {"disposition", "DISPOSITION_QUEUED"},
          {"build_id", job.build_id},
          {"build_key", job.key},
          {"generation", job.generation},
          {"reason", "local: built here, recorded by no factory"},
          {"pool", job.pool}};
}

Json BuildEventJson(const JobSpec& job, const JobProgress& progress) {
  Json json = {{"build_id", job.build_id},
               {"manifest_id", job.manifest_id},
               {"platform", job.platform},
               {"state", "BUILD_STATE_RUNNING"},
               {"stage", progress.stage},
               {"executor", kLocal},
               {"attempt", 1},
               {"steps_cached", progress.steps_cached},
               {"log_bytes", progress.log_bytes}};
  if (progress.step > 0 || !progress.step_name.empty()) {
    json["step"] = {{"number", progress.step},
                    {"total", progress.steps},
                    {"name", progress.step_name},
                    {"cached", progress.cached}};
  }
  return json;
}

Json EndEventJson(const Record& record) {
  Json json = {{"build_id", record.build_id},
               {"manifest_id", record.manifest_id},
               {"platform", record.platform},
               {"state", "BUILD_STATE_DONE"},
               {"outcome", EnumName("OUTCOME_", OutcomeName(record.outcome))},
               {"executor", record.executor},
               {"attempt", record.attempt},
               {"image", record.image},
               {"steps_cached", record.steps_cached},
               {"last", true}};
  if (record.outcome != Outcome::kCompatible) json["failure"] = FailureJson(record.failure);
  return json;
}

Json RecordJson(const Record& record) {
  const size_t at = record.image.find('@');
  Json json = {{"build_id", record.build_id},
               {"build_key", record.build_key},
               {"generation", record.generation},
               {"manifest_id", record.manifest_id},
               {"platform", record.platform},
               {"outcome", EnumName("OUTCOME_", OutcomeName(record.outcome))},
               {"verdict", VerdictName(record.outcome)},
               {"repository", record.image.substr(0, at)},
               {"image_digest", at == std::string::npos ? "" : record.image.substr(at + 1)},
               {"tags", record.tags},
               {"executor", record.executor},
               {"attempt", record.attempt},
               {"tenant", record.tenant},
               {"pool", record.pool},
               {"submitted_at", TimeText(record.submitted)},
               {"started_at", TimeText(record.started)},
               {"ended_at", TimeText(record.finished)},
               {"effective", false},
               {"steps_cached", record.steps_cached},
               {"steps_run", record.steps_run},
               {"kind", "JOB_KIND_IMAGE"},
               {"base_image", record.base_image},
               {"image_size", record.image_size},
               {"bytes_pushed", record.bytes_pushed},
               {"bytes_pulled", record.bytes_pulled},
               {"bytes_unpacked", record.bytes_unpacked}};
  if (record.outcome != Outcome::kCompatible) json["failure"] = FailureJson(record.failure);
  AddParts(record, &json);
  return json;
}

std::string JsonText(const Json& json, bool indented) {
  return json.dump(indented ? 2 : -1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) +
         "\n";
}

}  // namespace lif
