// Where a daemon's HTTP port is: /metrics, health, and what else it answers.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "common/config/option_parser.h"

namespace lif {

struct HttpConfig {
  std::string listen;  // "HOST:PORT", or "off"
  bool insecure = false;

  bool Off() const { return listen == "off"; }
};

// `config` must outlive Parse; its present values are the defaults.
void AddHttpOptions(OptionSet* options, HttpConfig* config);

// An address, and none that other machines reach unless that was said in words: the port speaks
// plain HTTP and asks nobody who he is.
absl::Status CheckHttpConfig(const HttpConfig& config);

}  // namespace lif
