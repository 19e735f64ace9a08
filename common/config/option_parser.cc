#include "common/config/option_parser.h"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <map>

#include "absl/strings/str_cat.h"
#include "common/base/near_match.h"
#include "common/base/status_macros.h"
#include "common/config/help_text_internal.h"
#include "common/config/option_set_internal.h"
#include "common/config/option_sources_internal.h"
#include "common/config/version.h"
#include "common/log/redact.h"

namespace lif {
namespace {

using Entry = OptionSet::Entry;
using Given = GivenValues;

absl::Status Usage(std::string text) {
  return absl::InvalidArgumentError(std::move(text));
}

// One OptionSet as CLI11 sees it. CLI11 splits the command line; conversion and errors are ours.
struct CliNode {
  const OptionSet* set = nullptr;
  CLI::App* app = nullptr;
  std::vector<std::pair<const Entry*, CLI::Option*>> options;
  std::vector<CliNode> children;
};

CliNode BuildNode(const OptionSet& set, CLI::App* app) {
  CliNode node{&set, app, {}, {}};
  app->set_help_flag();
  app->allow_extras();
  app->fallthrough();
  for (const Entry& entry : set.data().entries) {
    CLI::Option* option = nullptr;
    const auto ignore = [](const CLI::results_t&) { return true; };
    if (entry.is_switch) {
      option = app->add_flag_callback(entry.spec.name, [] {});
    } else {
      option = app->add_option(entry.spec.name, ignore);
      option->type_size(1)->expected(1)->allow_extra_args(false);
      if (entry.positional() && entry.is_list) option->expected(1, 1 << 20)->allow_extra_args();
    }
    option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    node.options.emplace_back(&entry, option);
  }
  app->require_subcommand(0, set.data().commands.empty() ? 0 : 1);
  for (const auto& command : set.data().commands) {
    node.children.push_back(BuildNode(*command, app->add_subcommand(command->data().name)));
  }
  return node;
}

// The nodes that were chosen, from the root down.
std::vector<const CliNode*> ChosenPath(const CliNode& root) {
  std::vector<const CliNode*> path = {&root};
  for (bool found = true; found;) {
    found = false;
    for (const CliNode& child : path.back()->children) {
      if (child.app->count() == 0) continue;
      path.push_back(&child);
      found = true;
      break;
    }
  }
  return path;
}

std::vector<std::string> FlagNames(const std::vector<const CliNode*>& path) {
  std::vector<std::string> names;
  for (const CliNode* node : path) {
    for (const auto& [entry, option] : node->options) {
      if (!entry->positional()) names.push_back(entry->LongName());
    }
  }
  return names;
}

std::string PathName(const std::vector<const CliNode*>& path) {
  std::string name;
  for (const CliNode* node : path) {
    absl::StrAppend(&name, name.empty() ? "" : " ", node->set->data().name);
  }
  return name;
}

// What was given and nobody takes: the first such word in words.
absl::Status CheckExtras(const std::vector<const CliNode*>& path) {
  for (const CliNode* node : path) {
    const std::vector<std::string> extras = node->app->remaining(false);
    if (extras.empty()) continue;
    const std::string& word = extras.front();
    if (word.size() > 1 && word.front() == '-') {
      const std::string flag = word.substr(0, word.find('='));
      return Usage(absl::StrCat("'", flag, "' is no option of ", PathName(path),
                                DidYouMean(flag, FlagNames(path))));
    }
    if (!path.back()->children.empty()) {
      std::vector<std::string> names;
      for (const CliNode& child : path.back()->children) names.push_back(child.set->data().name);
      return Usage(
          absl::StrCat("'", word, "' is no command of ", PathName(path), DidYouMean(word, names)));
    }
    return Usage(absl::StrCat(PathName(path), " takes no argument '", word, "'"));
  }
  return absl::OkStatus();
}

absl::Status CheckFlagValues(const Entry& entry, const std::vector<std::string>& values,
                             const std::vector<std::string>& flags) {
  const std::string name = entry.positional() ? entry.spec.name : entry.LongName();
  if (!entry.is_list && !entry.is_switch && values.size() > 1) {
    return Usage(absl::StrCat(name, " is given more than once"));
  }
  for (const std::string& value : values) {
    // `--manifest-id --wait` would otherwise take "--wait" for the ID.
    if (std::find(flags.begin(), flags.end(), value) != flags.end()) {
      return Usage(absl::StrCat(name, " needs a value, and '", value, "' is an option"));
    }
    if (entry.spec.secret && ContainsSecret(value)) {
      return Usage(absl::StrCat(name,
                                " holds a password, which other users could read in the list of "
                                "processes; give it in ",
                                entry.spec.env, " or in the file of --config"));
    }
  }
  return absl::OkStatus();
}

absl::Status CollectFlags(const std::vector<const CliNode*>& path, Given* given) {
  const std::vector<std::string> flags = FlagNames(path);
  for (const CliNode* node : path) {
    for (const auto& [entry, option] : node->options) {
      if (option->count() == 0) continue;
      LIF_RETURN_IF_ERROR(CheckFlagValues(*entry, option->results(), flags));
      (*given)[entry] = option->results();
    }
  }
  return absl::OkStatus();
}

absl::Status SplitWithCli(const std::vector<std::string>& args, CLI::App* app) {
  for (const std::string& arg : args) {
    if (arg == "--") break;
    if (arg.size() > 3 && arg.compare(0, 2, "--") == 0 && arg.find('=') == arg.size() - 1) {
      return Usage(absl::StrCat(arg, " has no value"));
    }
  }
  try {
    app->parse(std::vector<std::string>(args.rbegin(), args.rend()));
  } catch (const CLI::ArgumentMismatch&) {
    return Usage(absl::StrCat("'", args.back(), "' needs a value"));
  } catch (const CLI::Error& error) {
    return Usage(error.what());
  }
  return absl::OkStatus();
}

const Entry* FindEntry(const OptionSet& set, std::string_view key) {
  for (const Entry& entry : set.data().entries) {
    if (!entry.positional() && entry.Key() == key) return &entry;
  }
  return nullptr;
}

}  // namespace

Environment SystemEnvironment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return std::string(value);
  };
}

