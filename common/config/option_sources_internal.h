// Where values come from: command line, environment and file, merged into the targets.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/config/option_set_internal.h"

namespace lif {

using GivenValues = std::map<const OptionSet::Entry*, std::vector<std::string>>;

// The settings of `root` in the file at `path`: those before any section and those of the
// program's.
absl::Status CollectFile(const std::string& path, const ProgramInfo& program, const OptionSet& root,
                         GivenValues* from_file, std::vector<std::string>* warnings);

// Stores the value of the best source there is; the error starts with where the value came from.
absl::Status StoreEntry(const OptionSet::Entry& entry, const GivenValues& flags,
                        const GivenValues& file, const Environment& environment);

}  // namespace lif
