// "Did you mean …?" for unknown names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lif {

// The candidates nearest to `word` by edit distance (Damerau–Levenshtein, optimal string
// alignment), best first, at most `limit`, none farther than a third of the word's length (at least
// 1). Cost: |word| × |candidate| for each; words over 100 characters match nothing.
std::vector<std::string> NearMatches(std::string_view word,
                                     const std::vector<std::string>& candidates, size_t limit = 3);

// "; did you mean 'a' or 'b'?", or "" when nothing is near.
std::string DidYouMean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace lif
