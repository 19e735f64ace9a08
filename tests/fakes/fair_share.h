// The choice of the next tenant in memory; the rules are those of common/queue/functions/
// fairness.lua, with all tenants looked at.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace lif {

// Of one pool. Not thread-safe. Times are milliseconds.
class FairShare {
 public:
  void SetWeight(const std::string& tenant, double weight) { use_[tenant].weight = weight; }
  // `tenant` has ready work now; again is no change.
  void GetsWork(const std::string& tenant, int64_t now);
  void HasNoWork(const std::string& tenant) { ready_.erase(tenant); }
  std::optional<std::string> Next(int64_t now) const;
  void Charge(const std::string& tenant, int64_t now);
  void Discharge(const std::string& tenant, int64_t started, int64_t now);

 private:
  struct Use {
    double served = 0;  // ms / weight
    double weight = 1;
    int running = 0;
    int64_t starts = 0;
  };
  static double Score(const Use& use, int64_t now);

  std::map<std::string, Use> use_;
  std::set<std::string> ready_;
  double virtual_time_ = 0;
};

}  // namespace lif
