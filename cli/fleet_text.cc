#include "cli/fleet_text.h"

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/status_text.h"
#include "cli/table.h"
#include "cli/text.h"

namespace lif {
namespace {

std::string StoresText(const v1::Summary& summary, const Style& style) {
  std::vector<std::string> lines;
  for (const v1::StoreStatus& store : summary.stores()) {
    const std::string sign = store.ok() ? style.Paint(Tone::kGood, style.Tick())
                                        : style.Paint(Tone::kBad, style.Cross());
    lines.push_back(absl::StrCat(sign, " ", store.name(), store.message().empty() ? "" : ": ",
                                 store.message()));
  }
  return absl::StrJoin(lines, "\n");
}

std::string QueueText(const v1::QueueCounts& queue) {
  std::string text = absl::StrCat(queue.ready(), " ready, ", queue.running(), " running, ",
                                  queue.waiting(), " waiting, ", queue.delayed(), " delayed");
  if (queue.awaiting_record().value() > 0) {
    absl::StrAppend(&text, ", ", queue.awaiting_record().value(), " awaiting their record");
  }
  return text;
}

std::string DayText(const v1::OutcomeCounts& counts) {
  const std::pair<int64_t, const char*> parts[] = {{counts.compatible(), "compatible"},
                                                   {counts.incompatible(), "incompatible"},
                                                   {counts.failed(), "failed"},
                                                   {counts.error(), "error"},
                                                   {counts.cancelled(), "cancelled"}};
  std::vector<std::string> texts;
  for (const auto& [count, name] : parts) {
    if (count > 0) texts.push_back(absl::StrCat(count, " ", name));
  }
  return texts.empty() ? "no build ended" : absl::StrJoin(texts, ", ");
}

// "40 layers not built again, 2h 10m saved; 12 layers built for all"
std::string ReuseText(const v1::Summary& summary) {
  if (!summary.has_saved() || summary.layers_reused().value() == 0) return "";
  return absl::StrCat(CountText(summary.layers_reused().value(), "layer"), " not built again, ",
                      DurationText(DurationOf(summary.saved())), " saved; ",
                      CountText(summary.layers_built().value(), "layer"), " built for all");
}

}  // namespace

std::string RenderSummary(const v1::Summary& summary, const Style& style, absl::Time now,
                          size_t width) {
  const int64_t dead = summary.queue().dead_letters().value();
  std::string out =
      absl::StrCat(style.Paint(Tone::kStrong, absl::StrCat("factory ", summary.factory())), "  ",
                   style.Paint(Tone::kDim, absl::StrCat("lif ", summary.version())), "\n");
  out += RenderFields(
      {{"queue", QueueText(summary.queue())},
       {"dead letters", {dead > 0 ? absl::StrCat(dead) : "", Tone::kBad}},
       {"executors",
        {absl::StrCat(CountText(summary.executors(), "executor"), ", ", summary.slots_busy(),
                      " of ", CountText(summary.slots(), "slot"), " busy"),
         summary.executors() > 0 ? Tone::kPlain : Tone::kWarn}},
       {"catalog", CountText(summary.manifests(), "manifest")},
       {"last 24 h", DayText(summary.last_day())},
       {"reuse", ReuseText(summary)},
       {"stores", StoresText(summary, style)}},
      style);
  if (summary.pools_size() > 0) out += "\n" + RenderPools(summary.pools(), style, width);
  if (summary.recent_size() > 0) {
    out += "\n" + RenderBuildList(summary.recent(), style, now, width);
  }
  return out;
}

std::string RenderPools(const google::protobuf::RepeatedPtrField<v1::PoolStatus>& pools,
                        const Style& style, size_t width) {
  Table table{{{"POOL"},
               {"READY", true},
               {"RUNNING", true},
               {"WAITING", true},
               {"DELAYED", true},
               {"OLDEST", true},
               {"EXECUTORS", true},
               {"SLOTS", true}},
              {}};
  for (const v1::PoolStatus& pool : pools) {
    const bool unserved = pool.executors() == 0 && pool.ready() > 0;
    table.rows.push_back(
        {{pool.name(), Tone::kStrong},
         {absl::StrCat(pool.ready()), unserved ? Tone::kWarn : Tone::kPlain},
         absl::StrCat(pool.running()),
         absl::StrCat(pool.waiting()),
         absl::StrCat(pool.delayed()),
         pool.has_oldest_ready_age() ? DurationText(DurationOf(pool.oldest_ready_age())) : "-",
         {absl::StrCat(pool.executors(),
                       pool.executors_draining() > 0
                           ? absl::StrCat(" (", pool.executors_draining(), " draining)")
                           : ""),
          unserved ? Tone::kBad : Tone::kPlain},
         absl::StrCat(pool.slots_busy(), "/", pool.slots())});
  }
  return RenderTable(table, style, width);
}

namespace {

// "3 of 10", or "3" without a limit.
Cell LimitedText(int64_t count, int64_t limit) {
  if (limit == 0) return absl::StrCat(count);
  return {absl::StrCat(count, " of ", limit), count >= limit ? Tone::kWarn : Tone::kPlain};
}

// "amd64 12, gpu 1", or "-".
std::string SharesText(const v1::TenantStatus& tenant, int64_t (v1::TenantShare::*jobs)() const) {
  std::vector<std::string> texts;
  for (const v1::TenantShare& share : tenant.shares()) {
    if ((share.*jobs)() > 0) texts.push_back(absl::StrCat(share.pool(), " ", (share.*jobs)()));
  }
  return texts.empty() ? "-" : absl::StrJoin(texts, ", ");
}

}  // namespace

std::string RenderTenants(const google::protobuf::RepeatedPtrField<v1::TenantStatus>& tenants,
                          const Style& style, size_t width) {
  Table table{{{"TENANT"},
               {"WEIGHT", true},
               {"QUEUED", true},
               {"RUNNING", true},
               {"READY IN"},
               {"RUNS IN"}},
              {}};
  for (const v1::TenantStatus& tenant : tenants) {
    table.rows.push_back({{tenant.name(), Tone::kStrong},
                          absl::StrCat(tenant.weight()),
                          LimitedText(tenant.queued(), tenant.max_queued()),
                          LimitedText(tenant.running(), tenant.max_running()),
                          SharesText(tenant, &v1::TenantShare::ready),
                          SharesText(tenant, &v1::TenantShare::running)});
  }
  return RenderTable(table, style, width);
}

namespace {

// "gpu: 2 × NVIDIA A100-SXM4-80GB"; other capabilities as they are named.
std::string OffersText(const v1::ExecutorStatus& executor) {
  std::map<std::string, int> models;
  for (const std::string& gpu : executor.gpus()) ++models[gpu];
  std::vector<std::string> texts;
  for (const auto& [model, count] : models) texts.push_back(absl::StrCat(count, " × ", model));
  const std::string gpus = absl::StrJoin(texts, ", ");
  return absl::StrJoin(
      executor.capabilities(), ",", [&gpus](std::string* out, const std::string& capability) {
        absl::StrAppend(out, capability, capability == "gpu" && !gpus.empty() ? ": " + gpus : "");
      });
}

}  // namespace

std::string RenderExecutors(const google::protobuf::RepeatedPtrField<v1::ExecutorStatus>& executors,
                            const Style& style, absl::Time now, size_t width) {
  Table table{{{"EXECUTOR"},
               {"POOL"},
               {"PLATFORMS"},
               {"CAPABILITIES"},
               {"STATE"},
               {"SLOTS", true},
               {"HEARTBEAT", true},
               {"HOST"},
               {"VERSION"},
               {"BUILDS", false, true}},
              {}};
  for (const v1::ExecutorStatus& executor : executors) {
    Cell state = {"idle", Tone::kPlain};
    if (executor.lost()) {
      state = {"lost", Tone::kBad};
    } else if (executor.draining()) {
      state = {executor.build_ids_size() + executor.slots_busy() > 0 ? "draining" : "drained",
               Tone::kWarn};
    } else if (executor.slots_busy() > 0) {
      state = {"working", Tone::kAccent};
    }
    table.rows.push_back(
        {{executor.id(), Tone::kStrong},
         executor.pool(),
         absl::StrJoin(executor.platforms(), ","),
         OffersText(executor),
         state,
         absl::StrCat(executor.slots_busy(), "/", executor.slots()),
         executor.has_last_heartbeat() ? AgoText(TimeOf(executor.last_heartbeat()), now) : "",
         executor.host(),
         executor.version(),
         {absl::StrJoin(executor.build_ids(), ","), Tone::kDim}});
  }
  return RenderTable(table, style, width);
}

std::string RenderDeadLetters(const google::protobuf::RepeatedPtrField<v1::DeadLetter>& letters,
                              const Style& style, absl::Time now) {
  std::string out;
  for (const v1::DeadLetter& letter : letters) {
    absl::StrAppend(&out, out.empty() ? "" : "\n", style.Paint(Tone::kStrong, letter.manifest_id()),
                    " ", letter.platform(), "  ", style.Paint(Tone::kDim, letter.build_id()), "\n");
    out += RenderFields(
        {{"why", {SafeForTerminal(letter.reason(), style), Tone::kBad}},
         {"died", letter.has_died_at() ? AgoText(TimeOf(letter.died_at()), now) : ""},
         {"attempts", letter.attempts() > 1 ? absl::StrCat(letter.attempts()) : ""},
         {"lost executors", letter.crashes() > 0 ? absl::StrCat(letter.crashes()) : ""},
         {"last on", letter.last_executor()},
         {"pool", letter.pool()},
         {"job", {letter.job_id(), Tone::kDim}},
         {"again", absl::StrCat("lif dead-letters retry ", letter.build_id())}},
        style);
  }
  return out;
}

}  // namespace lif
