// Command lines, environment and configuration files into variables, with errors for people.
// Precedence: flag, then environment, then the file named by --config, then the default, which is
// what the target holds when it is added. CLI11 does the splitting and stays out of this header.
//
//   OptionParser parser({.name = "lif-executor", .summary = "…", .config_section = "executor"});
//   parser.root().Add({.name = "--pool", .value = "NAME", .help = "…", .env = "LIF_POOL"}, &pool);
//   auto parsed = parser.Parse(args, SystemEnvironment());
//   if (!parsed.ok()) return FailUsage(parsed.status());   // exit code 2
//   if (parsed->text) return Print(*parsed->text);         // --help, --version
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace lif {

struct OptionSpec {
  std::string name;   // "--pool" or "-f,--follow"; in capitals a positional: "BUILD_ID"
  std::string value;  // how help calls the value: "HOST:PORT"; unused for a bool or a positional
  std::string help;   // one sentence, no full stop
  std::string env;    // "LIF_POOL", or "" for none
  std::vector<std::string> choices;  // the only values allowed, when not empty
  bool required = false;
  // May carry a password: help shows no default, and a value with a password is refused on the
  // command line, which every user of the machine can read.
  bool secret = false;
};

// Options and sub-commands of one command. Targets must outlive Parse. A bool is a switch; a vector
// takes a value each time the option is given, and replaces the default as a whole.
class OptionSet {
 public:
  OptionSet(std::string name, std::string summary);
  ~OptionSet();
  OptionSet(const OptionSet&) = delete;
  OptionSet& operator=(const OptionSet&) = delete;

  void Add(OptionSpec spec, std::string* target);
  void Add(OptionSpec spec, bool* target);
  void Add(OptionSpec spec, int* target);
  void Add(OptionSpec spec, absl::Duration* target);  // "30s", "5m", "1h30m"; positive
  void Add(OptionSpec spec, std::vector<std::string>* target);
  // The reference stays valid as long as this set.
  OptionSet& AddCommand(std::string name, std::string summary);
  // It may be given without one of its sub-commands; otherwise that answers its help.
  void MakeCommandOptional();
  // Examples or remarks, printed at the end of help as they are.
  void SetFooter(std::string footer);

  struct Entry;  // option_set_internal.h
  struct Data;
  const Data& data() const { return *data_; }

 private:
  void AddEntry(OptionSpec spec, Entry entry);
  std::unique_ptr<Data> data_;
};

// The value of an environment variable, or nullopt.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
Environment SystemEnvironment();

struct ProgramInfo {
  std::string name;     // "lif-executor"
  std::string summary;  // one sentence
  // The section of a configuration file that is for this program alone; those of others are
  // skipped. "" for a program that takes no --config.
  std::string config_section;
  // Sections of the factory's programs, which are skipped in each other's files; any other name is
  // an error.
  std::vector<std::string> known_sections = {"controlplane", "executor"};
};

struct ParsedArguments {
  std::vector<std::string> command;   // names of the sub-commands given: {"catalog", "check"}
  std::optional<std::string> text;    // answer to --help or --version: print it and leave
  std::vector<std::string> warnings;  // such as a file with secrets that others can read
};

// Use once, from one thread.
class OptionParser {
 public:
  explicit OptionParser(ProgramInfo program);
  ~OptionParser();
  OptionParser(const OptionParser&) = delete;
  OptionParser& operator=(const OptionParser&) = delete;

  OptionSet& root() { return *root_; }

  // `args` without the program's name. INVALID_ARGUMENT says what is wrong and what was meant.
  absl::StatusOr<ParsedArguments> Parse(const std::vector<std::string>& args,
                                        const Environment& environment);

 private:
  ProgramInfo program_;
  std::unique_ptr<OptionSet> root_;
  std::string config_path_;
  bool help_ = false;
  bool version_ = false;
};

}  // namespace lif
