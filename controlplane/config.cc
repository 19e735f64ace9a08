#include "controlplane/config.h"

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/config/listen_address.h"

namespace lif {
namespace {

void AddListenOptions(OptionSet* options, ControlPlaneConfig* config) {
  options->Add({.name = "--listen",
                .value = "HOST:PORT",
                .help = "Address of the gRPC server; unix:PATH for a socket in the file system",
                .env = "LIF_LISTEN"},
               &config->listen);
  options->Add({.name = "--insecure-listen",
                .help = "Listen beyond this machine without TLS: anyone who reaches the port may "
                        "submit builds and read records",
                .env = "LIF_INSECURE_LISTEN"},
               &config->insecure_listen);
  options->Add({.name = "--tls-cert",
                .value = "FILE",
                .help = "Certificate chain of the server, PEM",
                .env = "LIF_TLS_CERT"},
               &config->tls_cert);
  options->Add({.name = "--tls-key",
                .value = "FILE",
                .help = "Private key of the certificate, PEM",
                .env = "LIF_TLS_KEY"},
               &config->tls_key);
  options->Add({.name = "--tls-client-ca",
                .value = "FILE",
                .help = "Accept only clients with a certificate of these authorities, PEM",
                .env = "LIF_TLS_CLIENT_CA"},
               &config->tls_client_ca);
}

void AddBounds(OptionSet* options, ControlPlaneConfig* config) {
  options->Add({.name = "--max-calls",
                .value = "N",
                .help = "Calls answered at the same time; more are refused with a time to retry",
                .env = "LIF_MAX_CALLS"},
               &config->max_calls);
  options->Add({.name = "--max-streams",
                .value = "N",
                .help = "Watches, logs and artifacts streamed at the same time",
                .env = "LIF_MAX_STREAMS"},
               &config->max_streams);
  options->Add({.name = "--cache-mib",
                .value = "MIB",
                .help = "Memory for published manifests",
                .env = "LIF_CACHE_MIB"},
               &config->cache_mib);
  options->Add({.name = "--postgres-connections",
                .value = "N",
                .help = "Connections to PostgreSQL at most",
                .env = "LIF_POSTGRES_CONNECTIONS"},
               &config->postgres_connections);
  options->Add({.name = "--redis-connections",
                .value = "N",
                .help = "Connections to Redis at most",
                .env = "LIF_REDIS_CONNECTIONS"},
               &config->redis_connections);
  options->Add({.name = "--redis-wait-replicas",
                .value = "N",
                .help = "Replicas of Redis that must have a submit before it is acknowledged",
                .env = "LIF_REDIS_WAIT_REPLICAS"},
               &config->redis_wait_replicas);
  options->Add({.name = "--redis-wait-timeout",
                .value = "DURATION",
                .help = "Time that replicas get for that; then the submit is UNAVAILABLE",
                .env = "LIF_REDIS_WAIT_TIMEOUT"},
               &config->redis_wait_timeout);
  options->Add({.name = "--tenant",
                .value = "POLICY",
                .help = "What a tenant may have, e.g. 'team-a weight=2 queued=1000 running=4'; "
                        "repeatable, the same at every replica",
                .env = "LIF_TENANT"},
               &config->tenants);
  options->Add({.name = "--tick",
                .value = "DURATION",
                .help = "Period of the queue's maintenance",
                .env = "LIF_TICK"},
               &config->tick);
  options->Add({.name = "--drain-timeout",
                .value = "DURATION",
                .help = "Time that running calls get after SIGTERM",
                .env = "LIF_DRAIN_TIMEOUT"},
               &config->drain);
}

absl::Status CheckBetween(const char* flag, int value, int low, int high) {
  if (value >= low && value <= high) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(flag, " ", value, ": write ", low, " to ", high));
}

absl::Status CheckReach(const ControlPlaneConfig& config) {
  LIF_ASSIGN_OR_RETURN(const ListenAddress address, ParseListenAddress(config.listen));
  const bool tls = !config.tls_cert.empty();
  if (tls != !config.tls_key.empty()) {
    return absl::InvalidArgumentError("--tls-cert and --tls-key go together: give both or none");
  }
  if (!tls && !config.tls_client_ca.empty()) {
    return absl::InvalidArgumentError("--tls-client-ca needs --tls-cert and --tls-key");
  }
  if (tls || address.IsLoopback() || config.insecure_listen) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("--listen ", config.listen,
                   " can be reached from other machines, and there is no TLS: give --tls-cert and "
                   "--tls-key, listen on 127.0.0.1, or say --insecure-listen"));
}

}  // namespace

void AddControlPlaneOptions(OptionSet* options, ControlPlaneConfig* config) {
  AddListenOptions(options, config);
  AddHttpOptions(options, &config->http);
  AddCommonOptions(options, &config->common);
  AddBounds(options, config);
}

absl::Status CheckControlPlaneConfig(const ControlPlaneConfig& config) {
  LIF_RETURN_IF_ERROR(CheckCommonConfig(config.common));
  LIF_RETURN_IF_ERROR(CheckBetween("--max-calls", config.max_calls, 1, 4096));
  LIF_RETURN_IF_ERROR(CheckBetween("--max-streams", config.max_streams, 1, 4096));
  LIF_RETURN_IF_ERROR(CheckBetween("--cache-mib", config.cache_mib, 1, 65536));
  LIF_RETURN_IF_ERROR(CheckBetween("--postgres-connections", config.postgres_connections, 1, 256));
  LIF_RETURN_IF_ERROR(CheckBetween("--redis-connections", config.redis_connections, 1, 256));
  LIF_RETURN_IF_ERROR(CheckBetween("--redis-wait-replicas", config.redis_wait_replicas, 0, 16));
  LIF_RETURN_IF_ERROR(CheckHttpConfig(config.http));
  return CheckReach(config);
}

Recipe RecipeOf(const CommonConfig& config) {
  Recipe recipe;
  recipe.network = config.network;
  recipe.engine = config.engine_id;
  recipe.trust_domain = config.trust_domain;
  return recipe;
}

}  // namespace lif
