#include "cli/record_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/build_report.h"
#include "cli/slot_text.h"
#include "cli/table.h"
#include "cli/text.h"

namespace lif {
namespace {

std::string TookText(const v1::Record& record) {
  if (!record.has_started_at() || !record.has_ended_at()) return "";
  return DurationText(TimeOf(record.ended_at()) - TimeOf(record.started_at()));
}

std::string StampText(bool has, const google::protobuf::Timestamp& time) {
  return has ? TimeText(TimeOf(time)) : "";
}

std::string_view UseText(v1::LayerDisposition disposition) {
  switch (disposition) {
    case v1::LAYER_DISPOSITION_REUSED:
      return "reused";
    case v1::LAYER_DISPOSITION_JOINED:
      return "joined";
    case v1::LAYER_DISPOSITION_BUILT:
      return "built";
    default:
      return "";
  }
}

// Which failure, in a few words: the first line of its message.
std::string FailureLine(const v1::Failure& failure) {
  const std::string why = WhyText(failure);
  const std::string line = why.substr(0, why.find('\n'));
  return failure.module().empty() ? line : absl::StrCat(failure.module(), ": ", line);
}

std::string Heading(const Style& style, const char* text) {
  return absl::StrCat("\n", style.Paint(Tone::kStrong, text), "\n");
}

// An image without a list of its packages should not pass for one that has none.
std::string SbomText(const v1::Record& record) {
  for (const v1::Artifact& artifact : record.artifacts()) {
    if (artifact.kind() == v1::ARTIFACT_KIND_SBOM_SPDX) {
      return absl::StrCat("SPDX 2.3, ", SizeText(artifact.size()), "; lif sbom ",
                          record.build_id());
    }
  }
  return record.image_digest().empty() ? "" : "none was made";
}

// What a layer that was not built here was taken from, or the build that made it.
std::string MadeByText(const v1::Record& record, const v1::RecordLayer& layer) {
  if (layer.built_by().empty() || layer.built_by() == record.build_id()) return "";
  return layer.layer_generation() > 1
             ? absl::StrCat(layer.built_by(), ", generation ", layer.layer_generation())
             : layer.built_by();
}

std::string MovedText(const v1::Record& record) {
  std::vector<std::string> parts;
  const auto add = [&parts](const char* what, int64_t bytes) {
    if (bytes > 0) parts.push_back(absl::StrCat(what, " ", SizeText(bytes)));
  };
  add("pushed", record.bytes_pushed());
  add("pulled", record.bytes_pulled());
  add("unpacked", record.bytes_unpacked());
  return absl::StrJoin(parts, ", ");
}

std::string SavedText(const v1::Record& record) {
  if (record.saved_layers() == 0) return "";
  const absl::Duration saved = DurationOf(record.saved());
  return absl::StrCat(record.saved_layers(), record.saved_layers() == 1 ? " layer" : " layers",
                      " not built here",
                      saved > absl::ZeroDuration() ? ", which took " + DurationText(saved) : "");
}

std::string RenderLayers(const v1::Record& record, const Style& style, size_t width) {
  Table table{{{"LAYER"}, {"SLOT"}, {"STEPS"}, {""}, {"MADE BY"}, {"KEY", false, true}}, {}};
  for (const v1::RecordLayer& layer : record.layers()) {
    std::string steps;
    if (layer.steps_cached() + layer.steps_run() > 0) {
      steps = absl::StrCat(layer.steps_cached(), " cached, ", layer.steps_run(), " run");
    }
    const bool is_base = layer.module().empty();
    table.rows.push_back({is_base ? "base" : layer.module(),
                          is_base ? "base" : SlotText(layer.slot()),
                          steps,
                          std::string(UseText(layer.disposition())),
                          {MadeByText(record, layer), Tone::kDim},
                          {layer.layer_key(), Tone::kDim}});
  }
  return Heading(style, "layers") + RenderTable(table, style, width);
}

std::string RenderTests(const v1::Record& record, const Style& style, size_t width) {
  Table table{{{""}, {"TEST"}, {"OF"}, {"EXIT", true}, {"TIME", true}, {"WHY", false, true}}, {}};
  for (const v1::TestResult& test : record.tests()) {
    const Tone tone = test.passed() ? Tone::kGood : Tone::kBad;
    table.rows.push_back({{test.passed() ? style.Tick() : style.Cross(), tone},
                          test.name(),
                          test.owner().empty() ? std::string("template") : test.owner(),
                          test.has_exit_code() ? absl::StrCat(test.exit_code().value()) : "-",
                          DurationText(DurationOf(test.duration())),
                          {SafeForTerminal(test.message(), style), tone}});
  }
  return Heading(style, "tests") + RenderTable(table, style, width);
}

}  // namespace

std::string RenderRecordList(const google::protobuf::RepeatedPtrField<v1::Record>& records,
                             const Style& style, absl::Time now, size_t width) {
  Table table{{{"BUILD"},
               {"MANIFEST"},
               {"PLATFORM"},
               {"OUTCOME"},
               {"TIME", true},
               {"ENDED", true},
               {"TAG OR REASON", false, true}},
              {}};
  for (const v1::Record& record : records) {
    std::string note = record.has_failure()     ? FailureLine(record.failure())
                       : record.tags_size() > 0 ? record.tags(0)
                                                : "";
    table.rows.push_back(
        {{record.build_id(), Tone::kDim},
         {record.manifest_id(), Tone::kStrong},
         record.platform(),
         {std::string(OutcomeText(record.outcome())), OutcomeTone(record.outcome())},
         TookText(record),
         record.has_ended_at() ? AgoText(TimeOf(record.ended_at()), now) : "",
         SafeForTerminal(note, style)});
  }
  return RenderTable(table, style, width);
}

std::string RenderArtifacts(const google::protobuf::RepeatedPtrField<v1::Artifact>& artifacts,
                            const Style& style, size_t width) {
  Table table{{{"ARTIFACT"}, {"SIZE", true}, {"TYPE"}, {"SHA-256", false, true}}, {}};
  for (const v1::Artifact& artifact : artifacts) {
    table.rows.push_back({artifact.name(),
                          SizeText(artifact.size()),
                          artifact.media_type(),
                          {artifact.sha256(), Tone::kDim}});
  }
  return RenderTable(table, style, width);
}

std::string RenderRecord(const v1::Record& record, const Style& style, absl::Time now,
                         size_t width) {
  const Tone tone = OutcomeTone(record.outcome());
  const bool good = record.outcome() == v1::OUTCOME_COMPATIBLE;
  std::string out = absl::StrCat(
      style.Paint(tone, good ? style.Tick() : style.Cross()), " ",
      style.Paint(tone, OutcomeText(record.outcome())), "  ",
      style.Paint(Tone::kStrong, record.manifest_id()), " ", record.platform(), "  ",
      style.Paint(Tone::kDim, record.has_ended_at() ? AgoText(TimeOf(record.ended_at()), now) : ""),
      "\n");
  std::vector<Field> fields;
  if (record.has_failure()) fields = FailureFields(record.failure(), style);
  std::string image;
  if (!record.image_digest().empty()) {
    image = absl::StrCat(record.repository(), "@", record.image_digest());
  }
  const std::vector<Field> facts = {
      {"image", image},
      {"tags", absl::StrJoin(record.tags(), "\n")},
      {"size", record.image_size() > 0 ? SizeText(record.image_size()) : ""},
      {"sbom", record.kind() == v1::JOB_KIND_LAYER ? "" : SbomText(record)},
      {"saved", SavedText(record)},
      {"moved", MovedText(record)},
      {"steps", StepsText(record)},
      {"time",
       absl::StrCat(TookText(record), StagesText(record).empty() ? "" : ": ", StagesText(record))},
      {"submitted", StampText(record.has_submitted_at(), record.submitted_at())},
      {"started", StampText(record.has_started_at(), record.started_at())},
      {"ended", StampText(record.has_ended_at(), record.ended_at())},
      {"executor", record.executor()},
      {"pool", record.pool()},
      {"attempt", absl::StrCat(record.attempt())},
      {"generation",
       absl::StrCat(record.generation(), record.effective() ? ", answers for its key" : "")},
      {"tenant", record.tenant()},
      {"base", record.base_image()},
      {"build ID", record.build_id()},
      {"build key", record.build_key()}};
  fields.insert(fields.end(), facts.begin(), facts.end());
  out += RenderFields(fields, style);
  if (record.layers_size() > 0) out += RenderLayers(record, style, width);
  if (record.tests_size() > 0) out += RenderTests(record, style, width);
  if (record.artifacts_size() > 0) {
    out += Heading(style, "artifacts") + RenderArtifacts(record.artifacts(), style, width);
    absl::StrAppend(&out, "\nprint one with: lif evidence ", record.build_id(),
                    " --artifact NAME\n");
  }
  return out;
}

}  // namespace lif
