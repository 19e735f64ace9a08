#include <string>
#include <string_view>
#include <utility>

#include "common/base/status_macros.h"
#include "common/process/process_runner.h"

namespace lif {
namespace {

// Keeps the last `limit` bytes; cuts only when twice as much has gathered, to move bytes rarely.
class Tail {
 public:
  explicit Tail(size_t limit) : limit_(limit) {}

  void Append(std::string_view bytes) {
    if (bytes.size() > limit_) bytes.remove_prefix(bytes.size() - limit_);
    bytes_.append(bytes);
    if (bytes_.size() > 2 * limit_) Cut();
  }

  std::string Take() {
    Cut();
    return std::move(bytes_);
  }

 private:
  void Cut() {
    if (bytes_.size() > limit_) bytes_.erase(0, bytes_.size() - limit_);
  }

  size_t limit_;
  std::string bytes_;
};

}  // namespace

absl::StatusOr<CapturedProcess> RunCaptured(ProcessRunner& runner, ProcessSpec spec,
                                            std::stop_token stop, size_t limit) {
  Tail out(limit);
  Tail err(limit);
  auto also = std::move(spec.on_output);
  spec.on_output = [&](OutputStream stream, std::string_view bytes) {
    (stream == OutputStream::kStdout ? out : err).Append(bytes);
    if (also) also(stream, bytes);
  };
  CapturedProcess captured;
  LIF_ASSIGN_OR_RETURN(captured.result, runner.Run(spec, std::move(stop)));
  captured.out = out.Take();
  captured.err = err.Take();
  return captured;
}

}  // namespace lif
