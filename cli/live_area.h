// The last lines of a terminal, redrawn in place, with text that stays above them.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace lif {

// Not thread-safe. The area is cleared at the end of its life.
class LiveArea {
 public:
  // Lines given must fit the terminal's width, or clearing miscounts.
  explicit LiveArea(std::function<void(std::string_view)> write) : write_(std::move(write)) {}
  ~LiveArea() { Draw({}); }
  LiveArea(const LiveArea&) = delete;
  LiveArea& operator=(const LiveArea&) = delete;

  void Draw(const std::vector<std::string>& lines) { Update("", lines); }
  // Prints `text`, whole lines, above the area, and draws the area again.
  void Update(std::string_view text, const std::vector<std::string>& lines);

 private:
  std::function<void(std::string_view)> write_;
  size_t drawn_ = 0;
};

}  // namespace lif
