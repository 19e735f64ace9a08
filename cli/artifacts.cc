#include "cli/artifacts.h"

#include <deque>
#include <future>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "cli/rpc.h"
#include "common/base/status_macros.h"
#include "lif/v1/record_service.grpc.pb.h"

namespace lif {
namespace {

constexpr absl::Duration kStreamDeadline = absl::Minutes(10);
constexpr uint64_t kMaxErrorFile = 1 << 20;
constexpr size_t kRecordsAtATime = 4;

}  // namespace

std::string TailOfErrorFile(const std::string& text) {
  const auto file = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!file.is_object()) return "";
  const auto tail = file.find("log_tail");
  if (tail == file.end()) return "";
  std::string out;
  for (const auto& line : *tail) {
    if (line.is_string()) absl::StrAppend(&out, line.get<std::string>(), "\n");
  }
  return out;
}

absl::Status ReadArtifact(CliContext& context, const std::shared_ptr<grpc::Channel>& channel,
                          const std::string& build_id, const std::string& name,
                          const std::function<absl::Status(std::string_view)>& sink) {
  v1::GetArtifactRequest request;
  request.set_build_id(build_id);
  request.set_name(name);
  const auto stub = v1::RecordService::NewStub(channel);
  CallContext call(kStreamDeadline, context.interrupt);
  const auto stream = stub->GetArtifact(call.get(), request);
  v1::GetArtifactResponse piece;
  while (stream->Read(&piece)) {
    if (absl::Status written = sink(piece.data()); !written.ok()) {
      call.get()->TryCancel();
      stream->Finish();
      return written;
    }
  }
  return RpcStatus(stream->Finish(), context);
}

absl::StatusOr<std::string> GetArtifact(CliContext& context,
                                        const std::shared_ptr<grpc::Channel>& channel,
                                        const std::string& build_id, const std::string& name,
                                        uint64_t limit) {
  std::string bytes;
  LIF_RETURN_IF_ERROR(
      ReadArtifact(context, channel, build_id, name, [&](std::string_view piece) -> absl::Status {
        if (bytes.size() + piece.size() > limit) {
          return absl::ResourceExhaustedError(
              absl::StrCat("artifact ", name, " is over ", limit, " bytes"));
        }
        bytes.append(piece);
        return absl::OkStatus();
      }));
  return bytes;
}

absl::StatusOr<v1::Record> GetRecord(CliContext& context,
                                     const std::shared_ptr<grpc::Channel>& channel,
                                     const std::string& build_id) {
  v1::GetRecordRequest request;
  request.set_build_id(build_id);
  const auto stub = v1::RecordService::NewStub(channel);
  auto reply = Call<v1::RecordService::Stub, v1::GetRecordRequest, v1::GetRecordResponse>(
      context, *stub, &v1::RecordService::Stub::GetRecord, request);
  if (!reply.ok()) return reply.status();
  return std::move(*reply->mutable_record());
}

absl::StatusOr<std::vector<v1::Record>> GetRecords(CliContext& context,
                                                   const std::shared_ptr<grpc::Channel>& channel,
                                                   const std::vector<std::string>& build_ids) {
  const auto policy = build_ids.size() > 1 ? std::launch::async : std::launch::deferred;
  std::vector<v1::Record> records;
  std::deque<std::future<absl::StatusOr<v1::Record>>> under_way;
  for (size_t next = 0; records.size() < build_ids.size();) {
    for (; next < build_ids.size() && under_way.size() < kRecordsAtATime; ++next) {
      under_way.push_back(std::async(policy, [&context, &channel, &id = build_ids[next]] {
        return GetRecord(context, channel, id);
      }));
    }
    absl::StatusOr<v1::Record> record = under_way.front().get();
    under_way.pop_front();
    if (!record.ok()) return record.status();
    records.push_back(*std::move(record));
  }
  return records;
}

std::string FailureTail(CliContext& context, const std::shared_ptr<grpc::Channel>& channel,
                        const v1::Record& record) {
  if (!record.failure().log_tail().empty()) return record.failure().log_tail();
  for (const v1::Artifact& artifact : record.artifacts()) {
    if (artifact.kind() != v1::ARTIFACT_KIND_ERROR_FILE) continue;
    const auto text =
        GetArtifact(context, channel, record.build_id(), artifact.name(), kMaxErrorFile);
    if (text.ok()) return TailOfErrorFile(*text);
  }
  return "";
}

}  // namespace lif
