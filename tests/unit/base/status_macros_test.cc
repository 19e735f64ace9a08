#include "common/base/status_macros.h"

#include <memory>

#include "absl/status/statusor.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

absl::StatusOr<std::unique_ptr<int>> Make(bool good) {
  if (!good) return absl::NotFoundError("none");
  return std::make_unique<int>(7);
}

absl::StatusOr<int> Use(bool good, const absl::Status& before) {
  LIF_RETURN_IF_ERROR(before);
  LIF_ASSIGN_OR_RETURN(std::unique_ptr<int> value, Make(good));
  LIF_ASSIGN_OR_RETURN(std::unique_ptr<int> second, Make(true));
  return *value + *second;
}

TEST_CASE("The first error is returned as it is", "[base]") {
  CHECK(*Use(true, absl::OkStatus()) == 14);
  CHECK(Use(false, absl::OkStatus()).status() == absl::NotFoundError("none"));
  CHECK(Use(false, absl::AbortedError("early")).status() == absl::AbortedError("early"));
}

}  // namespace
}  // namespace lif
