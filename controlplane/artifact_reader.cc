#include "controlplane/artifact_reader.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/grpc_status.h"
#include "common/base/near_match.h"
#include "common/base/status_macros.h"
#include "controlplane/field_errors.h"

namespace lif {
namespace {

absl::Status UnknownArtifact(const Record& record, const std::string& name) {
  std::vector<std::string> names;
  for (const Artifact& artifact : record.artifacts) names.push_back(artifact.name);
  const std::string known = names.empty() ? "it has none" : "it has " + absl::StrJoin(names, ", ");
  return WithResource(WithReason(absl::NotFoundError(absl::StrCat(
                                     "build ", record.build_id, " has no artifact ", Quoted(name),
                                     DidYouMean(name, names), "; ", known)),
                                 "ARTIFACT_NOT_FOUND"),
                      "artifact", name, known);
}

}  // namespace

absl::Status ArtifactReader::Read(const std::string& build_id, const std::string& name,
                                  int64_t offset, const Sink& sink) const {
  LIF_ASSIGN_OR_RETURN(const Record record, records_.GetRecord(build_id));
  const Artifact* artifact = nullptr;
  for (const Artifact& candidate : record.artifacts) {
    if (candidate.name == name) artifact = &candidate;
  }
  if (artifact == nullptr) return UnknownArtifact(record, name);
  if (offset > artifact->size) {
    return absl::OutOfRangeError(absl::StrCat("offset ", offset, " is past the end of ", name,
                                              ", which has ", artifact->size, " bytes"));
  }
  int64_t at = 0;
  bool told = false;
  LIF_RETURN_IF_ERROR(blobs_.Read(artifact->sha256, [&](std::string_view bytes) {
    const int64_t begin = at;
    at += static_cast<int64_t>(bytes.size());
    if (at <= offset) return true;
    const int64_t skip = offset > begin ? offset - begin : 0;
    told = true;
    return sink({*artifact, begin + skip, bytes.substr(static_cast<size_t>(skip))});
  }));
  if (!told) sink({*artifact, offset, std::string_view()});
  return absl::OkStatus();
}

}  // namespace lif
