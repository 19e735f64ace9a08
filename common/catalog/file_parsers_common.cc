// What several kinds of catalog files have in common.
#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/near_match.h"
#include "common/catalog/file_parsers.h"
#include "common/catalog/semver.h"
#include "common/catalog/values.h"

namespace lif {
namespace {

constexpr size_t kMaxTests = 64;
constexpr size_t kMaxArgvBytes = 32 * 1024;

bool IsVersion(std::string_view text) {
  return ParseSemVer(text).ok();
}

bool IsSummary(std::string_view text) {
  return !text.empty() && text.size() <= 200 && IsSingleLine(text);
}

bool IsCapability(std::string_view text) {
  return IsCatalogName(text) && text.size() <= 40;
}

bool IsExpectedText(std::string_view text) {
  return !text.empty() && text.size() <= 4096;
}

bool IsTimeout(std::string_view text) {
  absl::Duration duration;
  return absl::ParseDuration(std::string(text), &duration) && duration >= absl::Milliseconds(100) &&
         duration <= absl::Minutes(30) &&
         absl::Milliseconds(absl::ToInt64Milliseconds(duration)) == duration;
}

bool IsNetwork(std::string_view text) {
  return text == "none" || text == "loopback";
}

void CheckArgv(const ImageTest& test, const std::string& path, int line, FileContext* context) {
  size_t bytes = 0;
  for (const std::string& word : test.run) bytes += word.size();
  if (!test.run.empty() && test.run.front().empty()) {
    context->Report(line, path + ".run", "starts with an empty word",
                    "write the program first, as in [python3, --version]");
  }
  if (bytes > kMaxArgvBytes) {
    context->Report(line, path + ".run", absl::StrCat("is over ", kMaxArgvBytes, " bytes"),
                    "put the script into files/ and run it from there");
  }
}

ImageTest ReadTest(const YamlNode& node, const std::string& path, FileContext* context) {
  FieldReader reader(node, path, context);
  ImageTest test;
  if (!reader.is_map()) return test;
  test.name = reader.Text("name", NameRule());
  test.run = reader.TextList("run", /*required=*/true);
  test.expect_stdout = reader.OptionalText(
      "expect_stdout",
      {IsExpectedText, "is empty or over 4096 bytes", "write a part of the output"});
  std::optional<std::string> timeout = reader.OptionalText(
      "timeout", {IsTimeout, "is not a time from 100ms to 30m", "write such as 30s or 2m"});
  if (timeout && !timeout->empty()) absl::ParseDuration(*timeout, &test.timeout);
  std::optional<std::string> network =
      reader.OptionalText("network", {IsNetwork, "is not known", "write none or loopback"});
  if (network == "loopback") test.network = TestNetwork::kLoopback;
  reader.Finish();
  CheckArgv(test, path, node.line, context);
  return test;
}

}  // namespace

const TextRule& NameRule() {
  static const TextRule kRule = {IsCatalogName, "is not a name",
                                 "write lower-case letters and digits, with single '.', '_' or '-' "
                                 "between, at most 100"};
  return kRule;
}

const TextRule& VersionRule() {
  static const TextRule kRule = {IsVersion, "is not an exact semantic version",
                                 "write major.minor.patch, such as 1.4.0 or 2.0.0-rc.1"};
  return kRule;
}

const TextRule& SummaryRule() {
  static const TextRule kRule = {IsSummary, "is not one line of 1 to 200 bytes",
                                 "say in one line what it is for"};
  return kRule;
}

const TextRule& SafeValueRule() {
  static const TextRule kRule = {
      IsSafeValue, "is not a safe value",
      "write at most 512 of letters, digits, space and . _ / : @ + , = ~ % -, no space at an end"};
  return kRule;
}

const TextRule& ArgumentNameRule() {
  static const TextRule kRule = {
      [](std::string_view text) { return IsArgumentName(text) && !IsReservedArgument(text); },
      "can't be the name of an argument",
      "write [A-Z][A-Z0-9_]*, and no name that BuildKit or the shell uses (BUILDKIT_…, TARGET…, "
      "…_PROXY, PATH, HOME)"};
  return kRule;
}

std::vector<ImageTest> ReadTests(FieldReader* reader) {
  std::vector<ImageTest> tests;
  std::set<std::string> names;
  FileContext& context = reader->context();
  reader->Items("tests", /*required=*/false, [&](const YamlNode& item, const std::string& path) {
    if (tests.size() == kMaxTests) return;
    tests.push_back(ReadTest(item, path, &context));
    const std::string& name = tests.back().name;
    if (!name.empty() && !names.insert(name).second) {
      context.Report(context.LineOf(path + ".name"), path + ".name",
                     absl::StrCat(Quoted(name), " is the name of two tests"), "rename one of them");
    }
    if (tests.size() == kMaxTests) {
      context.Report(item.line, path,
                     absl::StrCat("is test number ", kMaxTests, ", the last that is read"),
                     "write fewer tests");
    }
  });
  return tests;
}

std::vector<Platform> ReadPlatforms(FieldReader* reader, const char* key) {
  std::set<Platform> platforms;
  FileContext& context = reader->context();
  reader->Items(key, /*required=*/false, [&](const YamlNode& item, const std::string& path) {
    std::string text = reader->NodeText(item, path, {});
    if (text.empty()) return;
    absl::StatusOr<Platform> platform = ParsePlatform(text);
    if (!platform.ok()) {
      context.Report(item.line, path, absl::StrCat(Quoted(text), " is not a platform"),
                     "write linux/amd64 or linux/arm64");
    } else if (!platforms.insert(*platform).second) {
      context.Report(item.line, path, absl::StrCat(Quoted(text), " is listed twice"),
                     "write it once");
    }
  });
  return {platforms.begin(), platforms.end()};
}

std::vector<std::string> ReadCapabilities(FieldReader* reader, const char* key) {
  std::vector<std::string> names = reader->TextList(
      key, /*required=*/false, {IsCapability, "is not a capability", "write a name such as gpu"});
  names.erase(std::remove(names.begin(), names.end(), ""), names.end());
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::optional<Slot> ReadSlotName(const std::string& name, int line, const std::string& path,
                                 FileContext* context) {
  if (name.empty()) return std::nullopt;
  std::optional<Slot> slot = ParseSlot(name);
  if (!slot) {
    context->Report(line, path,
                    absl::StrCat(Quoted(name), " is not a slot",
                                 DidYouMean(name, {"security", "core", "light", "app"})),
                    "write security, core, light or app");
  }
  return slot;
}

std::pair<std::string, std::string> SplitReference(const std::string& text, int line,
                                                   const std::string& path, FileContext* context) {
  if (text.empty()) return {};
  size_t at = text.find('@');
  std::string name = text.substr(0, at);
  std::string version = at == std::string::npos ? "" : text.substr(at + 1);
  if (at == std::string::npos) {
    context->Report(line, path, absl::StrCat(Quoted(text), " has no version"),
                    "write name@version, such as python3@1.0.0");
    return {};
  }
  if (!IsCatalogName(name)) {
    context->Report(line, path, absl::StrCat(Quoted(name), " is not a name"), NameRule().remedy);
    return {};
  }
  if (!IsVersion(version)) {
    context->Report(line, path, absl::StrCat(Quoted(version), " is not an exact version"),
                    "write major.minor.patch: a manifest pins what it uses");
    return {};
  }
  return {name, version};
}

}  // namespace lif
