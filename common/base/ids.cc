#include "common/base/ids.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace lif {
namespace {

constexpr std::string_view kCrockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

bool IsLowerOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

}  // namespace

std::string NewUlid(absl::Time now) {
  std::array<unsigned char, 16> bytes{};
  RAND_bytes(bytes.data() + 6, 10);
  auto millis = static_cast<uint64_t>(absl::ToUnixMillis(now));
  for (int i = 5; i >= 0; --i, millis >>= 8) bytes[i] = static_cast<unsigned char>(millis & 0xff);
  // 130 bits of base 32 for 128 bits of value: the first character carries only 3 bits.
  std::string text(26, '0');
  for (int i = 0; i < 26; ++i) {
    int value = 0;
    for (int bit = 0; bit < 5; ++bit) {
      int position = i * 5 + bit - 2;
      int set = position < 0 ? 0 : (bytes[position / 8] >> (7 - position % 8)) & 1;
      value = value << 1 | set;
    }
    text[i] = kCrockford[value];
  }
  return text;
}

bool IsUlid(std::string_view text) {
  return text.size() == 26 && text[0] <= '7' && std::all_of(text.begin(), text.end(), [](char c) {
           return kCrockford.find(c) != std::string_view::npos;
         });
}

bool IsName(std::string_view text) {
  if (text.empty() || text.size() > 100 || !IsLowerOrDigit(text[0])) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return IsLowerOrDigit(c) || c == '.' || c == '_' || c == '-'; });
}

}  // namespace lif
