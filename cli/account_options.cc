#include "cli/account_options.h"

namespace lif {

void AddAccountOptions(OptionSet* options, Account* account) {
  options->Add({.name = "--priority",
                .value = "N",
                .help = "-10 (last) to 10 (first); a step is worth ten minutes of waiting"},
               &account->priority);
  options->Add({.name = "--tenant",
                .value = "NAME",
                .help = "On whose account, for fairness between teams",
                .env = "LIF_TENANT"},
               &account->tenant);
}

}  // namespace lif
