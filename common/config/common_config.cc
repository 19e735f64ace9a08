#include "common/config/common_config.h"

#include "absl/strings/str_cat.h"
#include "common/base/ids.h"
#include "common/base/status_macros.h"

namespace lif {
namespace {

absl::Status CheckName(std::string_view flag, const std::string& value) {
  if (IsName(value)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(std::string(flag), ": '", value,
                   "' is no name; use lower-case letters, digits, '.', '_' and '-', starting with "
                   "a letter or a digit, at most 100"));
}

}  // namespace

void AddCommonOptions(OptionSet* options, CommonConfig* config) {
  options->Add({.name = "--postgres-dsn",
                .value = "DSN",
                .help = "PostgreSQL, as a libpq connection string or URL",
                .env = "LIF_POSTGRES_DSN",
                .required = true,
                .secret = true},
               &config->postgres_dsn);
  options->Add({.name = "--redis-url",
                .value = "URL",
                .help = "Redis, as redis://user:password@host:port, "
                        "unix:///path?user=…&password=… or "
                        "redis-sentinel://user:password@host:port,host:port/NAME",
                .env = "LIF_REDIS_URL",
                .required = true,
                .secret = true},
               &config->redis_url);
  options->Add({.name = "--blob-dir",
                .value = "DIR",
                .help = "Directory of evidence and module files, shared by the fleet",
                .env = "LIF_BLOB_DIR",
                .required = true},
               &config->blob_dir);
  options->Add({.name = "--factory",
                .value = "NAME",
                .help = "Name of the factory, the prefix of its keys and repositories",
                .env = "LIF_FACTORY"},
               &config->factory);
  options->Add({.name = "--trust-domain",
                .value = "NAME",
                .help = "Trust domain; layers and caches never cross it",
                .env = "LIF_TRUST_DOMAIN"},
               &config->trust_domain);
  options->Add({.name = "--network",
                .value = "MODE",
                .help = "Network of RUN instructions; part of the recipe, the same in the fleet",
                .env = "LIF_NETWORK",
                .choices = {"default", "host"}},
               &config->network);
  options->Add({.name = "--engine-id",
                .value = "NAME",
                .help = "Compatibility ID of the build engine; part of the recipe",
                .env = "LIF_ENGINE_ID"},
               &config->engine_id);
  options->Add({.name = "--log-level",
                .value = "LEVEL",
                .help = "Least severe level that is logged",
                .env = "LIF_LOG_LEVEL",
                .choices = {"debug", "info", "warn", "error", "off"}},
               &config->log_level);
  options->Add({.name = "--log-format",
                .value = "FORMAT",
                .help = "Form of the log on standard error",
                .env = "LIF_LOG_FORMAT",
                .choices = {"text", "json"}},
               &config->log_format);
}

absl::Status CheckCommonConfig(const CommonConfig& config) {
  LIF_RETURN_IF_ERROR(CheckName("--factory", config.factory));
  LIF_RETURN_IF_ERROR(CheckName("--trust-domain", config.trust_domain));
  LIF_RETURN_IF_ERROR(CheckName("--engine-id", config.engine_id));
  return absl::OkStatus();
}

LogOptions LogOptionsOf(const CommonConfig& config) {
  LogOptions options;
  options.level = ParseLogLevel(config.log_level).value_or(LogLevel::kInfo);
  options.format = ParseLogFormat(config.log_format).value_or(LogFormat::kText);
  return options;
}

}  // namespace lif
