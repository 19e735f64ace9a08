#include "common/http/http_server.h"

#include <atomic>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/support/catch.h"
#include "tests/unit/ops/http_client.h"

namespace lif {
namespace {

HttpRoutes EchoRoutes() {
  HttpRoutes routes;
  routes.GetBelow("/", [](const HttpRequest& request) {
    return HttpResponse{.body = absl::StrCat(request.path, "|", request.query)};
  });
  return routes;
}

std::unique_ptr<HttpServer> StartServer(HttpServerOptions options, HttpRoutes routes) {
  options.listen = "127.0.0.1:0";
  auto server = HttpServer::Start(options, std::move(routes), NullLogger());
  INFO(server.status().ToString());
  REQUIRE(server.ok());
  return *std::move(server);
}

TEST_CASE("a request gets its answer and the connection ends") {
  const auto server = StartServer({}, EchoRoutes());
  const std::string answer = HttpGet(server->port(), "/a%20b/c?x=1&y=%20");
  CHECK(absl::StartsWith(answer, "HTTP/1.1 200 OK\r\n"));
  CHECK(absl::StrContains(answer, "\r\nContent-Length: 16\r\n"));
  CHECK(absl::StrContains(answer, "\r\nX-Content-Type-Options: nosniff\r\n"));
  CHECK(absl::EndsWith(answer, "\r\n\r\n/a b/c|x=1&y=%20"));
  const std::string head = HttpGet(server->port(), "/abc", "HEAD");
  CHECK(absl::StrContains(head, "\r\nContent-Length: 5\r\n"));
  CHECK(absl::EndsWith(head, "\r\n\r\n"));
  CHECK(absl::StartsWith(HttpGet(server->port(), "/abc", "DELETE"), "HTTP/1.1 405 "));
}

TEST_CASE("a request without end, or too large, is cut off while others are answered") {
  HttpServerOptions options;
  options.threads = 2;
  options.timeout = absl::Seconds(1);
  const auto server = StartServer(options, EchoRoutes());
  HttpClient slow(server->port());
  slow.Send("GET /slow HTTP/1.1\r\nX-Slow: ");
  CHECK(absl::StartsWith(HttpGet(server->port(), "/quick"), "HTTP/1.1 200 "));
  std::string answer = slow.Receive();  // ends: the server closes
  CHECK_FALSE(absl::StrContains(answer, "200 OK"));
  HttpClient large(server->port());
  large.Send("GET / HTTP/1.1\r\nX-Large: " + std::string(20'000, 'x') + "\r\n");
  CHECK_FALSE(absl::StrContains(large.Receive(), "200 OK"));
  CHECK(absl::StartsWith(HttpGet(server->port(), "/after"), "HTTP/1.1 200 "));
}

TEST_CASE("the end waits for no client") {
  HttpServerOptions options;
  options.timeout = absl::Minutes(10);
  auto server = StartServer(options, EchoRoutes());
  std::vector<std::unique_ptr<HttpClient>> clients;
  for (int i = 0; i < 6; ++i) {
    clients.push_back(std::make_unique<HttpClient>(server->port()));
    if (i % 2 == 0) clients.back()->Send("GET / HTTP/1.1\r\nX-Sl");
  }
  const absl::Time begun = absl::Now();
  server.reset();
  CHECK(absl::Now() - begun < absl::Seconds(30));  // far less than the timeout
}

TEST_CASE("many requests at once are all answered, by few threads") {
  std::atomic<int> running = 0;
  std::atomic<int> most = 0;
  HttpRoutes routes;
  routes.Get("/", [&](const HttpRequest&) {
    const int now = ++running;
    int seen = most;
    while (now > seen && !most.compare_exchange_weak(seen, now)) {
    }
    absl::SleepFor(absl::Milliseconds(2));
    --running;
    return HttpResponse{.body = "done"};
  });
  HttpServerOptions options;
  options.threads = 3;
  const auto server = StartServer(options, routes);
  std::atomic<int> answered = 0;
  std::vector<std::thread> clients;
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([&] {
      for (int k = 0; k < 20; ++k) {
        if (absl::EndsWith(HttpGet(server->port(), "/"), "done")) ++answered;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  CHECK(answered == 160);
  CHECK(most <= 3);
}

TEST_CASE("a port that is taken is told with what to do") {
  const auto server = StartServer({}, EchoRoutes());
  HttpServerOptions options;
  options.listen = absl::StrCat("127.0.0.1:", server->port());
  const auto second = HttpServer::Start(options, EchoRoutes(), NullLogger());
  CHECK(second.status().message() ==
        absl::StrCat("can't listen on ", options.listen,
                     " for HTTP: another process may have the port; choose another "
                     "--http-listen, or say --http-listen off"));
}

}  // namespace
}  // namespace lif
