#include "cli/live_area.h"

namespace lif {

void LiveArea::Update(std::string_view text, const std::vector<std::string>& lines) {
  if (text.empty() && lines.empty() && drawn_ == 0) return;
  // One write, so that the terminal shows no half-drawn state: up to the first line, clear to the
  // end of the screen, then all anew. The cursor is hidden while there is an area.
  std::string frame;
  if (drawn_ > 0) frame += "\x1b[" + std::to_string(drawn_) + "A\r\x1b[J";
  frame += text;
  for (const std::string& line : lines) frame += line + "\n";
  if (drawn_ == 0 && !lines.empty()) frame = "\x1b[?25l" + frame;
  if (drawn_ > 0 && lines.empty()) frame += "\x1b[?25h";
  drawn_ = lines.size();
  write_(frame);
}

}  // namespace lif
