#include "executor/gpu.h"

#include "common/base/file_util.h"
#include "executor/config.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_directory.h"

namespace lif {
namespace {

// A machine with an nvidia-smi that prints this, or without one.
class FakeDriver final : public ProcessRunner {
 public:
  absl::StatusOr<ProcessResult> Run(const ProcessSpec& spec, std::stop_token) override {
    argv = spec.argv;
    if (!installed) return absl::NotFoundError("no such program");
    spec.on_output(OutputStream::kStdout, prints);
    ProcessResult result;
    result.exit_code = exit_code;
    return result;
  }

  bool installed = true;
  std::string prints = "NVIDIA A100-SXM4-80GB\nNVIDIA A100-SXM4-80GB\n";
  int exit_code = 0;
  std::vector<std::string> argv;
};

struct Machine {
  Machine() {
    search.cdi_dirs = {cdi.path(), cdi.path() + "/absent"};
    search.path = "/nowhere:" + programs.path();
  }
  void InstallHook() {
    REQUIRE(WriteFileAtomically(programs.path() + "/nvidia-container-runtime-hook", "").ok());
  }
  void Describe(const std::string& file, const std::string& text) {
    REQUIRE(WriteFileAtomically(cdi.path() + "/" + file, text).ok());
  }
  absl::StatusOr<Gpus> Find() { return FindGpus(driver, search); }

