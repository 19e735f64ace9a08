#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/ids.h"
#include "tests/contracts/queue_steps.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

absl::Status Refusal(QueueHarness& queue, const SubmitRequest& request) {
  return queue.jobs().Submit(request).status();
}

void RefusedRequests(QueueHarness& queue) {
  SubmitRequest request = TestRequest({TestJob("a")});
  SECTION("a tenant that would break a key") {
    request.tenant = "a:b";
    REQUIRE(Refusal(queue, request).message() == "tenant: write [a-z0-9][a-z0-9._-]{0,62}");
  }
  SECTION("a priority out of range") {
    request.priority = 11;
    REQUIRE(Refusal(queue, request).message() == "priority: write -10 to 10");
  }
  SECTION("no job") {
    request.jobs.clear();
    REQUIRE(Refusal(queue, request).message() == "jobs: write 1 to 64");
  }
  SECTION("more jobs than a chunk holds") {
    request.jobs.assign(65, TestJob("a"));
    REQUIRE(Refusal(queue, request).message() == "jobs: write 1 to 64");
  }
  SECTION("a job ID that is not of its key") {
    request.jobs[0].job_id = TestJobId("b");
    REQUIRE(Refusal(queue, request).message() ==
            "jobs[0].job_id: it is not made of the job's key and generation");
  }
  SECTION("a job that needs itself") {
    request.jobs[0].needs = {request.jobs[0].job_id};
    REQUIRE(absl::IsInvalidArgument(Refusal(queue, request)));
  }
  SECTION("a need that nobody submitted") {
    request.jobs.push_back(TestJob("b", {"missing"}));
    REQUIRE(absl::IsInvalidArgument(Refusal(queue, request)));
  }
  SECTION("a build ID that another job has") {
    JobSpec other = TestJob("b");
    other.build_id = request.jobs[0].build_id;
    request.jobs.push_back(other);
    REQUIRE(absl::IsInvalidArgument(Refusal(queue, request)));
  }
  // All or nothing.
  REQUIRE(queue.jobs().ListJobs({})->empty());
  REQUIRE(!MustClaim(queue).has_value());
}

