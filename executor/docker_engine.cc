#include "executor/docker_engine.h"

#include "absl/strings/ascii.h"
#include "common/base/status_macros.h"
#include "common/registry/registry_client.h"
#include "executor/buildx_image_builder.h"
#include "executor/docker_argv.h"
#include "executor/docker_image_tester.h"
#include "executor/options.h"
#include "executor/skopeo_image_registry.h"
#include "executor/trivy_sbom_generator.h"

namespace lif {
namespace {

constexpr absl::Duration kProgramTime = absl::Seconds(10);
constexpr size_t kMaxReason = 500;

// Whether the engine answers.
absl::Status ProbeDocker(ProcessRunner& runner, const std::string& docker_host) {
  ProcessSpec spec;
  spec.argv = DockerArgv("docker", docker_host);
  spec.argv.insert(spec.argv.end(), {"version", "--format", "{{.Server.Version}}"});
  spec.deadline = kProgramTime;
  LIF_ASSIGN_OR_RETURN(const CapturedProcess asked, RunCaptured(runner, spec, {}));
  if (asked.result.Succeeded()) return absl::OkStatus();
  if (asked.result.end == ProcessResult::End::kDeadline) {
    return absl::DeadlineExceededError("the Docker engine does not answer");
  }
  return absl::UnavailableError(
      std::string(absl::StripAsciiWhitespace(asked.err)).substr(0, kMaxReason));
}

class DockerEngine final : public Engine {
 public:
  DockerEngine(const ExecutorConfig& config, ProcessRunner& runner, const Logger& logger)
      : config_(config),
        runner_(runner),
        logger_(logger),
        builder_(runner, {"docker", config.docker_host, config.builder}),
        client_(runner, {config.registry_insecure, config.registry_auth_file}),
        registry_(client_, runner, {"docker", config.docker_host, config.registry_insecure}),
        tester_(runner, TesterOptionsOf(config)),
        sbom_(runner, {config.sbom_scanner, config.sbom_java_index}) {}

  ImageBuilder& builder() override { return builder_; }
  ImageRegistry& registry() override { return registry_; }
  ImageTester& tester() override { return tester_; }
  SbomGenerator* sbom() override { return config_.no_sbom ? nullptr : &sbom_; }

  absl::Status Check() override {
    if (config_.no_sbom) {
      logger_.Warn("builds are recorded without an SBOM", {{"reason", "--no-sbom"}});
      return absl::OkStatus();
    }
    return sbom_.Check(config_.state_dir + "/sbom-check", {});
  }

  absl::Status Probe() override { return ProbeDocker(runner_, config_.docker_host); }

  // Asks for an image that nobody makes: that it is not there is an answer.
  absl::Status ProbeRegistry() override {
    const absl::Status status =
        client_
            .ResolveDigest(config_.registry + "/images:lif-readiness", {.deadline = kProgramTime})
            .status();
    return absl::IsNotFound(status) ? absl::OkStatus() : status;
  }

 private:
  const ExecutorConfig& config_;
  ProcessRunner& runner_;
  const Logger logger_;
  BuildxImageBuilder builder_;
  RegistryClient client_;
  SkopeoImageRegistry registry_;
  DockerImageTester tester_;
  TrivySbomGenerator sbom_;
};

}  // namespace

std::unique_ptr<Engine> MakeDockerEngine(const ExecutorConfig& config, ProcessRunner& runner,
                                         const Logger& logger) {
  return std::make_unique<DockerEngine>(config, runner, logger);
}

}  // namespace lif
