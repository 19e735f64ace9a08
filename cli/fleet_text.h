// The factory, its pools and its executors as text. Pure.
#pragma once

#include <google/protobuf/repeated_ptr_field.h>

#include <string>

#include "absl/time/time.h"
#include "cli/style.h"
#include "lif/v1/fleet_service.pb.h"

namespace lif {

// The factory on one screen.
std::string RenderSummary(const v1::Summary& summary, const Style& style, absl::Time now,
                          size_t width);

std::string RenderPools(const google::protobuf::RepeatedPtrField<v1::PoolStatus>& pools,
                        const Style& style, size_t width);

// Whose jobs wait and run where, and what each may have.
std::string RenderTenants(const google::protobuf::RepeatedPtrField<v1::TenantStatus>& tenants,
                          const Style& style, size_t width);

std::string RenderExecutors(const google::protobuf::RepeatedPtrField<v1::ExecutorStatus>& executors,
                            const Style& style, absl::Time now, size_t width);

// One block each: what died, when, why.
std::string RenderDeadLetters(const google::protobuf::RepeatedPtrField<v1::DeadLetter>& letters,
                              const Style& style, absl::Time now);

}  // namespace lif