void Joining(QueueHarness& queue) {
  const SubmitRequest first = TestRequest({TestJob("a")});
  const std::string build_id = MustSubmit(queue, first)[0].build_id;
  REQUIRE(build_id == first.jobs[0].build_id);

  SECTION("the same request again changes nothing") {
    const SubmitOutcome again = MustSubmit(queue, first)[0];
    REQUIRE(again.disposition == SubmitDisposition::kQueued);
    REQUIRE(again.build_id == build_id);
  }
  SECTION("another request meets the job that is there") {
    const SubmitOutcome joined = MustSubmit(queue, TestRequest({TestJob("a")}, "other"))[0];
    REQUIRE(joined.disposition == SubmitDisposition::kJoined);
    REQUIRE(joined.build_id == build_id);
    REQUIRE(!joined.stopping);
    REQUIRE(MustGet(queue, build_id).tenants == std::vector<std::string>{"default", "other"});
  }
  SECTION("a job that is done tells so") {
    MustComplete(queue, ClaimOne(queue), "compatible");
    const SubmitOutcome done = MustSubmit(queue, TestRequest({TestJob("a")}))[0];
    REQUIRE(done.disposition == SubmitDisposition::kDone);
    REQUIRE(done.build_id == build_id);
  }
  SECTION("a request repeated after the end makes no further generation") {
    MustComplete(queue, ClaimOne(queue), "compatible");
    SubmitRequest repeated = first;
    repeated.jobs[0].generation = 2;
    repeated.jobs[0].job_id = absl::StrCat(first.jobs[0].key, ".2");
    repeated.jobs[0].build_id = NewUlid(queue.Now());
    const SubmitOutcome again = MustSubmit(queue, repeated)[0];
    REQUIRE(again.disposition == SubmitDisposition::kQueued);
    REQUIRE(again.build_id == build_id);
    REQUIRE(again.job_id == first.jobs[0].job_id);
    REQUIRE(!again.stopping);
    REQUIRE(queue.jobs().ListJobs({})->size() == 1);

    // Another request does.
    repeated.request_id = NewUlid(queue.Now());
    const SubmitOutcome next = MustSubmit(queue, repeated)[0];
    REQUIRE(next.disposition == SubmitDisposition::kQueued);
    REQUIRE(next.job_id == repeated.jobs[0].job_id);
    REQUIRE(next.build_id == repeated.jobs[0].build_id);
    // The first one, repeated once more, still finds what it made.
    repeated.request_id = first.request_id;
    repeated.jobs[0].generation = 3;
    repeated.jobs[0].job_id = absl::StrCat(first.jobs[0].key, ".3");
    repeated.jobs[0].build_id = NewUlid(queue.Now());
    REQUIRE(MustSubmit(queue, repeated)[0].build_id == build_id);
    return;
  }
  SECTION("a repeated request gets the next generation of a layer, and what stands on it") {
    MustComplete(queue, ClaimOne(queue), "compatible");
    SubmitRequest repeated = TestRequest({TestJob("layer")});
    repeated.jobs[0].kind = JobKind::kLayer;
    MustSubmit(queue, repeated);
    MustComplete(queue, ClaimOne(queue), "failed");
    repeated.jobs[0].generation = 2;
    repeated.jobs[0].job_id = absl::StrCat(repeated.jobs[0].key, ".2");
    repeated.jobs[0].build_id = NewUlid(queue.Now());
    JobSpec image = TestJob("image");
    image.needs = {repeated.jobs[0].job_id};
    repeated.jobs.push_back(image);
    const auto outcomes = MustSubmit(queue, repeated);
    REQUIRE(outcomes[0].job_id == repeated.jobs[0].job_id);
    REQUIRE(outcomes[0].build_id == repeated.jobs[0].build_id);
    REQUIRE(MustGet(queue, image.build_id).state == JobState::kWaiting);
    return;
  }
  SECTION("a job that is being stopped tells so") {
    ClaimOne(queue);
    REQUIRE(queue.jobs().Cancel(build_id, "default").value() == CancelResult::kRequested);
    const SubmitOutcome stopping = MustSubmit(queue, TestRequest({TestJob("a")}))[0];
    REQUIRE(stopping.disposition == SubmitDisposition::kJoined);
    REQUIRE(stopping.stopping);
  }
  SECTION("so does a job that waits for one, at whatever depth") {
    MustComplete(queue, ClaimOne(queue), "compatible");
    const std::vector<JobSpec> chain = {TestJob("lower"), TestJob("upper", {"lower"}),
                                        TestJob("image", {"upper"})};
    const std::string lower = MustSubmit(queue, TestRequest(chain))[0].build_id;
    for (const SubmitOutcome& outcome : MustSubmit(queue, TestRequest(chain, "other"))) {
      REQUIRE(!outcome.stopping);
    }
    ClaimOne(queue);
    REQUIRE(queue.jobs().Cancel(lower, "").value() == CancelResult::kRequested);
    for (const SubmitOutcome& outcome : MustSubmit(queue, TestRequest(chain))) {
      REQUIRE(outcome.disposition == SubmitDisposition::kJoined);
      REQUIRE(outcome.stopping);
    }
    return;
  }
  REQUIRE(queue.jobs().ListJobs({})->size() == 1);
}

void Views(QueueHarness& queue) {
  JobSpec a = TestJob("a");
  a.kind = JobKind::kLayer;
  a.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const JobSpec b = TestJob("b", {}, "arm64");
  const SubmitRequest request = TestRequest({a, b}, "team-1", 3);
  MustSubmit(queue, request);

  const JobView view = MustGet(queue, a.build_id);
  REQUIRE(view.spec.job_id == a.job_id);
  REQUIRE(view.spec.key == a.key);
  REQUIRE(view.spec.generation == 1);
  REQUIRE(view.spec.kind == JobKind::kLayer);
  REQUIRE(view.spec.manifest_id == "a");
  REQUIRE(view.spec.platform == "linux/amd64");
  REQUIRE(view.spec.pool == "amd64");
  REQUIRE(view.spec.max_attempts == 3);
  REQUIRE(view.spec.traceparent == a.traceparent);
  REQUIRE(view.state == JobState::kReady);
  REQUIRE(view.tenant == "team-1");
  REQUIRE(view.priority == 3);
  REQUIRE(view.attempt == 0);
  REQUIRE(absl::AbsDuration(view.submitted - queue.Now()) < absl::Seconds(5));
  REQUIRE(view.started == absl::InfinitePast());
  REQUIRE(view.finished == absl::InfinitePast());
  REQUIRE(view.not_before == absl::InfinitePast());

  auto views = queue.jobs().GetJobs({b.build_id, "01UNKNOWN", a.build_id});
  REQUIRE(views->size() == 3);
  REQUIRE((*views)[0]->spec.job_id == b.job_id);
  REQUIRE(!(*views)[1].has_value());
  REQUIRE((*views)[2]->spec.job_id == a.job_id);
  REQUIRE(absl::IsNotFound(queue.jobs().GetJob("01UNKNOWN").status()));

  views = queue.jobs().FindJobs({b.job_id, TestJobId("unknown"), a.job_id});
  REQUIRE(views->size() == 3);
  REQUIRE((*views)[0]->spec.build_id == b.build_id);
  REQUIRE(!(*views)[1].has_value());
  REQUIRE((*views)[2]->spec.build_id == a.build_id);
  REQUIRE((*views)[2]->request_id == request.request_id);
  REQUIRE(absl::IsInvalidArgument(
      queue.jobs().FindJobs(std::vector<std::string>(1001, a.job_id)).status()));
}

