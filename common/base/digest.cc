#include "common/base/digest.h"

#include <openssl/evp.h>

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace lif {
namespace {

EVP_MD_CTX* Context(void* context) {
  return static_cast<EVP_MD_CTX*>(context);
}

}  // namespace

Sha256Stream::Sha256Stream() : context_(EVP_MD_CTX_new()) {
  EVP_DigestInit_ex(Context(context_), EVP_sha256(), nullptr);
}

Sha256Stream::~Sha256Stream() {
  EVP_MD_CTX_free(Context(context_));
}

void Sha256Stream::Update(std::string_view bytes) {
  EVP_DigestUpdate(Context(context_), bytes.data(), bytes.size());
}

std::string Sha256Stream::FinishHex() {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_DigestFinal_ex(Context(context_), digest, &size);
  return absl::BytesToHexString(std::string(reinterpret_cast<char*>(digest), size));
}

std::string Sha256Hex(std::string_view bytes) {
  Sha256Stream stream;
  stream.Update(bytes);
  return stream.FinishHex();
}

bool IsSha256Hex(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

absl::Status CheckOciDigest(std::string_view text) {
  constexpr std::string_view kPrefix = "sha256:";
  if (text.starts_with(kPrefix) && IsSha256Hex(text.substr(kPrefix.size()))) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("'", std::string(text.substr(0, 80)),
                   "' is not a digest; write sha256: and 64 lower-case "
                   "hexadecimal digits"));
}

CanonicalEncoder& CanonicalEncoder::Add(std::string_view bytes) {
  absl::StrAppend(&bytes_, bytes.size(), ":");
  bytes_.append(bytes);
  bytes_.push_back(',');
  return *this;
}

CanonicalEncoder& CanonicalEncoder::AddInt(int64_t value) {
  return Add(std::to_string(value));
}

CanonicalEncoder& CanonicalEncoder::AddList(const std::vector<std::string>& items) {
  AddInt(static_cast<int64_t>(items.size()));
  for (const std::string& item : items) Add(item);
  return *this;
}

CanonicalEncoder& CanonicalEncoder::AddMap(const std::map<std::string, std::string>& entries) {
  AddInt(static_cast<int64_t>(entries.size()));
  for (const auto& [key, value] : entries) Add(key).Add(value);
  return *this;
}

}  // namespace lif
