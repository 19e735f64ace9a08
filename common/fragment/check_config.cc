// ENV, LABEL, WORKDIR, USER, EXPOSE, VOLUME, STOPSIGNAL.
#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/fragment/checker_internal.h"
#include "common/fragment/paths.h"

namespace lif::fragment_check {
namespace {

struct Pair {
  std::string name;
  Word value;
};

// NAME=value words of ENV and LABEL.
std::vector<Pair> Pairs(const Instruction& instruction, Context* context) {
  std::vector<Pair> pairs;
  bool unterminated = false;
  const std::vector<Word> words = SplitQuotedWords(instruction.text, &unterminated);
  const std::string& keyword = instruction.keyword;
  if (unterminated) {
    context->Report(instruction.first_line, keyword, "has a quote that is not closed", "close it");
    return pairs;
  }
  if (words.empty()) {
    context->Report(instruction.first_line, keyword, "is empty",
                    absl::StrCat("write ", keyword, " NAME=value"));
  }
  for (const Word& word : words) {
    size_t equals = word.text.find('=');
    if (equals == std::string::npos || equals == 0) {
      context->Report(instruction.LineOf(word.offset), keyword,
                      absl::StrCat(Quoted(word.text, 60), " is not NAME=value"),
                      "write NAME=value, with quotes around a value that has spaces");
      break;  // what follows is most often the rest of the value
    }
    pairs.push_back(
        {word.text.substr(0, equals), {word.text.substr(equals + 1), word.offset + equals + 1}});
  }
  return pairs;
}

std::string Unquote(const std::string& text) {
  bool quoted = text.size() >= 2 && (text[0] == '"' || text[0] == '\'') && text.back() == text[0];
  return quoted ? text.substr(1, text.size() - 2) : text;
}

bool IsLabelKey(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           std::string_view("._-/").find(c) != std::string_view::npos;
  });
}

// A word of letters, digits and `extra`, in which variables may stand.
bool IsPlainWithVariables(std::string_view text, std::string_view extra) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$' || c == '{' ||
           c == '}' || extra.find(c) != std::string_view::npos;
  });
}

void CheckPath(const Instruction& instruction, const Word& path, Context* context) {
  const int line = instruction.LineOf(path.offset);
  if (!IsPlainWithVariables(path.text, "./@+-:") || HasParentPart(path.text) ||
      (path.text[0] != '/' && path.text[0] != '$')) {
    context->Report(line, instruction.keyword,
                    absl::StrCat(Quoted(path.text), " is not a plain absolute path"),
                    "write one that starts with '/', without '..', spaces and quotes");
    return;
  }
  UseWordVariables(instruction, path.text, path.offset, context);
}

bool IsPort(std::string_view text) {
  int port = 0;
  return absl::SimpleAtoi(std::string(text), &port) && port >= 1 && port <= 65535;
}

bool IsExpose(std::string_view text) {
  size_t slash = text.find('/');
  std::string_view protocol = slash == std::string_view::npos ? "tcp" : text.substr(slash + 1);
  if (protocol != "tcp" && protocol != "udp") return false;
  std::string_view ports = text.substr(0, slash);
  if (!ports.empty() && ports[0] == '$') return IsPlainWithVariables(ports, "");
  size_t dash = ports.find('-');
  if (dash == std::string_view::npos) return IsPort(ports);
  return IsPort(ports.substr(0, dash)) && IsPort(ports.substr(dash + 1));
}

}  // namespace

void CheckEnv(const Instruction& instruction, Context* context) {
  CheckFlags(instruction, {}, context);
  std::vector<std::pair<std::string, int>> set;
  for (const Pair& pair : Pairs(instruction, context)) {
    const int line = instruction.LineOf(pair.value.offset);
    if (!IsVariableName(pair.name)) {
      context->Report(line, "ENV", absl::StrCat("name ", Quoted(pair.name, 60), " is malformed"),
                      "write letters, digits and '_', not starting with a digit");
      continue;
    }
    if (absl::StartsWith(pair.name, "BUILDKIT_")) {
      context->Report(line, "ENV", absl::StrCat(pair.name, " is BuildKit's own"), "remove it");
    }
    UseWordVariables(instruction, pair.value.text, pair.value.offset, context);
    set.emplace_back(pair.name, line);
  }
  // BuildKit expands with what was set before the instruction.
  context->report.env.insert(set.begin(), set.end());
}

