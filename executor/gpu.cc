#include "executor/gpu.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <stop_token>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/base/file_util.h"
#include "common/base/status_macros.h"

namespace lif {
namespace {

namespace fs = std::filesystem;

constexpr absl::Duration kSmiDeadline = absl::Seconds(30);
constexpr size_t kMaxGpus = 64;
constexpr size_t kMaxName = 100;
constexpr size_t kMaxSpecBytes = 4 << 20;
constexpr size_t kMaxSpecs = 100;
constexpr char kKind[] = "nvidia.com/gpu";
constexpr char kHook[] = "nvidia-container-runtime-hook";

void Keep(std::string name, std::vector<std::string>* names) {
  absl::StripAsciiWhitespace(&name);
  name = absl::StrReplaceAll(name, {{",", " "}}).substr(0, kMaxName);
  if (!name.empty() && names->size() < kMaxGpus) names->push_back(std::move(name));
}

// What nvidia-smi lists; the error says why it lists nothing.
absl::StatusOr<std::vector<std::string>> AskDriver(ProcessRunner& runner) {
  ProcessSpec spec;
  spec.argv = {"nvidia-smi", "--query-gpu=name", "--format=csv,noheader"};
  spec.deadline = kSmiDeadline;
  const auto ran = RunCaptured(runner, spec, std::stop_token(), 1 << 16);
  if (!ran.ok()) return absl::NotFoundError("nvidia-smi is not installed");
  if (!ran->result.Succeeded()) {
    std::string said = absl::StrReplaceAll(ran->out + ran->err, {{"\n", " "}});
    absl::StripAsciiWhitespace(&said);
    return absl::UnavailableError(
        absl::StrCat("nvidia-smi fails (", said.substr(0, 2 * kMaxName), ")"));
  }
  std::vector<std::string> names;
  for (const std::string& line : std::vector<std::string>(absl::StrSplit(ran->out, '\n'))) {
    Keep(line, &names);
  }
  if (names.empty()) return absl::NotFoundError("nvidia-smi lists no GPU");
  return names;
}

// Values of a key in YAML or JSON, read without a parser: a specification is simple and generated.
std::vector<std::string> ValuesOf(const std::string& text, const std::string& key) {
  std::vector<std::string> values;
  for (size_t at = text.find(key); at != std::string::npos; at = text.find(key, at + 1)) {
    if (at > 0 && (absl::ascii_isalnum(static_cast<unsigned char>(text[at - 1])))) continue;
    size_t begin = at + key.size();
    if (begin < text.size() && text[begin] == '"') ++begin;
    begin = text.find_first_not_of(' ', begin);
    if (begin == std::string::npos || text[begin] != ':') continue;
    begin = text.find_first_not_of(" \"'", begin + 1);
    if (begin == std::string::npos) break;
    values.push_back(text.substr(begin, text.find_first_of("\"' ,}\r\n", begin) - begin));
  }
  return values;
}

// "0", "1:0": the numbers that nvidia-ctk gives to GPUs and their parts; "GPU-…" where it was told
// so.
bool NamesOneGpu(const std::string& name) {
  return absl::StartsWith(name, "GPU-") || absl::StartsWith(name, "MIG-") ||
         (!name.empty() && name.find_first_not_of("0123456789:") == std::string::npos);
}

// GPUs of the CDI specifications.
std::vector<std::string> ReadSpecifications(const std::vector<std::string>& directories) {
  std::set<std::string> devices;
  size_t read = 0;
  for (const std::string& directory : directories) {
    std::error_code error;
    fs::directory_iterator it(directory, error);
    for (; !error && it != fs::directory_iterator() && read < kMaxSpecs; it.increment(error)) {
      const std::string extension = it->path().extension();
      if (extension != ".yaml" && extension != ".json") continue;
      ++read;
      const auto text = ReadFile(it->path(), kMaxSpecBytes);
      if (!text.ok()) continue;
      const std::vector<std::string> kinds = ValuesOf(*text, "kind");
      if (std::find(kinds.begin(), kinds.end(), kKind) == kinds.end()) continue;
      for (std::string& name : ValuesOf(*text, "name")) {
        if (NamesOneGpu(name)) devices.insert(std::move(name));
      }
    }
  }
  std::vector<std::string> names;
  for (const std::string& device : devices) Keep(absl::StrCat(kKind, "=", device), &names);
  return names;
}

bool IsOnPath(const std::string& program, const std::string& path) {
  for (const std::string& directory : std::vector<std::string>(absl::StrSplit(path, ':'))) {
    std::error_code error;
    if (!directory.empty() && fs::exists(fs::path(directory) / program, error)) return true;
  }
  return false;
}

absl::Status NoGpu(const GpuSearch& search, const absl::Status& driver) {
  return absl::FailedPreconditionError(absl::StrCat(
      "capability gpu: this machine has no GPU to offer: ", std::string(driver.message()),
      ", and no file in ", absl::StrJoin(search.cdi_dirs, " or "), " describes ", kKind,
      "; install NVIDIA's driver until nvidia-smi lists the GPUs, or start this executor without "
      "--capability gpu and --pool gpu"));
}

absl::Status NoWayIn(const GpuSearch& search) {
  return absl::FailedPreconditionError(absl::StrCat(
      "capability gpu: there are GPUs, but Docker has no way to give them to a container: ", kHook,
      " is not on the PATH, and no file in ", absl::StrJoin(search.cdi_dirs, " or "), " describes ",
      kKind, "; install NVIDIA's container toolkit, or run: nvidia-ctk cdi generate --output=",
      search.cdi_dirs.empty() ? "" : search.cdi_dirs.front(), "/nvidia.yaml"));
}

}  // namespace

absl::StatusOr<Gpus> FindGpus(ProcessRunner& runner, const GpuSearch& search) {
  const absl::StatusOr<std::vector<std::string>> driver = AskDriver(runner);
  const std::vector<std::string> specified = ReadSpecifications(search.cdi_dirs);
  if (!driver.ok() && specified.empty()) return NoGpu(search, driver.status());
  Gpus gpus;
  gpus.names = driver.ok() ? *driver : specified;
  const bool hook =
      search.access == "gpus" || (search.access == "auto" && IsOnPath(kHook, search.path));
  if (!hook && specified.empty()) return NoWayIn(search);
  gpus.docker_flag = hook ? "--gpus=all" : absl::StrCat("--device=", kKind, "=all");
  return gpus;
}

}  // namespace lif
