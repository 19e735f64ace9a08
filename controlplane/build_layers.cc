#include "controlplane/build_layers.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "controlplane/proto_values.h"

namespace lif {
namespace {

std::string BuilderText(const RecordLayer& layer) {
  return layer.built_by.empty() ? "an earlier build" : "build " + layer.built_by;
}

std::string StepsText(const RecordLayer& layer) {
  const int steps = layer.steps_run + layer.steps_cached;
  if (steps == 0) return "this build made it";
  if (layer.steps_cached == 0) {
    return absl::StrCat("this build executed it: ", steps, steps == 1 ? " step" : " steps");
  }
  return absl::StrCat("this build made it: ", layer.steps_run, " of ", steps,
                      " steps executed, the engine's cache had the others");
}

std::string ReasonOf(const RecordLayer& layer) {
  if (layer.position == 0) return "the base";
  switch (layer.use) {
    case LayerUse::kReused:
      return absl::StrCat(BuilderText(layer), " had made it before");
    case LayerUse::kJoined:
      return absl::StrCat(BuilderText(layer), " made it while this one waited");
    case LayerUse::kBuilt:
      break;
  }
  return StepsText(layer);
}

void SetLayer(const RecordLayer& layer, v1::BuildLayer* out) {
  out->set_layer_key(layer.layer_key);
  out->set_module(Text(layer.module_ref));
  out->set_slot(SlotOf(layer.slot));
  out->set_disposition(ToProto(layer.use));
  out->set_reason(Text(ReasonOf(layer)));
  out->set_built_by(Text(layer.built_by));
  out->set_generation(layer.generation);
  if (layer.duration > absl::ZeroDuration()) SetDuration(layer.duration, out->mutable_duration());
  out->set_steps_run(layer.steps_run);
  out->set_steps_cached(layer.steps_cached);
}

// A row of the ledger tells the time of its layer and of those below it that its job built too.
bool HasUnknownTime(const RecordLayer& layer) {
  return layer.position > 0 && layer.use != LayerUse::kBuilt && layer.generation > 0 &&
         layer.duration <= absl::ZeroDuration();
}

}  // namespace

void SetReuse(const Record& record, v1::GetBuildResponse* out) {
  int unknown = 0;
  for (const RecordLayer& layer : record.layers) {
    SetLayer(layer, out->add_layers());
    if (HasUnknownTime(layer)) ++unknown;
  }
  v1::ReuseSaved* saved = out->mutable_saved();
  SetDuration(record.saved, saved->mutable_time());
  saved->set_layers(record.saved_layers);
  saved->set_unknown_layers(unknown);
}

}  // namespace lif
