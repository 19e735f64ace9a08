// DiffBuilds of lif.v1.RecordService: its messages to the use case and back.
#include <string>
#include <utility>

#include "common/base/grpc_status.h"
#include "common/base/ids.h"
#include "common/base/platform.h"
#include "common/base/status_macros.h"
#include "controlplane/field_errors.h"
#include "controlplane/proto_values.h"
#include "controlplane/record_service.h"

namespace lif {
namespace {

DiffSideQuery SideOf(const v1::DiffBuildsRequest::Side& side, const std::string& field,
                     FieldErrors* errors) {
  switch (side.key_case()) {
    case v1::DiffBuildsRequest::Side::kManifestId:
      if (!IsName(side.manifest_id())) {
        errors->Add(field + ".manifest_id", Quoted(side.manifest_id()) +
                                                " is malformed: use 1 to 100 of a-z 0-9 . _ -, "
                                                "starting with a-z or 0-9");
      }
      break;
    case v1::DiffBuildsRequest::Side::kBuildId:
      if (!IsUlid(side.build_id())) {
        errors->Add(field + ".build_id",
                    Quoted(side.build_id()) + " is no build ID: write its 26 characters");
      }
      break;
    case v1::DiffBuildsRequest::Side::KEY_NOT_SET:
      errors->Add(field, "is missing: give manifest_id or build_id");
      break;
  }
  return {side.manifest_id(), side.build_id()};
}

absl::StatusOr<DiffQuery> QueryOf(const v1::DiffBuildsRequest& request) {
  FieldErrors errors;
  DiffQuery query;
  query.a = SideOf(request.a(), "a", &errors);
  query.b = SideOf(request.b(), "b", &errors);
  query.platform = request.platform();
  if (!query.platform.empty()) {
    const absl::StatusOr<Platform> platform = ParsePlatform(query.platform);
    if (!platform.ok()) errors.Add("platform", std::string(platform.status().message()));
  }
  if (!errors.empty()) return errors.ToStatus();
  return query;
}

v1::ChangeKind ToProto(Change change) {
  switch (change) {
    case Change::kAdded:
      return v1::CHANGE_KIND_ADDED;
    case Change::kRemoved:
      return v1::CHANGE_KIND_REMOVED;
    case Change::kChanged:
      break;
  }
  return v1::CHANGE_KIND_CHANGED;
}

void SetSide(const ComparedSide& side, v1::DiffSide* out) {
  out->set_manifest_id(side.manifest_id);
  out->set_platform(side.platform);
  out->set_build_id(side.build_id);
}

void SetDiff(const BuildDiff& diff, v1::DiffBuildsResponse* out) {
  for (const DiffItem& item : diff.items) {
    v1::DiffEntry* entry = out->add_entries();
    entry->set_what(item.what);
    entry->set_name(Text(item.name));
    entry->set_change(ToProto(item.change));
    entry->set_a(Text(item.a));
    entry->set_b(Text(item.b));
  }
  out->set_shared_layers(diff.shared_layers);
  out->set_layers_a(diff.layers_a);
  out->set_layers_b(diff.layers_b);
  out->set_shared_packages(diff.shared_packages);
  for (const std::string& note : diff.notes) out->add_notes(note);
  SetSide(diff.a, out->mutable_a());
  SetSide(diff.b, out->mutable_b());
}

// Whether a record or a manifest was not found.
absl::Status WithReasonOf(absl::Status status, const v1::DiffBuildsRequest& request) {
  if (!absl::IsNotFound(status) || !ReasonOf(status).empty()) return status;
  const std::string text(status.message());
  for (const auto* side : {&request.a(), &request.b()}) {
    if (side->has_build_id() && text.find(side->build_id()) != std::string::npos) {
      return WithResource(WithReason(std::move(status), "RECORD_NOT_FOUND"), "record",
                          side->build_id(), text);
    }
    if (side->has_manifest_id() &&
        text.find("'" + side->manifest_id() + "'") != std::string::npos) {
      return WithResource(WithReason(std::move(status), "MANIFEST_NOT_FOUND"), "manifest",
                          side->manifest_id(), text);
    }
  }
  return status;
}

}  // namespace

grpc::Status RecordServiceAdapter::DiffBuilds(grpc::ServerContext*,
                                              const v1::DiffBuildsRequest* request,
                                              v1::DiffBuildsResponse* response) {
  return seams_.runner.Run("DiffBuilds", RpcKind::kUnary, [&]() -> absl::Status {
    LIF_ASSIGN_OR_RETURN(const DiffQuery query, QueryOf(*request));
    const absl::StatusOr<BuildDiff> diff = seams_.diff.Run(query);
    if (!diff.ok()) return WithReasonOf(diff.status(), *request);
    SetDiff(*diff, response);
    return absl::OkStatus();
  });
}

}  // namespace lif
