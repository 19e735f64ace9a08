// `lif` as a function: arguments in, text and exit code out.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"

namespace lif {

// Parses `args` (without the program's name), runs the command that they name, and prints its error
// if it has one. Never throws.
ExitCode RunCli(const std::vector<std::string>& args, Commands commands, CliContext context);

}  // namespace lif
