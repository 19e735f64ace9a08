#include "common/redis/redis_options.h"

#include <optional>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace lif {
namespace {

constexpr std::string_view kHelp =
    "write redis://user:password@host:port, unix:///path?user=U&password=P or "
    "redis-sentinel://user:password@host:port,host:port/NAME";

absl::Status Wrong(const std::string& what) {
  return absl::InvalidArgumentError(absl::StrCat("Redis URL: ", what, "; ", std::string(kHelp)));
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

absl::StatusOr<std::string> Unescape(std::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      plain.push_back(text[i]);
      continue;
    }
    int high = i + 2 < text.size() ? HexValue(text[i + 1]) : -1;
    int low = i + 2 < text.size() ? HexValue(text[i + 2]) : -1;
    if (high < 0 || low < 0) return Wrong("a % that no two hexadecimal digits follow");
    plain.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return plain;
}

absl::StatusOr<int> Number(std::string_view text, int low, int high, const std::string& what) {
  int value = 0;
  if (!absl::SimpleAtoi(std::string(text), &value) || value < low || value > high) {
    return Wrong(absl::StrCat(what, " is not a number from ", low, " to ", high));
  }
  return value;
}

absl::Status SetDatabase(std::string_view text, RedisOptions& options) {
  LIF_ASSIGN_OR_RETURN(options.database, Number(text, 0, 1023, "the database"));
  return absl::OkStatus();
}

absl::Status SetQuery(std::string_view query, RedisOptions& options) {
  while (!query.empty()) {
    size_t end = query.find('&');
    std::string_view pair = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    size_t equals = pair.find('=');
    if (equals == std::string_view::npos) return Wrong("a parameter without '='");
    std::string name(pair.substr(0, equals));
    LIF_ASSIGN_OR_RETURN(std::string value, Unescape(pair.substr(equals + 1)));
    if (name == "user") {
      options.user = value;
    } else if (name == "password") {
      options.password = value;
    } else if (name == "db") {
      LIF_RETURN_IF_ERROR(SetDatabase(value, options));
    } else if (name == "sentinel_user" && !options.sentinels.master.empty()) {
      options.sentinels.user = value;
    } else if (name == "sentinel_password" && !options.sentinels.master.empty()) {
      options.sentinels.password = value;
    } else {
      return Wrong(absl::StrCat("unknown parameter '", name, "'"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<RedisOptions> ParseUnix(std::string_view rest) {
  RedisOptions options;
  size_t question = rest.find('?');
  LIF_ASSIGN_OR_RETURN(options.unix_path, Unescape(rest.substr(0, question)));
  if (options.unix_path.empty() || options.unix_path[0] != '/') {
    return Wrong("the socket's path is not absolute");
  }
  if (options.unix_path.size() > 107) return Wrong("a socket's path has at most 107 bytes");
  if (question != std::string_view::npos) {
    LIF_RETURN_IF_ERROR(SetQuery(rest.substr(question + 1), options));
  }
  return options;
}

absl::Status SetUser(std::string_view user_info, RedisOptions& options) {
  size_t colon = user_info.find(':');
  LIF_ASSIGN_OR_RETURN(options.user, Unescape(user_info.substr(0, colon)));
  if (colon != std::string_view::npos) {
    LIF_ASSIGN_OR_RETURN(options.password, Unescape(user_info.substr(colon + 1)));
  }
  return absl::OkStatus();
}

absl::Status SetHost(std::string_view authority, std::string& host, int& number) {
  std::string_view port;
  if (authority.starts_with('[')) {
    size_t close = authority.find(']');
    if (close == std::string_view::npos) return Wrong("'[' without ']'");
    host = std::string(authority.substr(1, close - 1));
    authority.remove_prefix(close + 1);
    if (authority.starts_with(':')) port = authority.substr(1);
  } else {
    size_t colon = authority.find(':');
    host = std::string(authority.substr(0, colon));
    if (colon != std::string_view::npos) port = authority.substr(colon + 1);
  }
  if (host.empty()) return Wrong("no host");
  if (!port.empty()) {
    LIF_ASSIGN_OR_RETURN(number, Number(port, 1, 65535, "the port"));
  }
  return absl::OkStatus();
}

absl::StatusOr<RedisOptions> ParseTcp(std::string_view rest) {
  RedisOptions options;
  size_t slash = rest.rfind('/');
  size_t at = rest.rfind('@');
  // A '/' before the '@' belongs to a password.
  if (slash != std::string_view::npos && (at == std::string_view::npos || slash > at)) {
    std::string_view database = rest.substr(slash + 1);
    if (!database.empty()) LIF_RETURN_IF_ERROR(SetDatabase(database, options));
    rest = rest.substr(0, slash);
  }
  if (at != std::string_view::npos) {
    LIF_RETURN_IF_ERROR(SetUser(rest.substr(0, at), options));
    rest.remove_prefix(at + 1);
  }
  LIF_RETURN_IF_ERROR(SetHost(rest, options.host, options.port));
  return options;
}

absl::StatusOr<RedisOptions> ParseSentinels(std::string_view rest) {
  constexpr int kSentinelPort = 26379;
  RedisOptions options;
  // A '/' or '?' before the '@' belongs to a password.
  const size_t at = rest.rfind('@');
  const size_t begin = at == std::string_view::npos ? 0 : at + 1;
  const size_t slash = rest.find('/', begin);
  if (slash == std::string_view::npos) return Wrong("no name of the primary after the sentinels");
  const size_t question = rest.find('?', slash);
  LIF_ASSIGN_OR_RETURN(
      options.sentinels.master,
      Unescape(rest.substr(slash + 1,
                           question == std::string_view::npos ? question : question - slash - 1)));
  if (options.sentinels.master.empty()) return Wrong("no name of the primary after the sentinels");
  if (question != std::string_view::npos) {
    LIF_RETURN_IF_ERROR(SetQuery(rest.substr(question + 1), options));
  }
  if (at != std::string_view::npos) LIF_RETURN_IF_ERROR(SetUser(rest.substr(0, at), options));
  std::string_view hosts = rest.substr(begin, slash - begin);
  while (true) {
    const size_t comma = hosts.find(',');
    std::pair<std::string, int> address{"", kSentinelPort};
    LIF_RETURN_IF_ERROR(SetHost(hosts.substr(0, comma), address.first, address.second));
    options.sentinels.addresses.push_back(std::move(address));
    if (comma == std::string_view::npos) return options;
    hosts.remove_prefix(comma + 1);
  }
}

}  // namespace

std::string RedisOptions::Address() const {
  if (host.empty() && unix_path.empty()) return absl::StrCat(sentinels.master, " (by sentinels)");
  return unix_path.empty() ? absl::StrCat(host, ":", port) : unix_path;
}

absl::StatusOr<RedisOptions> ParseRedisUrl(const std::string& url) {
  constexpr std::string_view kTcp = "redis://";
  constexpr std::string_view kUnix = "unix://";
  constexpr std::string_view kSentinel = "redis-sentinel://";
  std::string_view rest = url;
  if (rest.starts_with(kTcp)) return ParseTcp(rest.substr(kTcp.size()));
  if (rest.starts_with(kUnix)) return ParseUnix(rest.substr(kUnix.size()));
  if (rest.starts_with(kSentinel)) return ParseSentinels(rest.substr(kSentinel.size()));
  if (rest.starts_with("rediss://")) {
    return Wrong("TLS is not supported; put a TLS proxy such as stunnel beside the daemon");
  }
  return Wrong("it begins with neither redis://, unix:// nor redis-sentinel://");
}

}  // namespace lif
