#include "common/queue/job_codec.h"

#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/status_macros.h"

namespace lif {
namespace {

// Reads fields and keeps the first problem, so that a decoder is a list of assignments.
class Reader {
 public:
  explicit Reader(const FieldMap& fields) : fields_(fields) {}

  std::string Text(const std::string& name) const {
    auto found = fields_.find(name);
    return found == fields_.end() ? "" : found->second;
  }
  bool Flag(const std::string& name) const { return Text(name) == "1"; }

  int64_t Number(const std::string& name) {
    std::string text = Text(name);
    int64_t value = 0;
    if (!text.empty() && !absl::SimpleAtoi(text, &value)) Spoil(name, text);
    return value;
  }
  int Int(const std::string& name) {
    int64_t value = Number(name);
    if (value < INT32_MIN || value > INT32_MAX) Spoil(name, Text(name));
    return static_cast<int>(value);
  }
  // Milliseconds of the Unix epoch; `absent` when the field is.
  absl::Time Time(const std::string& name, absl::Time absent = absl::InfinitePast()) {
    return Text(name).empty() ? absent : absl::FromUnixMillis(Number(name));
  }
  template <typename Enum, typename Parse>
  Enum Enumerator(const std::string& name, Parse parse, Enum absent) {
    std::string text = Text(name);
    if (text.empty()) return absent;
    auto value = parse(text);
    if (!value) Spoil(name, text);
    return value.value_or(absent);
  }

  void Spoil(const std::string& name, const std::string& value) {
    if (!status_.ok()) return;
    status_ = absl::InternalError(absl::StrCat("entry '", Text("id").substr(0, 100),
                                               "' of the queue is corrupt: ", name, " is '",
                                               value.substr(0, 60), "'"));
  }
  const absl::Status& status() const { return status_; }

