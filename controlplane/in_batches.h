// Asks a store for as many keys at a time as one call takes.
#pragma once

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/status_macros.h"

namespace lif {

// `ask` answers a StatusOr<std::vector<Answer>> for some of `keys`, at most `limit`.
template <typename Answer, typename Ask>
absl::StatusOr<std::vector<Answer>> InBatches(const std::vector<std::string>& keys, size_t limit,
                                              const Ask& ask) {
  std::vector<Answer> all;
  for (size_t begin = 0; begin < keys.size(); begin += limit) {
    const auto from = keys.begin() + static_cast<ptrdiff_t>(begin);
    const auto to = keys.begin() + static_cast<ptrdiff_t>(std::min(begin + limit, keys.size()));
    LIF_ASSIGN_OR_RETURN(std::vector<Answer> some, ask(std::vector<std::string>(from, to)));
    all.insert(all.end(), std::make_move_iterator(some.begin()),
               std::make_move_iterator(some.end()));
  }
  return all;
}

}  // namespace lif
