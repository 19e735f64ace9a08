// Follows a build through its progress events: which steps there are, which were cached, what they
// printed and which one failed.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "executor/progress_decoder.h"

namespace lif {

// "[core-python 2/3] RUN apt-get …" taken apart; "[linux/arm64 core-python 2/3] …" too.
struct StepName {
  std::string stage;  // "core-python"
  int number = 0;
  int count = 0;
  std::string instruction;  // "RUN apt-get …"
};
std::optional<StepName> ParseStepName(std::string_view name);

struct StepReport {
  std::string name;
  std::string stage;
  bool cached = false;
  bool completed = false;
  absl::Duration duration;
};

struct BuildProgress {
  int step = 0;   // steps completed so far
  int steps = 0;  // steps known so far
  int steps_cached = 0;
  std::string step_name;  // the step that started or ended last
  bool cached = false;    // that step was
};

struct FailedStep {
  std::string name;
  std::string stage;
  std::string command;  // the instruction, or "" when the vertex is not a step
  std::string error;
  std::vector<std::string> log_tail;  // its last 50 lines
};

// What the engine fetched and unpacked, by the digest of each blob.
struct MovedBlobs {
  std::map<std::string, int64_t> pulled;  // bytes received
  std::map<std::string, int64_t> sizes;   // of those that were announced
  std::set<std::string> unpacked;
};

// Not thread-safe. Bounded: 20,000 vertexes and as many blobs; lines are cut at 16 KiB.
class BuildTracker {
 public:
  // `log` gets the build's log as people read it (like `buildx --progress=plain`), whole lines.
  // `progress` is called when a step starts or ends.
  struct Sinks {
    std::function<void(std::string_view)> log;
    std::function<void(const BuildProgress&)> progress;
  };
  explicit BuildTracker(Sinks sinks) : sinks_(std::move(sinks)) {}

  void Apply(const ProgressEvent& event);
  // Prints lines that lack their end.
  void Finish();

  BuildProgress progress() const { return progress_; }
  // Names of the vertexes that the engine began and has not reported as ended.
  std::vector<std::string> Open() const;
  const MovedBlobs& moved() const { return moved_; }
  std::vector<StepReport> Steps() const;  // in the order in which they were announced
  // Caches that could not be exported, and why: an error each.
  std::vector<std::string> LostExports() const;
  // The first that failed by itself, not because another one did. Errors of cache imports and
  // exports do not count: they fail no build.
  std::optional<FailedStep> Failed() const;

 private:
  struct Vertex {
    int number = 0;  // as the log numbers it, from 1
    ProgressVertex last;
    std::optional<StepName> step;
    bool announced = false;
    bool ended = false;
    std::string partial;  // of a line
    absl::Time partial_time;
    std::deque<std::string> tail;
  };

  void ApplyVertex(const ProgressVertex& update);
  void ApplyStatus(const ProgressStatus& status);
  void ApplyLog(const ProgressLog& log);
  void Announce(Vertex* vertex);
  void End(Vertex* vertex);
  void PrintLine(Vertex* vertex, absl::Time time);
  void Report(const Vertex& vertex);

  Sinks sinks_;
  std::map<std::string, Vertex> vertexes_;  // by digest
  std::vector<std::string> order_;          // digests
  std::vector<std::string> failed_;         // digests
  int announced_ = 0;
  BuildProgress progress_;
  MovedBlobs moved_;
};

}  // namespace lif
