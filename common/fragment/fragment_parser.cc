#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/utf8.h"
#include "common/fragment/fragment.h"
#include "common/fragment/heredoc.h"
#include "common/fragment/logical_lines.h"

namespace lif {
namespace {

constexpr std::string_view kBlank = " \t";

bool IsFlagByte(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
         std::string_view("-_=,./:@+%~").find(c) != std::string_view::npos;
}

// Go's unicode.IsSpace beyond ASCII: BuildKit would trim and split there, shells would not.
bool IsUnicodeSpace(std::string_view sequence) {
  static constexpr std::string_view kSpaces[] = {"\u0085", "\u00a0", "\u1680", "\u2000", "\u2001",
                                                 "\u2002", "\u2003", "\u2004", "\u2005", "\u2006",
                                                 "\u2007", "\u2008", "\u2009", "\u200a", "\u2028",
                                                 "\u2029", "\u202f", "\u205f", "\u3000"};
  return std::find(std::begin(kSpaces), std::end(kSpaces), sequence) != std::end(kSpaces);
}

// What is wrong with the bytes at `text`, or "". `*length` is how many bytes to go on by.
std::string_view BadBytes(std::string_view text, size_t* length) {
  auto byte = static_cast<unsigned char>(text[0]);
  *length = 1;
  if (byte == '\n' || byte == '\t' || (byte >= 0x20 && byte < 0x7f)) return "";
  if (byte == '\r') return "has a carriage return";
  if (byte < 0x80) return "has a control character";
  size_t sequence = Utf8SequenceLength(text);
  if (sequence == 0) return "is not UTF-8";
  *length = sequence;
  return IsUnicodeSpace(text.substr(0, sequence)) ? "has a space that is not ASCII" : "";
}

// At most one problem of a kind a line. False when the text should not be parsed.
bool CheckBytes(std::string_view text, std::vector<Problem>* problems) {
  if (text.size() > kMaxFragmentBytes) {
    problems->push_back(
        {"", 0, "fragment",
         absl::StrCat("is ", text.size(), " bytes; the limit is ", kMaxFragmentBytes),
         "move long scripts to files/ and COPY --from=module them"});
    return false;
  }
  int line = 1;
  size_t line_start = 0;
  size_t length = 1;
  for (size_t i = 0; i < text.size(); i += length) {
    std::string_view wrong = BadBytes(text.substr(i), &length);
    if (!wrong.empty() && problems->size() < 20) {
      problems->push_back({"", line, "line", std::string(wrong),
                           "write plain UTF-8 with line feeds and ordinary spaces"});
    }
    if (text[i] != '\n') continue;
    if (i - line_start > kMaxFragmentLine) break;
    ++line;
    line_start = i + 1;
  }
  if (problems->empty() && text.size() - line_start > kMaxFragmentLine &&
      text.find('\n', line_start) - line_start > kMaxFragmentLine) {
    problems->push_back({"", line, "line",
                         absl::StrCat("is over the limit of ", kMaxFragmentLine, " bytes"),
                         "split it with a backslash at the end of a part"});
  }
  SortProblems(*problems);
  return problems->empty();
}

class Parser {
 public:
  explicit Parser(std::string_view text) : reader_(text, &fragment_.problems) {}

  Fragment Parse() {
    LogicalLine line;
    while (reader_.Next(&line)) {
      if (fragment_.instructions.size() == kMaxInstructions) {
        Report(line.first_line, "fragment",
               absl::StrCat("has more than ", kMaxInstructions, " instructions"),
               "join RUN instructions with &&, or split the module");
        break;
      }
      ParseInstruction(line);
    }
    return std::move(fragment_);
  }

 private:
  void Report(int line, std::string field, std::string what, std::string remedy) {
    fragment_.problems.push_back({"", line, std::move(field), std::move(what), std::move(remedy)});
  }

  void ParseInstruction(const LogicalLine& line) {
    size_t begin = line.text.find_first_not_of(kBlank);
    if (begin == std::string::npos) return;
    size_t end = std::min(line.text.find_first_of(kBlank, begin), line.text.size());
    Instruction instruction;
    instruction.keyword = absl::AsciiStrToUpper(line.text.substr(begin, end - begin));
    instruction.first_line = line.first_line;
    size_t rest = ParseFlags(line, SkipBlanks(line.text, end), &instruction);
    SetText(line, rest, &instruction);
    ParseExec(&instruction);
    ParseHeredoc(&instruction);
    instruction.last_line = std::max(line.last_line, reader_.line_number());
    if (!instruction.heredoc) instruction.last_line = line.last_line;
    fragment_.instructions.push_back(std::move(instruction));
  }

  static size_t SkipBlanks(const std::string& text, size_t from) {
    return std::min(text.find_first_not_of(kBlank, from), text.size());
  }

