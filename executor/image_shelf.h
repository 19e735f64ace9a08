// Which tested images stay on the engine. The next variant shares most of its layers with them:
// downloading and unpacking those again costs more than the tests.
#pragma once

#include <list>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace lif {

// Thread-safe. Remembered in a file, so that a restarted executor still knows what it left.
class ImageShelf {
 public:
  // Keeps the `keep` images that were used last. `file` "" remembers nothing.
  ImageShelf(std::string file, size_t keep) : file_(std::move(file)), keep_(keep) {}

  // Reads the file; nothing there is no error.
  absl::Status Load();
  // The image is in use until it is put back.
  void Take(const std::string& image);
  // Answers what is to be removed from the engine: forgotten already.
  std::vector<std::string> PutBack(const std::string& image);
  // Everything that is not in use.
  std::vector<std::string> Clear();

 private:
  std::vector<std::string> ForgetBeyond(size_t keep);  // with mutex_ held
  void Save();                                         // with mutex_ held

  const std::string file_;
  const size_t keep_;
  std::mutex mutex_;
  std::list<std::string> images_;      // last used first
  std::map<std::string, int> in_use_;  // image → uses
};

}  // namespace lif
