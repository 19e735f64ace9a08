#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "executor/spool_json_internal.h"

namespace lif::spool_json {
namespace {

absl::Duration DurationOf(const Json& json) {
  return absl::Microseconds(json.get<int64_t>());
}

template <typename Enum>
Enum NamedOf(const Json& json, std::optional<Enum> (*parse)(std::string_view)) {
  const auto name = json.get<std::string>();
  const std::optional<Enum> value = parse(name);
  if (!value.has_value()) throw std::runtime_error("unknown word '" + name + "'");
  return *value;
}

Json FailureJson(const FailureDetail& failure) {
  return {{"class", FailureClassName(failure.failure)},
          {"stage", failure.stage},
          {"module", failure.module_ref},
          {"line", failure.fragment_line},
          {"command", failure.command},
          {"exit_code", failure.exit_code.has_value() ? Json(*failure.exit_code) : Json(nullptr)},
          {"message", failure.message},
          {"cause", failure.cause_build_id}};
}

FailureDetail FailureOf(const Json& json) {
  FailureDetail failure;
  failure.failure = NamedOf(json.at("class"), ParseFailureClass);
  json.at("stage").get_to(failure.stage);
  json.at("module").get_to(failure.module_ref);
  json.at("line").get_to(failure.fragment_line);
  json.at("command").get_to(failure.command);
  if (!json.at("exit_code").is_null()) failure.exit_code = json.at("exit_code").get<int>();
  json.at("message").get_to(failure.message);
  json.at("cause").get_to(failure.cause_build_id);
  return failure;
}

Json LayerJson(const RecordLayer& layer) {
  return {{"position", layer.position},
          {"key", layer.layer_key},
          {"module", layer.module_ref},
          {"slot", layer.slot},
          {"use", LayerUseName(layer.use)},
          {"cached", layer.steps_cached},
          {"run", layer.steps_run},
          {"generation", layer.generation},
          {"built_by", layer.built_by},
          {"digest", layer.digest},
          {"diff_ids", layer.diff_ids},
          {"size", layer.size},
          {"us", absl::ToInt64Microseconds(layer.duration)}};
}

RecordLayer LayerOf(const Json& json) {
  RecordLayer layer;
  json.at("position").get_to(layer.position);
  json.at("key").get_to(layer.layer_key);
  json.at("module").get_to(layer.module_ref);
  json.at("slot").get_to(layer.slot);
  layer.use = NamedOf(json.at("use"), ParseLayerUse);
  json.at("cached").get_to(layer.steps_cached);
  json.at("run").get_to(layer.steps_run);
  if (!json.contains("generation")) return layer;
  json.at("generation").get_to(layer.generation);
  json.at("built_by").get_to(layer.built_by);
  json.at("digest").get_to(layer.digest);
  json.at("diff_ids").get_to(layer.diff_ids);
  json.at("size").get_to(layer.size);
  layer.duration = DurationOf(json.at("us"));
  return layer;
}

Json TestJson(const TestResult& test) {
  return {{"name", test.name},       {"module", test.module_ref},
          {"passed", test.passed},   {"exit_code", test.exit_code},
          {"message", test.message}, {"us", absl::ToInt64Microseconds(test.duration)}};
}

TestResult TestOf(const Json& json) {
  TestResult test;
  json.at("name").get_to(test.name);
  json.at("module").get_to(test.module_ref);
  json.at("passed").get_to(test.passed);
  json.at("exit_code").get_to(test.exit_code);
  json.at("message").get_to(test.message);
  test.duration = DurationOf(json.at("us"));
  return test;
}

Json PackageJson(const Package& package) {
  return Json::array({package.type, package.name, package.version, package.arch, package.purl});
}

Package PackageOf(const Json& json) {
  return {json.at(0).get<std::string>(), json.at(1).get<std::string>(),
          json.at(2).get<std::string>(), json.at(3).get<std::string>(),
          json.at(4).get<std::string>()};
}

// What came with version 2.
void ReadMeasures(const Json& json, Record* record) {
  record->kind = NamedOf(json.at("kind"), ParseJobKind);
  json.at("base_image").get_to(record->base_image);
  json.at("image_size").get_to(record->image_size);
  json.at("bytes_pushed").get_to(record->bytes_pushed);
  json.at("bytes_pulled").get_to(record->bytes_pulled);
  json.at("bytes_unpacked").get_to(record->bytes_unpacked);
  json.at("saved_layers").get_to(record->saved_layers);
  record->saved = DurationOf(json.at("saved_us"));
}

}  // namespace

Json TimeJson(absl::Time time) {
  if (time == absl::InfinitePast() || time == absl::InfiniteFuture()) return nullptr;
  return absl::ToUnixMicros(time);
}

absl::Time TimeOf(const Json& json) {
  return json.is_null() ? absl::InfinitePast() : absl::FromUnixMicros(json.get<int64_t>());
}

Json LedgerJson(const std::optional<LedgerLayer>& layer) {
  if (!layer.has_value()) return nullptr;
  return {{"key", layer->layer_key},
          {"generation", layer->generation},
          {"token", layer->token},
          {"build_id", layer->build_id},
          {"platform", layer->platform},
          {"module", layer->module_ref},
          {"repository", layer->repository},
          {"digest", layer->digest},
          {"diff_ids", layer->diff_ids},
          {"size", layer->size},
          {"us", absl::ToInt64Microseconds(layer->duration)},
          {"below_key", layer->below_key},
          {"below_generation", layer->below_generation}};
}

std::optional<LedgerLayer> LedgerOf(const Json& json) {
  if (json.is_null()) return std::nullopt;
  LedgerLayer layer;
  json.at("key").get_to(layer.layer_key);
  json.at("generation").get_to(layer.generation);
  json.at("token").get_to(layer.token);
  json.at("build_id").get_to(layer.build_id);
  json.at("platform").get_to(layer.platform);
  json.at("module").get_to(layer.module_ref);
  json.at("repository").get_to(layer.repository);
  json.at("digest").get_to(layer.digest);
  json.at("diff_ids").get_to(layer.diff_ids);
  json.at("size").get_to(layer.size);
  layer.duration = DurationOf(json.at("us"));
  json.at("below_key").get_to(layer.below_key);
  json.at("below_generation").get_to(layer.below_generation);
  return layer;
}

Json RecordJson(const Record& record) {
  Json stages = Json::object();
  for (const auto& [stage, time] : record.stages) stages[stage] = absl::ToInt64Microseconds(time);
  return {{"kind", JobKindName(record.kind)},
          {"build_id", record.build_id},
          {"build_key", record.build_key},
          {"generation", record.generation},
          {"token", record.token},
          {"manifest_id", record.manifest_id},
          {"platform", record.platform},
          {"pool", record.pool},
          {"executor", record.executor},
          {"tenant", record.tenant},
          {"attempt", record.attempt},
          {"outcome", OutcomeName(record.outcome)},
          {"failure", FailureJson(record.failure)},
          {"image", record.image},
          {"tags", record.tags},
          {"stages_us", std::move(stages)},
          {"steps_cached", record.steps_cached},
          {"steps_run", record.steps_run},
          {"base_image", record.base_image},
          {"image_size", record.image_size},
          {"bytes_pushed", record.bytes_pushed},
          {"bytes_pulled", record.bytes_pulled},
          {"bytes_unpacked", record.bytes_unpacked},
          {"saved_layers", record.saved_layers},
          {"saved_us", absl::ToInt64Microseconds(record.saved)},
          {"submitted_us", TimeJson(record.submitted)},
          {"started_us", TimeJson(record.started)},
          {"finished_us", TimeJson(record.finished)},
          {"layers", ListJson(record.layers, LayerJson)},
          {"tests", ListJson(record.tests, TestJson)},
          {"packages", ListJson(record.packages, PackageJson)}};
}

Record RecordOf(const Json& json, int version) {
  Record record;
  json.at("build_id").get_to(record.build_id);
  json.at("build_key").get_to(record.build_key);
  json.at("generation").get_to(record.generation);
  json.at("token").get_to(record.token);
  json.at("manifest_id").get_to(record.manifest_id);
  json.at("platform").get_to(record.platform);
  json.at("pool").get_to(record.pool);
  json.at("executor").get_to(record.executor);
  json.at("tenant").get_to(record.tenant);
  json.at("attempt").get_to(record.attempt);
  record.outcome = NamedOf(json.at("outcome"), ParseOutcome);
  record.failure = FailureOf(json.at("failure"));
  json.at("image").get_to(record.image);
  json.at("tags").get_to(record.tags);
  for (const auto& [stage, time] : json.at("stages_us").items()) {
    record.stages[stage] = DurationOf(time);
  }
  json.at("steps_cached").get_to(record.steps_cached);
  json.at("steps_run").get_to(record.steps_run);
  record.submitted = TimeOf(json.at("submitted_us"));
  record.started = TimeOf(json.at("started_us"));
  record.finished = TimeOf(json.at("finished_us"));
  record.layers = ListOf(json.at("layers"), LayerOf);
  record.tests = ListOf(json.at("tests"), TestOf);
  record.packages = ListOf(json.at("packages"), PackageOf);
  if (version > 1) ReadMeasures(json, &record);
  return record;
}

}  // namespace lif::spool_json
