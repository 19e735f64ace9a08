// A ProcessRunner that plays what a test says.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "common/process/process_runner.h"

namespace lif {

// Plays programs: each run takes the next script, in order.
class ScriptedRunner final : public ProcessRunner {
 public:
  struct Script {
    std::string out;
    std::string err;
    ProcessResult result;
    std::function<void()> effect;
  };

  absl::StatusOr<ProcessResult> Run(const ProcessSpec& spec, std::stop_token /*stop*/) override {
    specs.push_back(spec);
    if (scripts.empty()) return ProcessResult();
    Script script = std::move(scripts.front());
    scripts.pop_front();
    if (script.effect) script.effect();
    for (size_t at = 0; at < script.err.size(); at += 1000) {
      spec.on_output(OutputStream::kStderr, std::string_view(script.err).substr(at, 1000));
    }
    if (!script.out.empty()) spec.on_output(OutputStream::kStdout, script.out);
    return script.result;
  }

  std::deque<Script> scripts;
  std::vector<ProcessSpec> specs;
};

inline ProcessResult Exit(int code) {
  ProcessResult result;
  result.exit_code = code;
  result.duration = absl::Seconds(10);
  return result;
}

inline ProcessResult End(ProcessResult::End end) {
  ProcessResult result;
  result.end = end;
  return result;
}

}  // namespace lif