  // Answers where the text after the flags begins.
  size_t ParseFlags(const LogicalLine& line, size_t at, Instruction* instruction) {
    while (line.text.compare(at, 2, "--") == 0) {
      size_t end = std::min(line.text.find_first_of(kBlank, at), line.text.size());
      AddFlag(line, at, end, instruction);
      at = SkipBlanks(line.text, end);
    }
    return at;
  }

  void AddFlag(const LogicalLine& line, size_t begin, size_t end, Instruction* instruction) {
    std::string word = line.text.substr(begin, end - begin);
    int number = line.LineOf(begin);
    const std::string field = instruction->keyword + " " + Quoted(word, 60);
    auto bad = std::find_if_not(word.begin(), word.end(), IsFlagByte);
    if (bad != word.end() || word == "--") {
      Report(number, field, "is not a flag that can be read in one way only",
             "write --name=value with no quotes, backslashes, variables or spaces");
      return;
    }
    if (line.SourceOf(end - 1) - line.SourceOf(begin) != end - 1 - begin) {
      Report(number, field, "goes over more than one line", "write a flag on one line");
      return;
    }
    InstructionFlag flag;
    size_t equals = word.find('=');
    flag.name = word.substr(2, equals == std::string::npos ? equals : equals - 2);
    if (equals != std::string::npos) flag.value = word.substr(equals + 1);
    flag.line = number;
    flag.begin = line.SourceOf(begin);
    flag.end = flag.begin + (end - begin);
    instruction->flags.push_back(std::move(flag));
  }

  static void SetText(const LogicalLine& line, size_t from, Instruction* instruction) {
    instruction->text = line.text.substr(from);
    instruction->parts.push_back({0, line.LineOf(from)});
    for (const SourcePart& part : line.parts) {
      if (part.joined > from) instruction->parts.push_back({part.joined - from, part.line});
    }
  }

  // BuildKit reads the text as JSON if a JSON array of strings starts it, whatever follows; text
  // that is only nearly such an array is refused, so that shell form is never taken for the other.
  void ParseExec(Instruction* instruction) {
    const bool healthcheck = instruction->keyword == "HEALTHCHECK";
    std::string_view text = instruction->text;
    if (healthcheck) {
      if (absl::AsciiStrToUpper(std::string(text.substr(0, 4))) != "CMD ") return;
      text.remove_prefix(std::min(text.find_first_not_of(kBlank, 4), text.size()));
    }
    if (text.empty() || text[0] != '[') return;
    auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
    bool strings = json.is_array() && std::all_of(json.begin(), json.end(), [](const auto& item) {
                     return item.is_string();
                   });
    if (strings) {
      instruction->exec = json.get<std::vector<std::string>>();
      return;
    }
    size_t next = text.find_first_not_of(kBlank, 1);
    bool looks_json = next != std::string_view::npos && (text[next] == '"' || text[next] == ']');
    bool shell_form = instruction->keyword == "RUN" || instruction->keyword == "CMD" ||
                      instruction->keyword == "ENTRYPOINT" || healthcheck;
    if (!looks_json && shell_form) return;  // `[ -f x ] && …`
    Report(instruction->first_line, instruction->keyword,
           "starts like a list but is not valid JSON",
           "write [\"one\", \"two\"] with double quotes and nothing after it");
  }

  void ParseHeredoc(Instruction* instruction) {
    const std::string& keyword = instruction->keyword;
    if (keyword != "RUN" && keyword != "COPY" && keyword != "ADD") return;
    if (instruction->text.find("<<") == std::string::npos) return;
    std::optional<HeredocMark> mark;
    if (keyword == "RUN" && !instruction->exec) mark = FindHeredoc(instruction->text);
    if (!mark) {
      Report(instruction->LineOf(instruction->text.find("<<")), keyword,
             "has '<<' in a form that lif does not read",
             "write RUN <<EOF or RUN command <<EOF with plain words before it, or keep a script in "
             "files/");
      return;
    }
    Heredoc heredoc{mark->command, mark->quoted, reader_.line_number() + 1, ""};
    if (!reader_.TakeHeredoc(mark->name, mark->strip_tabs, &heredoc.content)) {
      Report(instruction->first_line, keyword,
             absl::StrCat("has a heredoc that never ends: no line is ", Quoted(mark->name)),
             "end it with that word alone on a line");
    }
    instruction->heredoc = std::move(heredoc);
  }

  Fragment fragment_;
  LogicalLineReader reader_;
};

}  // namespace

int Instruction::LineOf(size_t offset) const {
  auto after = std::upper_bound(parts.begin(), parts.end(), offset,
                                [](size_t at, const Part& part) { return at < part.offset; });
  return after == parts.begin() ? first_line : std::prev(after)->line;
}

Fragment ParseFragment(std::string_view text) {
  Fragment fragment;
  if (!CheckBytes(text, &fragment.problems)) return fragment;
  return Parser(text).Parse();
}

}  // namespace lif
