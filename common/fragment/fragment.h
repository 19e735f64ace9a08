// A Dockerfile fragment as instructions with line numbers. The parser splits text in exactly the
// way that BuildKit's does (moby/buildkit frontend/dockerfile/parser), and refuses what different
// versions of it read differently, so that what is checked here is what an engine executes.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/problem.h"

namespace lif {

constexpr size_t kMaxFragmentBytes = 256 * 1024;
constexpr size_t kMaxFragmentLine = 16 * 1024;  // BuildKit stops at 64 KiB
constexpr size_t kMaxInstructions = 200;

// "--name" or "--name=value". A flag lies on one line and holds no quote, escape or variable.
struct InstructionFlag {
  std::string name;                  // without "--"
  std::optional<std::string> value;  // nullopt without '='
  int line = 0;
  size_t begin = 0;  // byte offsets of the whole flag in the fragment's text
  size_t end = 0;
};

struct Heredoc {
  bool command = false;  // "RUN command <<EOF"; false for "RUN <<EOF", whose content is the script
  bool quoted = false;   // <<"EOF": the shell expands nothing in it
  int first_line = 0;    // line of the first line of content
  std::string content;
};

struct Instruction {
  std::string keyword;  // upper case
  int first_line = 0;
  int last_line = 0;  // inclusive, with continuation lines and heredoc
  std::vector<InstructionFlag> flags;
  std::string text;  // after the flags, continuation lines joined
  std::optional<std::vector<std::string>>
      exec;  // what `text` is when it is a JSON array of strings
  std::optional<Heredoc> heredoc;

  // The line that byte `offset` of `text` came from.
  int LineOf(size_t offset) const;

  // Start of each source line's part in `text`, ascending; first is offset 0.
  struct Part {
    size_t offset = 0;
    int line = 0;
  };
  std::vector<Part> parts;
};

struct Fragment {
  std::vector<Instruction> instructions;
  // What could not be read, or is read in more than one way. Instructions around it are still
  // there.
  std::vector<Problem> problems;
};

// Never fails: what is wrong is in `problems`. Linear in the size of `text`, which is refused over
// kMaxFragmentBytes.
Fragment ParseFragment(std::string_view text);

}  // namespace lif
