#include "controlplane/record_service.h"

#include <grpcpp/server_context.h>

#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/grpc_status.h"
#include "common/base/ids.h"
#include "common/base/status_macros.h"
#include "controlplane/field_errors.h"
#include "controlplane/record_proto.h"

namespace lif {
namespace {

absl::Status CheckBuildId(const std::string& build_id) {
  FieldErrors errors;
  if (!IsUlid(build_id)) {
    errors.Add("build_id", Quoted(build_id) + " is no build ID: write its 26 characters");
  }
  return errors.ToStatus();
}

absl::Status About(absl::Status status, const std::string& name) {
  if (!absl::IsNotFound(status) || !ReasonOf(status).empty()) return status;
  const std::string text(status.message());
  return WithResource(WithReason(std::move(status), "RECORD_NOT_FOUND"), "record", name, text);
}

// The build that stands for a key.
absl::StatusOr<std::string> BuildOfKey(RecordReader& records, const std::string& build_key) {
  if (!IsSha256Hex(build_key)) {
    FieldErrors errors;
    errors.Add("build_key", Quoted(build_key) + " is no build key: write 64 hexadecimal digits");
    return errors.ToStatus();
  }
  LIF_ASSIGN_OR_RETURN(const std::vector<KeyHistory> found, records.LookUp({build_key}));
  if (found.empty() || (!found[0].effective && !found[0].newest)) {
    return absl::NotFoundError(absl::StrCat("nothing is recorded for build key ", build_key));
  }
  return found[0].effective ? found[0].effective->build_id : found[0].newest->build_id;
}

// Build IDs of those records that are effective for their key, by one query.
absl::StatusOr<std::set<std::string>> EffectiveOf(RecordReader& reader,
                                                  const std::vector<Record>& records) {
  std::set<std::string> keys;
  for (const Record& record : records) keys.insert(record.build_key);
  std::set<std::string> effective;
  if (keys.empty()) return effective;
  LIF_ASSIGN_OR_RETURN(const std::vector<KeyHistory> histories,
                       reader.LookUp({keys.begin(), keys.end()}));
  for (const KeyHistory& history : histories) {
    if (history.effective) effective.insert(history.effective->build_id);
  }
  return effective;
}

absl::StatusOr<std::string> BuildIdOf(RecordReader& records, const v1::GetRecordRequest& request) {
  switch (request.key_case()) {
    case v1::GetRecordRequest::kBuildId:
      LIF_RETURN_IF_ERROR(CheckBuildId(request.build_id()));
      return request.build_id();
    case v1::GetRecordRequest::kBuildKey: {
      auto build_id = BuildOfKey(records, request.build_key());
      if (!build_id.ok()) return About(build_id.status(), request.build_key());
      return build_id;
    }
    case v1::GetRecordRequest::KEY_NOT_SET:
      break;
  }
  FieldErrors errors;
  errors.Add("key", "is missing: give build_id or build_key");
  return errors.ToStatus();
}

}  // namespace

grpc::Status RecordServiceAdapter::GetRecord(grpc::ServerContext*,
                                             const v1::GetRecordRequest* request,
                                             v1::GetRecordResponse* response) {
  return seams_.runner.Run("GetRecord", RpcKind::kUnary, [&]() -> absl::Status {
    LIF_ASSIGN_OR_RETURN(const std::string build_id, BuildIdOf(seams_.records, *request));
    const absl::StatusOr<Record> record = seams_.records.GetRecord(build_id);
    if (!record.ok()) return About(record.status(), build_id);
    LIF_ASSIGN_OR_RETURN(const std::set<std::string> effective,
                         EffectiveOf(seams_.records, {*record}));
    SetRecord(*record, effective.contains(build_id), response->mutable_record());
    return absl::OkStatus();
  });
}

grpc::Status RecordServiceAdapter::ListRecords(grpc::ServerContext*,
                                               const v1::ListRecordsRequest* request,
                                               v1::ListRecordsResponse* response) {
  return seams_.runner.Run("ListRecords", RpcKind::kUnary, [&]() -> absl::Status {
    LIF_ASSIGN_OR_RETURN(RecordFilter filter, RecordFilterOf(*request));
    LIF_ASSIGN_OR_RETURN(const std::vector<Record> records, seams_.records.ListRecords(filter));
    LIF_ASSIGN_OR_RETURN(const std::set<std::string> effective,
                         EffectiveOf(seams_.records, records));
    for (const Record& record : records) {
      SetListedRecord(record, effective.contains(record.build_id), response->add_records());
    }
    if (records.size() == static_cast<size_t>(filter.limit)) {
      response->set_next_page_token(records.back().build_id);
    }
    return absl::OkStatus();
  });
}

grpc::Status RecordServiceAdapter::GetArtifact(
    grpc::ServerContext* context, const v1::GetArtifactRequest* request,
    grpc::ServerWriter<v1::GetArtifactResponse>* writer) {
  return seams_.runner.Run("GetArtifact", RpcKind::kStream, [&]() -> absl::Status {
    LIF_RETURN_IF_ERROR(CheckBuildId(request->build_id()));
    if (request->offset() < 0) {
      FieldErrors errors;
      errors.Add("offset", "is negative: write 0 for the whole artifact");
      return errors.ToStatus();
    }
    bool first = true;
    const absl::Status status = artifacts_.Read(
        request->build_id(), request->name(), request->offset(), [&](const ArtifactPiece& piece) {
          v1::GetArtifactResponse response;
          if (std::exchange(first, false)) {
            SetArtifact(piece.artifact, response.mutable_artifact());
          }
          response.set_offset(piece.offset);
          response.set_data(std::string(piece.data));
          return writer->Write(response);
        });
    if (context->IsCancelled()) return ClientLeft();
    return About(status, request->build_id());
  });
}

}  // namespace lif
