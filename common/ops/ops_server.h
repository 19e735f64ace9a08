// The HTTP port of a daemon as far as all have it: /metrics, /healthz, /readyz, and an index.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/config/http_config.h"
#include "common/http/http_routes.h"
#include "common/http/http_server.h"
#include "common/log/logger.h"
#include "common/metrics/metric_registry.h"
#include "common/ops/readiness.h"

namespace lif {

// `metrics` and `readiness` must outlive the routes. What else a daemon answers is added to them.
HttpRoutes OpsRoutes(const std::string& program, const MetricRegistry& metrics,
                     Readiness& readiness);

// nullptr when the port is off. Says in the log where it listens.
absl::StatusOr<std::unique_ptr<HttpServer>> StartHttp(const HttpConfig& config, HttpRoutes routes,
                                                      const Logger& logger);

}  // namespace lif
