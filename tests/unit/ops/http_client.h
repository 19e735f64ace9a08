// A client of one request, in as many pieces as a test likes.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <string>

#include "common/base/unique_fd.h"
#include "tests/support/catch.h"

namespace lif {

class HttpClient {
 public:
  explicit HttpClient(int port) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(connect(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
  }

  void Send(const std::string& bytes) {
    REQUIRE(send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(bytes.size()));
  }
  // All that comes until the server closes, which must be within 20 s.
  std::string Receive() {
    std::string all;
    char buffer[4096];
    while (true) {
      pollfd ready{fd_.get(), POLLIN, 0};
      REQUIRE(poll(&ready, 1, 20'000) == 1);
      const ssize_t count = recv(fd_.get(), buffer, sizeof(buffer), 0);
      if (count <= 0) return all;
      all.append(buffer, static_cast<size_t>(count));
    }
  }

 private:
  UniqueFd fd_;
};

inline std::string HttpGet(int port, const std::string& path, const std::string& method = "GET") {
  HttpClient client(port);
  client.Send(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  return client.Receive();
}

}  // namespace lif
