// What most files that speak gRPC include.
#pragma once

#include <grpcpp/grpcpp.h>

#include "cmake/precompiled/common.h"
#include "lif/v1/build_service.grpc.pb.h"
#include "lif/v1/catalog_service.grpc.pb.h"
#include "lif/v1/fleet_service.grpc.pb.h"
#include "lif/v1/record_service.grpc.pb.h"
