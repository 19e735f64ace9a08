// The gRPC server: port, bounds, health, reflection, shutdown.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace grpc {
class Channel;
class Server;
class Service;
}  // namespace grpc

namespace lif {

struct TlsFiles {
  std::string cert;  // PEM files; all "" for none
  std::string key;
  std::string client_ca;
};

struct ServerOptions {
  std::string listen;  // as gRPC writes it; "" for in-process channels only
  TlsFiles tls;
  int max_threads = 224;  // of handlers; gRPC refuses what comes beyond
  int max_request_bytes = 4 * 1024 * 1024;
  int max_streams_per_connection = 256;
};

// Serves from Start until Shutdown or destruction. Thread-safe.
class GrpcServer {
 public:
  // `services` must outlive the server. FAILED_PRECONDITION when the address can't be listened on
  // or a PEM file can't be read.
  static absl::StatusOr<std::unique_ptr<GrpcServer>> Start(
      const ServerOptions& options, const std::vector<grpc::Service*>& services);
  ~GrpcServer();
  GrpcServer(const GrpcServer&) = delete;
  GrpcServer& operator=(const GrpcServer&) = delete;

  // The port that the system chose when 0 was asked for.
  int port() const { return port_; }
  std::shared_ptr<grpc::Channel> InProcessChannel();

  // Takes no more calls, tells health NOT_SERVING, and waits at most `grace` for those that run
  // before it cancels them. Returns when the last has ended.
  void Shutdown(absl::Duration grace);

 private:
  GrpcServer(std::unique_ptr<grpc::Server> server, int port);

  std::unique_ptr<grpc::Server> server_;
  const int port_;
};

}  // namespace lif