void CheckLabel(const Instruction& instruction, Context* context) {
  CheckFlags(instruction, {}, context);
  for (const Pair& pair : Pairs(instruction, context)) {
    const int line = instruction.LineOf(pair.value.offset);
    const std::string key = Unquote(pair.name);
    if (!IsLabelKey(key)) {
      context->Report(line, "LABEL", absl::StrCat("key ", Quoted(key, 60), " is malformed"),
                      "write letters, digits, '.', '_', '-' and '/'");
    }
    if (absl::StartsWith(key, "io.lif.")) {
      context->Report(line, "LABEL", absl::StrCat("key ", Quoted(key, 60), " is lif's own"),
                      "choose a prefix of your own");
    }
    UseWordVariables(instruction, pair.value.text, pair.value.offset, context);
  }
}

void CheckWorkdir(const Instruction& instruction, Context* context) {
  CheckFlags(instruction, {}, context);
  CheckPath(instruction, {instruction.text, 0}, context);
}

void CheckUser(const Instruction& instruction, Context* context) {
  CheckFlags(instruction, {}, context);
  if (!IsPlainWithVariables(instruction.text, ".:-")) {
    context->Report(instruction.first_line, "USER",
                    absl::StrCat(Quoted(instruction.text, 60), " is malformed"),
                    "write user, user:group, or numbers");
    return;
  }
  UseWordVariables(instruction, instruction.text, 0, context);
}

void CheckExpose(const Instruction& instruction, Context* context) {
  CheckFlags(instruction, {}, context);
  const std::vector<Word> words = SplitWords(instruction.text);
  if (words.empty()) {
    context->Report(instruction.first_line, "EXPOSE", "is empty", "write a port, such as 8080/tcp");
  }
  for (const Word& word : words) {
    if (!IsExpose(word.text)) {
      context->Report(instruction.LineOf(word.offset), "EXPOSE",
                      absl::StrCat(Quoted(word.text, 40), " is not a port"),
                      "write 1 to 65535, perhaps with /tcp or /udp");
      continue;
    }
    UseWordVariables(instruction, word.text, word.offset, context);
  }
}

void CheckVolume(const Instruction& instruction, Context* context) {
  CheckFlags(instruction, {}, context);
  std::vector<Word> words;
  if (instruction.exec) {
    for (const std::string& path : *instruction.exec) words.push_back({path, 0});
  } else {
    words = SplitWords(instruction.text);
  }
  if (words.empty()) {
    context->Report(instruction.first_line, "VOLUME", "is empty", "write an absolute path");
  }
  for (const Word& word : words) CheckPath(instruction, word, context);
}

void CheckStopsignal(const Instruction& instruction, Context* context) {
  CheckFlags(instruction, {}, context);
  const std::string& text = instruction.text;
  int number = 0;
  bool numeric = absl::SimpleAtoi(text, &number) && number >= 1 && number <= 64;
  bool named = absl::StartsWith(text, "SIG") && text.size() <= 12 &&
               std::all_of(text.begin() + 3, text.end(), [](char c) {
                 return absl::ascii_isupper(static_cast<unsigned char>(c)) ||
                        absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '+' || c == '-';
               });
  if (numeric || (named && text.size() > 3)) return;
  context->Report(instruction.first_line, "STOPSIGNAL",
                  absl::StrCat(Quoted(text, 40), " is malformed"),
                  "write a name such as SIGTERM, or a number");
}

}  // namespace lif::fragment_check
