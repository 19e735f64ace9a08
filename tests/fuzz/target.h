// What a fuzz target is. Each *_target.cc defines FuzzOne and LIF_FUZZ_SEEDS's folder of inputs is
// replayed through it by the unit tests; with LIF_FUZZ (preset fuzz) libFuzzer makes the inputs.
#pragma once

#include <cstdint>
#include <string_view>

namespace lif {

// Runs one input through one parser. Whatever comes in, it returns; what it finds it tells with
// FuzzRequire. State is only kept between inputs where that can't change what they do.
void FuzzOne(std::string_view input);

// Ends the process with `what` when it does not hold: libFuzzer then keeps the input.
void FuzzRequire(bool holds, std::string_view what);

}  // namespace lif
