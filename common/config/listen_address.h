// Who can reach an address that a server listens on. Pure.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace lif {

struct ListenAddress {
  std::string host;  // "127.0.0.1", "::1", "localhost"; "" for unix
  int port = 0;      // 0 lets the system choose
  std::string unix_path;

  // Nobody from outside this machine: 127.0.0.0/8, ::1, localhost, or a socket in the file system.
  bool IsLoopback() const;
};

// "HOST:PORT", "[IPV6]:PORT" or "unix:PATH". INVALID_ARGUMENT names `flag` and says what to write.
absl::StatusOr<ListenAddress> ParseListenAddress(const std::string& text,
                                                 const std::string& flag = "--listen");

}  // namespace lif
