#include "common/doctor/redis_findings.h"

#include <map>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/status_macros.h"
#include "common/queue/queue_library.h"
#include "common/queue/redis_keys.h"

namespace lif {
namespace {

constexpr absl::Duration kClockWarning = absl::Seconds(2);
constexpr absl::Duration kClockProblem = absl::Seconds(30);
constexpr int kOldestRedis = 7;

using Info = std::map<std::string, std::string>;

// "name:value" lines.
Info ParseInfo(const std::string& text) {
  Info info;
  for (const std::string& line : std::vector<std::string>(absl::StrSplit(text, '\n'))) {
    const size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    std::string value = line.substr(colon + 1);
    if (!value.empty() && value.back() == '\r') value.pop_back();
    info[line.substr(0, colon)] = value;
  }
  return info;
}

int64_t NumberIn(const Info& info, const std::string& name) {
  const auto found = info.find(name);
  int64_t value = 0;
  return found != info.end() && absl::SimpleAtoi(found->second, &value) ? value : 0;
}

std::string TextIn(const Info& info, const std::string& name) {
  const auto found = info.find(name);
  return found == info.end() ? "" : found->second;
}

absl::StatusOr<RedisReply> Ask(RedisClient& client, const std::vector<std::string>& command) {
  LIF_ASSIGN_OR_RETURN(RedisReply reply, client.Call(command, Repeat::kSafe));
  if (reply.is_error()) return RedisErrorStatus(reply.text(), client.redis().Address());
  return reply;
}

// Seconds and microseconds of the server, in the middle of the call.
absl::StatusOr<absl::Duration> Ahead(RedisClient& client, Clock& clock) {
  const absl::Time before = clock.Now();
  LIF_ASSIGN_OR_RETURN(const RedisReply reply, Ask(client, {"TIME"}));
  const absl::Time here = before + (clock.Now() - before) / 2;
  LIF_ASSIGN_OR_RETURN(const std::vector<std::string> time, reply.AsStrings());
  int64_t seconds = 0;
  int64_t micros = 0;
  if (time.size() != 2 || !absl::SimpleAtoi(time[0], &seconds) ||
      !absl::SimpleAtoi(time[1], &micros)) {
    return absl::InternalError("Redis answered TIME in another shape");
  }
  return absl::FromUnixMicros(seconds * 1'000'000 + micros) - here;
}

std::optional<std::string> AppendFsync(RedisClient& client) {
  const auto reply = Ask(client, {"CONFIG", "GET", "appendfsync"});
  if (!reply.ok()) return std::nullopt;
  const auto pair = reply->AsStrings();
  return pair.ok() && pair->size() == 2 ? std::optional<std::string>((*pair)[1]) : std::nullopt;
}

// "+@all ~* &*"
std::optional<std::string> DefaultUser(RedisClient& client) {
  const auto reply = Ask(client, {"ACL", "GETUSER", "default"});
  if (!reply.ok()) return std::nullopt;
  std::map<std::string, std::string> rights;
  for (size_t i = 0; i + 1 < reply->items().size(); i += 2) {
    rights[reply->items()[i].text()] = reply->items()[i + 1].text();
  }
  return absl::StrCat(rights["commands"], " ", rights["keys"], " ", rights["channels"]);
}

std::optional<int64_t> LoadedRevision(RedisClient& client, const std::string& factory) {
  const RedisLibrary library = QueueLibrary();
  const auto reply =
      Ask(client, {"FCALL", library.revision_function, "1", RedisKeyPrefix(factory)});
  if (!reply.ok()) return std::nullopt;
  const auto revision = reply->AsInteger();
  return revision.ok() ? std::optional<int64_t>(*revision) : std::nullopt;
}

Finding JudgeVersion(const RedisFacts& facts) {
  int major = 0;
  const std::string first = facts.version.substr(0, facts.version.find('.'));
  const std::string detail = absl::StrCat("Redis ", facts.version, ", role ", facts.role);
  if (!absl::SimpleAtoi(first, &major) || major < kOldestRedis) {
    return {"redis", FindingState::kProblem, detail, "the queue needs functions: use Redis 7"};
  }
  if (facts.role != "master") {
    return {"redis", FindingState::kProblem, detail + ": it takes no writes",
            "point --redis-url at the primary"};
  }
  return {"redis", FindingState::kOk, detail, ""};
}

Finding JudgeDurability(const RedisFacts& facts) {
  const std::string name = "redis durability";
  if (!facts.append_only) {
    return {name, FindingState::kProblem, "no append-only file: a restart loses the whole queue",
            "set appendonly yes and appendfsync always"};
  }
  if (!facts.append_fsync) {
    return {name, FindingState::kSkipped,
            "append-only file on; appendfsync is hidden from this account",
            "an administrator sees it: set LIF_DOCTOR_REDIS_URL to an account that may CONFIG GET"};
  }
  if (*facts.append_fsync != "always") {
    return {name, FindingState::kWarning,
            absl::StrCat("appendfsync ", *facts.append_fsync,
                         ": a power loss may lose jobs that were acknowledged"),
            "set appendfsync always, or accept that clients must submit again"};
  }
  return {name, FindingState::kOk, "append-only file, appendfsync always", ""};
}

void JudgeDefaultUser(const RedisFacts& facts, std::vector<Finding>* findings) {
  if (!facts.default_user || *facts.default_user == "+@all ~* &*") return;
  findings->push_back(
      {"redis default user", FindingState::kProblem,
       absl::StrCat(
           "the user default has only the rights '", *facts.default_user,
           "': a restart skips all of the append-only file that it may not do, and with it "
           "what is queued"),
       "ACL SETUSER default off resetpass ~* &* +@all, and the same in Redis' file of users: it "
       "has "
       "every right, and nobody can log in as it"});
}

Finding JudgeMemory(const RedisFacts& facts) {
  const std::string name = "redis memory";
  const int64_t mib = int64_t{1} << 20;
  std::string detail = absl::StrCat(
      facts.used_memory / mib, " MiB used, ",
      facts.max_memory == 0 ? "no limit" : absl::StrCat("limit ", facts.max_memory / mib, " MiB"),
      ", maxmemory-policy ", facts.eviction);
  if (facts.eviction != "noeviction") {
    return {name, FindingState::kProblem, detail + ": Redis may throw jobs away",
            "set maxmemory-policy noeviction"};
  }
  if (facts.max_memory > 0 && facts.used_memory > facts.max_memory / 10 * 9) {
    return {name, FindingState::kWarning, detail + ": submits are refused when it is full",
            "raise maxmemory, or see what fills the queue: lif queues"};
  }
  return {name, FindingState::kOk, detail, ""};
}

Finding JudgeLibrary(const RedisFacts& facts, int64_t revision) {
  const std::string name = "redis functions";
  if (!facts.revision) {
    return {
        name, FindingState::kWarning, "the queue's function library is not loaded",
        "it is loaded by the first call of the queue; if that fails, the account lacks FUNCTION"};
  }
  std::string detail = absl::StrCat("library revision ", *facts.revision);
  if (*facts.revision == revision) return {name, FindingState::kOk, detail, ""};
  absl::StrAppend(&detail, ", this program brings ", revision);
  return {name, FindingState::kWarning, detail,
          *facts.revision > revision ? "finish the upgrade: this program is the older one"
                                     : "the next call of this program replaces it"};
}

}  // namespace

Finding JudgeClock(const std::string& store, absl::Duration ahead) {
  const absl::Duration off = absl::AbsDuration(ahead);
  const std::string name = absl::StrCat("clock of ", store);
  const std::string detail =
      absl::StrCat(absl::FormatDuration(absl::Trunc(off, absl::Milliseconds(1))),
                   ahead < absl::ZeroDuration() ? " behind" : " ahead of", " this machine's");
  if (off < kClockWarning) return {name, FindingState::kOk, detail, ""};
  return {name, off < kClockProblem ? FindingState::kWarning : FindingState::kProblem, detail,
          "keep all clocks by NTP: times in records and build IDs come from them"};
}

absl::StatusOr<RedisFacts> ReadRedisFacts(RedisClient& client, const std::string& factory,
                                          Clock& clock) {
  LIF_ASSIGN_OR_RETURN(const RedisReply reply, Ask(client, {"INFO"}));
  LIF_ASSIGN_OR_RETURN(const std::string text, reply.AsString());
  const Info info = ParseInfo(text);
  RedisFacts facts;
  facts.version = TextIn(info, "redis_version");
  facts.role = TextIn(info, "role");
  facts.append_only = TextIn(info, "aof_enabled") == "1";
  facts.eviction = TextIn(info, "maxmemory_policy");
  facts.max_memory = NumberIn(info, "maxmemory");
  facts.used_memory = NumberIn(info, "used_memory");
  facts.append_fsync = AppendFsync(client);
  facts.default_user = DefaultUser(client);
  facts.revision = LoadedRevision(client, factory);
  LIF_ASSIGN_OR_RETURN(facts.ahead, Ahead(client, clock));
  return facts;
}

std::vector<Finding> JudgeRedis(const RedisFacts& facts, int64_t revision) {
  std::vector<Finding> findings = {JudgeVersion(facts), JudgeDurability(facts)};
  JudgeDefaultUser(facts, &findings);
  findings.push_back(JudgeMemory(facts));
  findings.push_back(JudgeLibrary(facts, revision));
  findings.push_back(JudgeClock("Redis", facts.ahead));
  return findings;
}

std::vector<Finding> CheckRedis(RedisClient& client, const std::string& factory, Clock& clock) {
  const absl::StatusOr<RedisFacts> facts = ReadRedisFacts(client, factory, clock);
  if (!facts.ok()) {
    return {
        ProblemOf("redis", facts.status(),
                  "start it, or look at --redis-url; nothing is submitted or claimed until then")};
  }
  return JudgeRedis(*facts, QueueLibrary().revision);
}

}  // namespace lif
