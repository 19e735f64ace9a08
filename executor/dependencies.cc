#include "executor/dependencies.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/status_macros.h"
#include "common/blobs/blob_probe.h"
#include "executor/docker_argv.h"

namespace lif {
namespace {

// Programs are started for these: seldom, and never for long.
constexpr absl::Duration kProgramAge = absl::Seconds(15);
constexpr absl::Duration kProgramTime = absl::Seconds(10);
constexpr size_t kMaxReason = 500;

// Asks for an image that nobody makes: that it is not there is an answer.
absl::Status ProbeRegistry(RegistryClient& registry, const std::string& prefix) {
  const absl::Status status =
      registry.ResolveDigest(prefix + "/images:lif-readiness", {.deadline = kProgramTime}).status();
  return absl::IsNotFound(status) ? absl::OkStatus() : status;
}

}  // namespace

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

std::vector<Dependency> ExecutorDependencies(const DependencySeams& seams,
                                             const std::string& docker_host,
                                             const std::string& registry_prefix) {
  return {
      {"postgres", [&postgres = seams.postgres] { return postgres.Ping(); }},
      {"redis", [&redis = seams.redis] { return redis.Ping(); }},
      {"function-library", [&queue = seams.queue] { return queue.ListPools().status(); }},
      {"blobs", [&blobs = seams.blobs] { return ProbeBlobs(blobs); }},
      {"docker", [&runner = seams.runner, docker_host] { return ProbeDocker(runner, docker_host); },
       kProgramAge},
      {"registry",
       [&registry = seams.registry, registry_prefix] {
         return ProbeRegistry(registry, registry_prefix);
       },
       kProgramAge},
  };
}

}  // namespace lif
