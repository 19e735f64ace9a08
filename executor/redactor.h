// Takes known secret values out of a text stream, before it reaches Redis, a blob or a terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lif {

// Immutable, thread-safe. Works on whole lines: feed it text that is not cut inside a line.
class SecretRedactor {
 public:
  // Each line of a secret of at least 4 characters is a value to hide.
  explicit SecretRedactor(const std::vector<std::string>& secrets);
  std::string Redact(std::string_view text) const;

 private:
  std::vector<std::string> values_;  // longest first
};

}  // namespace lif
