#include "common/config/http_config.h"

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/config/listen_address.h"

namespace lif {

void AddHttpOptions(OptionSet* options, HttpConfig* config) {
  options->Add({.name = "--http-listen",
                .value = "HOST:PORT",
                .help = "Address of the HTTP port (/metrics, /healthz, /readyz), or off",
                .env = "LIF_HTTP_LISTEN"},
               &config->listen);
  options->Add({.name = "--insecure-http-listen",
                .help = "Let the HTTP port listen beyond this machine: anyone who reaches it may "
                        "read metrics and health",
                .env = "LIF_INSECURE_HTTP_LISTEN"},
               &config->insecure);
}

absl::Status CheckHttpConfig(const HttpConfig& config) {
  if (config.Off()) return absl::OkStatus();
  LIF_ASSIGN_OR_RETURN(const ListenAddress address,
                       ParseListenAddress(config.listen, "--http-listen"));
  if (!address.unix_path.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--http-listen ", config.listen,
        ": the HTTP port can't be a socket in the file system; write 127.0.0.1:PORT, or off"));
  }
  if (address.IsLoopback() || config.insecure) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("--http-listen ", config.listen,
                   " can be reached from other machines, and the port has neither TLS nor "
                   "passwords: listen on 127.0.0.1 (a proxy with TLS may stand before it), or say "
                   "--insecure-http-listen"));
}

}  // namespace lif
