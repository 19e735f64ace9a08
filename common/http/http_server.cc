#include "common/http/http_server.h"

#include <civetweb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <chrono>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/unique_fd.h"

namespace lif {

struct HttpServer::Service {
  HttpRoutes routes;
  Logger logger;
};

namespace {

const char* ReasonOf(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 503:
      return "Service Unavailable";
    default:
      return status < 500 ? "Answer" : "Internal Server Error";
  }
}

constexpr std::chrono::milliseconds kWakePeriod{10};

void Connect(int port) {
  const UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  (void)connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address));
}

std::string HeadOf(const HttpResponse& response) {
  std::string head = absl::StrCat("HTTP/1.1 ", response.status, " ", ReasonOf(response.status),
                                  "\r\nContent-Type: ", response.content_type,
                                  "\r\nContent-Length: ", response.body.size(),
                                  "\r\nCache-Control: no-store"
                                  "\r\nX-Content-Type-Options: nosniff"
                                  "\r\nConnection: close\r\n");
  if (response.status == 405) absl::StrAppend(&head, "Allow: GET, HEAD\r\n");
  return head + "\r\n";
}

}  // namespace

// civetweb's callbacks; `data` is the Service.
struct HttpCallbacks {
  static int Request(mg_connection* connection, void* data) {
    const auto* service = static_cast<const HttpServer::Service*>(data);
    const mg_request_info* info = mg_get_request_info(connection);
    const HttpRequest request{info->request_method, info->local_uri,
                              info->query_string == nullptr ? "" : info->query_string};
    const HttpResponse response = service->routes.Answer(request);
    std::string answer = HeadOf(response);
    if (request.method != "HEAD") answer += response.body;
    mg_write(connection, answer.data(), answer.size());
    return response.status;  // handled
  }

  static int Log(const mg_connection* connection, const char* message) {
    const auto* service =
        static_cast<const HttpServer::Service*>(mg_get_user_data(mg_get_context(connection)));
    if (service != nullptr) service->logger.Debug("http", {{"message", message}});
    return 1;  // not to a file of its own
  }
};

HttpServer::HttpServer(std::unique_ptr<Service> service, mg_context* context, int port)
    : service_(std::move(service)), context_(context), port_(port) {}

HttpServer::~HttpServer() {
  // civetweb looks only every two seconds whether it should stop; a connection wakes it.
  std::jthread wake([port = port_](std::stop_token stopped) {
    while (!stopped.stop_requested()) {
      std::this_thread::sleep_for(kWakePeriod);
      Connect(port);
    }
  });
  mg_stop(context_);
}

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const HttpServerOptions& options,
                                                              HttpRoutes routes, Logger logger) {
  auto service = std::make_unique<Service>(Service{std::move(routes), std::move(logger)});
  const std::vector<std::string> settings = {
      "listening_ports",
      options.listen,
      "num_threads",
      absl::StrCat(options.threads),
      "connection_queue",
      absl::StrCat(options.backlog),
      "listen_backlog",
      absl::StrCat(options.backlog),
      "max_request_size",
      absl::StrCat(options.max_head_bytes),
      "request_timeout_ms",
      absl::StrCat(absl::ToInt64Milliseconds(options.timeout)),
      "enable_keep_alive",
      "no",
      // Names of hosts are not ours to check: a proxy may give any.
      "enable_auth_domain_check",
      "no",
  };
  std::vector<const char*> list;
  for (const std::string& setting : settings) list.push_back(setting.c_str());
  list.push_back(nullptr);
  mg_callbacks callbacks{};
  callbacks.log_message = HttpCallbacks::Log;
  mg_context* context = mg_start(&callbacks, service.get(), list.data());
  if (context == nullptr) {
    return absl::FailedPreconditionError(
        absl::StrCat("can't listen on ", options.listen,
                     " for HTTP: another process may have the port; choose another "
                     "--http-listen, or say --http-listen off"));
  }
  mg_server_port port{};
  mg_get_server_ports(context, 1, &port);
  Service* const data = service.get();
  std::unique_ptr<HttpServer> server(new HttpServer(std::move(service), context, port.port));
  mg_set_request_handler(context, "**", HttpCallbacks::Request, data);
  return server;
}

}  // namespace lif
