// A catalog whose fragments and tests FakeImageBuilder and FakeImageTester understand.
#pragma once

#include <string_view>

#include "common/catalog/model.h"

namespace lif {

// Content of the one file in it, of module motd: etc/motd.
inline constexpr std::string_view kEngineCatalogFile = "welcome\n";

// Manifests, for linux/amd64: "good"; "run-fails" (line 2 of its fragment, exit code 42);
// "test-fails" (its second test, exit code 7); "slow" (sleeps 400 s); "brief" (sleeps 2 s).
Catalog EngineCatalog();

}  // namespace lif
