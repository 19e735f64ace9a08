#include "cli/doctor_local.h"

#include <nlohmann/json.hpp>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/doctor/disk_findings.h"
#include "common/doctor/postgres_findings.h"
#include "common/doctor/redis_findings.h"
#include "common/registry/registry_client.h"

namespace lif {
namespace {

using Json = nlohmann::json;

constexpr absl::Duration kProgramTime = absl::Seconds(20);
constexpr int kOldestEngine = 25;

std::string Variable(const LocalDoctor& doctor, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (const auto value = doctor.environment(name); value && !value->empty()) return *value;
  }
  return "";
}

Finding Skipped(const std::string& name, const std::string& variable) {
  return {name, FindingState::kSkipped, "not named here", "set " + variable + " to look at it"};
}

// Standard output of a program that succeeded.
absl::StatusOr<std::string> OutputOf(const LocalDoctor& doctor, std::vector<std::string> argv) {
  ProcessSpec spec;
  spec.argv = std::move(argv);
  spec.deadline = kProgramTime;
  const auto ran = RunCaptured(doctor.runner, spec, doctor.stop);
  if (!ran.ok()) return ran.status();
  if (ran->result.end == ProcessResult::End::kDeadline) {
    return absl::DeadlineExceededError(absl::StrCat(spec.argv.front(), " did not answer within ",
                                                    absl::FormatDuration(kProgramTime)));
  }
  if (ran->result.Succeeded()) return ran->out;
  return absl::UnavailableError(std::string(absl::StripAsciiWhitespace(ran->err)).substr(0, 500));
}

// Of a JSON object; "" when it has no such text.
std::string TextAt(const Json& json, const char* name) {
  const auto found = json.is_object() ? json.find(name) : json.end();
  return json.is_object() && found != json.end() && found->is_string() ? found->get<std::string>()
                                                                       : "";
}

int MajorOf(const std::string& version) {
  int major = 0;
  return absl::SimpleAtoi(version.substr(0, version.find('.')), &major) ? major : 0;
}

bool HasContainerdStore(const Json& info) {
  const auto status = info.find("DriverStatus");
  if (status == info.end() || !status->is_array()) return false;
  for (const Json& pair : *status) {
    if (pair.is_array() && pair.size() == 2 && pair[0] == "driver-type") {
      return pair[1] == "io.containerd.snapshotter.v1";
    }
  }
  return false;
}

Finding JudgeBuildxOf(const LocalDoctor& doctor) {
  const auto text = OutputOf(doctor, {"docker", "buildx", "version"});
  if (text.ok()) return JudgeBuildx(*text);
  return ProblemOf("buildx", text.status(), "install docker-buildx, 0.13 or newer");
}

void CheckEngine(const LocalDoctor& doctor, std::vector<Finding>* findings) {
  const std::string host = Variable(doctor, {"DOCKER_HOST"});
  if (host.empty()) {
    findings->push_back(Skipped("docker", "DOCKER_HOST"));
    return;
  }
  const auto version = OutputOf(doctor, {"docker", "version", "--format", "{{json .}}"});
  const auto info = OutputOf(doctor, {"docker", "info", "--format", "{{json .}}"});
  if (!version.ok() || !info.ok()) {
    findings->push_back(ProblemOf("docker", version.ok() ? info.status() : version.status(),
                                  "start the engine at " + host + ", or correct DOCKER_HOST"));
    return;
  }
  for (Finding& finding : JudgeEngine(*version, *info)) findings->push_back(std::move(finding));
  findings->push_back(JudgeBuildxOf(doctor));
  const Json parsed = Json::parse(*info, nullptr, /*allow_exceptions=*/false);
  const std::string root = TextAt(parsed, "DockerRootDir");
  if (!root.empty() && host.rfind("unix:", 0) == 0) {
    findings->push_back(CheckDirectory("docker disk", root, {}));
  }
}

// A tag that nobody makes: its absence shows that the registry answers.
Finding CheckRegistry(const LocalDoctor& doctor) {
  const std::string registry = Variable(doctor, {"LIF_REGISTRY"});
  if (registry.empty()) return Skipped("registry", "LIF_REGISTRY");
  RegistryClient client(doctor.runner,
                        {.insecure = Variable(doctor, {"LIF_REGISTRY_INSECURE"}) == "true"});
  const auto digest = client.ResolveDigest(registry + "/images:lif-doctor-asks",
                                           {.deadline = kProgramTime, .stop = doctor.stop});
  if (digest.ok() || absl::IsNotFound(digest.status())) {
    return {"registry", FindingState::kOk, registry + " answers", ""};
  }
  return ProblemOf("registry", digest.status(),
                   "start it, or correct LIF_REGISTRY; see docs/stores.md");
}

void CheckDirectories(const LocalDoctor& doctor, std::vector<Finding>* findings) {
  const std::string blobs = Variable(doctor, {"LIF_BLOB_DIR"});
  findings->push_back(blobs.empty() ? Skipped("blob directory", "LIF_BLOB_DIR")
                                    : CheckDirectory("blob directory", blobs, {.writable = true}));
  const std::string state = Variable(doctor, {"LIF_STATE_DIR"});
  if (!state.empty()) {
    findings->push_back(CheckDirectory("state directory", state, {.writable = true}));
  }
}

void CheckStores(const LocalDoctor& doctor, std::vector<Finding>* findings) {
  const auto add = [findings](std::vector<Finding> more) {
    for (Finding& finding : more) findings->push_back(std::move(finding));
  };
  const std::string dsn = Variable(doctor, {"LIF_DOCTOR_POSTGRES_DSN", "LIF_POSTGRES_DSN"});
  if (dsn.empty()) {
    findings->push_back(Skipped("postgres", "LIF_DOCTOR_POSTGRES_DSN"));
  } else {
    PostgresOptions options;
    options.dsn = dsn;
    options.application_name = "lif-doctor";
    options.max_connections = 1;
    options.read_only = true;
    PostgresPool pool(options);
    add(CheckPostgres(pool, doctor.clock));
  }
  const std::string url = Variable(doctor, {"LIF_DOCTOR_REDIS_URL", "LIF_REDIS_URL"});
  if (url.empty()) {
    findings->push_back(Skipped("redis", "LIF_DOCTOR_REDIS_URL"));
    return;
  }
  const absl::StatusOr<RedisOptions> redis = ParseRedisUrl(url);
  if (!redis.ok()) {
    findings->push_back(ProblemOf("redis", redis.status(), "correct LIF_DOCTOR_REDIS_URL"));
    return;
  }
  const std::string factory = Variable(doctor, {"LIF_FACTORY"});
  RedisClient client({.redis = *redis, .connections = 1}, &doctor.clock);
  add(CheckRedis(client, factory.empty() ? "lif" : factory, doctor.clock));
}

}  // namespace

