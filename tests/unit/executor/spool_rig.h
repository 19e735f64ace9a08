// An executor's insides on fakes, with a spool on disk.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "executor/spool_settler.h"
#include "tests/support/await.h"
#include "tests/unit/executor/executor_rig.h"

namespace lif {

// An executor with a spool, which can crash and be started again.
class SpoolRig : public ExecutorRig {
 public:
  SpoolRig() { StartAgain(); }
  ~SpoolRig() { results.reset(); }

  // A killed process leaves what is on disk, and leases that nobody renews.
  void Crash() {
    services->spool = nullptr;
    results.reset();
    spool.reset();
  }
  void StartAgain(const SpoolLimits& limits = {}) {
    Crash();
    auto opened = Spool::Open(state->path() + "/spool", limits);
    INFO(opened.status().ToString());
    REQUIRE(opened.ok());
    spool = *std::move(opened);
    results =
        std::make_unique<SpoolSettler>(*services, *spool, SpoolSettler::Options{.lease = kLease});
    results->Start();
  }
  // Builds `manifest_id`; the stores are as `away` makes them once the image is pushed.
  std::string BuildInto(const std::function<void()>& away,
                        const std::string& manifest_id = "good") {
    const std::string build = Submit(manifest_id);
    sbom.OnScan([away](std::stop_token) { away(); });
    RunNext();
    sbom.OnScan(nullptr);
    return build;
  }
  void LetLeaseExpire() {
    clock.Advance(kLease * 2);
    REQUIRE(queue.Tick().ok());
  }
  ClaimedJob ClaimAs(const std::string& executor) {
    const auto claimed = queue.Claim({executor, "amd64", NewNonce(), kLease});
    REQUIRE(claimed.ok());
    REQUIRE(claimed->has_value());
    return **claimed;
  }
  std::string NewNonce() { return absl::StrCat("nonce-", ++nonces_); }

  void CheckSettled(const std::string& build) {
    const Record record = MustGetRecord(build);
    CHECK(record.outcome == Outcome::kCompatible);
    CHECK(record.attempt == 1);
    CHECK(record.artifacts.size() == 4);
    CHECK(ArtifactText(record, "build.log").find("hello from good") != std::string::npos);
    CHECK(records.PackagesOf(build).size() == 1);
    CHECK(record.image.substr(record.image.find('@') + 1) == TagOf("good"));
    CHECK(MustGetJob(build).state == JobState::kDone);
    CHECK(MustGetJob(build).outcome == "compatible");
    CHECK(builder.builds() == 1);
    AwaitSoon([this] { return spool->depth().entries == 0; });
    CHECK(std::filesystem::is_empty(state->path() + "/jobs"));
  }

  std::unique_ptr<Spool> spool;
  std::unique_ptr<SpoolSettler> results;

 private:
  int nonces_ = 0;
};

}  // namespace lif
