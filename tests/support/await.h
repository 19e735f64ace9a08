// Waits for what other threads bring about.
#pragma once

#include <chrono>
#include <stdexcept>
#include <thread>

namespace lif {

// Blocks until `condition` holds. Sleeps between looks: a thread that yields in a loop takes a
// processor from those that it waits for.
template <typename Condition>
void AwaitSoon(const Condition& condition) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) throw std::runtime_error("it never came about");
    std::this_thread::sleep_for(std::chrono::microseconds(100));
  }
}

}  // namespace lif
