// Finds what a job stands on: the topmost layer below its own that the ledger has and that is still
// in the registry. A cut layer that is missing is never built here (design.md §6: once in the
// fleet); it becomes a job that this one waits for.
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "executor/layer_account.h"
#include "executor/layer_planner.h"
#include "executor/retry.h"
#include "executor/stage.h"

namespace lif {
namespace {

constexpr char kGone[] = "its digest is gone from the registry";
// Reads of the ledger, when layers come into it while this job plans them.
constexpr int kMaxReads = 3;

class Ground {
 public:
  explicit Ground(const StageContext& context)
      : context_(context),
        run_(context.run),
        modules_(static_cast<int>(run_.manifest.stack.size())),
        own_(run_.top > 0 ? run_.top : modules_ + 1) {}

  StageResult Go() {
    for (int reads = 0; reads < kMaxReads; ++reads) {
      if (const absl::Status read = ReadLedger(); !read.ok()) return Retryable(read);
      if (HasOwnRow()) return std::nullopt;
      SpentLayers spent;
      if (const absl::Status found = FindGround(&spent); !found.ok()) return Retryable(found);
      if (!LacksCut(spent)) {
        AccountForLayers(run_);
        return std::nullopt;
      }
      StageResult planned = PlanLayers(context_, std::move(spent));
      if (planned.has_value()) return planned;
    }
    return Retryable(FailureClass::kTransient, "its layers came and went while it looked");
  }

 private:
  const std::string& KeyAt(int position) const { return run_.identity.chain.at(position).key; }

  absl::Status ReadLedger() {
    std::vector<std::string> keys;
    for (int position = 1; position <= modules_; ++position) keys.push_back(KeyAt(position));
    return RetryWhileAway(context_.services.clock, {context_.services.limits.settle, context_.stop},
                          [&]() -> absl::Status {
                            LIF_ASSIGN_OR_RETURN(std::vector<LedgerLayer> rows,
                                                 context_.services.ledger->LookUp(keys));
                            run_.ledger.clear();
                            for (LedgerLayer& row : rows)
                              run_.ledger.emplace(row.layer_key, std::move(row));
                            return absl::OkStatus();
                          });
  }

  // Whoever crashed after writing the ledger left the record to us.
  bool HasOwnRow() {
    if (run_.top == 0) return false;
    const auto row = run_.ledger.find(run_.job.spec.key);
    if (row == run_.ledger.end() || row->second.generation < run_.job.spec.generation) return false;
    run_.made = row->second;
    run_.in_ledger = true;
    run_.Say(absl::StrCat("The ledger has this layer: build ", row->second.build_id, " made ",
                          ImageOf(row->second), "\n"));
    AccountForLayers(run_);
    return true;
  }

  // From the top down until one is intact; those that are not are spent.
  absl::Status FindGround(SpentLayers* spent) {
    run_.below = 0;
    run_.ground.clear();
    run_.grounds = ImageManifest();
    for (int position = own_ - 1; position >= 1; --position) {
      const auto row = run_.ledger.find(KeyAt(position));
      if (row == run_.ledger.end()) continue;
      const absl::StatusOr<ImageManifest> found = Find(ImageOf(row->second));
      if (absl::IsNotFound(found.status())) {
        run_.Say(absl::StrCat("Layer ", row->second.module_ref,
                              " is lost: ", std::string(found.status().message()), "\n"));
        if (context_.services.observer != nullptr) context_.services.observer->LayerLost();
        (*spent)[row->first] = {row->second.generation, kGone};
        continue;
      }
      if (!found.ok()) return found.status();
      run_.below = position;
      run_.ground = ImageOf(row->second);
      run_.grounds = *found;
      return absl::OkStatus();
    }
    return absl::OkStatus();
  }

  absl::StatusOr<ImageManifest> Find(const std::string& image) {
    absl::StatusOr<ImageManifest> found = ImageManifest();
    (void)RetryWhileAway(context_.services.clock, {context_.deadline, context_.stop}, [&] {
      found = context_.services.registry.Find(image, context_.deadline, context_.stop);
      return found.status();
    });
    return found;
  }

  // A layer between ground and own that is not for this job to build.
  bool LacksCut(const SpentLayers& spent) const {
    const Chain chain = ChainOf(run_.manifest, run_.identity);
    for (int position = run_.below + 1; position < own_; ++position) {
      const ChainLayer& layer = chain.layers.at(position - 1);
      if (layer.stable || spent.count(layer.key) > 0) return true;
    }
    return run_.top == 0 && !run_.identity.requires_.empty() && run_.below < modules_;
  }

  const StageContext& context_;
  BuildRun& run_;
  const int modules_;
  const int own_;  // position of the layer that the job is to bring; above all for an image job
};

}  // namespace

StageResult LayersStage(const StageContext& context) {
  if (context.services.ledger == nullptr) return std::nullopt;
  StageResult result = Ground(context).Go();
  if (result.has_value()) return result;
  BuildRun& run = context.run;
  run.evidence.Text(run.ground.empty()
                        ? "stands on the base"
                        : absl::StrCat("stands on layer ", run.below, ": ", run.ground));
  return std::nullopt;
}

}  // namespace lif
