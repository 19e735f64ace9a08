// Early return of an error, for functions that answer absl::Status or absl::StatusOr.
#pragma once

#include "absl/status/status.h"

#define LIF_RETURN_IF_ERROR(expression)                                                 \
  do {                                                                                  \
    if (absl::Status lif_status_ = (expression); !lif_status_.ok()) return lif_status_; \
  } while (false)

#define LIF_CONCAT_INNER_(a, b) a##b
#define LIF_CONCAT_(a, b) LIF_CONCAT_INNER_(a, b)

// LIF_ASSIGN_OR_RETURN(auto manifest, reader.GetManifest(id));
#define LIF_ASSIGN_OR_RETURN(target, expression) \
  LIF_ASSIGN_OR_RETURN_(LIF_CONCAT_(lif_result_, __LINE__), target, expression)
#define LIF_ASSIGN_OR_RETURN_(result, target, expression) \
  auto result = (expression);                             \
  if (!result.ok()) return result.status();               \
  target = *std::move(result)
