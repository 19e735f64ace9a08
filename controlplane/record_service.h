// Adapter of lif.v1.RecordService: messages to the record store and back.
#pragma once

#include "controlplane/artifact_reader.h"
#include "controlplane/diff_builds.h"
#include "controlplane/rpc.h"
#include "lif/v1/record_service.grpc.pb.h"

namespace lif {

// Thread-safe. All seams must outlive it.
class RecordServiceAdapter final : public v1::RecordService::Service {
 public:
  struct Seams {
    RpcRunner& runner;
    RecordReader& records;
    BlobStore& blobs;
    const lif::DiffBuilds& diff;
  };
  explicit RecordServiceAdapter(Seams seams)
      : seams_(seams), artifacts_(seams.records, seams.blobs) {}

  grpc::Status GetRecord(grpc::ServerContext* context, const v1::GetRecordRequest* request,
                         v1::GetRecordResponse* response) override;
  grpc::Status ListRecords(grpc::ServerContext* context, const v1::ListRecordsRequest* request,
                           v1::ListRecordsResponse* response) override;
  grpc::Status GetArtifact(grpc::ServerContext* context, const v1::GetArtifactRequest* request,
                           grpc::ServerWriter<v1::GetArtifactResponse>* writer) override;
  grpc::Status SearchPackages(grpc::ServerContext*, const v1::SearchPackagesRequest*,
                              v1::SearchPackagesResponse*) override {
    return RpcRunner::Unimplemented("SearchPackages");
  }
  grpc::Status GetCompatibilityMatrix(grpc::ServerContext*,
                                      const v1::GetCompatibilityMatrixRequest*,
                                      v1::GetCompatibilityMatrixResponse*) override {
    return RpcRunner::Unimplemented("GetCompatibilityMatrix");
  }
  grpc::Status DiffBuilds(grpc::ServerContext* context, const v1::DiffBuildsRequest* request,
                          v1::DiffBuildsResponse* response) override;

 private:
  Seams seams_;
  const ArtifactReader artifacts_;
};

}  // namespace lif