OptionParser::OptionParser(ProgramInfo program)
    : program_(std::move(program)),
      root_(std::make_unique<OptionSet>(program_.name, program_.summary)) {}

OptionParser::~OptionParser() = default;

absl::StatusOr<ParsedArguments> OptionParser::Parse(const std::vector<std::string>& args,
                                                    const Environment& environment) {
  if (!program_.config_section.empty()) {
    root_->Add({.name = "--config",
                .value = "FILE",
                .help = "Settings as 'name = value' lines, names as the options here",
                .env = "LIF_CONFIG"},
               &config_path_);
  }
  root_->Add({.name = "-h,--help", .help = "Print this help and leave"}, &help_);
  root_->Add({.name = "--version", .help = "Print the version and leave"}, &version_);
  CLI::App app;
  const CliNode root = BuildNode(*root_, &app);
  LIF_RETURN_IF_ERROR(SplitWithCli(args, &app));
  const std::vector<const CliNode*> path = ChosenPath(root);
  LIF_RETURN_IF_ERROR(CheckExtras(path));

  ParsedArguments parsed;
  std::vector<const OptionSet*> sets;
  for (const CliNode* node : path) {
    sets.push_back(node->set);
    if (node != &root) parsed.command.push_back(node->set->data().name);
  }
  Given flags;
  LIF_RETURN_IF_ERROR(CollectFlags(path, &flags));
  const OptionSet::Data& leaf = sets.back()->data();
  const bool needs_command = !leaf.commands.empty() && !leaf.command_optional;
  if (flags.count(FindEntry(*root_, "version")) != 0) {
    parsed.text = VersionText(program_.name) + "\n";
    return parsed;
  }
  if (flags.count(FindEntry(*root_, "help")) != 0 || needs_command) {
    parsed.text = RenderHelp(sets);
    return parsed;
  }
  Given file;
  if (const Entry* config = FindEntry(*root_, "config"); config != nullptr) {
    LIF_RETURN_IF_ERROR(StoreEntry(*config, flags, file, environment));
    if (!config_path_.empty()) {
      LIF_RETURN_IF_ERROR(CollectFile(config_path_, program_, *root_, &file, &parsed.warnings));
    }
  }
  for (const OptionSet* set : sets) {
    for (const Entry& entry : set->data().entries) {
      LIF_RETURN_IF_ERROR(StoreEntry(entry, flags, file, environment));
    }
  }
  return parsed;
}

}  // namespace lif
