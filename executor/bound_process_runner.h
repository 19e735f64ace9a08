// ProcessRunner whose programs end with this process, even when it is killed with SIGKILL: a build
// that nobody waits for must not go on.
#pragma once

#include "common/process/process_runner.h"

namespace lif {

// Thread-safe. `runner` must outlive it. Programs start through util-linux' setpriv, which asks the
// kernel (PR_SET_PDEATHSIG) for a SIGTERM at the death of the thread that called Run.
class BoundProcessRunner final : public ProcessRunner {
 public:
  explicit BoundProcessRunner(ProcessRunner& runner) : runner_(runner) {}

  absl::StatusOr<ProcessResult> Run(const ProcessSpec& spec, std::stop_token stop) override {
    ProcessSpec bound = spec;
    bound.argv = {"setpriv", "--pdeathsig", "TERM", "--"};
    bound.argv.insert(bound.argv.end(), spec.argv.begin(), spec.argv.end());
    return runner_.Run(bound, stop);
  }

 private:
  ProcessRunner& runner_;
};

}  // namespace lif
