#include "executor/build_tracker.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace lif {
namespace {

constexpr size_t kMaxVertexes = 20'000;
constexpr size_t kMaxLine = 16 << 10;
constexpr size_t kTailLines = 50;

bool IsCacheExport(const std::string& name) {
  return absl::StartsWith(name, "exporting cache");
}

bool IsCacheTransfer(const std::string& name) {
  return absl::StartsWith(name, "importing cache manifest") || IsCacheExport(name);
}

// Newlines in an instruction (a here-document) would tear the log's line apart.
std::string OneLine(std::string_view text) {
  std::string line(text.substr(0, std::min(text.size(), kMaxLine)));
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

// A step in few words for watchers: its mounts stand in front of what it does and say little.
std::string StepTitle(std::string_view name) {
  std::vector<std::string> words = absl::StrSplit(OneLine(name), ' ', absl::SkipEmpty());
  std::erase_if(words, [](const std::string& word) { return absl::StartsWith(word, "--mount="); });
  return absl::StrJoin(words, " ");
}

}  // namespace

std::optional<StepName> ParseStepName(std::string_view name) {
  if (name.empty() || name.front() != '[') return std::nullopt;
  const size_t close = name.find("] ");
  if (close == std::string_view::npos) return std::nullopt;
  const std::vector<std::string> words =
      absl::StrSplit(std::string(name.substr(1, close - 1)), ' ', absl::SkipEmpty());
  if (words.size() < 2 || words.size() > 3) return std::nullopt;
  const std::vector<std::string> numbers = absl::StrSplit(words.back(), '/');
  StepName step;
  if (numbers.size() != 2 || !absl::SimpleAtoi(numbers[0], &step.number) ||
      !absl::SimpleAtoi(numbers[1], &step.count)) {
    return std::nullopt;
  }
  step.stage = words[words.size() - 2];
  step.instruction = std::string(name.substr(close + 2));
  return step;
}

void BuildTracker::Apply(const ProgressEvent& event) {
  for (const ProgressVertex& vertex : event.vertexes) ApplyVertex(vertex);
  for (const ProgressStatus& status : event.statuses) ApplyStatus(status);
  for (const ProgressLog& log : event.logs) ApplyLog(log);
  for (const std::string& warning : event.warnings) {
    sinks_.log(absl::StrCat("WARNING: ", OneLine(warning), "\n"));
  }
}

void BuildTracker::ApplyStatus(const ProgressStatus& status) {
  if (moved_.sizes.size() + moved_.unpacked.size() >= kMaxVertexes) return;
  if (absl::StartsWith(status.id, "sha256:")) {
    int64_t& pulled = moved_.pulled[status.id];
    pulled = std::max(pulled, status.current);
    int64_t& size = moved_.sizes[status.id];
    size = std::max(size, status.total);
  } else if (absl::StartsWith(status.id, "extracting sha256:")) {
    moved_.unpacked.insert(status.id.substr(status.id.find(' ') + 1));
  }
}

void BuildTracker::ApplyVertex(const ProgressVertex& update) {
  auto found = vertexes_.find(update.digest);
  if (found == vertexes_.end()) {
    if (vertexes_.size() >= kMaxVertexes) return;
    found = vertexes_.emplace(update.digest, Vertex()).first;
    order_.push_back(update.digest);
    found->second.step = ParseStepName(update.name);
    if (found->second.step.has_value()) ++progress_.steps;
  }
  Vertex& vertex = found->second;
  vertex.last = update;
  if (update.started != absl::InfinitePast() || update.cached) Announce(&vertex);
  if (update.completed != absl::InfinitePast()) End(&vertex);
}

void BuildTracker::Announce(Vertex* vertex) {
  if (vertex->announced) return;
  vertex->announced = true;
  vertex->number = ++announced_;
  sinks_.log(absl::StrCat("#", vertex->number, " ", OneLine(vertex->last.name), "\n"));
  if (vertex->step.has_value()) Report(*vertex);
}

// A vertex may complete more than once (BuildKit opens it again for another client or a cache
// probe): the last report wins, the step is counted once.
void BuildTracker::End(Vertex* vertex) {
  const ProgressVertex& last = vertex->last;
  if (!vertex->partial.empty()) PrintLine(vertex, last.completed);
  if (!last.error.empty() && IsCacheTransfer(last.name)) {
    const bool absent = absl::EndsWith(last.error, "not found");
    sinks_.log(absl::StrCat(
        "#", vertex->number,
        absent ? " NO CACHE THERE YET" : " WITHOUT CACHE: " + OneLine(last.error), "\n"));
    return;
  }
  if (!last.error.empty()) {
    failed_.push_back(last.digest);
    sinks_.log(absl::StrCat("#", vertex->number, " ERROR: ", OneLine(last.error), "\n"));
    return;
  }
  if (!vertex->step.has_value() || vertex->ended) return;
  vertex->ended = true;
  vertex->tail.clear();
  ++progress_.step;
  if (last.cached) ++progress_.steps_cached;
  const std::string how =
      last.cached
          ? "CACHED"
          : absl::StrFormat("DONE %.1fs", absl::ToDoubleSeconds(last.completed - last.started));
  sinks_.log(absl::StrCat("#", vertex->number, " ", how, "\n"));
  Report(*vertex);
}

void BuildTracker::Report(const Vertex& vertex) {
  progress_.step_name = StepTitle(vertex.last.name);
  progress_.cached = vertex.last.cached;
  sinks_.progress(progress_);
}

void BuildTracker::ApplyLog(const ProgressLog& log) {
  const auto found = vertexes_.find(log.vertex);
  if (found == vertexes_.end()) return;
  Vertex& vertex = found->second;
  Announce(&vertex);
  for (const char c : log.data) {
    if (c == '\n' || vertex.partial.size() >= kMaxLine) {
      PrintLine(&vertex, log.time);
      if (c == '\n') continue;
    }
    vertex.partial.push_back(c);
    vertex.partial_time = log.time;
  }
}

void BuildTracker::PrintLine(Vertex* vertex, absl::Time time) {
  const absl::Time started = vertex->last.started;
  const double seconds =
      started == absl::InfinitePast() || time < started ? 0 : absl::ToDoubleSeconds(time - started);
  if (!vertex->partial.empty() && vertex->partial.back() == '\r') vertex->partial.pop_back();
  sinks_.log(absl::StrFormat("#%d %.3f %s\n", vertex->number, seconds, vertex->partial));
  vertex->tail.push_back(std::move(vertex->partial));
  if (vertex->tail.size() > kTailLines) vertex->tail.pop_front();
  vertex->partial.clear();
}

void BuildTracker::Finish() {
  for (const std::string& digest : order_) {
    Vertex& vertex = vertexes_.at(digest);
    if (!vertex.partial.empty()) PrintLine(&vertex, vertex.partial_time);
  }
}

std::vector<std::string> BuildTracker::Open() const {
  std::vector<std::string> open;
  for (const std::string& digest : order_) {
    const ProgressVertex& last = vertexes_.at(digest).last;
    if (last.started != absl::InfinitePast() && last.completed == absl::InfinitePast()) {
      open.push_back(OneLine(last.name));
    }
  }
  return open;
}

std::vector<StepReport> BuildTracker::Steps() const {
  std::vector<StepReport> steps;
  for (const std::string& digest : order_) {
    const Vertex& vertex = vertexes_.at(digest);
    if (!vertex.step.has_value()) continue;
    const bool timed = vertex.last.started != absl::InfinitePast() &&
                       vertex.last.completed != absl::InfinitePast();
    steps.push_back({vertex.last.name, vertex.step->stage, vertex.last.cached, vertex.ended,
                     timed ? vertex.last.completed - vertex.last.started : absl::ZeroDuration()});
  }
  return steps;
}

std::vector<std::string> BuildTracker::LostExports() const {
  std::vector<std::string> errors;
  for (const std::string& digest : order_) {
    const ProgressVertex& last = vertexes_.at(digest).last;
    if (IsCacheExport(last.name) && !last.error.empty()) errors.push_back(OneLine(last.error));
  }
  return errors;
}

std::optional<FailedStep> BuildTracker::Failed() const {
  const Vertex* chosen = nullptr;
  for (const std::string& digest : failed_) {
    const Vertex& vertex = vertexes_.at(digest);
    if (vertex.last.error.empty()) continue;  // it was opened again and passed
    const bool collateral = absl::StrContains(vertex.last.error, "context canceled");
    if (chosen == nullptr ||
        (!collateral && absl::StrContains(chosen->last.error, "context canceled"))) {
      chosen = &vertex;
    }
  }
  if (chosen == nullptr) return std::nullopt;
  FailedStep failed;
  failed.name = chosen->last.name;
  failed.error = chosen->last.error;
  if (chosen->step.has_value()) {
    failed.stage = chosen->step->stage;
    failed.command = chosen->step->instruction;
  }
  failed.log_tail.assign(chosen->tail.begin(), chosen->tail.end());
  return failed;
}

}  // namespace lif
