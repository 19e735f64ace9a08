// ${{ name }}: variables of catalog.yaml, put into values and fragments when a catalog is read.
// Internal to common/catalog.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/problem.h"

namespace lif {

constexpr size_t kMaxExpandedBytes = 1 << 20;

// What to do about a variable that catalog.yaml does not have.
inline constexpr char kUndefinedVariableRemedy[] =
    "define it under variables, or name one that is there";

using CatalogVariables = std::map<std::string, std::string>;

// `text` with every ${{ name }} replaced, once: a value is not searched again. What is wrong is
// appended to `problems` with the line, counted from `first_line`, and `field`. A result over
// kMaxExpandedBytes is a problem, too.
std::string ExpandVariables(std::string_view text, const CatalogVariables& variables,
                            const std::string& field, int first_line,
                            std::vector<Problem>* problems);

}  // namespace lif
