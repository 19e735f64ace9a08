// Collects what is wrong with the fields of one request, so that a client is told all of it at
// once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "common/base/problem.h"  // Quoted

namespace lif {

class FieldErrors {
 public:
  // `field` is its path in the request ("builds[3].platforms[0]"), `problem` says what is wrong and
  // what to write instead.
  void Add(std::string_view field, std::string_view problem);
  bool empty() const { return errors_.empty(); }
  // OK when nothing was added; else INVALID_ARGUMENT that tells the first problems in its message
  // and carries them as BadRequest.
  absl::Status ToStatus() const;

 private:
  struct Error {
    std::string field;
    std::string problem;
  };
  std::vector<Error> errors_;
  size_t dropped_ = 0;
};

}  // namespace lif
