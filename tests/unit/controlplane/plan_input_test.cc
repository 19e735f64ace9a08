#include "controlplane/plan_input.h"

#include "absl/strings/str_cat.h"
#include "common/base/ids.h"
#include "common/plan/planner.h"
#include "controlplane/manifest_cache.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/memory_catalog_reader.h"
#include "tests/fakes/memory_job_queue.h"
#include "tests/fakes/memory_layer_ledger.h"
#include "tests/fakes/memory_record_store.h"
#include "tests/support/catch.h"
#include "tests/support/test_catalog.h"

namespace lif {
namespace {

const std::function<bool()> kGoing;

// Stores with what other builds left in them, and the plan for py-api on linux/amd64: ca-roots is
// stable, python-web is shared.
struct Stores {
  FakeClock clock;
  MemoryCatalogReader catalog{TestCatalog()};
  MemoryRecordStore records;
  MemoryLayerLedger ledger;
  MemoryJobQueue queue{&clock};
  LayerIndex layers{catalog, Recipe()};
  ManifestCache manifests{catalog, Recipe(), 1 << 20, clock};
  PlanInput input;
  std::shared_ptr<const SharedLayers> shared;

  PlanSources sources() { return {layers, ledger, records, queue}; }

  void Ask(const std::string& manifest_id) {
    const auto manifest = manifests.Get(manifest_id).value();
    const PlatformOffer* offer = manifest->Find({"linux", "amd64"});
    REQUIRE(offer != nullptr);
    BuildToPlan build;
    build.manifest_id = manifest_id;
    build.platform = offer->platform;
    build.build_key = offer->identity.build_key;
    build.requires_ = offer->identity.requires_;
    build.chain = ChainOf(manifest->manifest, offer->identity);
    input.builds.push_back(std::move(build));
  }

  Plan Planned() {
    auto completed = CompletePlanInput(sources(), kGoing, &input);
    INFO(completed.status().ToString());
    REQUIRE(completed.ok());
    shared = *std::move(completed);
    auto plan = MakePlan(input);
    INFO(plan.status().ToString());
    REQUIRE(plan.ok());
    return *std::move(plan);
  }

  // Submits the jobs of a plan as another request.
  std::vector<SubmitOutcome> Submit(const std::vector<PlannedJob>& jobs) {
    SubmitRequest request;
    request.request_id = NewUlid(clock.Now());
    for (const PlannedJob& job : jobs) {
      request.jobs.push_back(job.spec);
      request.jobs.back().build_id = NewUlid(clock.Now());
    }
    return queue.Submit(request).value();
  }

  void Record(const JobSpec& spec, const std::string& build_id, Outcome outcome) {
    lif::Record record;
    record.build_id = build_id;
    record.build_key = spec.key;
    record.generation = spec.generation;
    record.token = 1;
    record.manifest_id = spec.manifest_id;
    record.platform = spec.platform;
    record.outcome = outcome;
    REQUIRE(records.Commit(record).ok());
  }

