#include "cli/progress_board.h"

#include "tests/support/catch.h"
#include "tests/unit/cli/fake_factory.h"

namespace lif {
namespace {

constexpr absl::Duration kStart = absl::Seconds(100);

ProgressBoard BoardOf(bool live, bool two = false) {
  ProgressBoard board({Style{false, live}, live});
  board.Add(Submitted("web", kBuildA, v1::DISPOSITION_QUEUED), kStart);
  if (two) board.Add(Submitted("other", kBuildB, v1::DISPOSITION_QUEUED), kStart);
  return board;
}

v1::BuildEvent Running(const std::string& stage, const std::string& step = "", int number = 0,
                       int total = 0, bool cached = false) {
  v1::BuildEvent event =
      Event(kBuildA, v1::BUILD_STATE_RUNNING, stage, step, number, total).event();
  event.mutable_step()->set_cached(cached);
  return event;
}

TEST_CASE("progress: fractions rise through the stages") {
  CHECK(StageFraction("prepare", 0, 0) == 0.0);
  CHECK(StageFraction("build", 0, 10) < StageFraction("build", 5, 10));
  CHECK(StageFraction("build", 10, 10) <= StageFraction("push", 0, 0));
  CHECK(StageFraction("push", 0, 0) < StageFraction("test", 0, 0));
  CHECK(StageFraction("publish", 0, 0) < 1.0);
  CHECK(StageFraction("unheard-of", 0, 0) == -1);
  CHECK(StageFraction("build", 20, 10) <= StageFraction("push", 0, 0));
}

TEST_CASE("progress: bars") {
  CHECK(RenderBar(0, 4, {}) == "----");
  CHECK(RenderBar(0.5, 4, {}) == "##--");
  CHECK(RenderBar(7, 4, {}) == "####");
  CHECK(RenderBar(0.5, 4, {false, true}) == "━━──");
}

TEST_CASE("progress: plain lines tell states, steps and stages once") {
  ProgressBoard board = BoardOf(false);
  v1::BuildEvent queued = Event(kBuildA, v1::BUILD_STATE_QUEUED).event();
  queued.set_message("waits for a free executor of pool amd64");
  CHECK(board.Apply(queued, kStart) ==
        "web linux/amd64: queued: waits for a free executor of pool amd64\n");
  CHECK(board.Apply(queued, kStart) == "");
  CHECK(board.Apply(Running(""), kStart) == "web linux/amd64: running on executor-1\n");
  CHECK(board.Apply(Running("build", "[core 1/2] RUN a", 0, 3), kStart) ==
        "web linux/amd64: 0/3 [core 1/2] RUN a\n");
  CHECK(board.Apply(Running("build", "[core 1/2] RUN a", 1, 3), kStart) == "");
  CHECK(board.Apply(Running("build", "[core 2/2] RUN b", 1, 3, true), kStart) ==
        "web linux/amd64: 1/3 [core 2/2] RUN b  cached\n");
  CHECK(board.Apply(Running("push"), kStart) == "web linux/amd64: push\n");
  CHECK_FALSE(board.AllEnded());
  CHECK(board.Apply(LastEvent(kBuildA, v1::OUTCOME_COMPATIBLE).event(), kStart) == "");
  CHECK(board.AllEnded());
  CHECK(board.Apply(Running("push"), kStart) == "");
}

TEST_CASE("progress: on a terminal a line stays for each step that ended") {
  ProgressBoard board = BoardOf(true);
  CHECK(board.Apply(Running("contexts"), kStart) == "");
  CHECK(board.Apply(Running("build"), kStart + absl::Milliseconds(400)) == "  ✓ contexts  0.40s\n");
  const absl::Duration t = kStart + absl::Seconds(1);
  CHECK(board.Apply(Running("build", "[core 1/2] RUN a", 0, 3), t) == "");
  CHECK(board.Apply(Running("build", "[core 1/2] RUN a", 1, 3, true), t + absl::Seconds(2)) ==
        "  ✓ [core 1/2] RUN a  cached\n");
  CHECK(board.Apply(Running("build", "[core 2/2] RUN b", 1, 3), t + absl::Seconds(2)) == "");
  CHECK(board.Apply(Running("push"), t + absl::Seconds(5)) == "  ✓ [core 2/2] RUN b  3.00s\n");
  v1::BuildEvent last = LastEvent(kBuildA, v1::OUTCOME_ERROR).event();
  last.mutable_failure()->set_stage("push");
  CHECK(board.Apply(last, t + absl::Seconds(6)) == "  ✗ push  1.00s\n");
}

TEST_CASE("progress: steps of other stages are told with the stage") {
  ProgressBoard board = BoardOf(true);
  board.Apply(Running("test", "answers", 0, 2), kStart);
  CHECK(board.Apply(Running("test", "stops", 1, 2), kStart + absl::Seconds(1)) ==
        "  ✓ test answers  1.00s\n");
  CHECK(board.Apply(Running("record"), kStart + absl::Seconds(3)) == "  ✓ test stops  2.00s\n");
  ProgressBoard plain = BoardOf(false);
  CHECK(plain.Apply(Running("test", "answers", 0, 2), kStart) ==
        "web linux/amd64: running on executor-1\nweb linux/amd64: test 0/2 answers\n");
}

TEST_CASE("progress: lines that stay fit the terminal") {
  ProgressBoard board({Style{false, true}, true, 40});
  board.Add(Submitted("web", kBuildA, v1::DISPOSITION_QUEUED), kStart);
  board.Apply(Running("build", "[core 1/2] RUN " + std::string(100, 'x'), 0, 2), kStart);
  const std::string line = board.Apply(Running("push"), kStart);
  CHECK(DisplayWidth(line) <= 40);
  CHECK(line.find("…  0.00s\n") != std::string::npos);
}

TEST_CASE("progress: a retry is told with its reason") {
  ProgressBoard board = BoardOf(true);
  board.Apply(Running("push"), kStart);
  v1::BuildEvent delayed = Event(kBuildA, v1::BUILD_STATE_DELAYED).event();
  delayed.set_attempt(2);
  delayed.set_max_attempts(3);
  delayed.mutable_not_before()->set_seconds(1700000000);
  delayed.set_message("the registry answered 503");
  CHECK(board.Apply(delayed, kStart) ==
        "  ! attempt 2 of 3 begins at 2023-11-14 22:13:20Z: the registry answered 503\n");
  // It was told when it was announced.
  v1::BuildEvent again = Running("contexts");
  again.set_attempt(2);
  CHECK(board.Apply(again, kStart).empty());
}

TEST_CASE("progress: live lines fit the width, and running builds come first") {
  ProgressBoard board = BoardOf(true, true);
  v1::BuildEvent running = Running("build", "[core 1/2] RUN " + std::string(200, 'x'), 1, 4);
  running.set_build_id(kBuildB);
  CHECK(board.Apply(running, kStart) == "");
  const auto lines = board.Live(kStart + absl::Seconds(3), 80, 5);
  REQUIRE(lines.size() == 2);
  CHECK(DisplayWidth(lines[0]) == 80);
  CHECK(lines[0].find("other linux/amd64") != std::string::npos);
  CHECK(lines[0].find("3.00s  1/4 [core 1/2] RUN xxx") != std::string::npos);
  CHECK(lines[1] == "· web linux/amd64    queued  3.00s");
  const auto cut = board.Live(kStart, 80, 1);
  REQUIRE(cut.size() == 1);
  CHECK(cut[0] == "  and 2 more builds");
}

TEST_CASE("progress: of several builds each end has a line") {
  for (const bool live : {false, true}) {
    ProgressBoard board = BoardOf(live, true);
    const std::string line =
        board.Apply(LastEvent(kBuildA, v1::OUTCOME_FAILED).event(), kStart + absl::Seconds(12));
    CHECK(line == std::string(live ? "✗" : "x") + " web linux/amd64    failed  12.0s\n");
    CHECK(board.Live(kStart, 80, 5).size() == 1);
  }
}

TEST_CASE("progress: what a build prints cannot steer the terminal") {
  ProgressBoard board = BoardOf(false);
  CHECK(board.Apply(Running("build", "RUN \x1b[2Jevil", 0, 1), kStart) ==
        "web linux/amd64: running on executor-1\nweb linux/amd64: 0/1 RUN evil\n");
}

}  // namespace
}  // namespace lif
