// Names for records in tests.
#pragma once

#include <string>

namespace lif {

// A ULID; they ascend with `number`.
std::string TestBuildId(int number);
// 64 hexadecimal digits; equal words give equal keys.
std::string TestKey(const std::string& word);

}  // namespace lif
