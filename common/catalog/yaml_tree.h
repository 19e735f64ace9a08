// The part of YAML that a catalog may use, as a tree with line numbers. Refused while reading:
// anchors, aliases, merge keys, tags, duplicate keys, more than one document, and whatever is over
// a limit. All scalars are text as written. Internal to common/catalog.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/problem.h"

namespace lif {

constexpr size_t kMaxYamlBytes = 256 * 1024;
constexpr int kMaxYamlDepth = 16;
constexpr size_t kMaxYamlNodes = 20000;

struct YamlNode {
  enum class Kind { kNull, kText, kList, kMap };
  struct Entry;

  Kind kind = Kind::kNull;
  int line = 0;
  std::string text;             // kText
  std::vector<YamlNode> items;  // kList
  std::vector<Entry> entries;   // kMap, in order

  const YamlNode* Find(std::string_view key) const;
};

struct YamlNode::Entry {
  std::string key;
  int line = 0;
  YamlNode value;
};

// "text", "a list", "a map", "nothing"
std::string_view KindName(YamlNode::Kind kind);

// The tree of `text`. Problems (without file) are appended; the tree is then of no use when the
// text could not be read to its end, which makes the answer false. Never throws.
bool ParseYaml(std::string_view text, YamlNode* root, std::vector<Problem>* problems);

}  // namespace lif
