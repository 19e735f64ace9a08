#include "executor/build_tracker.h"

#include <algorithm>
#include <set>

#include "tests/unit/executor/recorded_stream.h"

namespace lif {
namespace {

constexpr absl::Time kStart = absl::FromUnixSeconds(1700000000);

ProgressVertex Vertex(const std::string& digest, const std::string& name) {
  ProgressVertex vertex;
  vertex.digest = digest;
  vertex.name = name;
  vertex.started = kStart;
  return vertex;
}

struct Tracked {
  std::string log;
  std::vector<BuildProgress> progress;
  BuildTracker tracker{{[this](std::string_view text) { log.append(text); },
                        [this](const BuildProgress& p) { progress.push_back(p); }}};

  void Apply(ProgressVertex vertex) { tracker.Apply({{std::move(vertex)}, {}, {}, {}}); }
  void Print(const std::string& digest, const std::string& data) {
    tracker.Apply({{}, {}, {{digest, kStart + absl::Seconds(1), data}}, {}});
  }
};

TEST_CASE("What the engine fetches and unpacks is told by blob, each once") {
  Tracked tracked;
  const std::string one = "sha256:" + std::string(64, '1');
  const std::string two = "sha256:" + std::string(64, '2');
  const auto status = [&tracked](const std::string& id, int64_t current, int64_t total) {
    tracked.tracker.Apply({{}, {{id, current, total}}, {}, {}});
  };
  status("transferring dockerfile:", 438, 0);
  status(one, 0, 300);
  status(one, 200, 300);
  status(two, 95, 95);
  status(one, 300, 300);
  status(one, 0, 300);  // asked for again, for another step
  status("extracting " + one, 0, 0);
  status("extracting " + one, 0, 0);
  status("exporting layers", 5, 5);
  const MovedBlobs& moved = tracked.tracker.moved();
  CHECK(moved.pulled == std::map<std::string, int64_t>{{one, 300}, {two, 95}});
  CHECK(moved.sizes == moved.pulled);
  CHECK(moved.unpacked == std::set<std::string>{one});
}

TEST_CASE("Step names are taken apart") {
  const auto step = ParseStepName("[core-python 2/3] RUN apt-get install [x] y");
  REQUIRE(step.has_value());
  CHECK(step->stage == "core-python");
  CHECK(step->number == 2);
  CHECK(step->count == 3);
  CHECK(step->instruction == "RUN apt-get install [x] y");
  CHECK(ParseStepName("[linux/arm64 core-python 1/1] RUN x")->stage == "core-python");
  for (const char* other :
       {"[internal] load .dockerignore", "exporting to oci image format",
        "[context module-a] load from client", "", "[", "[a 1] x", "[a x/y] z"}) {
    INFO(other);
    CHECK_FALSE(ParseStepName(other).has_value());
  }
}

TEST_CASE("A recorded build tells its steps, what was cached and what was printed") {
  const ReplayedBuild built = Replay(RecordedStream("built"));
  REQUIRE(built.steps.size() == 4);
  std::set<std::string> stages;
  for (const StepReport& step : built.steps) stages.insert(step.stage);
  CHECK(stages == std::set<std::string>{"app-b", "base", "core-a"});
  CHECK(built.progress.back().step == 4);
  CHECK(built.progress.back().steps == 4);
  CHECK(built.progress.back().steps_cached == 0);
  CHECK(built.log.find(" hello x\n") != std::string::npos);
  CHECK(built.log.find(" line 3\n") != std::string::npos);
  CHECK(built.log.find("[app-b 1/1] RUN for i in 1 2 3") != std::string::npos);
  CHECK_FALSE(built.failed.has_value());

  const ReplayedBuild again = Replay(RecordedStream("cached"));
  CHECK(again.progress.back().step == 4);
  CHECK(again.progress.back().steps_cached >= 3);
  CHECK(again.log.find("CACHED\n") != std::string::npos);
}

TEST_CASE("A recorded failure names the step and what it printed last") {
  const ReplayedBuild build = Replay(RecordedStream("run_fails"), 13);
  REQUIRE(build.failed.has_value());
  CHECK(build.failed->stage == "app-b");
  CHECK(build.failed->command == "RUN echo before;   echo to-err >&2;   exit 42");
  CHECK(build.failed->log_tail == std::vector<std::string>{"before", "to-err"});
}

TEST_CASE("Lines are put together over log records, and cut off progress bars stay one line") {
  Tracked tracked;
  tracked.Apply(Vertex("d", "[a 1/1] RUN x"));
  tracked.Print("d", "one\ntw");
  CHECK(tracked.log == "#1 [a 1/1] RUN x\n#1 1.000 one\n");
  tracked.Print("d", "o\r\nlast");
  tracked.tracker.Finish();
  CHECK(tracked.log == "#1 [a 1/1] RUN x\n#1 1.000 one\n#1 1.000 two\n#1 1.000 last\n");
}

TEST_CASE("The tail is the last 50 lines of the step that failed") {
  Tracked tracked;
  tracked.Apply(Vertex("d", "[a 1/1] RUN x"));
  for (int i = 0; i < 120; ++i) tracked.Print("d", std::to_string(i) + "\n");
  ProgressVertex failed = Vertex("d", "[a 1/1] RUN x");
  failed.completed = kStart + absl::Seconds(2);
  failed.error = "process did not complete successfully: exit code: 1";
  tracked.Apply(failed);
  const auto step = tracked.tracker.Failed();
  REQUIRE(step.has_value());
  REQUIRE(step->log_tail.size() == 50);
  CHECK(step->log_tail.front() == "70");
  CHECK(step->log_tail.back() == "119");
}

TEST_CASE("Of several failures the one that is a cause counts") {
  Tracked tracked;
  for (const char* name : {"first", "second"}) {
    ProgressVertex vertex = Vertex(name, std::string("[") + name + " 1/1] RUN x");
    vertex.completed = kStart;
    vertex.error = name == std::string("first") ? "context canceled: context canceled" : "boom";
    tracked.Apply(vertex);
  }
  CHECK(tracked.tracker.Failed()->stage == "second");
}

TEST_CASE("A cache that could not be exported is told, and no failure") {
  Tracked tracked;
  ProgressVertex lost = Vertex("d", "exporting cache to registry");
  ProgressVertex kept = Vertex("e", "exporting cache to registry");
  lost.completed = kept.completed = kStart;
  lost.error = "failed to push r/cache:x:\nconnection refused";
  tracked.Apply(lost);
  tracked.Apply(kept);
  CHECK(tracked.tracker.LostExports() ==
        std::vector<std::string>{"failed to push r/cache:x: connection refused"});
  CHECK_FALSE(tracked.tracker.Failed().has_value());
}

TEST_CASE("A cache that is missing is no failure") {
  Tracked tracked;
  ProgressVertex import = Vertex("d", "importing cache manifest from r/cache:x");
  import.completed = kStart;
  import.error = "r/cache:x: not found";
  tracked.Apply(import);
  CHECK_FALSE(tracked.tracker.Failed().has_value());
  CHECK(tracked.log.find("#1 NO CACHE THERE YET\n") != std::string::npos);
  CHECK(tracked.log.find("ERROR") == std::string::npos);
}

TEST_CASE("A step that is opened again is counted once") {
  Tracked tracked;
  ProgressVertex done = Vertex("d", "[a 1/1] RUN x");
  done.completed = kStart + absl::Seconds(1);
  tracked.Apply(done);
  tracked.Apply(Vertex("d", "[a 1/1] RUN x"));
  tracked.Apply(done);
  CHECK(tracked.tracker.progress().step == 1);
  CHECK(tracked.tracker.Steps().size() == 1);
  CHECK(tracked.tracker.Steps()[0].duration == absl::Seconds(1));
}

TEST_CASE("A line without an end does not grow without bound") {
  Tracked tracked;
  tracked.Apply(Vertex("d", "[a 1/1] RUN x"));
  tracked.Print("d", std::string(100'000, 'x'));
  tracked.tracker.Finish();
  size_t longest = 0;
  for (size_t at = 0; at < tracked.log.size();) {
    const size_t end = tracked.log.find('\n', at);
    longest = std::max(longest, end - at);
    at = end + 1;
  }
  CHECK(longest < 17 << 10);
  CHECK(std::count(tracked.log.begin(), tracked.log.end(), 'x') >= 100'000);
}

TEST_CASE("Watchers see what a step does, not its mounts") {
  Tracked tracked;
  tracked.Apply(Vertex("d", "[core-x 1/2] RUN --mount=type=tmpfs,target=/tmp     apt-get update"));
  CHECK(tracked.tracker.progress().step_name == "[core-x 1/2] RUN apt-get update");
}

}  // namespace
}  // namespace lif
