// Configuration of lif-controlplane: flags, environment and file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/catalog/digests.h"
#include "common/config/common_config.h"
#include "common/config/http_config.h"
#include "common/config/option_parser.h"

namespace lif {

struct ControlPlaneConfig {
  CommonConfig common;
  std::string listen = "127.0.0.1:7400";
  bool insecure_listen = false;
  HttpConfig http{"127.0.0.1:7401"};
  std::string tls_cert;  // PEM files
  std::string tls_key;
  std::string tls_client_ca;
  int max_calls = 64;
  int max_streams = 128;
  int cache_mib = 16;
  int postgres_connections = 8;
  int redis_connections = 8;
  int redis_wait_replicas = 0;  // that must confirm a submit
  absl::Duration redis_wait_timeout = absl::Seconds(1);
  std::vector<std::string> tenants;  // as ParseTenantPolicies reads them
  absl::Duration tick = absl::Seconds(1);
  absl::Duration drain = absl::Seconds(10);
};

// `config` must outlive Parse.
void AddControlPlaneOptions(OptionSet* options, ControlPlaneConfig* config);

// What can't be checked option by option: an address that others can reach needs TLS, bounds.
absl::Status CheckControlPlaneConfig(const ControlPlaneConfig& config);

Recipe RecipeOf(const CommonConfig& config);

}  // namespace lif
