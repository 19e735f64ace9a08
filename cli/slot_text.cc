#include "cli/slot_text.h"

namespace lif {

std::string SlotText(v1::Slot slot) {
  switch (slot) {
    case v1::SLOT_SECURITY:
      return "security";
    case v1::SLOT_CORE:
      return "core";
    case v1::SLOT_LIGHT:
      return "light";
    case v1::SLOT_APP:
      return "app";
    default:
      return "";
  }
}

}  // namespace lif
