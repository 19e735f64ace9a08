// What differs between two JSON documents of a catalog row, in words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lif {

// One line for each place: "args.PORT: \"80\" is published, \"8080\" is here"; texts of several
// lines are told by their first line that differs. At most `limit` lines, the last one then says
// how many more there are. Texts that are no JSON differ as a whole.
std::vector<std::string> DescribeDifference(std::string_view published, std::string_view here,
                                            size_t limit = 5);

}  // namespace lif
