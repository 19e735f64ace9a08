// What holds of every plan, on random catalogs, ledgers and queues. A failure names its seed.
#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/base/ids.h"
#include "common/queue/submit_check.h"
#include "tests/support/catch.h"
#include "tests/unit/plan/plan_world.h"

namespace lif {
namespace {

constexpr uint64_t kSeeds = 24;

// A catalog, a history, and which builds are asked for.
class Case {
 public:
  explicit Case(uint64_t seed) : random_(seed) {
    catalog_ = RandomCatalog(&random_, 1 + Pick(&random_, 24));
    shared_ = SharedBy(catalog_);
    input_.shared = &shared_;
    if (Pick(&random_, 4) > 0) AddRandomHistory(&random_, catalog_, &input_);
    input_.builds = catalog_;
  }

  std::mt19937_64* random() { return &random_; }
  PlanInput& input() { return input_; }
  const std::vector<BuildToPlan>& catalog() const { return catalog_; }

  Plan Of(const std::vector<BuildToPlan>& builds) const {
    PlanInput input = input_;
    input.builds = builds;
    auto plan = MakePlan(input);
    REQUIRE(plan.ok());
    return *std::move(plan);
  }
  Plan OfAll() const { return Of(input_.builds); }

  // The ledger has it, and neither is that generation spent nor a newer one on its way.
  bool IsUsable(const std::string& key) const {
    const auto row = input_.ledger.find(key);
    if (row == input_.ledger.end()) return false;
    const auto spent = input_.spent.find(key);
    const auto live = input_.live.find(key);
    return (spent == input_.spent.end() || spent->second.newest < row->second.generation) &&
           (live == input_.live.end() || live->second.generation <= row->second.generation);
  }

 private:
  std::mt19937_64 random_;
  std::vector<BuildToPlan> catalog_;
  SharedLayers shared_;
  PlanInput input_;
};

using Jobs = std::map<std::string, PlannedJob>;

Jobs ById(const Plan& plan) {
  Jobs jobs;
  for (const PlannedJob& job : plan.jobs) jobs[job.spec.job_id] = job;
  return jobs;
}

// Follows the edges from the image job down: the runs must tile the chain above what is reused.
std::string ChainProblem(const BuildToPlan& build, const PlannedBuild& planned, const Jobs& jobs,
                         const Case& world) {
  const std::vector<ChainLayer>& layers = build.chain.layers;
  if (planned.layers.size() != layers.size()) return "layers are missing";
  int next = static_cast<int>(layers.size());  // topmost layer that is not covered yet
  std::string id = planned.job_id;
  while (true) {
    const auto job = jobs.find(id);
    if (job == jobs.end()) return "a job is missing";
    if (job->second.last != next) return "a run does not end where the one above begins";
    for (; next >= job->second.first; --next) {
      if (planned.layers[next - 1].job_id != id) return "a layer is said to be built elsewhere";
      if (world.IsUsable(layers[next - 1].key)) {
        return "a layer of the ledger is built again";
      }
    }
    if (job->second.below != (next == 0 ? "" : layers[next - 1].key)) return "it stands elsewhere";
    if (job->second.spec.needs.empty()) break;
    if (job->second.spec.needs.size() != 1) return "it needs more than the layer below";
    id = job->second.spec.needs[0];
    if (jobs.count(id) == 0 || jobs.at(id).spec.key != job->second.below) return "a wrong need";
  }
  if (next > 0 && !world.IsUsable(layers[next - 1].key)) return "it stands on nothing";
  for (int position = next; position >= 1; --position) {
    if (planned.layers[position - 1].use != LayerUse::kReused) return "a layer is not covered";
  }
  return "";
}

TEST_CASE("each build's chain is covered exactly, and no layer of the ledger is built again") {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    Case world(seed);
    const Plan plan = world.OfAll();
    const Jobs jobs = ById(plan);
    for (size_t i = 0; i < plan.builds.size(); ++i) {
      INFO("seed " << seed << ", build " << i);
      REQUIRE(ChainProblem(world.input().builds[i], plan.builds[i], jobs, world) == "");
    }
  }
}

TEST_CASE("no layer is in two jobs") {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    Case world(seed);
    std::map<std::string, std::set<std::string>> made_by;
    for (const PlannedBuild& build : world.OfAll().builds) {
      for (const PlannedLayer& layer : build.layers) {
        if (!layer.job_id.empty()) made_by[layer.key].insert(layer.job_id);
      }
    }
    for (const auto& [key, jobs] : made_by) {
      INFO("seed " << seed << ", layer " << key);
      REQUIRE(jobs.size() == 1);
    }
  }
}

TEST_CASE("parents come first, and the queue takes every chunk") {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    Case world(seed);
    const Plan plan = world.OfAll();
    std::set<std::string> submitted;
    for (std::vector<JobSpec>& chunk : SubmitChunks(plan)) {
      for (JobSpec& spec : chunk) {
        INFO("seed " << seed << ", job " << spec.job_id);
        for (const std::string& need : spec.needs) REQUIRE(submitted.count(need) == 1);
        REQUIRE(submitted.insert(spec.job_id).second);
        spec.build_id = NewUlid(absl::UnixEpoch());
      }
      SubmitRequest request;
      request.request_id = NewUlid(absl::UnixEpoch());
      request.jobs = chunk;
      REQUIRE(CheckSubmit(request).ToString() == "OK");
    }
    REQUIRE(submitted.size() == plan.jobs.size());
  }
}