  TemporaryDirectory cdi;
  TemporaryDirectory programs;
  FakeDriver driver;
  GpuSearch search;
};

// As nvidia-ctk cdi generate writes it, shortened.
constexpr char kYaml[] = R"(---
cdiVersion: 0.5.0
containerEdits:
  hooks:
  - args: [nvidia-cdi-hook, update-ldcache]
    hookName: createContainer
    path: /usr/bin/nvidia-cdi-hook
devices:
- containerEdits:
    deviceNodes:
    - path: /dev/nvidia0
  name: "0"
- containerEdits:
    deviceNodes:
    - path: /dev/nvidia1
  name: "1"
- containerEdits:
    deviceNodes:
    - path: /dev/nvidia0
    - path: /dev/nvidia1
  name: all
kind: nvidia.com/gpu
)";

TEST_CASE("nvidia-smi tells the models, and the hook is used when it is there", "[gpu]") {
  Machine machine;
  machine.InstallHook();
  machine.Describe("nvidia.yaml", kYaml);
  const auto gpus = machine.Find();
  REQUIRE(gpus.ok());
  CHECK(machine.driver.argv ==
        std::vector<std::string>{"nvidia-smi", "--query-gpu=name", "--format=csv,noheader"});
  CHECK(gpus->names == std::vector<std::string>{"NVIDIA A100-SXM4-80GB", "NVIDIA A100-SXM4-80GB"});
  CHECK(gpus->docker_flag == "--gpus=all");
}

TEST_CASE("without the hook the CDI specification leads into the container", "[gpu]") {
  Machine machine;
  machine.Describe("nvidia.yaml", kYaml);
  CHECK(machine.Find()->docker_flag == "--device=nvidia.com/gpu=all");
  CHECK(machine.Find()->names.size() == 2);
  machine.search.access = "gpus";
  CHECK(machine.Find()->docker_flag == "--gpus=all");
  machine.InstallHook();
  machine.search.access = "cdi";
  CHECK(machine.Find()->docker_flag == "--device=nvidia.com/gpu=all");
}

TEST_CASE("without nvidia-smi the specification tells how many there are", "[gpu]") {
  Machine machine;
  machine.driver.installed = false;
  SECTION("YAML") {
    machine.Describe("nvidia.yaml", kYaml);
  }
  SECTION("JSON") {
    machine.Describe("nvidia.json", R"({"cdiVersion":"0.5.0","kind":"nvidia.com/gpu","devices":[)"
                                    R"({"name":"0","containerEdits":{}},{"name": "1"},)"
                                    R"({"name":"all"}],"containerEdits":{"env":["A=b"]}})");
  }
  SECTION("two files, of which one is another vendor's") {
    machine.Describe("nvidia.yaml", kYaml);
    machine.Describe("other.yaml", "kind: vendor.test/gpu\ndevices:\n- name: \"7\"\n");
    machine.Describe("notes.txt", kYaml);
  }
  const auto gpus = machine.Find();
  REQUIRE(gpus.ok());
  CHECK(gpus->names == std::vector<std::string>{"nvidia.com/gpu=0", "nvidia.com/gpu=1"});
  CHECK(gpus->docker_flag == "--device=nvidia.com/gpu=all");
}

TEST_CASE("a machine without GPUs says what was looked for and what to do", "[gpu]") {
  Machine machine;
  machine.InstallHook();
  std::string why;
  SECTION("no driver") {
    machine.driver.installed = false;
    why = "nvidia-smi is not installed";
  }
  SECTION("no device") {
    machine.driver.prints = "No devices were found\n";
    machine.driver.exit_code = 6;
    why = "nvidia-smi fails (No devices were found)";
  }
  SECTION("an empty list") {
    machine.driver.prints = "\n";
    why = "nvidia-smi lists no GPU";
  }
  const absl::Status status = machine.Find().status();
  CHECK(absl::IsFailedPrecondition(status));
  CHECK(status.message() ==
        "capability gpu: this machine has no GPU to offer: " + why + ", and no file in " +
            machine.cdi.path() + " or " + machine.cdi.path() +
            "/absent describes nvidia.com/gpu; "
            "install NVIDIA's driver until nvidia-smi lists the GPUs, or start this executor "
            "without --capability gpu and --pool gpu");
}

TEST_CASE("GPUs that no container can be given are refused with the remedy", "[gpu]") {
  Machine machine;
  const absl::Status status = machine.Find().status();
  CHECK(absl::IsFailedPrecondition(status));
  CHECK(status.message().find("nvidia-container-runtime-hook is not on the PATH") !=
        std::string::npos);
  CHECK(status.message().find("nvidia-ctk cdi generate --output=" + machine.cdi.path() +
                              "/nvidia.yaml") != std::string::npos);
}

TEST_CASE("names stay within what the queue takes", "[gpu]") {
  Machine machine;
  machine.InstallHook();
  machine.driver.prints = "Model, with a comma\n" + std::string(5000, 'x') + "\n";
  for (int i = 0; i < 100; ++i) machine.driver.prints += "y\n";
  const auto gpus = machine.Find();
  REQUIRE(gpus.ok());
  CHECK(gpus->names.size() == 64);
  CHECK(gpus->names[0] == "Model  with a comma");
  CHECK(gpus->names[1].size() == 100);
}

absl::StatusOr<ExecutorCommandLine> Parse(std::vector<std::string> more) {
  std::vector<std::string> args = {"--registry=127.0.0.1:5000/lif", "--blob-dir=/blobs",
                                   "--redis-url=unix:///run/redis", "--postgres-dsn=host=/run"};
  args.insert(args.end(), more.begin(), more.end());
  return ParseExecutorCommandLine(args, [](const std::string&) { return std::nullopt; });
}

TEST_CASE("pool and capability gpu mean each other", "[gpu]") {
  const auto by_pool = Parse({"--pool=gpu", "--platform=linux/amd64"});
  REQUIRE(by_pool.ok());
  CHECK(by_pool->config.capabilities == std::vector<std::string>{"gpu"});
  const auto by_capability = Parse({"--capability=gpu", "--platform=linux/arm64"});
  REQUIRE(by_capability.ok());
  CHECK(by_capability->config.pool == "gpu-arm64");
  CHECK(Parse({"--platform=linux/amd64"})->config.capabilities.empty());
  CHECK(Parse({"--gpu-access=cuda"}).status().message() ==
        "--gpu-access 'cuda': write auto, gpus or cdi");
}

}  // namespace
}  // namespace lif
