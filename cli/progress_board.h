// What `lif build --wait` shows while builds run: state from events, lines from state. Pure: times
// come in as arguments. Not thread-safe.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "cli/style.h"
#include "lif/v1/build_service.pb.h"

namespace lif {

class ProgressBoard {
 public:
  struct Options {
    Style style;
    bool live = false;  // a terminal: steps are told when they end, and Live() shows the rest
    size_t width = 0;   // that lines which stay should fit; 0: any
  };
  explicit ProgressBoard(Options options) : options_(options) {}

  void Add(const v1::SubmittedBuild& build, absl::Duration now);

  // Takes an event in; answers what is worth a line for ever ("" for nothing). Events of unknown
  // builds are ignored.
  std::string Apply(const v1::BuildEvent& event, absl::Duration now);

  // One line for each build that is not over, at most `height`, each at most `width` columns.
  std::vector<std::string> Live(absl::Duration now, size_t width, size_t height) const;

  bool AllEnded() const { return ended_ == builds_.size(); }
  size_t size() const { return builds_.size(); }

 private:
  struct Build {
    std::string name;      // "python-service linux/amd64"
    v1::BuildEvent event;  // the last one
    absl::Duration added;
    absl::Duration began = absl::InfiniteDuration();  // of the attempt
    absl::Duration stage_began;
    absl::Duration step_began;
    bool step_told = false;  // that the step of `event` ended
    double fraction = 0;     // of the bar; never falls within an attempt
  };

  std::string LiveLine(const Build& build, absl::Duration now, size_t width) const;
  // Lines about what `next` ends or begins.
  std::string LiveChange(const Build& build, const v1::BuildEvent& next, absl::Duration now) const;
  std::string PlainChange(const Build& build, const v1::BuildEvent& next) const;
  std::string EndLine(const Build& build, const v1::BuildEvent& last, absl::Duration now) const;
  std::string StepLine(const Build& build, const v1::BuildEvent& next, absl::Duration now) const;
  void Remember(const v1::BuildEvent& event, absl::Duration now, Build* build);

  Options options_;
  std::map<std::string, Build> builds_;  // by build ID, which sorts by time
  size_t ended_ = 0;
  size_t name_width_ = 0;
};

// Part of its way, 0 to 1, of a build in this stage with `step` of `steps` over; -1 when the stage
// is unknown.
double StageFraction(const std::string& stage, int step, int steps);

// A bar of `width` columns.
std::string RenderBar(double fraction, size_t width, const Style& style);

}  // namespace lif