TEST_CASE("the order of the request does not show") {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    INFO("seed " << seed);
    Case world(seed);
    const Plan plan = world.OfAll();
    std::vector<BuildToPlan> shuffled = world.catalog();
    std::shuffle(shuffled.begin(), shuffled.end(), *world.random());
    const Plan other = world.Of(shuffled);
    REQUIRE(TextsOf(other.jobs) == TextsOf(plan.jobs));
    for (size_t i = 0; i < plan.jobs.size(); ++i)
      REQUIRE(plan.jobs[i].reason == other.jobs[i].reason);
    std::map<std::string, std::string> answers;
    for (const PlannedBuild& build : plan.builds) answers[build.build_key] = build.job_id;
    for (size_t i = 0; i < shuffled.size(); ++i) {
      REQUIRE(other.builds[i].build_key == shuffled[i].build_key);
      REQUIRE(other.builds[i].job_id == answers.at(shuffled[i].build_key));
    }
  }
}

TEST_CASE("batches meet in the jobs of one request for all") {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    INFO("seed " << seed);
    Case world(seed);
    std::vector<std::vector<BuildToPlan>> batches(1 + Pick(world.random(), 5));
    for (const BuildToPlan& build : world.catalog()) {
      batches[Pick(world.random(), static_cast<int>(batches.size()))].push_back(build);
    }
    std::set<std::string> united;
    for (const auto& batch : batches) {
      for (const std::string& text : TextsOf(world.Of(batch).jobs)) united.insert(text);
    }
    const std::vector<std::string> whole = TextsOf(world.OfAll().jobs);
    REQUIRE(united == std::set<std::string>(whole.begin(), whole.end()));
  }
}

TEST_CASE("replicas that race meet: who sees the other's jobs joins every one of them") {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    INFO("seed " << seed);
    Case world(seed);
    const Plan first = world.OfAll();
    for (const PlannedJob& job : first.jobs) {
      if (Pick(world.random(), 2) == 0) continue;  // submitted by the other, up to here
      world.input().live[job.spec.key] = {job.spec.generation, "01OTHER", false};
    }
    const Plan second = world.OfAll();
    REQUIRE(first.jobs.size() == second.jobs.size());
    for (size_t i = 0; i < first.jobs.size(); ++i) {
      REQUIRE(first.jobs[i].spec.job_id == second.jobs[i].spec.job_id);
      REQUIRE(first.jobs[i].spec.needs == second.jobs[i].spec.needs);
      const auto live = world.input().live.find(first.jobs[i].spec.key);
      const bool theirs = live != world.input().live.end() && live->second.build_id == "01OTHER";
      if (theirs) REQUIRE(second.jobs[i].use == LayerUse::kJoined);
    }
  }
}

TEST_CASE("an image that needs a GPU builds no layer, and its layers are in the platform's pool") {
  int seen = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    Case world(seed);
    for (const PlannedJob& job : world.OfAll().jobs) {
      INFO("seed " << seed << ", job " << job.spec.job_id);
      const bool gpu = job.spec.pool.substr(0, 3) == "gpu";
      if (job.spec.kind == JobKind::kLayer) REQUIRE_FALSE(gpu);
      if (!gpu) continue;
      ++seen;
      REQUIRE(job.first > job.last);
    }
  }
  CHECK(seen > 30);
}

TEST_CASE("once the layer jobs are done only images are left, and each stands on its cut") {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    INFO("seed " << seed);
    Case world(seed);
    const Plan plan = world.OfAll();
    for (const PlannedJob& job : plan.jobs) {
      world.input().live.erase(job.spec.key);
      if (job.spec.kind != JobKind::kLayer) continue;
      LedgerLayer row;
      row.layer_key = job.spec.key;
      row.generation = job.spec.generation;
      world.input().ledger[job.spec.key] = row;
    }
    const Plan rest = world.OfAll();
    REQUIRE(rest.jobs.size() ==
            static_cast<size_t>(std::count_if(plan.jobs.begin(), plan.jobs.end(), [](auto& job) {
              return job.spec.kind == JobKind::kImage;
            })));
    for (const PlannedJob& job : rest.jobs) REQUIRE(job.spec.needs.empty());
  }
}

TEST_CASE("all who lost a layer meet in its next generation") {
  int losses = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    Case world(seed);
    // What stands is stood on, one layer of it is lost.
    world.input().live.clear();
    std::set<std::string> stood_on;
    for (const PlannedJob& job : world.OfAll().jobs) {
      if (world.IsUsable(job.below)) stood_on.insert(job.below);
    }
    if (stood_on.empty()) continue;
    ++losses;
    auto lost = stood_on.begin();
    std::advance(lost, Pick(world.random(), static_cast<int>(stood_on.size())));
    const int64_t generation = world.input().ledger.at(*lost).generation;
    world.input().spent[*lost] = {generation, "its digest is gone from the registry"};
    std::set<std::string> jobs;
    for (const BuildToPlan& build : world.catalog()) {  // each loser by itself
      for (const PlannedJob& job : world.Of({build}).jobs) {
        if (job.spec.key == *lost) jobs.insert(job.spec.job_id);
      }
    }
    INFO("seed " << seed);
    REQUIRE(jobs == std::set<std::string>{absl::StrCat(*lost, ".", generation + 1)});
  }
  CHECK(losses > 8);
}

}  // namespace
}  // namespace lif
