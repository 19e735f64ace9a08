#include "common/fragment/shell_variables.h"

#include "absl/strings/ascii.h"

namespace lif {
namespace {

// What the words after a command name stand for.
enum class Takes { kNothing, kOneName, kSecondName, kNames };

Takes TakesNames(std::string_view word) {
  if (word == "for" || word == "select") return Takes::kOneName;
  if (word == "getopts") return Takes::kSecondName;
  for (std::string_view command : {"read", "export", "local", "declare", "readonly", "typeset",
                                   "mapfile", "readarray", "unset"}) {
    if (word == command) return Takes::kNames;
  }
  return Takes::kNothing;
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  ShellVariables Scan() {
    while (at_ < text_.size()) Step();
    EndWord();
    result_.reads_os_release = text_.find("/etc/os-release") != std::string_view::npos ||
                               text_.find("/usr/lib/os-release") != std::string_view::npos;
    return std::move(result_);
  }

 private:
  // One level of quoting: the top, "…", $(…), `…`.
  struct Level {
    char close = 0;  // 0 at the top
    bool quoted = false;
    int parentheses = 0;
  };

  char Peek(size_t ahead = 1) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool InQuotes() const { return !levels_.empty() && levels_.back().quoted; }

  void Step() {
    char c = text_[at_];
    if (c == '\\') {
      word_.clear();
      plain_ = false;
      at_ += 2;
    } else if (c == '$') {
      Dollar();
    } else if (c == '`') {
      Toggle('`', /*quoted=*/false);
    } else if (c == '"') {
      plain_ = false;
      Toggle('"', /*quoted=*/true);
    } else if (InQuotes()) {
      ++at_;
    } else {
      Unquoted(c);
    }
  }

  void Unquoted(char c) {
    if (c == '\'') {
      plain_ = false;
      size_t end = text_.find('\'', at_ + 1);
      at_ = end == std::string_view::npos ? text_.size() : end + 1;
    } else if (c == '#' && word_.empty() && plain_) {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (c == '(' || c == ')') {
      Parenthesis(c);
    } else if (std::string_view(" \t\n;&|<>").find(c) != std::string_view::npos) {
      EndWord();
      if (c != ' ' && c != '\t') takes_ = Takes::kNothing;
      ++at_;
    } else {
      if (c == '=' || (c == '+' && Peek() == '=')) Assignment();
      word_ += c;
      ++at_;
    }
  }

  void Parenthesis(char c) {
    EndWord();
    takes_ = Takes::kNothing;
    ++at_;
    if (levels_.empty() || levels_.back().close != ')') return;
    int& depth = levels_.back().parentheses;
    if (c == '(') {
      ++depth;
    } else if (depth > 0) {
      --depth;
    } else {
      levels_.pop_back();
    }
  }

  void Toggle(char quote, bool quoted) {
    EndWord();
    plain_ = false;
    ++at_;
    if (!levels_.empty() && levels_.back().close == quote) {
      levels_.pop_back();
    } else if (levels_.size() < kMaxDepth) {
      levels_.push_back({quote, quoted, 0});
    }
  }

  void Dollar() {
    plain_ = false;
    if (Peek() == '(') {
      EndWord();
      if (levels_.size() < kMaxDepth) levels_.push_back({')', false, 0});
      at_ += 2;
    } else if (Peek() == '\'' && !InQuotes()) {
      SkipAnsiQuote();
    } else if (Peek() == '{') {
      Braces();
    } else {
      Use(at_ + 1);
    }
  }

  void Use(size_t start) {
    size_t length = VariableNameLength(text_.substr(start));
    if (length > 0) result_.used.push_back({std::string(text_.substr(start, length)), at_});
    at_ = start + length;
  }

  // ${NAME}, ${#NAME}, ${!NAME}, ${NAME:=default}; what stands after the name is scanned as text.
  void Braces() {
    size_t start = at_ + 2;
    if (start < text_.size() && (text_[start] == '#' || text_[start] == '!')) ++start;
    size_t length = VariableNameLength(text_.substr(start));
    std::string_view rest = text_.substr(std::min(start + length, text_.size()));
    if (length > 0 && (rest.starts_with(":=") || rest.starts_with("="))) {
      result_.assigned.insert(std::string(text_.substr(start, length)));
    }
    Use(start);
  }

  void SkipAnsiQuote() {
    at_ += 2;
    while (at_ < text_.size() && text_[at_] != '\'') at_ += text_[at_] == '\\' ? 2 : 1;
    ++at_;
  }

  void Assignment() {
    if (plain_ && IsVariableName(word_)) result_.assigned.insert(word_);
  }

  void EndWord() {
    if (plain_ && !word_.empty()) TakeWord();
    word_.clear();
    plain_ = true;
  }

  void TakeWord() {
    switch (takes_) {
      case Takes::kNothing:
        takes_ = TakesNames(word_);
        return;
      case Takes::kSecondName:
        takes_ = Takes::kOneName;
        return;
      case Takes::kOneName:
        takes_ = Takes::kNothing;
        [[fallthrough]];
      case Takes::kNames:
        if (IsVariableName(word_)) result_.assigned.insert(word_);
    }
  }

  static constexpr size_t kMaxDepth = 64;

  std::string_view text_;
  size_t at_ = 0;
  std::vector<Level> levels_;
  std::string word_;   // the word so far, when it is plain
  bool plain_ = true;  // no quote, escape or expansion in the word so far
  Takes takes_ = Takes::kNothing;
  ShellVariables result_;
};

}  // namespace

ShellVariables ScanShell(std::string_view text) {
  return Scanner(text).Scan();
}

bool IsShellBuiltIn(const std::string& name) {
  static const std::set<std::string> kNames = {
      "PATH",    "HOME",   "PWD",    "OLDPWD",       "IFS",         "PPID", "LINENO",
      "OPTARG",  "OPTIND", "REPLY",  "RANDOM",       "SECONDS",     "UID",  "EUID",
      "GROUPS",  "SHLVL",  "SHELL",  "PIPESTATUS",   "FUNCNAME",    "_",    "BASH_SOURCE",
      "BASHPID", "PS4",    "OPTERR", "BASH_REMATCH", "BASH_VERSION"};
  return kNames.count(name) > 0;
}

bool IsOsReleaseName(const std::string& name) {
  static const std::set<std::string> kNames = {"NAME",
                                               "ID",
                                               "ID_LIKE",
                                               "PRETTY_NAME",
                                               "VERSION",
                                               "VERSION_ID",
                                               "BUILD_ID",
                                               "VERSION_CODENAME",
                                               "DEBIAN_CODENAME",
                                               "UBUNTU_CODENAME",
                                               "VARIANT",
                                               "VARIANT_ID",
                                               "DEBIAN_VERSION_FULL"};
  return kNames.count(name) > 0;
}

}  // namespace lif
