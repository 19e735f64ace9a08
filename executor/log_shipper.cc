#include "executor/log_shipper.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace lif {
namespace {

constexpr int64_t kPiece = 64 << 10;
constexpr int64_t kChunk = 1 << 20;
constexpr int64_t kLimit = std::numeric_limits<int64_t>::max();

}  // namespace

absl::Status LogShipper::Join() {
  if (joined_) return absl::OkStatus();
  std::string tail;
  std::vector<SealedChunk> sealed;
  int64_t sealed_end = 0;
  int64_t end = 0;
  int64_t offset = 0;
  do {
    LIF_ASSIGN_OR_RETURN(BuildLogView view, log_.Read(build_id_, offset, 4 * kChunk));
    if (offset == 0) {
      sealed = view.sealed;
      sealed_end = sealed.empty() ? 0 : sealed.back().offset + sealed.back().size;
    }
    if (view.tail.empty() && view.end > sealed_end + static_cast<int64_t>(tail.size())) {
      return absl::DataLossError(absl::StrCat("the log of ", build_id_, " has a gap"));
    }
    tail += view.tail;
    end = view.end;
    offset = sealed_end + static_cast<int64_t>(tail.size());
  } while (offset < end);
  earlier_ = std::move(sealed);
  prefix_ = std::move(tail);
  sealed_ = sealed_end;
  start_ = end;
  joined_ = true;
  return absl::OkStatus();
}

absl::Status LogShipper::Ship() {
  LIF_RETURN_IF_ERROR(Join());
  while (shipped_ < file_.size()) {
    LIF_ASSIGN_OR_RETURN(const std::string piece, file_.ReadAt(shipped_, kPiece));
    LIF_RETURN_IF_ERROR(log_.Append(build_id_, start_ + shipped_, piece));
    shipped_ += static_cast<int64_t>(piece.size());
    LIF_RETURN_IF_ERROR(SealFull());
  }
  return SealFull();
}

absl::Status LogShipper::SealFull() {
  while (start_ + shipped_ - sealed_ >= kChunk) {
    std::string chunk;
    const int64_t prefix_start = start_ - static_cast<int64_t>(prefix_.size());
    if (sealed_ < start_) {
      chunk =
          prefix_.substr(static_cast<size_t>(sealed_ - prefix_start), static_cast<size_t>(kChunk));
    }
    const int64_t missing = kChunk - static_cast<int64_t>(chunk.size());
    if (missing > 0) {
      LIF_ASSIGN_OR_RETURN(const std::string rest,
                           file_.ReadAt(std::max<int64_t>(sealed_ - start_, 0), missing));
      chunk += rest;
    }
    LIF_ASSIGN_OR_RETURN(const std::string sha256, blobs_.Put(chunk));
    const SealedChunk sealed{sealed_, static_cast<int64_t>(chunk.size()), sha256};
    LIF_RETURN_IF_ERROR(log_.Seal(build_id_, sealed));
    sealed_ += sealed.size;
  }
  return absl::OkStatus();
}

std::string LogShipper::WholeLog(const std::string& path) {
  if (joined_ && earlier_.empty() && prefix_.empty()) return file_.path();
  BoundedTextFile whole(path, kLimit);
  if (!whole.Open().ok()) return file_.path();
  if (!joined_) whole.Append("[the log of earlier attempts could not be read]\n");
  for (const SealedChunk& chunk : earlier_) {
    const absl::Status read = blobs_.Read(chunk.sha256, [&whole](std::string_view bytes) {
      whole.Append(bytes);
      return true;
    });
    if (!read.ok())
      whole.Append(absl::StrCat("\n[a part of the log is gone: ", read.message(), "]\n"));
  }
  whole.Append(prefix_);
  for (int64_t offset = 0; offset < file_.size();) {
    const auto piece = file_.ReadAt(offset, kChunk);
    if (!piece.ok() || piece->empty()) break;
    whole.Append(*piece);
    offset += static_cast<int64_t>(piece->size());
  }
  return whole.status().ok() ? path : file_.path();
}

}  // namespace lif
