// Page sizes, the same for all lists.
#pragma once

#include <string>

#include "controlplane/field_errors.h"

namespace lif {

inline constexpr int kDefaultPage = 100;
inline constexpr int kMaxPage = 1000;

// The size to use; notes an error for the field "page_size" when it is out of bounds.
inline int CheckPageSize(int page_size, FieldErrors* errors) {
  if (page_size == 0) return kDefaultPage;
  if (page_size < 0 || page_size > kMaxPage) {
    errors->Add("page_size", "is " + std::to_string(page_size) + "; write 1 to " +
                                 std::to_string(kMaxPage) + ", or 0 for " +
                                 std::to_string(kDefaultPage));
  }
  return page_size;
}

}  // namespace lif
