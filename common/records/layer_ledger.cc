#include "common/records/layer_ledger.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/ids.h"

namespace lif {
namespace {

std::string WrongBelow(const LedgerLayer& layer) {
  if (layer.below_key.empty()) {
    return layer.below_generation == 0 ? "" : "it names a generation below but no key";
  }
  if (!IsSha256Hex(layer.below_key)) return "the key below is not 64 hexadecimal digits";
  if (layer.below_generation < 1) return "the generation below is under 1";
  return layer.below_key == layer.layer_key ? "it stands on itself" : "";
}

std::string Wrong(const LedgerLayer& layer) {
  if (!IsSha256Hex(layer.layer_key)) return "its key is not 64 hexadecimal digits";
  if (layer.generation < 1) return "its generation is under 1";
  if (layer.token < 0) return "its token is negative";
  if (!IsUlid(layer.build_id)) return "its build ID is no ULID";
  if (layer.repository.empty()) return "it has no repository";
  if (!CheckOciDigest(layer.digest).ok()) return "its digest is not sha256:<64 hex>";
  if (layer.diff_ids.empty()) return "it has no diffIDs";
  for (const std::string& diff_id : layer.diff_ids) {
    if (!CheckOciDigest(diff_id).ok()) return "a diffID is not sha256:<64 hex>";
  }
  if (layer.size < 0) return "its size is negative";
  if (layer.duration < absl::ZeroDuration()) return "its duration is negative";
  return WrongBelow(layer);
}

}  // namespace

std::string ImageOf(const LedgerLayer& layer) {
  return absl::StrCat(layer.repository, "@", layer.digest);
}

absl::Status CheckLedgerLayer(const LedgerLayer& layer) {
  const std::string wrong = Wrong(layer);
  if (wrong.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("cannot write layer ", layer.layer_key, ".",
                                                 layer.generation, " to the ledger: ", wrong));
}

}  // namespace lif
