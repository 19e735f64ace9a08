// The one shape of heredoc that is read. BuildKit finds heredocs by splitting the whole line as a
// shell would, with defaults of ${X:-…} expanded; a form outside this shape could end at another
// line for BuildKit than for us, and swallow instructions, so it is refused.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lif {

struct HeredocMark {
  std::string name;         // of the line that ends it
  bool quoted = false;      // 'NAME' or "NAME"
  bool strip_tabs = false;  // <<-
  bool command = false;     // a command stands before it
};

// `text` is a RUN's text after its flags: [plain words] <<[-]NAME, NAME perhaps in quotes, with no
// quote, escape, variable or other '<<' before it. nullopt for everything else.
std::optional<HeredocMark> FindHeredoc(std::string_view text);

}  // namespace lif
