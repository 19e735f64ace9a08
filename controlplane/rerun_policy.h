// Which earlier outcome answers a submit in place of a new build (design.md §8). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/records/record_store.h"

namespace lif {

enum class RerunPolicy {
  kDefault,   // compatible and incompatible are reused; failed, error and cancelled run again
  kNever,     // any record is reused
  kIfFailed,  // only compatible is reused
  kAlways,    // nothing is reused
};

struct RerunDecision {
  std::optional<RecordHead> reuse;  // the record that answers; nullopt: run `generation`
  int64_t generation = 1;
  std::string reason;  // one sentence; names the flag that decides otherwise
};

// `history` may be null: nothing is recorded for the key.
RerunDecision DecideRerun(RerunPolicy policy, const KeyHistory* history);

}  // namespace lif
