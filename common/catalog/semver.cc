#include "common/catalog/semver.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/problem.h"
#include "common/base/status_macros.h"

namespace lif {
namespace {

bool IsNumeric(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Without leading zero, and small enough for any counter.
bool ReadNumber(std::string_view text, uint64_t* number) {
  if (!IsNumeric(text) || text.size() > 9 || (text.size() > 1 && text[0] == '0')) return false;
  return absl::SimpleAtoi(std::string(text), number);
}

bool IsIdentifier(std::string_view text) {
  if (text.empty()) return false;
  if (IsNumeric(text)) return text.size() <= 9 && (text.size() == 1 || text[0] != '0');
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-';
  });
}

absl::Status Malformed(std::string_view text) {
  return absl::InvalidArgumentError(
      absl::StrCat(Quoted(text, 60),
                   " is not an exact semantic version; write major.minor.patch, "
                   "such as 1.4.0 or 2.0.0-rc.1"));
}

// Negative, 0, positive as a is before, equal to, after b.
int CompareIdentifiers(const std::string& a, const std::string& b) {
  bool a_numeric = IsNumeric(a);
  bool b_numeric = IsNumeric(b);
  if (a_numeric != b_numeric) return a_numeric ? -1 : 1;
  if (a_numeric && a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return a.compare(b);
}

bool PrereleaseLess(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  if (a.empty() || b.empty()) return !a.empty() && b.empty();
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    int order = CompareIdentifiers(a[i], b[i]);
    if (order != 0) return order < 0;
  }
  return a.size() < b.size();
}

bool SameTriple(const SemVer& a, const SemVer& b) {
  return a.major == b.major && a.minor == b.minor && a.patch == b.patch;
}

// What ^ stands for: the next version that may break its users.
SemVer NextBreaking(const SemVer& version) {
  if (version.major > 0) return {version.major + 1, 0, 0, {}};
  if (version.minor > 0) return {0, version.minor + 1, 0, {}};
  return {0, 0, version.patch + 1, {}};
}

}  // namespace

bool operator<(const SemVer& a, const SemVer& b) {
  if (a.major != b.major) return a.major < b.major;
  if (a.minor != b.minor) return a.minor < b.minor;
  if (a.patch != b.patch) return a.patch < b.patch;
  return PrereleaseLess(a.prerelease, b.prerelease);
}

absl::StatusOr<SemVer> ParseSemVer(std::string_view text) {
  if (text.size() > 64) return Malformed(text);
  SemVer version;
  size_t dash = text.find('-');
  const std::vector<std::string> numbers = absl::StrSplit(std::string(text.substr(0, dash)), '.');
  if (numbers.size() != 3 || !ReadNumber(numbers[0], &version.major) ||
      !ReadNumber(numbers[1], &version.minor) || !ReadNumber(numbers[2], &version.patch)) {
    return Malformed(text);
  }
  if (dash == std::string_view::npos) return version;
  version.prerelease = absl::StrSplit(std::string(text.substr(dash + 1)), '.');
  if (!std::all_of(version.prerelease.begin(), version.prerelease.end(), IsIdentifier)) {
    return Malformed(text);
  }
  return version;
}

absl::Status SemVerRange::Append(std::string_view token, Alternative* alternative) {
  if (token == "*") return absl::OkStatus();
  size_t digits = std::min(token.find_first_of("0123456789"), token.size());
  std::string_view op = token.substr(0, digits);
  absl::StatusOr<SemVer> version = ParseSemVer(token.substr(digits));
  if (!version.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(Quoted(token, 60),
                     " is not a comparator; write an operator of = > >= < <= ^ ~ "
                     "and a whole version, as in >=1.2.0 or ^1.2.0, or *"));
  }
  if (op.empty() || op == "=") {
    alternative->push_back({Op::kEqual, *version});
  } else if (op == ">") {
    alternative->push_back({Op::kGreater, *version});
  } else if (op == ">=") {
    alternative->push_back({Op::kGreaterEqual, *version});
  } else if (op == "<") {
    alternative->push_back({Op::kLess, *version});
  } else if (op == "<=") {
    alternative->push_back({Op::kLessEqual, *version});
  } else if (op == "^" || op == "~") {
    alternative->push_back({Op::kGreaterEqual, *version});
    SemVer next =
        op == "^" ? NextBreaking(*version) : SemVer{version->major, version->minor + 1, 0, {}};
    alternative->push_back({Op::kLess, next});
  } else {
    return absl::InvalidArgumentError(absl::StrCat(
        Quoted(op, 20), " is not an operator; write one of = > >= < <= ^ ~, without a space"));
  }
  return absl::OkStatus();
}

absl::StatusOr<SemVerRange> SemVerRange::Parse(std::string_view text) {
  if (text.size() > 200) {
    return absl::InvalidArgumentError(
        "the range is longer than 200 characters; write a shorter one");
  }
  SemVerRange range;
  const std::vector<std::string> parts = absl::StrSplit(std::string(text), "||");
  for (const std::string& part : parts) {
    const std::vector<std::string> tokens = absl::StrSplit(part, ' ', absl::SkipEmpty());
    if (tokens.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("range ", Quoted(text, 60), " has an empty part; write * for any version"));
    }
    Alternative alternative;
    for (const std::string& token : tokens) LIF_RETURN_IF_ERROR(Append(token, &alternative));
    range.alternatives_.push_back(std::move(alternative));
  }
  return range;
}

bool SemVerRange::Holds(const Comparator& comparator, const SemVer& version) {
  const SemVer& bound = comparator.version;
  switch (comparator.op) {
    case Op::kLess:
      return version < bound;
    case Op::kLessEqual:
      return !(bound < version);
    case Op::kGreater:
      return bound < version;
    case Op::kGreaterEqual:
      return !(version < bound);
    case Op::kEqual:
      break;
  }
  return version == bound;
}

bool SemVerRange::Holds(const Alternative& alternative, const SemVer& version) {
  bool named = version.prerelease.empty();
  for (const Comparator& comparator : alternative) {
    if (!Holds(comparator, version)) return false;
    named = named ||
            (!comparator.version.prerelease.empty() && SameTriple(comparator.version, version));
  }
  return named;
}

bool SemVerRange::Contains(const SemVer& version) const {
  return std::any_of(alternatives_.begin(), alternatives_.end(),
                     [&](const Alternative& alternative) { return Holds(alternative, version); });
}

}  // namespace lif
