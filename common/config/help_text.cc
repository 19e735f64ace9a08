#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/config/help_text_internal.h"
#include "common/config/option_set_internal.h"

namespace lif {
namespace {

// Splits at blanks into lines of at most `width` bytes; a longer word stands alone.
std::vector<std::string> Wrap(std::string_view text, size_t width) {
  std::vector<std::string> lines;
  std::string line;
  while (!text.empty()) {
    const size_t blank = text.find(' ');
    const std::string_view word = text.substr(0, blank);
    text = blank == std::string_view::npos ? std::string_view() : text.substr(blank + 1);
    if (!line.empty() && line.size() + 1 + word.size() > width) {
      lines.push_back(std::move(line));
      line.clear();
    }
    if (!line.empty()) line.push_back(' ');
    line.append(word);
  }
  lines.push_back(std::move(line));
  return lines;
}

std::string RightText(const OptionSet::Entry& entry) {
  std::vector<std::string> notes;
  if (!entry.spec.choices.empty()) notes.push_back(absl::StrJoin(entry.spec.choices, " | "));
  if (entry.is_list && !entry.positional()) notes.push_back("repeatable");
  if (!entry.spec.env.empty()) notes.push_back(absl::StrCat("env ", entry.spec.env));
  if (!entry.default_text.empty() && entry.default_text != "default" && !entry.spec.secret) {
    notes.push_back(absl::StrCat("default ", entry.default_text));
  }
  if (entry.spec.required) notes.push_back("required");
  if (notes.empty()) return entry.spec.help;
  return absl::StrCat(entry.spec.help, " (", absl::StrJoin(notes, "; "), ")");
}

std::string LeftText(const OptionSet::Entry& entry) {
  std::string name = entry.spec.name;
  const size_t comma = name.find(',');
  if (comma != std::string::npos) name.insert(comma + 1, " ");
  if (entry.positional() || entry.is_switch) return name;
  return absl::StrCat(name, " ", entry.spec.value.empty() ? "VALUE" : entry.spec.value);
}

bool Has(const OptionSet::Data& data, const OptionSet::Entry& entry) {
  return std::any_of(data.entries.begin(), data.entries.end(),
                     [&](const auto& other) { return other.LongName() == entry.LongName(); });
}

// Without those that `shadowing` takes for itself; it may be null.
std::vector<HelpRow> OptionRows(const OptionSet::Data& data, bool positional,
                                const OptionSet::Data* shadowing = nullptr) {
  std::vector<HelpRow> rows;
  for (const OptionSet::Entry& entry : data.entries) {
    if (shadowing != nullptr && Has(*shadowing, entry)) continue;
    if (entry.positional() == positional) rows.push_back({LeftText(entry), RightText(entry)});
  }
  return rows;
}

void AppendBlock(std::string_view title, const std::vector<HelpRow>& rows, std::string* out) {
  if (rows.empty()) return;
  absl::StrAppend(out, "\n", std::string(title), ":\n", RenderHelpRows(rows));
}

std::string Usage(const std::vector<const OptionSet*>& path) {
  const OptionSet::Data& leaf = path.back()->data();
  std::vector<std::string> words;
  for (const OptionSet* set : path) words.push_back(set->data().name);
  if (!leaf.commands.empty()) words.push_back(leaf.command_optional ? "[COMMAND]" : "COMMAND");
  for (const OptionSet::Entry& entry : leaf.entries) {
    if (!entry.positional() && !entry.spec.required) continue;
    std::string word = entry.positional() ? entry.spec.name
                                          : absl::StrCat(entry.LongName(), " ", entry.spec.value);
    if (entry.is_list) word.append("...");
    words.push_back(entry.spec.required ? word : absl::StrCat("[", word, "]"));
  }
  words.push_back("[OPTIONS]");
  return absl::StrJoin(words, " ");
}

}  // namespace

std::string RenderHelp(const std::vector<const OptionSet*>& path) {
  const OptionSet::Data& leaf = path.back()->data();
  std::string out = absl::StrCat(leaf.summary, "\n\nUsage: ", Usage(path), "\n");
  std::vector<HelpRow> commands;
  for (const auto& command : leaf.commands) {
    commands.push_back({command->data().name, command->data().summary});
  }
  AppendBlock("Commands", commands, &out);
  AppendBlock("Arguments", OptionRows(leaf, true), &out);
  AppendBlock("Options", OptionRows(leaf, false), &out);
  if (path.size() > 1) {
    AppendBlock("Everywhere", OptionRows(path.front()->data(), false, &leaf), &out);
  }
  if (!leaf.footer.empty()) absl::StrAppend(&out, "\n", leaf.footer);
  if (out.back() != '\n') out.push_back('\n');
  return out;
}

std::string RenderHelpRows(const std::vector<HelpRow>& rows, size_t width) {
  constexpr size_t kIndent = 2;
  constexpr size_t kMostLeft = 30;
  size_t left = 0;
  for (const HelpRow& row : rows) left = std::max(left, std::min(row.left.size(), kMostLeft));
  const size_t start = kIndent + left + 2;
  std::string out;
  for (const HelpRow& row : rows) {
    std::string line(kIndent, ' ');
    line.append(row.left);
    if (row.left.size() > left) {
      out.append(line).push_back('\n');
      line.clear();
    }
    for (const std::string& part : Wrap(row.right, width - start)) {
      line.resize(start, ' ');
      line.append(part);
      line.erase(line.find_last_not_of(' ') + 1);
      out.append(line).push_back('\n');
      line.clear();
    }
  }
  return out;
}

}  // namespace lif
