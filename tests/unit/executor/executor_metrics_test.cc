#include "executor/executor_metrics.h"

#include "absl/strings/match.h"
#include "tests/unit/executor/executor_rig.h"

namespace lif {
namespace {

struct Counted {
  Counted() { rig.services->observer = &metrics; }
  bool Has(const std::string& line) const {
    return absl::StrContains("\n" + registry.Text(), "\n" + line + "\n");
  }

  MetricRegistry registry;
  ExecutorMetrics metrics{&registry};
  ExecutorRig rig;
};

TEST_CASE("A build that passes is counted once in each series", "[metrics]") {
  Counted counted;
  CHECK(counted.Has("lif_leases_lost_total 0"));
  counted.rig.Submit("good");
  counted.rig.RunNext();
  for (const char* line :
       {"lif_jobs_claimed_total{pool=\"amd64\"} 1", "lif_job_wait_seconds_count{pool=\"amd64\"} 1",
        "lif_builds_total{class=\"none\",outcome=\"compatible\",platform=\"linux/amd64\"} 1",
        "lif_build_duration_seconds_count{outcome=\"compatible\"} 1",
        "lif_layers_total{slot=\"app\",use=\"built\"} 1", "lif_tests_total{result=\"passed\"} 3",
        "lif_tests_total{result=\"failed\"} 0", "lif_leases_lost_total 0"}) {
    INFO(line << "\n" << counted.registry.Text());
    CHECK(counted.Has(line));
  }
  for (const char* stage : {"prepare", "render", "contexts", "build", "push", "test", "sbom"}) {
    CHECK(counted.Has(std::string("lif_stage_duration_seconds_count{stage=\"") + stage + "\"} 1"));
  }
  CHECK_FALSE(absl::StrContains(counted.registry.Text(), "lif_stage_failures_total{"));
  CHECK_FALSE(absl::StrContains(counted.registry.Text(), "slot=\"base\""));
}

TEST_CASE("A failure is counted by stage and class, and its retry", "[metrics]") {
  Counted counted;
  BuildFailure failure;
  failure.failure = FailureClass::kInfrastructure;
  failure.message = "the registry is away";
  counted.rig.builder.FailNext(failure);
  counted.rig.Submit("good");
  counted.rig.RunNext();
  CHECK(counted.Has("lif_stage_failures_total{class=\"infrastructure\",stage=\"build\"} 1"));
  CHECK(counted.Has("lif_retries_total{class=\"infrastructure\"} 1"));
  CHECK_FALSE(absl::StrContains(counted.registry.Text(), "lif_builds_total{"));
}

TEST_CASE("A cache that is not exported harms no build, and is counted", "[metrics]") {
  Counted counted;
  CHECK(counted.Has("lif_cache_exports_lost_total 0"));
  counted.rig.builder.LoseNextExport("r/cache:x: connection refused");
  counted.rig.Submit("good");
  counted.rig.RunNext();
  CHECK(counted.Has("lif_cache_exports_lost_total 1"));
  CHECK(counted.Has(
      "lif_builds_total{class=\"none\",outcome=\"compatible\",platform=\"linux/amd64\"} 1"));
}

TEST_CASE("What an author did wrong is a record, and no retry", "[metrics]") {
  Counted counted;
  BuildFailure failure;
  failure.failure = FailureClass::kUser;
  failure.message = "exit code: 7";
  counted.rig.builder.FailNext(failure);
  counted.rig.Submit("good");
  counted.rig.RunNext();
  CHECK(counted.Has(
      "lif_builds_total{class=\"user\",outcome=\"failed\",platform=\"linux/amd64\"} 1"));
  CHECK_FALSE(absl::StrContains(counted.registry.Text(), "lif_retries_total{"));
}

TEST_CASE("Only first claims tell how long the queue is", "[metrics]") {
  MetricRegistry registry;
  ExecutorMetrics metrics(&registry);
  ClaimedJob job;
  job.spec.pool = "gpu";
  job.attempt = 1;
  metrics.Claimed(job, absl::Seconds(4));
  job.crash_count = 1;
  metrics.Claimed(job, absl::Minutes(9));
  job = {};
  job.spec.pool = "gpu";
  job.attempt = 2;
  metrics.Claimed(job, absl::Minutes(9));
  const std::string text = registry.Text();
  CHECK(absl::StrContains(text, "lif_jobs_claimed_total{pool=\"gpu\"} 3\n"));
  CHECK(absl::StrContains(text, "lif_job_wait_seconds_count{pool=\"gpu\"} 1\n"));
  CHECK(absl::StrContains(text, "lif_job_wait_seconds_sum{pool=\"gpu\"} 4\n"));
}

TEST_CASE("A lease that is lost and a job that is buried are counted", "[metrics]") {
  Counted counted;
  JobSpec spec = counted.rig.Spec("good");
  spec.key = std::string(64, 'f');  // not the key of that manifest
  spec.job_id = spec.key + ".1";
  counted.rig.SubmitSpec(spec);
  counted.rig.RunNext();
  CHECK(counted.Has("lif_buried_jobs_total 1"));
  counted.rig.Submit("good");
  const ClaimedJob job = counted.rig.Claim();
  const auto lease = counted.rig.keeper->Hold({job.spec.job_id, job.token});
  lease->Stop(StopReason::kLost);
  counted.rig.runner->Handle(job, *lease);
  counted.rig.keeper->Release(lease);
  CHECK(counted.Has("lif_leases_lost_total 1"));
}

TEST_CASE("The executor's state becomes gauges", "[metrics]") {
  const auto samples = ExecutorSamples({4, 3, true, absl::Seconds(7), {2, 1 << 20}});
  REQUIRE(samples.size() == 6);
  CHECK(samples[0].samples.at(0).value == 4);
  CHECK(samples[1].samples.at(0).value == 3);
  CHECK(samples[2].samples.at(0).value == 1);
  CHECK(samples[3].samples.at(0).value == 7);
  CHECK(samples[4].samples.at(0).value == 2);
  CHECK(samples[5].samples.at(0).value == 1 << 20);
}

}  // namespace
}  // namespace lif
