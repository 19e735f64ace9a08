// On whose account a command submits, and how urgently.
#pragma once

#include <string>

#include "common/config/option_parser.h"

namespace lif {

struct Account {
  std::string tenant = "default";
  int priority = 0;  // -10 (last) to 10 (first); the control plane checks it
};

// --priority and --tenant (LIF_TENANT). `account` must outlive the options.
void AddAccountOptions(OptionSet* options, Account* account);

}  // namespace lif
