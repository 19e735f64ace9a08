// Which GPUs this machine offers to test containers, and by which flag of `docker run`.
//
// Two ways lead into a container: NVIDIA's hook, which `--gpus all` calls, and a CDI specification,
// which `--device nvidia.com/gpu=all` names. nvidia-smi knows the models; without it, as on
// machines whose driver lives elsewhere, the specification tells how many there are.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/process/process_runner.h"

namespace lif {

inline constexpr char kGpuCapability[] = "gpu";

struct GpuSearch {
  std::string access = "auto";  // "gpus", "cdi", or "auto": the hook if there is one, else CDI
  std::vector<std::string> cdi_dirs = {"/etc/cdi", "/var/run/cdi"};
  std::string path;  // directories of programs, separated by ':', where the hook is looked for
};

struct Gpus {
  std::vector<std::string> names;  // model of each, without ','; "nvidia.com/gpu=0" where unknown
  std::string docker_flag;         // "--gpus=all" or "--device=nvidia.com/gpu=all"
};

// FAILED_PRECONDITION when there is no GPU, or no way into a container: the message says what was
// looked for and what to do. Blocks for as long as nvidia-smi runs, at most 30 s.
absl::StatusOr<Gpus> FindGpus(ProcessRunner& runner, const GpuSearch& search);

}  // namespace lif
