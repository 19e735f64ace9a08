#include "executor/build_failure.h"

#include "tests/unit/executor/recorded_stream.h"

namespace lif {
namespace {

TEST_CASE("Recorded failures are classified") {
  struct Row {
    const char* stream;
    FailureClass failure;
    int line;
    std::optional<int> exit_code;
    const char* message;
  };
  const Row rows[] = {
      {"run_fails", FailureClass::kUser, 9, 42, "ended with exit code 42"},
      {"command_missing", FailureClass::kUser, 9, 127, "ended with exit code 127"},
      {"run_killed", FailureClass::kCapacity, 9, 137, "memory"},
      {"copy_source_missing", FailureClass::kUser, 9, {}, "\"/nofile\": not found"},
      {"syntax_error", FailureClass::kUser, 9, {}, "unknown instruction: RUNX"},
      {"user_unknown", FailureClass::kUser, 10, {}, "unable to find user nobodyx"},
      {"registry_away", FailureClass::kTransient, 1, {}, "connection refused"},
      {"base_missing", FailureClass::kInfrastructure, 1, {}, "not found"},
      {"secret_missing", FailureClass::kInfrastructure, 9, {}, "secret tok: not found"},
      {"add_unreachable", FailureClass::kTransient, 0, {}, "connection refused"},
      {"engine_away", FailureClass::kInfrastructure, 0, {}, "Cannot connect to the Docker daemon"},
      {"stopped", FailureClass::kInfrastructure, 0, {}, "context canceled"},
  };
  for (const Row& row : rows) {
    INFO(row.stream);
    const BuildFailure failure = Replay(RecordedStream(row.stream)).failure;
    INFO(failure.message);
    CHECK(FailureClassName(failure.failure) == FailureClassName(row.failure));
    CHECK(failure.dockerfile_line == row.line);
    CHECK(failure.exit_code == row.exit_code);
    CHECK(failure.message.find(row.message) != std::string::npos);
    CHECK_FALSE(failure.cache_lost);
  }
}

TEST_CASE("A recorded loss of a cache blob is told from other failures") {
  for (const char* stream : {"cache_lost", "cache_lost_at_export"}) {
    INFO(stream);
    const BuildFailure failure = Replay(RecordedStream(stream)).failure;
    CHECK(failure.cache_lost);
    CHECK(failure.failure == FailureClass::kInfrastructure);
  }
}

BuildEvidence Exited(const std::string& error, const std::string& step_error = "") {
  BuildEvidence evidence;
  evidence.process.exit_code = 1;
  evidence.plain = "ERROR: failed to solve: " + error + "\n";
  evidence.dockerfile_name = "Dockerfile";
  if (!step_error.empty()) {
    evidence.failed = FailedStep{"[a 1/1] RUN x", "a", "RUN x", step_error, {}};
  }
  return evidence;
}

TEST_CASE("Errors of the engine and of registries are ours") {
  struct Row {
    const char* error;
    FailureClass failure;
  };
  const Row rows[] = {
      {"write /var/lib/docker/x: no space left on device", FailureClass::kCapacity},
      {"failed to do request: Head \"https://r/v2/x\": dial tcp: i/o timeout",
       FailureClass::kTransient},
      {"unexpected status from HEAD request to r: 503 Service Unavailable",
       FailureClass::kTransient},
      {"failed to copy: httpReadSeeker: failed open: unexpected EOF", FailureClass::kTransient},
      {"dial tcp: lookup registry.example: no such host", FailureClass::kTransient},
      {"closing transport due to: connection error", FailureClass::kInfrastructure},
      {"something that nobody has seen before", FailureClass::kInfrastructure},
      {"dockerfile parse error on line 3: FROM requires one argument", FailureClass::kUser},
      {"digest mismatch sha256:aa: sha256:bb", FailureClass::kUser},
  };
  for (const Row& row : rows) {
    INFO(row.error);
    CHECK(FailureClassName(ClassifyBuildFailure(Exited(row.error)).failure) ==
          FailureClassName(row.failure));
  }
}

TEST_CASE("A blob that is gone behind a cache manifest asks for a build without imports") {
  const std::string digest(64, 'a');
  const BuildFailure lost = ClassifyBuildFailure(Exited(
      "failed to compute cache key: failed to copy: r/cache@sha256:" + digest + ": not found"));
  CHECK(lost.cache_lost);
  CHECK(lost.failure == FailureClass::kInfrastructure);
  const BuildFailure base = ClassifyBuildFailure(
      Exited("r/base@sha256:" + digest +
             ": failed to resolve source metadata for r/base@sha256:" + digest + ": not found"));
  CHECK_FALSE(base.cache_lost);
}

TEST_CASE("How the process ended comes before what it said") {
  const std::string step = "process \"x\" did not complete successfully: exit code: 1";
  BuildEvidence evidence = Exited(step, step);
  CHECK(ClassifyBuildFailure(evidence).failure == FailureClass::kUser);
  evidence.process.end = ProcessResult::End::kStopped;
  CHECK(ClassifyBuildFailure(evidence).failure == FailureClass::kCancelled);
  evidence.process.end = ProcessResult::End::kDeadline;
  CHECK(ClassifyBuildFailure(evidence).failure == FailureClass::kTimeout);
  evidence.process.end = ProcessResult::End::kSignalled;
  CHECK(ClassifyBuildFailure(evidence).failure == FailureClass::kInfrastructure);
}

TEST_CASE("A step that found the disk full is not its author's fault") {
  const std::string step = "process \"x\" did not complete successfully: exit code: 1";
  BuildEvidence evidence = Exited(step, step);
  evidence.failed->log_tail = {"cp: error writing '/x': No space left on device"};
  const BuildFailure failure = ClassifyBuildFailure(evidence);
  CHECK(failure.failure == FailureClass::kCapacity);
  CHECK(failure.exit_code == 1);
}

TEST_CASE("Exit codes are read only where they end the text") {
  CHECK(ExitCodeOf("process \"x\" did not complete successfully: exit code: 42") == 42);
  CHECK(
      ExitCodeOf("process \"x\" did not complete successfully: exit code: 137: context canceled") ==
      std::nullopt);
  CHECK(ExitCodeOf("process \"echo exit code: 3\" failed") == std::nullopt);
  CHECK(ExitCodeOf("") == std::nullopt);
}

TEST_CASE("A builder that says nothing still gets a message") {
  BuildEvidence evidence;
  evidence.process.exit_code = 125;
  const BuildFailure failure = ClassifyBuildFailure(evidence);
  CHECK(failure.message == "docker buildx ended with exit code 125 and said nothing");
  CHECK(failure.failure == FailureClass::kInfrastructure);
}

}  // namespace
}  // namespace lif
