// Reads the fields of a YAML map by name and type, and reports everything that is wrong: missing,
// unknown, of the wrong type. Internal to common/catalog.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/platform.h"
#include "common/base/problem.h"
#include "common/catalog/variables.h"
#include "common/catalog/yaml_tree.h"

namespace lif {

// Where a file is read from, and what was found in it.
struct FileContext {
  std::string file;  // relative to the catalog
  const CatalogVariables* variables = nullptr;
  std::vector<Problem>* problems = nullptr;
  // Line of every field that was read, by path ("tests[1].run"), for problems found later.
  std::map<std::string, int> lines;

  void Report(int line, std::string field, std::string what, std::string remedy);
  // Appends problems that were found without knowing the file.
  void Adopt(std::vector<Problem> found);
  // Line of `field`, or of the nearest field around it, or 1.
  int LineOf(std::string_view field) const;
};

// A rule for one text: empty when it holds, else what is wrong and what to write instead.
struct TextRule {
  bool (*holds)(std::string_view) = nullptr;
  const char* what = "";    // "is not a name"
  const char* remedy = "";  // "write …"
};

class FieldReader {
 public:
  // `path` is "" for a whole file. A node that is not a map is reported here and reads as empty.
  FieldReader(const YamlNode& node, std::string path, FileContext* context);

  // Required: a missing one is reported; "" is answered then.
  std::string Text(const char* key, const TextRule& rule = {});
  std::optional<std::string> OptionalText(const char* key, const TextRule& rule = {});
  bool OptionalBool(const char* key, bool otherwise);
  std::optional<int64_t> Integer(const char* key, int64_t lowest, int64_t highest);

  // Lists and maps of text; `optional` ones read as empty when absent.
  std::vector<std::string> TextList(const char* key, bool required, const TextRule& rule = {});
  std::map<std::string, std::string> TextMap(const char* key, const TextRule& key_rule,
                                             const TextRule& value_rule);

  // Calls `read` for every item or entry. Reports when the field is of another kind, and, when
  // required, when it is missing or empty.
  void Items(const char* key, bool required,
             const std::function<void(const YamlNode& item, const std::string& path)>& read);
  void Entries(
      const char* key, bool required,
      const std::function<void(const YamlNode::Entry& entry, const std::string& path)>& read);

  // The text of a node that is no field of a map: items, values.
  std::string NodeText(const YamlNode& node, const std::string& path, const TextRule& rule);

  // After all fields: reports keys that nobody asked for.
  void Finish();

  bool is_map() const { return is_map_; }
  int line() const { return line_; }
  std::string PathOf(std::string_view key) const;
  FileContext& context() { return *context_; }

 private:
  const YamlNode* Take(const char* key, bool required);

  const YamlNode& node_;
  std::string path_;
  FileContext* context_;
  std::set<std::string> asked_;
  bool is_map_ = false;
  int line_ = 0;
};

}  // namespace lif