void Lists(QueueHarness& queue) {
  MustSubmit(queue, TestRequest({TestJob("a")}));
  queue.Pass(absl::Milliseconds(3));
  MustSubmit(queue, TestRequest({TestJob("b", {}, "arm64")}));
  queue.Pass(absl::Milliseconds(3));
  MustSubmit(queue, TestRequest({TestJob("c", {"a"})}));

  JobFilter filter;
  auto names = [&queue, &filter] {
    std::vector<std::string> list;
    auto jobs = queue.jobs().ListJobs(filter);
    REQUIRE(jobs.ok());
    for (const JobView& job : *jobs) list.push_back(job.spec.manifest_id);
    return list;
  };
  REQUIRE(names() == std::vector<std::string>{"c", "b", "a"});
  filter.limit = 1;
  REQUIRE(names() == std::vector<std::string>{"c"});
  filter.limit = 100;
  filter.state = JobState::kWaiting;
  REQUIRE(names() == std::vector<std::string>{"c"});
  filter.state.reset();
  filter.pool = "arm64";
  REQUIRE(names() == std::vector<std::string>{"b"});
  filter.pool = "";
  filter.manifest_id = "a";
  REQUIRE(names() == std::vector<std::string>{"a"});
  filter.manifest_id = "";
  JobSpec layer = TestJob("d");
  layer.kind = JobKind::kLayer;
  queue.Pass(absl::Milliseconds(3));
  MustSubmit(queue, TestRequest({layer}));
  filter.kinds = {JobKind::kImage, JobKind::kIndex};
  REQUIRE(names() == std::vector<std::string>{"c", "b", "a"});
  filter.kinds = {JobKind::kLayer};
  REQUIRE(names() == std::vector<std::string>{"d"});
  filter.limit = 0;
  REQUIRE(absl::IsInvalidArgument(queue.jobs().ListJobs(filter).status()));
}

void QueueTtl(QueueHarness& queue) {
  SubmitRequest request = TestRequest({TestJob("a")});
  request.queue_ttl = queue.lease() / 3;
  const std::string build_id = MustSubmit(queue, request)[0].build_id;

  SECTION("what has not begun by then ends as cancelled, with a record to write") {
    queue.Pass(queue.lease() / 3 + absl::Milliseconds(20));
    REQUIRE(queue.jobs().Tick()->expired == 1);
    REQUIRE(MustGet(queue, build_id).state == JobState::kEnding);
    const ClaimedJob ending = ClaimOne(queue);
    REQUIRE(ending.end->outcome == "cancelled");
    REQUIRE(ending.end->message == "it did not begin within its queue TTL");
  }
  SECTION("what has begun is left alone") {
    const ClaimedJob job = ClaimOne(queue);
    queue.Pass(queue.lease() / 3 + absl::Milliseconds(20));
    REQUIRE(queue.jobs().Tick()->expired == 0);
    MustComplete(queue, job, "compatible");
  }
  SECTION("someone who waits without a limit lifts it") {
    MustSubmit(queue, TestRequest({TestJob("a")}, "patient"));
    queue.Pass(queue.lease() / 3 + absl::Milliseconds(20));
    REQUIRE(queue.jobs().Tick()->expired == 0);
    REQUIRE(!ClaimOne(queue).end.has_value());
  }
}

}  // namespace

void SubmitContract(const MakeQueueHarness& make) {
  std::unique_ptr<QueueHarness> queue = make();
  SECTION("refused") {
    RefusedRequests(*queue);
  }
  SECTION("joining") {
    Joining(*queue);
  }
  SECTION("views") {
    Views(*queue);
  }
  SECTION("lists") {
    Lists(*queue);
  }
  SECTION("queue TTL") {
    QueueTtl(*queue);
  }
}

}  // namespace lif
