// UTF-8 (RFC 3629): what enters a protobuf `string`, a JSON text or a terminal must be valid, while
// what engines and commands print need not be.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lif {

// Length of the valid sequence at the start of `text` (1..4), or 0 when there is none. Overlong
// forms, surrogates and values over U+10FFFF are invalid.
size_t Utf8SequenceLength(std::string_view text);

bool IsValidUtf8(std::string_view text);

// `text` with each byte that is not part of a valid sequence replaced by U+FFFD.
std::string ToValidUtf8(std::string_view text);

// The longest prefix of at most `limit` bytes that does not cut a sequence; with "…" in place of
// what was cut, within the limit too (limits under 3 give a bare cut).
std::string TruncateUtf8(std::string_view text, size_t limit);

}  // namespace lif
