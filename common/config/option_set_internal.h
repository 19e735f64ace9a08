// What an OptionSet holds; shared by the parser and the help text.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/config/option_parser.h"

namespace lif {

struct OptionSet::Entry {
  OptionSpec spec;
  bool is_switch = false;
  bool is_list = false;
  std::string default_text;  // for help; "" when there is none
  // Converts and stores; the error text says what the value should be, without the option's name.
  std::function<absl::Status(const std::vector<std::string>& values)> store;

  bool positional() const { return spec.name.front() != '-'; }
  // "--follow" of "-f,--follow".
  std::string LongName() const;
  // Key in a configuration file: "follow".
  std::string Key() const;
};

struct OptionSet::Data {
  std::string name;
  std::string summary;
  std::string footer;
  bool command_optional = false;
  std::vector<OptionSet::Entry> entries;
  std::vector<std::unique_ptr<OptionSet>> commands;
};

}  // namespace lif
