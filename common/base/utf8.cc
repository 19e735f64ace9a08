#include "common/base/utf8.h"

namespace lif {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";
constexpr std::string_view kEllipsis = "\xe2\x80\xa6";

unsigned char ByteAt(std::string_view text, size_t index) {
  return static_cast<unsigned char>(text[index]);
}

}  // namespace

size_t Utf8SequenceLength(std::string_view text) {
  if (text.empty()) return 0;
  const unsigned char lead = ByteAt(text, 0);
  if (lead < 0x80) return 1;
  const size_t length = lead >= 0xc2 && lead <= 0xdf   ? 2
                        : lead >= 0xe0 && lead <= 0xef ? 3
                        : lead >= 0xf0 && lead <= 0xf4 ? 4
                                                       : 0;
  if (length == 0 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((ByteAt(text, i) & 0xc0) != 0x80) return 0;
  }
  // The second byte rules out overlong forms, surrogates and what is over U+10FFFF.
  const unsigned char second = ByteAt(text, 1);
  if (lead == 0xe0 && second < 0xa0) return 0;
  if (lead == 0xed && second > 0x9f) return 0;
  if (lead == 0xf0 && second < 0x90) return 0;
  if (lead == 0xf4 && second > 0x8f) return 0;
  return length;
}

bool IsValidUtf8(std::string_view text) {
  while (!text.empty()) {
    const size_t length = Utf8SequenceLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string ToValidUtf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  size_t copied = 0;  // of text; what follows up to `at` is valid
  for (size_t at = 0; at < text.size();) {
    const size_t length = Utf8SequenceLength(text.substr(at));
    if (length == 0) {
      out.append(text, copied, at - copied).append(kReplacement);
      copied = at + 1;
    }
    at += length == 0 ? 1 : length;
  }
  return out.append(text, copied);
}

std::string TruncateUtf8(std::string_view text, size_t limit) {
  if (text.size() <= limit) return std::string(text);
  const bool mark = limit >= kEllipsis.size();
  size_t end = mark ? limit - kEllipsis.size() : limit;
  while (end > 0 && (ByteAt(text, end) & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end)) + std::string(mark ? kEllipsis : std::string_view());
}

}  // namespace lif
