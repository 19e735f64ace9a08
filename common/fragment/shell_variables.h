// Which variables a line of POSIX shell (or bash) uses, and which it sets itself. A reading without
// a grammar: it follows quotes, escapes, comments and substitutions, and errs towards "sets it".
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/fragment/words.h"

namespace lif {

struct ShellVariables {
  std::vector<VariableName> used;  // in order; what single quotes or a backslash protect is not
  std::set<std::string> assigned;  // NAME=…, for NAME in, read NAME, export NAME, ${NAME:=…} …
  bool reads_os_release = false;   // sources /etc/os-release, which sets VERSION_CODENAME and more
};

ShellVariables ScanShell(std::string_view text);

// Variables that every shell has without anybody's setting them: PATH, HOME, PWD, IFS …
bool IsShellBuiltIn(const std::string& name);

// Set by /etc/os-release (os-release(5)).
bool IsOsReleaseName(const std::string& name);

}  // namespace lif
