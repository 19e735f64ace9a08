#include <charconv>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/config/option_parser.h"
#include "common/config/option_set_internal.h"

namespace lif {
namespace {

absl::Status StoreBool(const std::string& text, bool* target) {
  if (text == "true" || text == "1" || text == "yes" || text == "on") {
    *target = true;
  } else if (text == "false" || text == "0" || text == "no" || text == "off" || text.empty()) {
    *target = false;
  } else {
    return absl::InvalidArgumentError(absl::StrCat("'", text, "' should be true or false"));
  }
  return absl::OkStatus();
}

absl::Status StoreInt(const std::string& text, int* target) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, *target);
  if (error == std::errc() && stop == end && !text.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("'", text, "' should be a whole number"));
}

absl::Status StoreDuration(const std::string& text, absl::Duration* target) {
  absl::Duration parsed;
  if (!absl::ParseDuration(text, &parsed) || parsed <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", text, "' should be a time with its unit, such as 30s, 5m or 1h30m"));
  }
  *target = parsed;
  return absl::OkStatus();
}

}  // namespace

std::string OptionSet::Entry::LongName() const {
  const size_t comma = spec.name.rfind(',');
  return comma == std::string::npos ? spec.name : spec.name.substr(comma + 1);
}

std::string OptionSet::Entry::Key() const {
  const std::string name = LongName();
  const size_t first = name.find_first_not_of('-');
  return first == std::string::npos ? name : name.substr(first);
}

OptionSet::OptionSet(std::string name, std::string summary) : data_(std::make_unique<Data>()) {
  data_->name = std::move(name);
  data_->summary = std::move(summary);
}

OptionSet::~OptionSet() = default;

void OptionSet::AddEntry(OptionSpec spec, Entry entry) {
  entry.spec = std::move(spec);
  data_->entries.push_back(std::move(entry));
}

void OptionSet::Add(OptionSpec spec, std::string* target) {
  Entry entry;
  entry.default_text = *target;
  entry.store = [target](const std::vector<std::string>& values) {
    *target = values.back();
    return absl::OkStatus();
  };
  AddEntry(std::move(spec), std::move(entry));
}

void OptionSet::Add(OptionSpec spec, bool* target) {
  Entry entry;
  entry.is_switch = true;
  entry.store = [target](const std::vector<std::string>& values) {
    return StoreBool(values.back(), target);
  };
  AddEntry(std::move(spec), std::move(entry));
}

void OptionSet::Add(OptionSpec spec, int* target) {
  Entry entry;
  entry.default_text = std::to_string(*target);
  entry.store = [target](const std::vector<std::string>& values) {
    return StoreInt(values.back(), target);
  };
  AddEntry(std::move(spec), std::move(entry));
}

void OptionSet::Add(OptionSpec spec, absl::Duration* target) {
  Entry entry;
  if (*target > absl::ZeroDuration() && *target < absl::InfiniteDuration()) {
    entry.default_text = absl::FormatDuration(*target);
  }
  entry.store = [target](const std::vector<std::string>& values) {
    return StoreDuration(values.back(), target);
  };
  AddEntry(std::move(spec), std::move(entry));
}

void OptionSet::Add(OptionSpec spec, std::vector<std::string>* target) {
  Entry entry;
  entry.is_list = true;
  entry.default_text = absl::StrJoin(*target, ", ");
  entry.store = [target](const std::vector<std::string>& values) {
    *target = values;
    return absl::OkStatus();
  };
  AddEntry(std::move(spec), std::move(entry));
}

OptionSet& OptionSet::AddCommand(std::string name, std::string summary) {
  data_->commands.push_back(std::make_unique<OptionSet>(std::move(name), std::move(summary)));
  return *data_->commands.back();
}

void OptionSet::MakeCommandOptional() {
  data_->command_optional = true;
}

void OptionSet::SetFooter(std::string footer) {
  data_->footer = std::move(footer);
}

}  // namespace lif
