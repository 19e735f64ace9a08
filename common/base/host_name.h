// The machine's name, for people and for labels.
#pragma once

#include <string>

namespace lif {

// At most 255 bytes; "localhost" when the kernel does not tell.
std::string HostName();

}  // namespace lif
