#include "common/config/option_sources_internal.h"

#include <sys/stat.h>

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/file_util.h"
#include "common/base/near_match.h"
#include "common/base/status_macros.h"
#include "common/config/ini_file.h"
#include "common/log/redact.h"

namespace lif {
namespace {

using Entry = OptionSet::Entry;

constexpr uint64_t kMaxConfigBytes = 1 << 20;

absl::Status Usage(std::string text) {
  return absl::InvalidArgumentError(std::move(text));
}

// Others may read a file that holds a password: worth a word, though not a refusal, since
// orchestrators mount secrets as they like.
void WarnOfOpenFile(const std::string& path, std::string_view text,
                    std::vector<std::string>* warnings) {
  struct stat status {};
  if (!ContainsSecret(text) || stat(path.c_str(), &status) != 0) return;
  if ((status.st_mode & 0007) == 0) return;
  warnings->push_back(absl::StrCat(
      path, " holds a password and every user of this machine may read it; run chmod 600 ", path));
}

std::vector<std::string> SplitCommas(const std::string& text) {
  std::vector<std::string> items;
  for (size_t from = 0; from <= text.size();) {
    const size_t comma = std::min(text.find(',', from), text.size());
    if (comma > from) items.push_back(text.substr(from, comma - from));
    from = comma + 1;
  }
  return items;
}

absl::Status CheckChoices(const Entry& entry, const std::vector<std::string>& values) {
  if (entry.spec.choices.empty()) return absl::OkStatus();
  for (const std::string& value : values) {
    const auto& choices = entry.spec.choices;
    if (std::find(choices.begin(), choices.end(), value) != choices.end()) continue;
    return Usage(absl::StrCat("'", RedactSecrets(value), "' should be one of ",
                              absl::StrJoin(choices, ", "), DidYouMean(value, choices)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CollectFile(const std::string& path, const ProgramInfo& program, const OptionSet& root,
                         GivenValues* from_file, std::vector<std::string>* warnings) {
  LIF_ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kMaxConfigBytes));
  LIF_ASSIGN_OR_RETURN(const std::vector<IniEntry> lines, ParseIni(text, path));
  WarnOfOpenFile(path, text, warnings);
  std::map<std::string, const Entry*> known;
  std::vector<std::string> names;
  for (const Entry& entry : root.data().entries) {
    const std::string key = entry.Key();
    if (entry.positional() || key == "config" || key == "help" || key == "version") continue;
    known[key] = &entry;
    names.push_back(key);
  }
  std::map<const Entry*, int> first_line;
  for (const IniEntry& line : lines) {
    if (!line.section.empty() && line.section != program.config_section) {
      const auto& sections = program.known_sections;
      if (std::find(sections.begin(), sections.end(), line.section) != sections.end()) continue;
      return Usage(absl::StrCat(path, ":", line.line, ": '[", line.section,
                                "]' is no section that a program reads",
                                DidYouMean(line.section, sections)));
    }
    const auto found = known.find(line.key);
    if (found == known.end()) {
      return Usage(absl::StrCat(path, ":", line.line, ": '", line.key, "' is no setting of ",
                                root.data().name, DidYouMean(line.key, names)));
    }
    const auto [first, fresh] = first_line.emplace(found->second, line.line);
    if (!fresh && !found->second->is_list) {
      return Usage(absl::StrCat(path, ":", line.line, ": '", line.key, "' is already set on line ",
                                first->second));
    }
    (*from_file)[found->second].push_back(line.value);
  }
  return absl::OkStatus();
}

absl::Status StoreEntry(const Entry& entry, const GivenValues& flags, const GivenValues& file,
                        const Environment& environment) {
  const std::string name = entry.positional() ? entry.spec.name : entry.LongName();
  std::vector<std::string> values;
  std::string source = name;
  if (const auto flag = flags.find(&entry); flag != flags.end()) {
    values = flag->second;
  } else if (auto text = entry.spec.env.empty() ? std::nullopt : environment(entry.spec.env);
             text.has_value() && !text->empty()) {
    values = entry.is_list ? SplitCommas(*text) : std::vector<std::string>{*text};
    source = entry.spec.env;
  } else if (const auto line = file.find(&entry); line != file.end()) {
    values = line->second;
    source = absl::StrCat("'", entry.Key(), "' in the file of --config");
  } else if (!entry.spec.required) {
    return absl::OkStatus();
  }
  if (values.empty() || (entry.spec.required && values.back().empty())) {
    if (!entry.spec.required) return absl::OkStatus();
    if (entry.spec.env.empty()) return Usage(absl::StrCat(name, " is missing"));
    return Usage(absl::StrCat(name, " is missing; it can also be given as ", entry.spec.env));
  }
  absl::Status status = CheckChoices(entry, values);
  if (status.ok()) status = entry.store(values);
  if (status.ok()) return status;
  return Usage(absl::StrCat(source, ": ", std::string(status.message())));
}

}  // namespace lif
