// The name of a slot, for tables and trees. Pure.
#pragma once

#include <string>

#include "lif/v1/common.pb.h"

namespace lif {

// "security", "core", "light", "app"; "" for none.
std::string SlotText(v1::Slot slot);

}  // namespace lif
