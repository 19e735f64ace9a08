// What most tests of files that speak gRPC include.
#pragma once

#include "cmake/precompiled/grpc.h"
#include "tests/support/catch.h"
