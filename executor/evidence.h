// The evidence log: everything that was run for a build and what it printed, for people.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "common/records/record.h"
#include "executor/text_file.h"

namespace lif {

// `argv` as a line that a shell would take: quoted where needed.
std::string ShellLine(const std::vector<std::string>& argv);

// One thread at a time. At most 64 MiB.
class EvidenceLog {
 public:
  explicit EvidenceLog(std::string path) : file_(std::move(path), int64_t{64} << 20) {}

  absl::Status Open() { return file_.Open(); }
  const std::string& path() const { return file_.path(); }

  void Header(const Record& record);
  void BeginStage(const std::string& name, absl::Time now);
  void EndStage(const std::string& name, absl::Duration duration, const std::string& result);
  void Command(const std::vector<std::string>& argv);
  void Text(std::string_view text);  // as it is; a newline is added when it lacks one
  void Verdict(const Record& record);

 private:
  BoundedTextFile file_;
};

}  // namespace lif
