// COPY and ADD: where files come from.
#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/near_match.h"
#include "common/fragment/checker_internal.h"
#include "common/fragment/paths.h"

namespace lif::fragment_check {
namespace {

const InstructionFlag* FindFlag(const Instruction& instruction, std::string_view name) {
  for (const InstructionFlag& flag : instruction.flags) {
    if (flag.name == name) return &flag;
  }
  return nullptr;
}

bool IsOwnerPart(std::string_view part) {
  return !part.empty() && std::all_of(part.begin(), part.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == '.';
  });
}

bool IsOwner(std::string_view text) {
  size_t colon = text.find(':');
  if (colon == std::string_view::npos) return IsOwnerPart(text);
  return IsOwnerPart(text.substr(0, colon)) && IsOwnerPart(text.substr(colon + 1));
}

bool IsMode(std::string_view text) {
  return text.size() >= 3 && text.size() <= 4 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '7'; });
}

// --chown, --chmod, --link; and no flag twice.
void CheckOwnerFlags(const Instruction& instruction, Context* context) {
  std::set<std::string> seen;
  for (const InstructionFlag& flag : instruction.flags) {
    const std::string field = absl::StrCat(instruction.keyword, " --", flag.name);
    const std::string value = flag.value.value_or("");
    if (!seen.insert(flag.name).second) {
      context->Report(flag.line, field, "is written twice", "write it once");
    }
    if (flag.name == "chown" && !IsOwner(value)) {
      context->Report(flag.line, field, absl::StrCat(Quoted(value), " is malformed"),
                      "write user, user:group, or numbers");
    }
    if (flag.name == "chmod" && !IsMode(value)) {
      context->Report(flag.line, field, absl::StrCat(Quoted(value), " is malformed"),
                      "write three or four octal digits, as in --chmod=0755");
    }
    bool boolean = !flag.value || value == "true" || value == "false";
    if (flag.name == "link" && !boolean) {
      context->Report(flag.line, field, absl::StrCat(Quoted(value), " is malformed"),
                      "write --link alone");
    }
  }
}

// Sources and destination, or nullopt when they can't be read in one way only.
std::optional<std::vector<Word>> Paths(const Instruction& instruction, Context* context) {
  std::vector<Word> paths;
  if (instruction.exec) {
    for (const std::string& path : *instruction.exec) paths.push_back({path, 0});
  } else {
    paths = SplitWords(instruction.text);
  }
  if (paths.size() < 2) {
    context->Report(instruction.first_line, instruction.keyword, "needs a source and a destination",
                    absl::StrCat("write ", instruction.keyword, " … SRC DST"));
    return std::nullopt;
  }
  bool good = true;
  for (const Word& path : paths) {
    const int line = instruction.LineOf(path.offset);
    if (path.text.empty() || path.text.find_first_of("\"'\\`<>\n\t") != std::string::npos) {
      context->Report(
          line, instruction.keyword,
          absl::StrCat("path ", Quoted(path.text), " has a character of a shell, or none"),
          "write plain paths; with spaces, as JSON: [\"a b\", \"/dst\"]");
      good = false;
    } else if (HasParentPart(path.text)) {
      context->Report(line, instruction.keyword,
                      absl::StrCat("path ", Quoted(path.text), " has '..'"),
                      "write the path without '..'; a module reads only its own files/");
      good = false;
    } else {
      UseWordVariables(instruction, path.text, path.offset, context);
    }
  }
  if (!good) return std::nullopt;
  return paths;
}

// A source without wildcards and variables must be a file or directory of the module.
void CheckSourceExists(const Instruction& instruction, const Word& source, Context* context) {
  if (source.text.find_first_of("*?[$") != std::string::npos) return;
  if (context->report.problems.size() >= kMaxFragmentProblems) return;
  std::string path;
  for (const char c : source.text) {
    if (c != '/' || (!path.empty() && path.back() != '/')) path += c;
  }
  while (absl::StartsWith(path, "./")) path = path.substr(2);
  while (!path.empty() && path.back() == '/') path.pop_back();
  if (path.empty() || path == ".") return;
  const std::set<std::string>& files = context->scope.files;
  if (files.count(path) > 0) return;
  auto below = files.lower_bound(path + "/");
  if (below != files.end() && absl::StartsWith(*below, path + "/")) return;
  context->Report(
      instruction.LineOf(source.offset), "COPY",
      absl::StrCat("files/", path, " is not there", DidYouMean(path, {files.begin(), files.end()})),
      "add it to the module's files/, or mend the path");
}

