#include "cli/style.h"

#include "absl/strings/str_cat.h"
#include "common/base/utf8.h"

namespace lif {
namespace {

std::string_view ToneCode(Tone tone) {
  switch (tone) {
    case Tone::kGood:
      return "32";
    case Tone::kBad:
      return "31";
    case Tone::kWarn:
      return "33";
    case Tone::kAccent:
      return "36";
    case Tone::kStrong:
      return "1";
    case Tone::kDim:
      return "2";
    case Tone::kPlain:
      break;
  }
  return "";
}

// Length of the escape sequence at the start of `text` (which starts with ESC), and whether it only
// sets colours. ECMA-48: CSI parameters are 0x30-0x3f, intermediates 0x20-0x2f, then a final byte.
size_t EscapeLength(std::string_view text, bool* is_colour) {
  *is_colour = false;
  if (text.size() < 2) return text.size();
  if (text[1] == '[') {
    size_t end = 2;
    while (end < text.size() && text[end] >= 0x20 && text[end] <= 0x3f) ++end;
    if (end == text.size()) return end;
    *is_colour = text[end] == 'm';
    return end + 1;
  }
  if (text[1] == ']') {  // OSC: up to BEL or ESC '\'
    for (size_t end = 2; end < text.size(); ++end) {
      if (text[end] == '\x07') return end + 1;
      if (text[end] == '\x1b') return std::min(end + 2, text.size());
    }
    return text.size();
  }
  return 2;
}

}  // namespace

std::string Style::Paint(Tone tone, std::string_view text) const {
  if (!colour || tone == Tone::kPlain || text.empty()) return std::string(text);
  std::string out = "\x1b[";
  out.append(ToneCode(tone)).append("m").append(text).append("\x1b[0m");
  return out;
}

size_t DisplayWidth(std::string_view text) {
  size_t width = 0;
  for (const char c : text) width += (static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1 : 0;
  return width;
}

std::string Shorten(std::string_view text, size_t width, const Style& style) {
  if (DisplayWidth(text) <= width) return std::string(text);
  const size_t mark = DisplayWidth(style.Ellipsis());
  if (width <= mark) return style.unicode && width > 0 ? style.Ellipsis() : std::string(width, '.');
  size_t end = 0;
  for (size_t columns = 0; end < text.size();) {
    if (columns == width - mark) break;
    ++columns;
    ++end;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) ++end;
  }
  return std::string(text.substr(0, end)).append(style.Ellipsis());
}

std::string SafeForTerminal(std::string_view text, const Style& style) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == '\x1b') {
      bool is_colour = false;
      const size_t length = EscapeLength(text.substr(i), &is_colour);
      if (is_colour && style.colour) out.append(text.substr(i, length));
      i += length;
    } else if (const size_t length = Utf8SequenceLength(text.substr(i)); length == 0) {
      out.append(style.unicode ? "\xef\xbf\xbd" : "?");
      ++i;
    } else {
      // U+0080 to U+009F are control characters too (0xc2 0x80…0x9f).
      const bool c1 = length == 2 && c == '\xc2' && static_cast<unsigned char>(text[i + 1]) < 0xa0;
      const bool control =
          (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) && c != '\n' && c != '\t';
      if (!control && !c1) out.append(text.substr(i, length));
      i += length;
    }
  }
  return out;
}

}  // namespace lif
