#include <string>

#include "common/process/posix_process_runner.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

TEST_CASE("captured output over the bound keeps its tail") {
  PosixProcessRunner runner;
  ProcessSpec spec;
  spec.argv = {"sh", "-c", "seq 1 100000; seq 1 3 >&2"};
  auto captured = RunCaptured(runner, spec, {}, 20);
  REQUIRE(captured.ok());
  CHECK(captured->out == "\n99998\n99999\n100000\n");
  CHECK(captured->err == "1\n2\n3\n");
}

TEST_CASE("a callback of the caller's hears the output too") {
  PosixProcessRunner runner;
  ProcessSpec spec;
  spec.argv = {"echo", "heard"};
  std::string heard;
  spec.on_output = [&](OutputStream, std::string_view bytes) { heard.append(bytes); };
  auto captured = RunCaptured(runner, spec, {});
  REQUIRE(captured.ok());
  CHECK(captured->out == "heard\n");
  CHECK(heard == "heard\n");
}

}  // namespace
}  // namespace lif
