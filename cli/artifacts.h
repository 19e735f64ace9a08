// Artifacts of records, as bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/command.h"
#include "lif/v1/record_service.pb.h"

namespace grpc {
class Channel;
}

namespace lif {

// Streams the artifact in pieces; OK when it is whole.
absl::Status ReadArtifact(CliContext& context, const std::shared_ptr<grpc::Channel>& channel,
                          const std::string& build_id, const std::string& name,
                          const std::function<absl::Status(std::string_view)>& sink);

// At most `limit` bytes; more is RESOURCE_EXHAUSTED.
absl::StatusOr<std::string> GetArtifact(CliContext& context,
                                        const std::shared_ptr<grpc::Channel>& channel,
                                        const std::string& build_id, const std::string& name,
                                        uint64_t limit);

absl::StatusOr<v1::Record> GetRecord(CliContext& context,
                                     const std::shared_ptr<grpc::Channel>& channel,
                                     const std::string& build_id);

// The same of each, in their order, a few calls at a time. The first error is the whole's.
absl::StatusOr<std::vector<v1::Record>> GetRecords(CliContext& context,
                                                   const std::shared_ptr<grpc::Channel>& channel,
                                                   const std::vector<std::string>& build_ids);

// `log_tail` of the text of error-<build_id>.json: the last output of what failed, as lines; ""
// when there is none.
std::string TailOfErrorFile(const std::string& text);

// The last output of what failed, from the failure itself or the record's error file; "" when
// there is none or it can't be read, since it only adds to what is known.
std::string FailureTail(CliContext& context, const std::shared_ptr<grpc::Channel>& channel,
                        const v1::Record& record);

}  // namespace lif
