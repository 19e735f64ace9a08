// The HTTP port of a daemon: /metrics, health, and what else its routes answer. By civetweb, which
// stays out of this header.
//
// Bounded in all that a client decides: threads, waiting connections, size of a request's head,
// time for it to arrive and for the answer to leave. One request a connection.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/http/http_routes.h"
#include "common/log/logger.h"

struct mg_context;

namespace lif {

struct HttpServerOptions {
  std::string listen;  // "HOST:PORT"; port 0 lets the system choose
  int threads = 4;     // requests answered at the same time
  int backlog = 16;    // connections that wait for a thread; more wait in the kernel
  int max_head_bytes = 16 * 1024;
  absl::Duration timeout = absl::Seconds(5);  // of reading a request, and of writing its answer
};

// Serves from Start until destruction, which ends open connections and waits for handlers.
class HttpServer {
 public:
  // FAILED_PRECONDITION when the address can't be listened on. Handlers run on several threads.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(const HttpServerOptions& options,
                                                           HttpRoutes routes, Logger logger);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  int port() const { return port_; }

 private:
  friend struct HttpCallbacks;
  struct Service;
  HttpServer(std::unique_ptr<Service> service, mg_context* context, int port);

  std::unique_ptr<Service> service_;
  mg_context* context_;
  int port_ = 0;
};

}  // namespace lif
