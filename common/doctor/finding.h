// What a look at one part of a factory found. `lif doctor` prints them.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace lif {

enum class FindingState {
  kOk,
  kWarning,  // it works, but not as it should
  kProblem,
  kSkipped,  // could not be looked at from here
};

struct Finding {
  std::string name;  // "redis", "postgres rights"
  FindingState state = FindingState::kOk;
  std::string detail;  // what was found
  std::string remedy;  // what to do; "" for nothing
};

// A problem in the words of `status`.
inline Finding ProblemOf(std::string name, const absl::Status& status, std::string remedy) {
  return {std::move(name), FindingState::kProblem, std::string(status.message()),
          std::move(remedy)};
}

}  // namespace lif
