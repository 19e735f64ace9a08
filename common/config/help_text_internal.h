// Help as text, 100 columns wide. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/config/option_parser.h"

namespace lif {

struct HelpRow {
  std::string left;
  std::string right;
};

// Rows in two columns, the right one wrapped at `width`.
std::string RenderHelpRows(const std::vector<HelpRow>& rows, size_t width = 100);

// Help of the last of `path`: the sets from the root down, at least one.
std::string RenderHelp(const std::vector<const OptionSet*>& path);

}  // namespace lif
