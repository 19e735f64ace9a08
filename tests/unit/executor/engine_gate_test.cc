#include "executor/engine_gate.h"

#include <string>
#include <vector>

#include "common/base/file_util.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_image_builder.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_directory.h"

namespace lif {
namespace {

struct Rig {
  TemporaryDirectory directory;
  FakeClock clock;
  FakeImageBuilder builder{&clock};
  absl::Status engine = absl::UnavailableError("cannot connect");
  int probes = 0;
  EngineGate gate{builder,
                  [this] {
                    ++probes;
                    return engine;
                  },
                  NullLogger()};

  absl::StatusOr<ImageBuildReport> Build() {
    const ImageBuildObserver observer{[](const auto&) {}, [](auto) {}, [](const auto&) {}};
    ImageBuildRequest request;
    request.dockerfile = directory.path() + "/Dockerfile";
    REQUIRE(WriteFileAtomically(request.dockerfile, "FROM scratch AS image\n").ok());
    return gate.Build(request, observer, {});
  }

  void FailBuild(FailureClass failure) {
    BuildFailure next;
    next.failure = failure;
    builder.FailNext(next);
    const auto report = Build();
    REQUIRE(report.ok());
    CHECK(report->failure->failure == failure);
  }
};

TEST_CASE("an engine that never failed is not asked") {
  Rig rig;
  CHECK(rig.gate.Open());
  CHECK(rig.probes == 0);
}

TEST_CASE("failures of users shut no gate") {
  Rig rig;
  for (const FailureClass failure : {FailureClass::kUser, FailureClass::kTimeout,
                                     FailureClass::kCancelled, FailureClass::kCapacity}) {
    rig.FailBuild(failure);
    CHECK(rig.gate.Open());
  }
  CHECK(rig.probes == 0);
}

TEST_CASE("after a failure that may be the engine's the gate is shut until it answers") {
  for (const FailureClass failure : {FailureClass::kInfrastructure, FailureClass::kTransient}) {
    Rig rig;
    rig.FailBuild(failure);
    CHECK_FALSE(rig.gate.Open());
    CHECK_FALSE(rig.gate.Open());
    rig.engine = absl::OkStatus();
    CHECK(rig.gate.Open());
    CHECK(rig.probes == 3);
    CHECK(rig.gate.Open());
    CHECK(rig.probes == 3);
  }
}

TEST_CASE("a builder that can't be started is doubted too") {
  Rig rig;
  rig.builder.RefuseNext(absl::UnavailableError("no program docker"));
  CHECK_FALSE(rig.Build().ok());
  CHECK_FALSE(rig.gate.Open());
}

}  // namespace
}  // namespace lif
