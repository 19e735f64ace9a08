#include "common/config/version.h"

#include "absl/strings/str_cat.h"

namespace lif {

std::string_view LifVersion() {
  return LIF_VERSION;
}

// Programs link a definition that is stronger.
__attribute__((weak)) std::string_view LifCommit() {
  return "";
}

std::string VersionText(std::string_view program) {
  std::string text = absl::StrCat(std::string(program), " ", std::string(LifVersion()));
  if (!LifCommit().empty()) absl::StrAppend(&text, " (commit ", std::string(LifCommit()), ")");
  return text;
}

}  // namespace lif
