// Index jobs: opened by whoever completes the last image, and run.
#include "absl/strings/str_cat.h"
#include "common/base/ids.h"
#include "common/plan/planner.h"
#include "tests/unit/executor/layer_rig.h"

namespace lif {
namespace {

const Platform kArm{"linux", "arm64"};
constexpr char kTag[] = "registry.example/lif/images:web";

class IndexRig : public LayerRig {
 public:
  // As an executor of the other platform records it.
  Record RecordArm(int64_t generation, Outcome outcome, char digit) {
    const auto manifest = catalog->GetManifest("web");
    REQUIRE(manifest.ok());
    Record record;
    record.build_id = NewUlid(clock.Now());
    record.build_key = ComputeIdentity(*manifest, kArm, Recipe())->build_key;
    record.generation = generation;
    record.manifest_id = "web";
    record.platform = "linux/arm64";
    record.outcome = outcome;
    record.finished = clock.Now();
    record.image = "registry.example/lif/images@sha256:" + std::string(64, digit);
    REQUIRE(records.Commit(record).ok());
    registry.Know("registry.example/lif/images:arm-" + std::string(1, digit),
                  "sha256:" + std::string(64, digit), ImageManifest());
    return record;
  }
  std::vector<JobView> IndexJobs() {
    std::vector<JobView> found;
    const auto jobs = queue.ListJobs({});
    REQUIRE(jobs.ok());
    for (const JobView& job : *jobs) {
      if (job.spec.kind == JobKind::kIndex) found.push_back(job);
    }
    return found;
  }
};

TEST_CASE("Who completes the last image has the index made", "[index]") {
  IndexRig rig;
  const Record arm = rig.RecordArm(1, Outcome::kCompatible, '1');
  const std::string build = rig.Submit("web");
  CHECK(rig.RunAll() == 5);  // parked, ca, py, image, index
  const Record amd = rig.MustGetRecord(build);
  REQUIRE(rig.IndexJobs().size() == 1);
  const JobView job = rig.IndexJobs().front();
  CHECK(job.state == JobState::kDone);
  CHECK(job.spec.pool == "amd64");
  const Record record = rig.MustGetRecord(job.spec.build_id);
  CHECK(record.kind == JobKind::kIndex);
  CHECK(record.outcome == Outcome::kCompatible);
  CHECK(record.manifest_id == "web");
  CHECK(record.tags == std::vector<std::string>{kTag});
  CHECK(record.image == "registry.example/lif/images@" + rig.registry.tags().at(kTag));
  REQUIRE(rig.registry.joins().size() == 1);
  CHECK(rig.registry.joins().front() == std::vector<std::string>{amd.image, arm.image});
  // The records of images are these of before.
  CHECK(rig.records.ListRecords({})->size() == 2);
}

TEST_CASE("No index is asked for without an image of each platform that passed", "[index]") {
  IndexRig rig;
  SECTION("there is none") {}
  SECTION("its tests failed") {
    rig.RecordArm(1, Outcome::kIncompatible, '1');
  }
  SECTION("a newer one failed") {
    rig.RecordArm(1, Outcome::kCompatible, '1');
    rig.clock.Advance(absl::Seconds(1));
    rig.RecordArm(2, Outcome::kFailed, '2');
  }
  rig.Submit("web");
  rig.RunAll();
  CHECK(rig.IndexJobs().empty());
  CHECK(rig.registry.tags().count(kTag) == 0);
}

TEST_CASE("A manifest of one platform has no index", "[index]") {
  LayerRig rig;
  rig.services->identity.capabilities = {"gpu"};
  JobSpec spec = rig.Spec("gpu-report");
  spec.pool = "gpu";
  rig.SubmitSpec(spec);
  rig.RunAll("gpu");
  rig.RunAll("amd64");
  rig.RunAll("gpu");
  CHECK(rig.MustGetRecord(spec.build_id).outcome == Outcome::kCompatible);
  CHECK(rig.registry.joins().empty());
}

TEST_CASE("An index of images that have been overtaken moves no tag", "[index]") {
  IndexRig rig;
  rig.RecordArm(1, Outcome::kCompatible, '1');
  rig.Submit("web");
  for (int i = 0; i < 4; ++i) rig.RunNext();
  REQUIRE(rig.IndexJobs().size() == 1);
  rig.clock.Advance(absl::Seconds(1));
  rig.RecordArm(2, Outcome::kCompatible, '2');
  CHECK(rig.RunAll() == 1);
  const Record record = rig.MustGetRecord(rig.IndexJobs().front().spec.build_id);
  CHECK(record.outcome == Outcome::kCancelled);
  CHECK(record.failure.message.find("no longer") != std::string::npos);
  CHECK(rig.registry.joins().empty());
  CHECK(rig.registry.tags().count(kTag) == 0);
}

TEST_CASE("A forged index job joins nothing", "[index]") {
  IndexRig rig;
  rig.RecordArm(1, Outcome::kCompatible, '1');
  JobSpec spec = IndexJobSpec({"web",
                               {{Platform{"linux", "amd64"}, "sha256:" + std::string(64, 'e')},
                                {kArm, "sha256:" + std::string(64, '1')}}},
                              1);
  spec.build_id = NewUlid(rig.clock.Now());
  rig.SubmitSpec(spec);
  rig.RunNext();
  CHECK(rig.registry.joins().empty());
  const JobView job = rig.MustGetJob(spec.build_id);
  CHECK(job.dead);
  CHECK(job.last_error.find("not of images of manifest web") != std::string::npos);
  // A key that is an image's must not get a record of an index.
  CHECK(absl::IsNotFound(rig.records.GetRecord(spec.build_id).status()));
}

}  // namespace
}  // namespace lif
