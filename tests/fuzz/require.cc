#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/fuzz/target.h"

namespace lif {

void FuzzRequire(bool holds, std::string_view what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", std::string(what).c_str());
  std::abort();
}

}  // namespace lif
