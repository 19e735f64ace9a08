#include "common/http/http_routes.h"

#include <stdexcept>

#include "tests/support/catch.h"

namespace lif {
namespace {

HttpHandler Says(const std::string& text) {
  return [text](const HttpRequest&) { return HttpResponse{.body = text}; };
}

TEST_CASE("an exact path wins, then the longest prefix") {
  HttpRoutes routes;
  routes.Get("/metrics", Says("metrics"));
  routes.Get("/api/v1/builds", Says("builds"));
  routes.GetBelow("/api/", Says("api"));
  routes.GetBelow("/api/v1/", Says("v1"));
  CHECK(routes.Answer({"GET", "/metrics", ""}).body == "metrics");
  CHECK(routes.Answer({"HEAD", "/metrics", ""}).body == "metrics");
  CHECK(routes.Answer({"GET", "/api/v1/builds", ""}).body == "builds");
  CHECK(routes.Answer({"GET", "/api/v1/builds/01J", ""}).body == "v1");
  CHECK(routes.Answer({"GET", "/api/v2", ""}).body == "api");
}

TEST_CASE("a path that is not there names those that are") {
  HttpRoutes routes;
  routes.Get("/metrics", Says("metrics"));
  routes.GetBelow("/api/", Says("api"));
  const HttpResponse response = routes.Answer({"GET", "/metric", ""});
  CHECK(response.status == 404);
  CHECK(response.body == "nothing is here; there is /metrics, /api/\n");
}

TEST_CASE("only reading is answered, and what is thrown is not told") {
  HttpRoutes routes;
  routes.Get("/x", [](const HttpRequest&) -> HttpResponse { throw std::runtime_error("secret"); });
  CHECK(routes.Answer({"POST", "/x", ""}).status == 405);
  const HttpResponse thrown = routes.Answer({"GET", "/x", ""});
  CHECK(thrown.status == 500);
  CHECK(thrown.body == "the answer could not be made\n");
}

}  // namespace
}  // namespace lif