  void Push(const JobSpec& spec, const std::string& build_id) {
    LedgerLayer layer;
    layer.layer_key = spec.key;
    layer.generation = spec.generation;
    layer.build_id = build_id;
    layer.platform = spec.platform;
    layer.module_ref = "ca-roots@1.0.0";
    layer.repository = "127.0.0.1:5000/lif/layers";
    layer.digest = "sha256:" + std::string(64, 'c');
    layer.diff_ids = {"sha256:" + std::string(64, 'd')};
    REQUIRE(ledger.Commit(layer).ok());
  }
};

std::vector<std::string> Generations(const Plan& plan) {
  std::vector<std::string> all;
  for (const PlannedJob& job : plan.jobs) {
    all.push_back(absl::StrCat(std::string(JobKindName(job.spec.kind)), " ", job.spec.generation,
                               job.use == LayerUse::kJoined ? " joined" : ""));
  }
  return all;
}

using Strings = std::vector<std::string>;

TEST_CASE("where nothing is known all is built, and each source is asked once", "[plan_input]") {
  Stores stores;
  stores.Ask("py-api");
  stores.Ask("gpu-report");
  stores.Ask("nginx-site");
  const Plan plan = stores.Planned();
  CHECK(Generations(plan) == Strings{"layer 1", "layer 1", "image 1", "image 1", "image 1"});
  CHECK(stores.ledger.lookups() == 1);
  CHECK(stores.records.lookups() == 1);
}

TEST_CASE("what the ledger has is stood on", "[plan_input]") {
  Stores stores;
  stores.Ask("py-api");
  const Plan cold = stores.Planned();
  const std::string build_id = NewUlid(stores.clock.Now());
  stores.Push(cold.jobs[0].spec, build_id);
  stores.Record(cold.jobs[0].spec, build_id, Outcome::kCompatible);
  const Plan plan = stores.Planned();
  CHECK(Generations(plan) == Strings{"layer 1", "image 1"});
  CHECK(plan.builds[0].layers[0].use == LayerUse::kReused);
  CHECK(plan.builds[0].layers[0].reason == "build " + build_id + " made it");
  CHECK(stores.input.spent.empty());
}

TEST_CASE("live jobs are joined, of layers and of images", "[plan_input]") {
  Stores stores;
  stores.Ask("py-api");
  const Plan cold = stores.Planned();
  const auto outcomes = stores.Submit(cold.jobs);
  const Plan plan = stores.Planned();
  CHECK(Generations(plan) == Strings{"layer 1 joined", "layer 1 joined", "image 1 joined"});
  CHECK(plan.builds[0].build_id == outcomes[2].build_id);
  CHECK(plan.builds[0].layers[0].reason == "build " + outcomes[0].build_id + " is making it");
}

TEST_CASE("a job that is being stopped makes way for the next generation", "[plan_input]") {
  Stores stores;
  stores.Ask("py-api");
  const Plan cold = stores.Planned();
  const auto outcomes = stores.Submit({cold.jobs[0]});
  REQUIRE(stores.queue.Cancel(outcomes[0].build_id, "").ok());
  Plan plan = stores.Planned();
  CHECK(Generations(plan) == Strings{"layer 2", "layer 1", "image 1"});
  // Whoever came first has opened it: it is joined.
  stores.Submit({plan.jobs[0].spec.generation == 2 ? plan.jobs[0] : plan.jobs[1]});
  plan = stores.Planned();
  CHECK(Generations(plan) == Strings{"layer 2 joined", "layer 1", "image 1"});
}

TEST_CASE("a layer that failed is spent, by its record or by the queue alone", "[plan_input]") {
  Stores stores;
  stores.Ask("py-api");
  const Plan cold = stores.Planned();
  const std::string build_id = stores.Submit({cold.jobs[0]})[0].build_id;
  SECTION("its record says so") {
    stores.Record(cold.jobs[0].spec, build_id, Outcome::kFailed);
  }
  SECTION("a dead letter has no record") {
    const auto job = stores.queue.Claim({"executor-1", "amd64", "nonce-1", absl::Seconds(30)});
    REQUIRE(stores.queue.Bury({(*job)->spec.job_id, (*job)->token}, "not in the catalog").ok());
  }
  const Plan plan = stores.Planned();
  CHECK(Generations(plan) == Strings{"layer 2", "layer 1", "image 1"});
  const SpentGenerations& spent = stores.input.spent.at(cold.jobs[0].spec.key);
  CHECK(spent.newest == 1);
  CHECK((spent.reason == "build " + build_id + " ended as failed" ||
         spent.reason == "build " + build_id + " ended as error"));
}

TEST_CASE("a record without a row in the ledger is spent: the ledger was set back",
          "[plan_input]") {
  Stores stores;
  stores.Ask("py-api");
  const Plan cold = stores.Planned();
  const std::string build_id = NewUlid(stores.clock.Now());
  stores.Record(cold.jobs[0].spec, build_id, Outcome::kCompatible);
  CHECK(Generations(stores.Planned()) == Strings{"layer 2", "layer 1", "image 1"});
  CHECK(stores.input.spent.at(cold.jobs[0].spec.key).reason ==
        "build " + build_id + " made it, but the ledger lost it");
}

TEST_CASE("a live job above the ledger's row says that the row is lost", "[plan_input]") {
  Stores stores;
  stores.Ask("py-api");
  const Plan cold = stores.Planned();
  stores.Push(cold.jobs[0].spec, NewUlid(stores.clock.Now()));
  PlannedJob next = cold.jobs[0];
  next.spec.generation = 2;
  next.spec.job_id = next.spec.key + ".2";
  stores.Submit({next});
  CHECK(Generations(stores.Planned()) == Strings{"layer 2 joined", "layer 1", "image 1"});
}

TEST_CASE("what a record answers needs no look-up of its layers", "[plan_input]") {
  Stores stores;
  stores.Ask("py-api");
  stores.input.builds[0].reused_build_id = NewUlid(stores.clock.Now());
  CHECK(stores.Planned().jobs.empty());
  CHECK(stores.ledger.lookups() == 0);
}

TEST_CASE("a source that is away, or a client that left, ends it", "[plan_input]") {
  Stores stores;
  stores.Ask("py-api");
  const absl::Status away = absl::UnavailableError("the store is away");
  const auto code = [&stores] {
    return CompletePlanInput(stores.sources(), kGoing, &stores.input).status().code();
  };
  stores.catalog.SetAway(away);
  CHECK(code() == absl::StatusCode::kUnavailable);
  stores.catalog.SetAway(absl::OkStatus());
  stores.ledger.SetAway(away);
  CHECK(code() == absl::StatusCode::kUnavailable);
  stores.ledger.SetAway(absl::OkStatus());
  stores.records.SetAway(away);
  CHECK(code() == absl::StatusCode::kUnavailable);
  stores.records.SetAway(absl::OkStatus());
  stores.queue.SetAway(away);
  CHECK(code() == absl::StatusCode::kUnavailable);
  stores.queue.SetAway(absl::OkStatus());
  const std::function<bool()> left = [] { return true; };
  CHECK(absl::IsCancelled(CompletePlanInput(stores.sources(), left, &stores.input).status()));
}

}  // namespace
}  // namespace lif
