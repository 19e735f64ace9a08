#include "executor/spool_codec.h"

#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "executor/spool_json_internal.h"

namespace lif {
namespace {

using spool_json::Json;
using spool_json::LedgerJson;
using spool_json::LedgerOf;
using spool_json::ListJson;
using spool_json::ListOf;
using spool_json::RecordJson;
using spool_json::RecordOf;
using spool_json::TimeJson;
using spool_json::TimeOf;

// Version 1 knows images alone; what it lacks has its default.
constexpr int kVersion = 2;
constexpr int kOldest = 1;
constexpr size_t kDigestLine = 65;

Json FileJson(const SpooledFile& file) {
  return {
      {"name", file.name}, {"type", file.media_type}, {"sha256", file.sha256}, {"size", file.size}};
}

SpooledFile FileOf(const Json& json) {
  return {json.at("name").get<std::string>(), json.at("type").get<std::string>(),
          json.at("sha256").get<std::string>(), json.at("size").get<int64_t>()};
}

SpoolDocument DocumentOf(const Json& json) {
  const int version = json.at("version").get<int>();
  if (version < kOldest || version > kVersion) {
    throw std::runtime_error(absl::StrCat("it is of version ", version, ", this executor reads ",
                                          kOldest, " to ", kVersion));
  }
  SpoolDocument document;
  json.at("job_id").get_to(document.lease.job_id);
  json.at("token").get_to(document.lease.token);
  document.spooled = TimeOf(json.at("spooled_us"));
  document.record = RecordOf(json.at("record"), version);
  document.files = ListOf(json.at("files"), FileOf);
  json.at("log_tail").get_to(document.log_tail);
  if (version > 1) document.layer = LedgerOf(json.at("layer"));
  return document;
}

}  // namespace

std::string EncodeSpoolDocument(const SpoolDocument& document) {
  const Json json = {{"version", kVersion},
                     {"job_id", document.lease.job_id},
                     {"token", document.lease.token},
                     {"spooled_us", TimeJson(document.spooled)},
                     {"record", RecordJson(document.record)},
                     {"files", ListJson(document.files, FileJson)},
                     {"log_tail", document.log_tail},
                     {"layer", LedgerJson(document.layer)}};
  const std::string text = json.dump(1, ' ', false, Json::error_handler_t::replace);
  return absl::StrCat(Sha256Hex(text), "\n", text);
}

absl::StatusOr<SpoolDocument> DecodeSpoolDocument(const std::string& bytes) {
  const std::string text = bytes.size() < kDigestLine ? "" : bytes.substr(kDigestLine);
  if (bytes.substr(0, kDigestLine) != Sha256Hex(text) + "\n") {
    return absl::DataLossError("it does not have the digest in its first line");
  }
  try {
    return DocumentOf(Json::parse(text));
  } catch (const std::exception& error) {
    return absl::DataLossError(absl::StrCat("it is not a result: ", error.what()));
  }
}

}  // namespace lif
