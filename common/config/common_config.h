// Settings that control plane and executor share: where the stores are and what the recipe is.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "common/config/option_parser.h"
#include "common/log/logger.h"

namespace lif {

// The flag and environment variable of each are in docs/configuration.md and --help.
struct CommonConfig {
  std::string postgres_dsn;               // libpq connection string or URL
  std::string redis_url;                  // redis://user:password@host:port, unix:///path?user=…
  std::string blob_dir;                   // directory that the fleet shares
  std::string factory = "lif";            // prefix of keys and repositories
  std::string trust_domain = "default";   // part of every layer key
  std::string network = "default";        // of RUN: "default" or "host"; part of the recipe
  std::string engine_id = "buildkit-v1";  // engine compatibility; part of the recipe
  std::string log_level = "info";
  std::string log_format = "text";
};

// `config` must outlive Parse; its present values are the defaults.
void AddCommonOptions(OptionSet* options, CommonConfig* config);

// What cannot be checked one by one: names that go into keys and paths.
absl::Status CheckCommonConfig(const CommonConfig& config);

// After Parse.
LogOptions LogOptionsOf(const CommonConfig& config);

}  // namespace lif
