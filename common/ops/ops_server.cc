#include "common/ops/ops_server.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace lif {
namespace {

constexpr int kUnavailable = 503;
constexpr char kPrometheusText[] = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace

HttpRoutes OpsRoutes(const std::string& program, const MetricRegistry& metrics,
                     Readiness& readiness) {
  HttpRoutes routes;
  routes.Get("/", [program](const HttpRequest&) {
    return HttpResponse{.body =
                            absl::StrCat(program,
                                         "\n/metrics  for Prometheus"
                                         "\n/healthz  whether the process lives"
                                         "\n/readyz   whether it can work, and what is away\n")};
  });
  routes.Get("/healthz", [](const HttpRequest&) { return HttpResponse{.body = "ok\n"}; });
  routes.Get("/readyz", [&readiness](const HttpRequest&) {
    const ReadinessReport report = readiness.Check();
    return HttpResponse{report.ready ? 200 : kUnavailable, "application/json",
                        ReadinessJson(report)};
  });
  routes.Get("/metrics", [&metrics](const HttpRequest&) {
    return HttpResponse{.content_type = kPrometheusText, .body = metrics.Text()};
  });
  return routes;
}

absl::StatusOr<std::unique_ptr<HttpServer>> StartHttp(const HttpConfig& config, HttpRoutes routes,
                                                      const Logger& logger) {
  if (config.Off()) return nullptr;
  HttpServerOptions options;
  options.listen = config.listen;
  LIF_ASSIGN_OR_RETURN(std::unique_ptr<HttpServer> server,
                       HttpServer::Start(options, std::move(routes), logger));
  logger.Info("http listening", {{"listen", config.listen}, {"http_port", server->port()}});
  return server;
}

}  // namespace lif
