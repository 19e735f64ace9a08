#include "controlplane/dead_letters.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/grpc_status.h"
#include "common/base/near_match.h"
#include "common/base/status_macros.h"
#include "controlplane/field_errors.h"

namespace lif {
namespace {

constexpr int kMostListed = 1000;

absl::Status NotRetried(const DeadLetter& letter, const std::string& why) {
  return WithReason(absl::FailedPreconditionError(absl::StrCat(
                        "job ", letter.job.spec.job_id, " can't be tried again: ", why,
                        "; drop it with lif dead-letters drop ", letter.job.spec.job_id)),
                    "DEAD_LETTER_NOT_BUILDABLE");
}

// The build of `letter` asked for by one tenant; its build ID.
absl::StatusOr<std::string> SubmitAgain(const SubmitBuilds& submit, const DeadLetter& letter,
                                        const std::string& tenant) {
  SubmitBuildsInput input;
  input.builds = {{letter.job.spec.manifest_id, {letter.job.spec.platform}}};
  input.tenant = tenant;
  input.priority = std::clamp(letter.job.priority, -10, 10);
  const absl::StatusOr<SubmitBuildsOutput> output = submit.Run(input, [] { return false; });
  if (absl::IsInvalidArgument(output.status())) {
    return NotRetried(letter, std::string(output.status().message()));
  }
  if (!output.ok()) return output.status();
  if (output->builds.size() != 1) return NotRetried(letter, "it names no build");
  const SubmittedBuild& build = output->builds.front();
  if (build.answer == SubmitAnswer::kInvalid) return NotRetried(letter, build.reason);
  return build.build_id;
}

}  // namespace

absl::StatusOr<DeadLetterPage> DeadLetters::List(const std::string& pool, const std::string& after,
                                                 int limit) const {
  LIF_ASSIGN_OR_RETURN(std::vector<DeadLetter> letters,
                       seams_.admin.ListDeadLetters(pool, kMostListed));
  auto begin = letters.begin();
  if (!after.empty()) {
    const auto last = std::find_if(letters.begin(), letters.end(), [&](const DeadLetter& letter) {
      return letter.job.spec.job_id == after;
    });
    if (last != letters.end()) begin = last + 1;
  }
  DeadLetterPage page;
  for (auto letter = begin; letter != letters.end(); ++letter) {
    if (page.letters.size() == static_cast<size_t>(limit)) {
      page.next = page.letters.back().job.spec.job_id;
      break;
    }
    page.letters.push_back(std::move(*letter));
  }
  return page;
}

absl::StatusOr<BuildStatus> DeadLetters::Retry(const std::string& job_id) const {
  const absl::StatusOr<DeadLetter> letter = seams_.admin.GetDeadLetter(job_id);
  if (absl::IsNotFound(letter.status())) return Unknown(job_id);
  if (!letter.ok()) return letter.status();
  if (letter->job.spec.kind != JobKind::kImage) {
    return NotRetried(*letter,
                      "it is no image, and is made anew for the next build that needs it: submit "
                      "that again");
  }
  std::vector<std::string> tenants = letter->job.tenants;
  if (tenants.empty()) tenants.push_back("");
  std::string build_id;
  for (const std::string& tenant : tenants) {
    LIF_ASSIGN_OR_RETURN(build_id, SubmitAgain(seams_.submit, *letter, tenant));
  }
  const absl::Status dropped = seams_.admin.DropDeadLetter(job_id);
  if (!dropped.ok() && !absl::IsNotFound(dropped)) return dropped;
  return BuildReader(seams_.queue, seams_.records).Get(build_id);
}

absl::Status DeadLetters::Drop(const std::string& job_id) const {
  const absl::Status dropped = seams_.admin.DropDeadLetter(job_id);
  return absl::IsNotFound(dropped) ? Unknown(job_id) : dropped;
}

absl::Status DeadLetters::Unknown(const std::string& job_id) const {
  std::vector<std::string> known;
  const auto letters = seams_.admin.ListDeadLetters("", kMostListed);
  if (letters.ok()) {
    for (const DeadLetter& letter : *letters) known.push_back(letter.job.spec.job_id);
  }
  return WithResource(
      WithReason(absl::NotFoundError(absl::StrCat("no job ", Quoted(job_id), " is a dead letter",
                                                  DidYouMean(job_id, known))),
                 "DEAD_LETTER_NOT_FOUND"),
      "dead letter", job_id);
}

}  // namespace lif
