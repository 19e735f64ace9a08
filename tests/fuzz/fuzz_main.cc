// libFuzzer's way in.
#include <cstddef>

#include "tests/fuzz/target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  lif::FuzzOne(std::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
