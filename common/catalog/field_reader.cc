#include "common/catalog/field_reader.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/near_match.h"
#include "common/catalog/values.h"

namespace lif {

namespace {

// A key as part of a path; what would break the line of a message is quoted.
std::string Shown(const std::string& key) {
  return key.size() <= 100 && IsSingleLine(key) ? key : Quoted(key, 60);
}

}  // namespace

void FileContext::Report(int line, std::string field, std::string what, std::string remedy) {
  problems->push_back({file, line, std::move(field), std::move(what), std::move(remedy)});
}

void FileContext::Adopt(std::vector<Problem> found) {
  for (Problem& problem : found) {
    problem.file = file;
    problems->push_back(std::move(problem));
  }
}

int FileContext::LineOf(std::string_view field) const {
  std::string path(field);
  while (!path.empty()) {
    if (auto found = lines.find(path); found != lines.end()) return found->second;
    size_t cut = path.find_last_of(".[");
    path = cut == std::string::npos ? "" : path.substr(0, cut);
  }
  return 1;
}

FieldReader::FieldReader(const YamlNode& node, std::string path, FileContext* context)
    : node_(node), path_(std::move(path)), context_(context) {
  is_map_ = node.kind == YamlNode::Kind::kMap;
  line_ = std::max(node.line, 1);
  if (is_map_) return;
  const bool empty = node.kind == YamlNode::Kind::kNull;
  context_->Report(
      line_, path_.empty() ? "file" : path_,
      empty ? "is empty" : absl::StrCat("is ", std::string(KindName(node.kind)), ", not a map"),
      "write key: value lines; docs/catalog-format.md shows them");
}

std::string FieldReader::PathOf(std::string_view key) const {
  return path_.empty() ? std::string(key) : absl::StrCat(path_, ".", std::string(key));
}

const YamlNode* FieldReader::Take(const char* key, bool required) {
  asked_.insert(key);
  if (!is_map_) return nullptr;
  for (const YamlNode::Entry& entry : node_.entries) {
    if (entry.key != key) continue;
    context_->lines[PathOf(key)] = entry.line;
    if (entry.value.kind != YamlNode::Kind::kNull) return &entry.value;
    context_->Report(entry.line, PathOf(key), "is empty", "write a value, or remove the key");
    return nullptr;
  }
  if (required) {
    context_->Report(line_, PathOf(key), "is missing", absl::StrCat("add ", key, ": …"));
  }
  return nullptr;
}

std::string FieldReader::NodeText(const YamlNode& node, const std::string& path,
                                  const TextRule& rule) {
  context_->lines[path] = node.line;
  if (node.kind != YamlNode::Kind::kText) {
    context_->Report(node.line, path,
                     absl::StrCat("is ", std::string(KindName(node.kind)), ", not text"),
                     "write one value");
    return "";
  }
  std::vector<Problem> found;
  std::string text = ExpandVariables(node.text, *context_->variables, path, node.line, &found);
  if (!found.empty()) {
    // The value is unknown: what follows from that would only repeat the problem.
    for (Problem& problem : found) problem.line = node.line;
    context_->Adopt(std::move(found));
    return "";
  }
  if (!IsText(text)) {
    context_->Report(node.line, path, "has control characters", "write plain text");
    return "";
  }
  if (rule.holds != nullptr && !rule.holds(text)) {
    context_->Report(node.line, path, absl::StrCat(Quoted(text), " ", rule.what), rule.remedy);
    return "";
  }
  return text;
}

std::string FieldReader::Text(const char* key, const TextRule& rule) {
  const YamlNode* node = Take(key, /*required=*/true);
  return node == nullptr ? "" : NodeText(*node, PathOf(key), rule);
}

std::optional<std::string> FieldReader::OptionalText(const char* key, const TextRule& rule) {
  const YamlNode* node = Take(key, /*required=*/false);
  if (node == nullptr) return std::nullopt;
  return NodeText(*node, PathOf(key), rule);
}

bool FieldReader::OptionalBool(const char* key, bool otherwise) {
  const YamlNode* node = Take(key, /*required=*/false);
  if (node == nullptr) return otherwise;
  std::string text = NodeText(*node, PathOf(key), {});
  if (text == "true" || text == "false") return text == "true";
  if (!text.empty()) {
    context_->Report(node->line, PathOf(key), absl::StrCat(Quoted(text), " is not true or false"),
                     "write true or false");
  }
  return otherwise;
}

std::optional<int64_t> FieldReader::Integer(const char* key, int64_t lowest, int64_t highest) {
  const YamlNode* node = Take(key, /*required=*/true);
  if (node == nullptr) return std::nullopt;
  std::string text = NodeText(*node, PathOf(key), {});
  if (text.empty()) return std::nullopt;
  int64_t value = 0;
  if (absl::SimpleAtoi(text, &value) && value >= lowest && value <= highest) return value;
  context_->Report(node->line, PathOf(key), absl::StrCat(Quoted(text), " is not usable"),
                   lowest == highest
                       ? absl::StrCat("write ", lowest)
                       : absl::StrCat("write a whole number from ", lowest, " to ", highest));
  return std::nullopt;
}

void FieldReader::Items(
    const char* key, bool required,
    const std::function<void(const YamlNode& item, const std::string& path)>& read) {
  const YamlNode* node = Take(key, required);
  if (node == nullptr) return;
  if (node->kind != YamlNode::Kind::kList) {
    context_->Report(node->line, PathOf(key),
                     absl::StrCat("is ", std::string(KindName(node->kind)), ", not a list"),
                     "write [one, two], or lines that start with '- '");
    return;
  }
  if (required && node->items.empty()) {
    context_->Report(node->line, PathOf(key), "is empty", "write at least one item");
  }
  for (size_t i = 0; i < node->items.size(); ++i) {
    std::string path = absl::StrCat(PathOf(key), "[", i, "]");
    context_->lines[path] = node->items[i].line;
    read(node->items[i], path);
  }
}

void FieldReader::Entries(
    const char* key, bool required,
    const std::function<void(const YamlNode::Entry& entry, const std::string& path)>& read) {
  const YamlNode* node = Take(key, required);
  if (node == nullptr) return;
  if (node->kind != YamlNode::Kind::kMap) {
    context_->Report(node->line, PathOf(key),
                     absl::StrCat("is ", std::string(KindName(node->kind)), ", not a map"),
                     "write key: value lines, indented");
    return;
  }
  if (required && node->entries.empty()) {
    context_->Report(node->line, PathOf(key), "is empty", "write at least one entry");
  }
  for (const YamlNode::Entry& entry : node->entries) {
    std::string path = absl::StrCat(PathOf(key), ".", Shown(entry.key));
    context_->lines[path] = entry.line;
    read(entry, path);
  }
}

std::vector<std::string> FieldReader::TextList(const char* key, bool required,
                                               const TextRule& rule) {
  std::vector<std::string> texts;
  Items(key, required, [&](const YamlNode& item, const std::string& path) {
    texts.push_back(NodeText(item, path, rule));
  });
  return texts;
}

std::map<std::string, std::string> FieldReader::TextMap(const char* key, const TextRule& key_rule,
                                                        const TextRule& value_rule) {
  std::map<std::string, std::string> texts;
  Entries(key, /*required=*/false, [&](const YamlNode::Entry& entry, const std::string& path) {
    if (key_rule.holds != nullptr && !key_rule.holds(entry.key)) {
      context_->Report(entry.line, PathOf(key), absl::StrCat(Quoted(entry.key), " ", key_rule.what),
                       key_rule.remedy);
      return;
    }
    texts[entry.key] = NodeText(entry.value, path, value_rule);
  });
  return texts;
}

void FieldReader::Finish() {
  if (!is_map_) return;
  const std::vector<std::string> known(asked_.begin(), asked_.end());
  for (const YamlNode::Entry& entry : node_.entries) {
    if (asked_.count(entry.key) > 0) continue;
    std::string all;
    for (const std::string& name : known) absl::StrAppend(&all, all.empty() ? "" : ", ", name);
    context_->Report(entry.line, PathOf(Quoted(entry.key, 60)),
                     absl::StrCat("is not a known key", DidYouMean(entry.key, known)),
                     absl::StrCat("write one of ", all));
  }
}

}  // namespace lif
