// The small pure parts.
#include <algorithm>

#include "executor/cache_refs.h"
#include "executor/error_report.h"
#include "executor/evidence.h"
#include "executor/image_names.h"
#include "executor/image_shelf.h"
#include "executor/redactor.h"
#include "executor/retry.h"
#include "executor/source_map.h"
#include "executor/workspace.h"
#include "tests/unit/executor/executor_rig.h"

namespace lif {
namespace {

const Platform kArm{"linux", "arm64"};

ResolvedManifest Stack(std::vector<std::string> names) {
  ResolvedManifest manifest;
  for (const std::string& name : names) {
    ResolvedModule resolved;
    resolved.module.name = name;
    resolved.module.version = "1.0.0";
    resolved.module.slot = Slot::kLight;
    manifest.stack.push_back(resolved);
  }
  return manifest;
}

TEST_CASE("Caches are apart by architecture, module and trust domain") {
  const CacheRefs refs =
      CacheRefsFor({"r:5000/lif/cache", "default"}, kArm, Stack({"low", "top"}), {1, 2});
  CHECK(refs.from == std::vector<std::string>{"r:5000/lif/cache:linux-arm64-top",
                                              "r:5000/lif/cache:linux-arm64-low"});
  CHECK(refs.to == std::vector<std::string>{"r:5000/lif/cache:linux-arm64-top"});
  CHECK(CacheRefsFor({"r/cache", "team-a"}, kArm, Stack({"m"}), {1, 1}).to ==
        std::vector<std::string>{"r/cache:team-a-linux-arm64-m"});
}

TEST_CASE("A layer that no ledger has is kept under its key, and looked for there first") {
  const CachePlace place{"r/cache", "default"};
  const std::string key(64, 'b');
  const std::string of_key = "r/cache:linux-arm64-layer-" + std::string(32, 'b');
  const CacheRefs image = CacheRefsFor(place, kArm, Stack({"low", "top"}), {2, 2, key, false});
  CHECK(image.from == std::vector<std::string>{of_key, "r/cache:linux-arm64-top"});
  CHECK(image.to == std::vector<std::string>{"r/cache:linux-arm64-top", of_key});
  const CacheRefs layer = CacheRefsFor(place, kArm, Stack({"low", "top"}), {2, 2, key, true});
  CHECK(layer.from == image.from);
  CHECK(layer.to == std::vector<std::string>{"r/cache:linux-arm64-top"});
}

TEST_CASE("A job has caches for what it builds, and the end of a stable stack has the stack's") {
  ResolvedManifest manifest = Stack({"ca", "python", "app"});
  manifest.stack[0].module.slot = Slot::kSecurity;
  manifest.stack[1].module.slot = Slot::kCore;
  manifest.stack[2].module.slot = Slot::kApp;
  manifest.image_template.slots = {
      {Slot::kSecurity, true, true}, {Slot::kCore, true, true}, {Slot::kApp, true, false}};
  const CachePlace place{"r/llm-factory-cache", "default"};
  const CacheRefs low = CacheRefsFor(place, kArm, manifest, {1, 1});
  CHECK(low.from == std::vector<std::string>{"r/llm-factory-cache:linux-arm64-ca"});
  CHECK(low.to == low.from);
  const CacheRefs stack = CacheRefsFor(place, kArm, manifest, {2, 2});
  CHECK(stack.from == std::vector<std::string>{"r/llm-factory-cache:linux-arm64-python"});
  CHECK(stack.to == std::vector<std::string>{"r/llm-factory-cache:linux-arm64-python",
                                             "r/llm-factory-cache:linux-arm64"});
  CHECK(CacheRefsFor(place, kArm, manifest, {3, 3}).to ==
        std::vector<std::string>{"r/llm-factory-cache:linux-arm64-app"});
  const CacheRefs none = CacheRefsFor(place, kArm, manifest, {4, 3});
  CHECK(none.from.empty());
  CHECK(none.to.empty());
}

TEST_CASE("Images have three names") {
  CHECK(ImageByDigest("r/lif", "sha256:ab") == "r/lif/images@sha256:ab");
  CHECK(BuildTag("r/lif", "01ABC") == "r/lif/images:build-01ABC");
  CHECK(PublishedTag("r/lif", "web", kArm) == "r/lif/images:web-linux-arm64");
  CHECK(IndexTag("r/lif", "web") == "r/lif/images:web");
  CHECK(LayerTag("r/lif", kArm, std::string(64, 'c')) ==
        "r/lif/layers:linux-arm64-" + std::string(32, 'c'));
}

TEST_CASE("Secrets are taken out line by line, the longest first") {
  const SecretRedactor redactor({"hunter2\n", "hunter2-extended", "abc", "two\nlines-of-it\n"});
  CHECK(redactor.Redact("a hunter2-extended b hunter2 c") == "a *** b *** c");
  CHECK(redactor.Redact("lines-of-it here") == "*** here");
  CHECK(redactor.Redact("abc stays: too short to be one") == "abc stays: too short to be one");
  CHECK(SecretRedactor({}).Redact("x") == "x");
}

TEST_CASE("A command is shown as a shell would take it") {
  CHECK(ShellLine({"docker", "run", "--name=a", "sh", "-c", "echo 'x'; exit 7", ""}) ==
        "docker run --name=a sh -c 'echo '\\''x'\\''; exit 7' ''");
}

TEST_CASE("A line of the Dockerfile leads to the fragment's line") {
  RenderedDockerfile dockerfile;
  dockerfile.lines = {{10, 14, "low@1.0.0", "light-low", 1}, {20, 22, "top@1.0.0", "light-top", 3}};
  BuildFailure failure;
  failure.dockerfile_line = 12;
  const ResolvedManifest manifest = Stack({"low", "top"});
  CHECK(FindSource(dockerfile, manifest, failure).module_ref == "low@1.0.0");
  CHECK(FindSource(dockerfile, manifest, failure).fragment_line == 3);
  failure.dockerfile_line = 21;
  CHECK(FindSource(dockerfile, manifest, failure).fragment_line == 4);
  failure.dockerfile_line = 0;
  failure.stage = "light-top";
  CHECK(FindSource(dockerfile, manifest, failure).module_ref == "top@1.0.0");
  CHECK(FindSource(dockerfile, manifest, failure).fragment_line == 0);
  failure.stage = "base";
  CHECK(FindSource(dockerfile, manifest, failure).module_ref.empty());
}

TEST_CASE("The error report takes bytes that are not UTF-8") {
  Record record;
  record.build_id = "B";
  record.outcome = Outcome::kFailed;
  record.failure.failure = FailureClass::kUser;
  record.failure.message = "bad \xff byte";
  record.started = absl::FromUnixSeconds(1700000000);
  record.finished = absl::InfiniteFuture();
  record.submitted = absl::InfinitePast();
  const std::string report = ErrorReportJson(record, {"line \xc3"}, "");
  CHECK(report.find("\"outcome\": \"failed\"") != std::string::npos);
  CHECK(report.find("\"started\": \"2023-11-14T22:13:20.000Z\"") != std::string::npos);
  CHECK(report.find("\"submitted\": null") != std::string::npos);
  CHECK(report.find("\"exit_code\": null") != std::string::npos);
  CHECK(report.find('\xff') == std::string::npos);
}

TEST_CASE("A text file stops growing at its bound and says so") {
  const TemporaryDirectory directory;
  BoundedTextFile file(directory.path() + "/f", 10);
  REQUIRE(file.Open().ok());
  file.Append("12345");
  file.Append("67890abc");
  file.Append("more");
  const std::string text = *file.ReadAt(0, 1000);
  CHECK(text.rfind("1234567890\n[over ", 0) == 0);
  CHECK(text.find("more") == std::string::npos);
  CHECK(*file.ReadAt(8, 2) == "90");
}

TEST_CASE("A state directory has one owner and forgets dead jobs") {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/state";
  auto first = StateDirectory::Open(path);
  REQUIRE(first.ok());
  const auto second = StateDirectory::Open(path);
  CHECK(absl::IsFailedPrecondition(second.status()));
  CHECK(second.status().message().find("--state-dir") != std::string::npos);
  {
    Workspace workspace((*first)->JobPath("B", 7));
    REQUIRE(workspace.Create().ok());
    CHECK(*(*first)->RemoveLeftovers() == 1);
    CHECK(*(*first)->RemoveLeftovers() == 0);
  }
  first->reset();
  CHECK(StateDirectory::Open(path).ok());
}

TEST_CASE("Images that were used last stay; those in use stay anyway") {
  using Images = std::vector<std::string>;
  const TemporaryDirectory directory;
  const std::string file = directory.path() + "/images";
  ImageShelf shelf(file, 2);
  REQUIRE(shelf.Load().ok());
  for (const char* image : {"a", "b", "c"}) shelf.Take(image);
  CHECK(shelf.PutBack("c").empty());  // a and b are in use
  CHECK(shelf.PutBack("a") == Images{"a"});
  CHECK(shelf.PutBack("b").empty());
  shelf.Take("b");
  shelf.Take("b");
  CHECK(shelf.PutBack("b").empty());
  CHECK(shelf.Clear() == Images{"c"});
  shelf.Take("d");

  ImageShelf next(file, 1);
  REQUIRE(next.Load().ok());
  next.Take("e");
  CHECK(next.PutBack("e") == Images{"d", "b"});
}

TEST_CASE("Only what may pass by itself is tried again") {
  FakeClock clock;
  const TimePump pump(clock);
  int calls = 0;
  const auto thrice = [&calls]() -> absl::Status {
    return ++calls < 3 ? absl::UnavailableError("away") : absl::OkStatus();
  };
  CHECK(RetryWhileAway(clock, {absl::Minutes(1), {}}, thrice).ok());
  CHECK(calls == 3);
  calls = 0;
  CHECK(absl::IsNotFound(RetryWhileAway(clock, {absl::Minutes(1), {}}, [&calls] {
    ++calls;
    return absl::NotFoundError("gone");
  })));
  CHECK(calls == 1);
  std::stop_source stop;
  stop.request_stop();
  CHECK(absl::IsUnavailable(RetryWhileAway(clock, {absl::Minutes(1), stop.get_token()},
                                           [] { return absl::UnavailableError("away"); })));
  const absl::Duration start = clock.Steady();
  CHECK(absl::IsUnavailable(RetryWhileAway(clock, {absl::Minutes(1), {}},
                                           [] { return absl::UnavailableError("away"); })));
  CHECK(clock.Steady() - start >= absl::Seconds(40));
}

}  // namespace
}  // namespace lif