// BuildKit takes a URL that ends in .git (before a '#') for a repository.
std::string WhyNotUrl(const std::string& url) {
  if (absl::StartsWith(url, "git@") || absl::StartsWith(url, "git:") ||
      absl::StartsWith(url, "ssh:")) {
    return "is a git source";
  }
  if (!absl::StartsWith(url, "https://") && !absl::StartsWith(url, "http://")) {
    return "is not a URL";
  }
  size_t host = url.find("//") + 2;
  size_t path = url.find('/', host);
  size_t variable = url.find('$');
  if (path == std::string::npos || path == host || variable < path) {
    return "has no fixed host and path";
  }
  if (url.find_first_of("#@") != std::string::npos) return "has a '#' or '@'";
  // Where the last variable ends: what it holds could make any suffix.
  size_t tail = 0;
  if (size_t dollar = url.rfind('$'); dollar != std::string::npos) {
    tail = dollar + 1 + VariableNameLength(std::string_view(url).substr(dollar + 1));
  }
  if (size_t brace = url.rfind('}'); brace != std::string::npos) tail = std::max(tail, brace + 1);
  if (tail > 0 && url.size() - tail < 4) return "ends in a variable";
  std::string end = absl::AsciiStrToLower(url.substr(url.size() - 4));
  return end == ".git" ? "is a git source" : "";
}

}  // namespace

void CheckCopy(const Instruction& instruction, Context* context) {
  CheckFlags(instruction, {"from", "chown", "chmod", "link"}, context);
  CheckOwnerFlags(instruction, context);
  const InstructionFlag* from = FindFlag(instruction, "from");
  const bool from_module = from != nullptr && from->value == "module";
  if (!from_module) {
    context->Report(from == nullptr ? instruction.first_line : from->line, "COPY --from",
                    from == nullptr
                        ? "is missing"
                        : absl::StrCat(Quoted(from->value.value_or("")), " is not allowed"),
                    "write COPY --from=module SRC DST, which reads the module's files/");
  }
  std::optional<std::vector<Word>> paths = Paths(instruction, context);
  if (!paths || !from_module) return;
  for (size_t i = 0; i + 1 < paths->size(); ++i) {
    CheckSourceExists(instruction, (*paths)[i], context);
  }
}

void CheckAdd(const Instruction& instruction, Context* context) {
  CheckFlags(instruction, {"checksum", "chown", "chmod", "link"}, context);
  CheckOwnerFlags(instruction, context);
  const InstructionFlag* checksum = FindFlag(instruction, "checksum");
  if (checksum == nullptr || !CheckOciDigest(checksum->value.value_or("")).ok()) {
    context->Report(checksum == nullptr ? instruction.first_line : checksum->line, "ADD --checksum",
                    checksum == nullptr
                        ? "is missing"
                        : absl::StrCat(Quoted(checksum->value.value_or("")), " is not a digest"),
                    "write --checksum=sha256: and 64 lower-case hexadecimal digits of the content");
  }
  std::optional<std::vector<Word>> paths = Paths(instruction, context);
  if (!paths) return;
  if (paths->size() > 2) {
    context->Report(instruction.first_line, "ADD", "has more than one source",
                    "write one ADD, with its checksum, for each URL");
  }
  const std::string& url = paths->front().text;
  std::string wrong = WhyNotUrl(url);
  if (wrong.empty()) return;
  context->Report(instruction.first_line, "ADD", absl::StrCat(Quoted(url), " ", wrong),
                  wrong == "is not a URL" ? "write COPY --from=module for a file of the module"
                                          : "write the https:// URL of one file");
}

}  // namespace lif::fragment_check
