#include "controlplane/record_proto.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/ids.h"
#include "controlplane/field_errors.h"
#include "controlplane/proto_values.h"

namespace lif {
namespace {

constexpr int kMaxRecords = 500;  // of RecordReader::ListRecords
constexpr int kDefaultRecords = 100;
constexpr size_t kListedText = 1000;  // of a failure's command and message

bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

v1::Verdict VerdictOf(const Record& record) {
  if (record.outcome == Outcome::kCompatible) return v1::VERDICT_PASSED;
  // What came after the tests does not unsay them.
  if (record.outcome == Outcome::kError && record.failure.stage == "sbom") {
    return v1::VERDICT_PASSED;
  }
  if (record.outcome == Outcome::kIncompatible) return v1::VERDICT_FAILED;
  return v1::VERDICT_NOT_TESTED;
}

void SetTest(const TestResult& test, v1::TestResult* out) {
  out->set_name(Text(test.name));
  out->set_owner(Text(test.module_ref));
  out->set_passed(test.passed);
  out->mutable_exit_code()->set_value(test.exit_code);
  SetDuration(test.duration, out->mutable_duration());
  out->set_message(Text(test.message));
}

void SetLayer(const RecordLayer& layer, v1::RecordLayer* out) {
  out->set_layer_key(layer.layer_key);
  out->set_module(Text(layer.module_ref));
  out->set_slot(SlotOf(layer.slot));
  out->set_disposition(ToProto(layer.use));
  out->set_steps_cached(layer.steps_cached);
  out->set_steps_run(layer.steps_run);
  out->set_layer_generation(layer.generation);
  out->set_built_by(Text(layer.built_by));
  out->set_digest(Text(layer.digest));
  for (const std::string& diff_id : layer.diff_ids) out->add_diff_ids(Text(diff_id));
  out->set_size(layer.size);
  if (layer.duration > absl::ZeroDuration()) SetDuration(layer.duration, out->mutable_duration());
}

void SetMeasures(const Record& record, v1::Record* out) {
  out->set_image_size(record.image_size);
  out->set_bytes_pushed(record.bytes_pushed);
  out->set_bytes_pulled(record.bytes_pulled);
  out->set_bytes_unpacked(record.bytes_unpacked);
  out->set_saved_layers(record.saved_layers);
  SetDuration(record.saved, out->mutable_saved());
}

}  // namespace

v1::ArtifactKind ArtifactKindOf(std::string_view name) {
  if (name == "evidence.log") return v1::ARTIFACT_KIND_EVIDENCE_LOG;
  if (name == "build.log") return v1::ARTIFACT_KIND_BUILD_LOG;
  if (name == "Dockerfile") return v1::ARTIFACT_KIND_DOCKERFILE;
  if (name.substr(0, 6) == "error-") return v1::ARTIFACT_KIND_ERROR_FILE;
  if (EndsWith(name, ".spdx.json")) return v1::ARTIFACT_KIND_SBOM_SPDX;
  if (EndsWith(name, ".cdx.json")) return v1::ARTIFACT_KIND_SBOM_CYCLONEDX;
  if (EndsWith(name, ".intoto.json")) return v1::ARTIFACT_KIND_PROVENANCE;
  return v1::ARTIFACT_KIND_OTHER;
}

void SetArtifact(const Artifact& artifact, v1::Artifact* out) {
  out->set_name(Text(artifact.name));
  out->set_kind(ArtifactKindOf(artifact.name));
  out->set_media_type(Text(artifact.media_type));
  out->set_sha256(artifact.sha256);
  out->set_size(artifact.size);
}

void SetRecord(const Record& record, bool effective, v1::Record* out) {
  out->set_kind(ToProto(record.kind));
  out->set_build_id(record.build_id);
  out->set_build_key(record.build_key);
  out->set_generation(record.generation);
  out->set_token(record.token);
  out->set_manifest_id(Text(record.manifest_id));
  out->set_platform(Text(record.platform));
  out->set_pool(Text(record.pool));
  out->set_executor(Text(record.executor));
  out->set_tenant(Text(record.tenant));
  out->set_attempt(record.attempt);
  out->set_outcome(ToProto(record.outcome));
  out->set_verdict(VerdictOf(record));
  if (record.outcome != Outcome::kCompatible) SetFailure(record.failure, out->mutable_failure());
  const size_t at = record.image.find('@');
  out->set_repository(Text(record.image.substr(0, at)));
  if (at != std::string::npos) out->set_image_digest(Text(record.image.substr(at + 1)));
  for (const std::string& tag : record.tags) out->add_tags(Text(tag));
  for (const auto& [stage, duration] : record.stages) {
    v1::StageTiming* timing = out->add_timings();
    timing->set_stage(Text(stage));
    SetDuration(duration, timing->mutable_duration());
  }
  out->set_steps_cached(record.steps_cached);
  out->set_steps_run(record.steps_run);
  out->set_base_image(Text(record.base_image));
  SetMeasures(record, out);
  if (IsTime(record.submitted)) SetTime(record.submitted, out->mutable_submitted_at());
  if (IsTime(record.started)) SetTime(record.started, out->mutable_started_at());
  if (IsTime(record.finished)) SetTime(record.finished, out->mutable_ended_at());
  out->set_effective(effective);
  for (const RecordLayer& layer : record.layers) SetLayer(layer, out->add_layers());
  for (const TestResult& test : record.tests) SetTest(test, out->add_tests());
  for (const Artifact& artifact : record.artifacts) SetArtifact(artifact, out->add_artifacts());
}

void SetListedRecord(const Record& record, bool effective, v1::Record* out) {
  SetRecord(record, effective, out);
  if (out->has_failure()) ShortenFailure(kListedText, out->mutable_failure());
}

absl::StatusOr<RecordFilter> RecordFilterOf(const v1::ListRecordsRequest& request) {
  FieldErrors errors;
  RecordFilter filter;
  filter.limit = request.page_size() == 0 ? kDefaultRecords : request.page_size();
  if (filter.limit < 1 || filter.limit > kMaxRecords) {
    errors.Add("page_size", absl::StrCat("is ", request.page_size(), "; write 1 to ", kMaxRecords,
                                         ", or 0 for ", kDefaultRecords));
  }
  if (!request.page_token().empty() && !IsUlid(request.page_token())) {
    errors.Add("page_token", "was not answered by ListRecords: leave it empty for the first page");
  }
  filter.manifest_id = request.manifest_id();
  filter.platform = request.platform();
  filter.module = request.module();
  filter.before_build_id = request.page_token();
  filter.effective_only = request.effective_only();
  if (request.outcomes_size() > 1) {
    errors.Add("outcomes", "has several values; this version filters by one");
  }
  for (const int value : request.outcomes()) {
    for (const Outcome outcome : {Outcome::kCompatible, Outcome::kIncompatible, Outcome::kFailed,
                                  Outcome::kError, Outcome::kCancelled}) {
      if (static_cast<int>(ToProto(outcome)) == value) filter.outcome = outcome;
    }
    if (!filter.outcome) errors.Add("outcomes", absl::StrCat("has no value ", value));
  }
  if (request.kind() != v1::JOB_KIND_UNSPECIFIED) {
    filter.kind.reset();
    for (const JobKind kind : {JobKind::kLayer, JobKind::kImage, JobKind::kIndex}) {
      if (ToProto(kind) == request.kind()) filter.kind = kind;
    }
    if (!filter.kind) errors.Add("kind", absl::StrCat("has no value ", request.kind()));
  }
  if (request.has_since()) errors.Add("since", "is not part of this version of lif: leave it out");
  if (request.has_until()) errors.Add("until", "is not part of this version of lif: leave it out");
  if (!errors.empty()) return errors.ToStatus();
  return filter;
}

}  // namespace lif
