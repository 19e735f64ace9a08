// Files read with a bound and written atomically. Errors name the path and what to do.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace lif {

// The whole of a regular file, refused when it is over `limit` bytes.
absl::StatusOr<std::string> ReadFile(const std::string& path, uint64_t limit);

// Writes a temporary file beside `path`, fsyncs it and renames it over; mode as in chmod.
// A crash leaves the old file or the new one.
absl::Status WriteFileAtomically(const std::string& path, std::string_view bytes,
                                 unsigned mode = 0644);

// fsync of a file, or of a directory, whose entries are durable then.
absl::Status SyncPath(const std::string& path);

// mkdir -p
absl::Status MakeDirectories(const std::string& path);

// rm -rf; nothing there is no error.
absl::Status RemoveTree(const std::string& path);

}  // namespace lif
