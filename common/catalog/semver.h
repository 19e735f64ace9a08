// Semantic versions (semver.org 2.0.0) and ranges of them, as npm reads ranges.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace lif {

struct SemVer {
  uint64_t major = 0;
  uint64_t minor = 0;
  uint64_t patch = 0;
  std::vector<std::string> prerelease;  // identifiers; empty for a release

  // Precedence of semver.org §11.
  friend bool operator<(const SemVer& a, const SemVer& b);
  friend bool operator==(const SemVer& a, const SemVer& b) = default;
};

// "1.2.3", "1.2.3-rc.1". Build metadata ("+…") is refused: it has no precedence, so that two
// versions would be equal and different.
absl::StatusOr<SemVer> ParseSemVer(std::string_view text);

// Comparators joined by spaces (and) and "||" (or).
class SemVerRange {
 public:
  static absl::StatusOr<SemVerRange> Parse(std::string_view text);

  // A pre-release is contained only if a comparator of the same alternative names a pre-release of
  // the same major.minor.patch.
  bool Contains(const SemVer& version) const;

 private:
  enum class Op { kLess, kLessEqual, kGreater, kGreaterEqual, kEqual };
  struct Comparator {
    Op op;
    SemVer version;
  };
  using Alternative = std::vector<Comparator>;  // all must hold; empty: any release

  static absl::Status Append(std::string_view token, Alternative* alternative);
  static bool Holds(const Comparator& comparator, const SemVer& version);
  static bool Holds(const Alternative& alternative, const SemVer& version);

  std::vector<Alternative> alternatives_;
};

}  // namespace lif
