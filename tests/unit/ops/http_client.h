// A client of one request, in as many pieces as a test likes.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <stdexcept>
#include <string>

#include "common/base/unique_fd.h"

namespace lif {

class HttpClient {
 public:
  explicit HttpClient(int port) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    Require(connect(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0,
            "connected");
  }

  void Send(const std::string& bytes) {
    Require(send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
                static_cast<ssize_t>(bytes.size()),
            "sent");
  }
  // All that comes until the server closes, which must be within 20 s.
  std::string Receive() {
    std::string all;
    char buffer[4096];
    while (true) {
      pollfd ready{fd_.get(), POLLIN, 0};
      Require(poll(&ready, 1, 20'000) == 1, "answered within 20 s");
      const ssize_t count = recv(fd_.get(), buffer, sizeof(buffer), 0);
      if (count <= 0) return all;
      all.append(buffer, static_cast<size_t>(count));
    }
  }

 private:
  // Clients run in threads of their own, where Catch2's macros must not be used.
  static void Require(bool held, const char* what) {
    if (!held) throw std::runtime_error(std::string("not ") + what);
  }

  UniqueFd fd_;
};

inline std::string HttpGet(int port, const std::string& path, const std::string& method = "GET") {
  HttpClient client(port);
  client.Send(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  return client.Receive();
}

}  // namespace lif
