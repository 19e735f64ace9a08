#include <algorithm>

#include "common/queue/job_queue.h"

namespace lif {

bool Matches(const JobFilter& filter, const JobView& view) {
  return (!filter.state || view.state == *filter.state) &&
         (filter.pool.empty() || view.spec.pool == filter.pool) &&
         (filter.manifest_id.empty() || view.spec.manifest_id == filter.manifest_id) &&
         (filter.kinds.empty() || std::find(filter.kinds.begin(), filter.kinds.end(),
                                            view.spec.kind) != filter.kinds.end());
}

}  // namespace lif
