// SHA-256, and the canonical byte form that identities are computed over.
//
// Canonical form (docs/identity.md): a sequence of netstrings. A netstring is the decimal length in
// bytes, ':', the bytes, ','. Integers are written as decimal text first. A list is its count, then
// its items; a map is its count, then key and value of each entry in ascending byte order of keys.
// The first netstring is a version tag such as "lif.module.v1". Nothing else enters a digest, so a
// short script in any language reproduces it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace lif {

// 64 lower-case hexadecimal digits of SHA-256 (FIPS 180-4).
std::string Sha256Hex(std::string_view bytes);

// True for 64 lower-case hexadecimal digits.
bool IsSha256Hex(std::string_view text);

// "sha256:<64 hex>" as OCI writes digests; the error says what is wrong with `text`.
absl::Status CheckOciDigest(std::string_view text);

// Streaming SHA-256, for input that should not be held in memory. Not thread-safe.
class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(const Sha256Stream&) = delete;
  Sha256Stream& operator=(const Sha256Stream&) = delete;
  void Update(std::string_view bytes);
  // Call once, last.
  std::string FinishHex();

 private:
  void* context_;  // EVP_MD_CTX, owned
};

// Appends canonical values. Not thread-safe.
class CanonicalEncoder {
 public:
  explicit CanonicalEncoder(std::string_view version_tag) { Add(version_tag); }
  CanonicalEncoder& Add(std::string_view bytes);
  CanonicalEncoder& AddInt(int64_t value);
  CanonicalEncoder& AddList(const std::vector<std::string>& items);
  CanonicalEncoder& AddMap(const std::map<std::string, std::string>& entries);

  const std::string& bytes() const { return bytes_; }
  std::string Sha256() const { return Sha256Hex(bytes_); }

 private:
  std::string bytes_;
};

}  // namespace lif