 private:
  const FieldMap& fields_;
  absl::Status status_;
};

JobSpec ReadSpec(Reader& reader) {
  JobSpec spec;
  spec.job_id = reader.Text("id");
  const size_t dot = spec.job_id.find('.');
  spec.key = spec.job_id.substr(0, dot);
  if (dot == std::string::npos ||
      !absl::SimpleAtoi(spec.job_id.substr(dot + 1), &spec.generation)) {
    reader.Spoil("id", spec.job_id);
  }
  spec.kind = reader.Enumerator("kind", ParseJobKind, JobKind::kImage);
  spec.build_id = reader.Text("bid");
  spec.manifest_id = reader.Text("man");
  spec.platform = reader.Text("plat");
  spec.pool = reader.Text("pool");
  spec.max_attempts = reader.Int("max");
  spec.traceparent = reader.Text("tp");
  return spec;
}

// "tenant:priority:joined_ms;…", as waiters.lua writes it.
void ReadWaiters(Reader& reader, JobView& view) {
  bool first = true;
  for (const std::string& part :
       std::vector<std::string>(absl::StrSplit(reader.Text("w"), ';', absl::SkipEmpty()))) {
    std::vector<std::string> fields = absl::StrSplit(part, ':');
    int priority = 0;
    if (fields.size() != 3 || !absl::SimpleAtoi(fields[1], &priority)) {
      reader.Spoil("w", part);
      return;
    }
    view.tenants.push_back(fields[0]);
    if (first || priority > view.priority) view.priority = priority;
    first = false;
  }
}

JobProgress ReadProgress(Reader& reader) {
  JobProgress progress;
  progress.stage = reader.Text("p.stage");
  progress.step = reader.Int("p.step");
  progress.steps = reader.Int("p.steps");
  progress.step_name = reader.Text("p.name");
  progress.cached = reader.Flag("p.cached");
  progress.steps_cached = reader.Int("p.ncached");
  progress.log_bytes = reader.Number("p.log");
  return progress;
}

}  // namespace

absl::StatusOr<ClaimedJob> DecodeClaim(const FieldMap& fields) {
  Reader reader(fields);
  ClaimedJob job;
  job.spec = ReadSpec(reader);
  job.token = reader.Number("tok");
  job.attempt = reader.Int("att") + 1;
  job.crash_count = reader.Int("cr");
  job.tenant = reader.Text("chg");
  job.lease_expiry = reader.Time("exp");
  job.submitted = reader.Time("sub");
  if (!reader.Text("eo").empty()) {
    job.end = ForcedEnd{reader.Text("eo"),
                        reader.Enumerator("ec", ParseFailureClass, FailureClass::kNone),
                        reader.Text("em"), reader.Text("eb")};
  }
  if (job.token <= 0) reader.Spoil("tok", reader.Text("tok"));
  if (!reader.status().ok()) return reader.status();
  return job;
}

absl::StatusOr<JobView> DecodeView(const FieldMap& fields) {
  Reader reader(fields);
  JobView view;
  view.spec = ReadSpec(reader);
  view.state = reader.Enumerator("st", ParseJobState, JobState::kReady);
  view.request_id = reader.Text("req");
  ReadWaiters(reader, view);
  view.tenant = reader.Text("chg");
  if (view.tenant.empty() && !view.tenants.empty()) view.tenant = view.tenants.front();
  view.started = reader.Time("start");
  view.attempt = view.started == absl::InfinitePast() ? 0 : reader.Int("att") + 1;
  view.crash_count = reader.Int("cr");
  view.dead = !reader.Text("dead").empty();
  view.executor = reader.Text("ex");
  view.last_error = reader.Text("em").empty() ? reader.Text("err") : reader.Text("em");
  view.outcome = reader.Text("out");
  view.cancel_requested = reader.Flag("can");
  view.submitted = reader.Time("sub");
  view.finished = reader.Time("fin");
  view.not_before = reader.Time("nb");
  view.progress = ReadProgress(reader);
  if (!reader.status().ok()) return reader.status();
  return view;
}

absl::StatusOr<ExecutorInfo> DecodeExecutor(const FieldMap& fields) {
  Reader reader(fields);
  ExecutorInfo executor;
  executor.id = reader.Text("id");
  executor.pool = reader.Text("pool");
  executor.platform = reader.Text("platform");
  executor.capabilities = absl::StrSplit(reader.Text("caps"), ',', absl::SkipEmpty());
  executor.gpus = absl::StrSplit(reader.Text("gpus"), ',', absl::SkipEmpty());
  executor.recipe = reader.Text("recipe");
  executor.version = reader.Text("version");
  executor.host = reader.Text("host");
  executor.slots = reader.Int("slots");
  executor.busy = reader.Int("busy");
  executor.draining = reader.Flag("draining") || reader.Flag("drain");
  executor.started = reader.Time("started");
  executor.heartbeat = reader.Time("hb");
  executor.alive = reader.Flag("alive");
  if (!reader.status().ok()) return reader.status();
  return executor;
}

absl::StatusOr<PoolStats> DecodePool(const FieldMap& fields) {
  Reader reader(fields);
  PoolStats pool;
  pool.pool = reader.Text("pool");
  pool.ready = reader.Number("ready");
  pool.active = reader.Number("active");
  pool.waiting = reader.Number("waiting") + reader.Number("parked");
  pool.delayed = reader.Number("delayed");
  const int64_t oldest = reader.Number("oldest");
  if (oldest > 0) pool.oldest_ready = absl::Milliseconds(reader.Number("now") - oldest);
  if (!reader.status().ok()) return reader.status();
  return pool;
}

std::vector<std::string> EncodeExecutor(const ExecutorInfo& executor) {
  return {"pool",     executor.pool,
          "platform", executor.platform,
          "caps",     absl::StrJoin(executor.capabilities, ","),
          "gpus",     absl::StrJoin(executor.gpus, ","),
          "recipe",   executor.recipe,
          "version",  executor.version,
          "host",     executor.host,
          "slots",    std::to_string(executor.slots),
          "busy",     std::to_string(executor.busy),
          "draining", executor.draining ? "1" : "0",
          "started",  std::to_string(absl::ToUnixMillis(executor.started))};
}

void AppendJob(const JobSpec& job, std::vector<std::string>& arguments) {
  arguments.insert(arguments.end(),
                   {job.job_id, std::string(JobKindName(job.kind)), job.build_id, job.manifest_id,
                    job.platform, job.pool, std::to_string(job.max_attempts), job.traceparent,
                    std::to_string(job.needs.size())});
  arguments.insert(arguments.end(), job.needs.begin(), job.needs.end());
}

}  // namespace lif
