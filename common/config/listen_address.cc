#include "common/config/listen_address.h"

#include <arpa/inet.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace lif {
namespace {

constexpr char kUnix[] = "unix:";
constexpr int kMaxPort = 65535;

absl::Status Malformed(const std::string& flag, const std::string& text) {
  return absl::InvalidArgumentError(
      absl::StrCat(flag, " '", text,
                   "' is no address: write HOST:PORT such as 127.0.0.1:7400, [::1]:7400, or "
                   "unix:/run/lif/controlplane.sock"));
}

}  // namespace

bool ListenAddress::IsLoopback() const {
  if (!unix_path.empty() || host == "localhost") return true;
  in_addr v4{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6{};
  return inet_pton(AF_INET6, host.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

absl::StatusOr<ListenAddress> ParseListenAddress(const std::string& text, const std::string& flag) {
  ListenAddress address;
  if (text.rfind(kUnix, 0) == 0) {
    address.unix_path = text.substr(sizeof(kUnix) - 1);
    if (address.unix_path.empty()) return Malformed(flag, text);
    return address;
  }
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return Malformed(flag, text);
  address.host = text.substr(0, colon);
  if (address.host.front() == '[') {
    if (address.host.size() < 3 || address.host.back() != ']') return Malformed(flag, text);
    address.host = address.host.substr(1, address.host.size() - 2);
  } else if (address.host.find(':') != std::string::npos) {
    return Malformed(flag, text);
  }
  if (!absl::SimpleAtoi(text.substr(colon + 1), &address.port) || address.port < 0 ||
      address.port > kMaxPort) {
    return Malformed(flag, text);
  }
  return address;
}

}  // namespace lif