std::vector<Finding> JudgeEngine(const std::string& version_json, const std::string& info_json) {
  const Json version = Json::parse(version_json, nullptr, /*allow_exceptions=*/false);
  const Json info = Json::parse(info_json, nullptr, /*allow_exceptions=*/false);
  if (!version.is_object() || !info.is_object()) {
    return {{"docker", FindingState::kProblem, "docker answered what is no JSON",
             "is the program 'docker' Docker's own client?"}};
  }
  const std::string server = TextAt(version.value("Server", Json::object()), "Version");
  const std::string client = TextAt(version.value("Client", Json::object()), "Version");
  Finding engine = {"docker", FindingState::kOk,
                    absl::StrCat("engine ", server, ", client ", client), ""};
  if (MajorOf(server) < kOldestEngine) {
    engine.state = FindingState::kProblem;
    engine.remedy = absl::StrCat("use Docker Engine ", kOldestEngine, " or newer");
  }
  Finding store = {"image store", FindingState::kOk, "containerd", ""};
  if (!HasContainerdStore(info)) {
    store = {"image store", FindingState::kProblem,
             "not containerd's: registry caches can't be exported",
             "set {\"features\": {\"containerd-snapshotter\": true}} in the engine's daemon.json"};
  }
  return {engine, store};
}

Finding JudgeBuildx(const std::string& text) {
  // "github.com/docker/buildx v0.13.1 788433953af10f2a698f5c07611dddce2e08c7a0"
  for (std::string word :
       std::vector<std::string>(absl::StrSplit(text, absl::ByAnyChar(" \n"), absl::SkipEmpty()))) {
    if (word.front() == 'v') word.erase(0, 1);
    const std::vector<std::string> parts = absl::StrSplit(word, '.');
    int major = 0;
    int minor = 0;
    if (parts.size() < 2 || !absl::SimpleAtoi(parts[0], &major) ||
        !absl::SimpleAtoi(parts[1], &minor)) {
      continue;
    }
    if (major > 0 || minor >= 13) return {"buildx", FindingState::kOk, "buildx " + word, ""};
    return {"buildx", FindingState::kProblem, "buildx " + word + " is too old",
            "install docker-buildx, 0.13 or newer"};
  }
  return {"buildx", FindingState::kWarning,
          "its version can't be read from: " + text.substr(0, 100),
          "look at docker buildx version"};
}

std::vector<Finding> CheckHere(const LocalDoctor& doctor) {
  std::vector<Finding> findings;
  CheckEngine(doctor, &findings);
  findings.push_back(CheckRegistry(doctor));
  CheckDirectories(doctor, &findings);
  CheckStores(doctor, &findings);
  return findings;
}

}  // namespace lif
