#include "common/config/version.h"

namespace lif {

std::string_view LifVersion() {
  return LIF_VERSION;
}

}  // namespace lif
