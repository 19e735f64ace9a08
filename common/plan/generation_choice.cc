#include "common/plan/generation_choice.h"

#include "absl/strings/str_cat.h"

namespace lif {

GenerationChoice ChooseGeneration(const PlanInput& input, const std::string& key, int64_t least) {
  GenerationChoice choice;
  choice.generation = least;
  if (const SpentGenerations* spent = FindKey(input.spent, key)) {
    if (spent->newest >= least) {
      choice.generation = spent->newest + 1;
      choice.reason = absl::StrCat("generation ", spent->newest, ": ", spent->reason);
    }
  }
  const LiveJob* live = FindKey(input.live, key);
  if (live == nullptr || live->generation < choice.generation) return choice;
  choice.build_id = live->stopping ? "" : live->build_id;
  choice.use = live->stopping ? LayerUse::kBuilt : LayerUse::kJoined;
  choice.generation = live->stopping ? live->generation + 1 : live->generation;
  choice.reason = absl::StrCat("build ", live->build_id,
                               live->stopping ? " of it is being stopped" : " is making it");
  return choice;
}

}  // namespace lif
