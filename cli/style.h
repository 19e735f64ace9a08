// How text looks on the terminal at hand: colours, or none; Unicode signs, or ASCII. Pure.
#pragma once

#include <string>
#include <string_view>

namespace lif {

enum class Tone { kPlain, kGood, kBad, kWarn, kAccent, kStrong, kDim };

struct Style {
  bool colour = false;
  bool unicode = false;

  // `text` in the tone's colour, or as it is.
  std::string Paint(Tone tone, std::string_view text) const;

  const char* Tick() const { return unicode ? "✓" : "+"; }
  const char* Cross() const { return unicode ? "✗" : "x"; }
  const char* Dot() const { return unicode ? "·" : "-"; }
  const char* Bar() const { return unicode ? "│" : "|"; }
  const char* Ellipsis() const { return unicode ? "…" : "..."; }
};

// Code points, which is what our texts take in columns. Escape sequences must not be in it.
size_t DisplayWidth(std::string_view text);

// At most `width` columns, ending in an ellipsis when cut.
std::string Shorten(std::string_view text, size_t width, const Style& style);

// What a program printed, made safe for a terminal: control characters are dropped but for newline
// and tab, colours are kept if `style` has colour, any other escape sequence is removed.
std::string SafeForTerminal(std::string_view text, const Style& style);

}  // namespace lif
