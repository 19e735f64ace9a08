// A submit as a graph of jobs: layers, and the images that stand on them.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/ids.h"
#include "tests/unit/controlplane/replica.h"

namespace lif {
namespace {

TEST_CASE("the layers that a build needs are jobs before it, and it waits for them", "[submit]") {
  ControlPlane plane;
  Replica replica(plane);
  const SubmitBuildsOutput output = replica.Submit(Asking({"py-api"}));
  REQUIRE(output.builds.size() == 1);
  CHECK(output.builds[0].reason ==
        "nothing is recorded for its build key; 2 layers to build: security ca-roots@1.0.0, app "
        "python-web@1.0.0");
  REQUIRE(replica.queue.requests.size() == 2);
  const std::vector<JobSpec>& layers = replica.queue.requests[0].jobs;
  const std::vector<JobSpec>& images = replica.queue.requests[1].jobs;
  REQUIRE(layers.size() == 2);
  REQUIRE(images.size() == 1);
  CHECK(layers[0].kind == JobKind::kLayer);
  CHECK(layers[0].needs.empty());
  CHECK(layers[0].manifest_id == "gpu-report");  // the least that has the layer
  CHECK(layers[1].needs == std::vector<std::string>{layers[0].job_id});
  CHECK(images[0].needs == std::vector<std::string>{layers[1].job_id});
  CHECK(images[0].build_id == output.builds[0].build_id);
  CHECK(replica.queue.requests[0].request_id == replica.queue.requests[1].request_id);
  CHECK(replica.queue.requests[1].chunk == 1);
  CHECK(replica.queue.requests[1].chunks == 2);
  CHECK(plane.queue.GetJob(images[0].build_id)->state == JobState::kWaiting);
  plane.Finish(plane.Claim(), Outcome::kCompatible);
  CHECK(plane.ledger.LookUp({layers[0].key, layers[1].key})->size() == 2);
}

TEST_CASE("what the ledger has is reused, and told", "[submit]") {
  ControlPlane plane;
  plane.SubmitOne("py-api");
  plane.Finish(plane.Claim(), Outcome::kCompatible);
  Replica replica(plane);
  const SubmitBuildsOutput output = replica.Submit(Asking({"py-worker", "nginx-site"}));
  CHECK(output.builds[0].reason ==
        "nothing is recorded for its build key; its 2 layers are reused");
  CHECK(output.builds[1].reason ==
        "nothing is recorded for its build key; 1 layer to build: app nginx@1.0.0; 1 reused");
  REQUIRE(replica.queue.requests.size() == 1);
  CHECK(replica.queue.requests[0].jobs.size() == 2);
  CHECK(replica.queue.requests[0].jobs[0].needs.empty());
  CHECK(Jobs(plane, JobKind::kLayer).size() == 2);
}

TEST_CASE("a large graph goes in chunks, and an image only once its layers are in", "[submit]") {
  ControlPlane plane;
  const Manifest like = TestCatalog().manifests.at("py-api");
  std::vector<std::string> ids;
  for (int i = 0; i < 150; ++i) {
    Manifest manifest = like;
    manifest.id = absl::StrCat("variant-", i);
    plane.catalog.AddManifest(manifest);
    ids.push_back(manifest.id);
  }
  Replica replica(plane);
  SubmitBuildsInput input = Asking(ids);
  input.request_id = NewUlid(plane.clock.Now());
  const auto is_layer = [](const JobSpec& job) { return job.kind == JobKind::kLayer; };
  SECTION("all at once") {
    replica.Submit(input);
    REQUIRE(replica.queue.requests.size() == 6);
    std::sort(replica.queue.requests.begin() + 1, replica.queue.requests.end(),
              [](const SubmitRequest& a, const SubmitRequest& b) { return a.chunk < b.chunk; });
    for (int i = 0; i < 6; ++i) {
      const SubmitRequest& request = replica.queue.requests[i];
      CHECK(request.chunk == i);
      CHECK(request.chunks == 6);
      CHECK(request.jobs.size() <= 32);
      CHECK(std::all_of(request.jobs.begin(), request.jobs.end(), is_layer) == (i == 0));
      CHECK(std::any_of(request.jobs.begin(), request.jobs.end(), is_layer) == (i == 0));
    }
  }
  SECTION("when the queue goes away on the way, the same request goes on") {
    replica.queue.away_after = 1;
    absl::Status status = replica.submit.Run(input, kGoing).status();
    CHECK(status.code() == absl::StatusCode::kUnavailable);
    CHECK(status.message() ==
          "the queue is away; 2 layers are queued: submit again, they are joined");
    replica.queue.away_after = 3;
    status = replica.submit.Run(input, kGoing).status();
    CHECK(status.message() ==
          "the queue is away; 32 of 150 builds are queued: submit again, they are joined");
    replica.queue.away_after.reset();
    CHECK(replica.Submit(input).builds.size() == 150);
  }
  CHECK(Jobs(plane, JobKind::kLayer).size() == 2);
  CHECK(Jobs(plane, JobKind::kImage).size() == 150);
}

TEST_CASE("a build for a GPU needs its own pool, and that of the layers", "[submit]") {
  ControlPlane plane;
  plane.RegisterExecutor("executor-1", "gpu");
  Replica replica(plane);
  SubmitBuildsInput input = Asking({"gpu-report"});
  SECTION("the pool that is missing is warned of") {
    const SubmitBuildsOutput output = replica.Submit(input);
    CHECK(output.builds[0].pool == "gpu");
    REQUIRE(output.warnings.size() == 1);
    CHECK(output.warnings[0] ==
          "no registered executor serves pool amd64: 1 build waits until one is started, with "
          "lif-executor --platform linux/amd64 --pool amd64");
    for (const JobView& job : Jobs(plane, JobKind::kLayer)) CHECK(job.spec.pool == "amd64");
    CHECK(Jobs(plane, JobKind::kLayer).size() == 2);
  }
  SECTION("or refused, and its layers with it") {
    input.reject_unschedulable = true;
    const SubmitBuildsOutput output = replica.Submit(input);
    CHECK(output.builds[0].invalid_code == "UNSCHEDULABLE");
    CHECK(output.builds[0].reason ==
          "no registered executor serves pool amd64, which builds its layers; start one, or submit "
          "without --reject-unschedulable");
    CHECK(plane.queue.ListJobs({}).value().empty());
  }
  SECTION("but not once its layers are there") {
    plane.SubmitOne("py-api");
    plane.Finish(plane.Claim(), Outcome::kCompatible);
    input.reject_unschedulable = true;
    const SubmitBuildsOutput output = replica.Submit(input);
    CHECK(output.builds[0].answer == SubmitAnswer::kQueued);
    CHECK(output.warnings.empty());
  }
}

TEST_CASE("validate_only tells of the layers, and asks for none", "[submit]") {
  ControlPlane plane;
  Replica replica(plane);
  SubmitBuildsInput input = Asking({"nginx-site"});
  input.validate_only = true;
  const SubmitBuildsOutput output = replica.Submit(input);
  CHECK(output.builds[0].reason ==
        "nothing is recorded for its build key; 2 layers to build: security ca-roots@1.0.0, app "
        "nginx@1.0.0");
  CHECK(replica.queue.requests.empty());
}

}  // namespace
}  // namespace lif
