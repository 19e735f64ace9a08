#include "common/catalog/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <memory>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/catalog/values.h"

namespace lif {
namespace {

// Ends the parse early from inside yaml-cpp's callbacks; caught in ParseYaml.
struct TooMuch {};

// Builds the tree from yaml-cpp's events: unlike its nodes, they show duplicates, anchors and
// lines.
class TreeBuilder : public YAML::EventHandler {
 public:
  // `lines` of the text: yaml-cpp is given more, so that its marks may lie behind the end.
  TreeBuilder(YamlNode* root, int lines, std::vector<Problem>* problems)
      : problems_(problems), lines_(lines) {
    stack_.push_back({root, false, "", 0});
  }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    RefuseAnchor(mark, anchor);
    Add(mark, YamlNode::Kind::kNull, "");
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    Report(mark, "has an alias (*name)", "write the value itself");
    Add(mark, YamlNode::Kind::kNull, "");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    RefuseAnchor(mark, anchor);
    RefuseTag(mark, tag);
    bool null = tag == "?" && (value == "~" || value == "null" || value.empty());
    Add(mark, null ? YamlNode::Kind::kNull : YamlNode::Kind::kText, value);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, YamlNode::Kind::kList);
  }
  void OnSequenceEnd() override { stack_.pop_back(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, YamlNode::Kind::kMap);
  }
  void OnMapEnd() override { stack_.pop_back(); }

 private:
  // An open list or map. A map alternates between key and value. A node that stands where a key
  // should is built in `ignored_`.
  struct Open_ {
    YamlNode* node;
    bool has_key = false;
    std::string key;
    int key_line = 0;
  };

  int Line(const YAML::Mark& mark) const { return std::min(mark.line + 1, lines_); }

  void Report(const YAML::Mark& mark, std::string what, std::string remedy) {
    if (problems_->size() >= 100) throw TooMuch();
    Problem problem{"", Line(mark), "yaml", std::move(what), std::move(remedy)};
    if (problems_->empty() || problems_->back() != problem) problems_->push_back(problem);
  }

  void RefuseAnchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0) Report(mark, "has an anchor (&name)", "write the value where it is needed");
  }

  void RefuseTag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    Report(mark, absl::StrCat("has the tag ", Quoted(tag, 40)), "remove it");
  }

  void Open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            YamlNode::Kind kind) {
    RefuseAnchor(mark, anchor);
    RefuseTag(mark, tag);
    if (stack_.size() > static_cast<size_t>(kMaxYamlDepth)) {
      Report(mark, absl::StrCat("is nested deeper than ", kMaxYamlDepth, " levels"),
             "write it flatter; docs/catalog-format.md shows every file");
      throw TooMuch();
    }
    stack_.push_back({Add(mark, kind, ""), false, "", 0});
  }

  YamlNode* Add(const YAML::Mark& mark, YamlNode::Kind kind, const std::string& text) {
    if (++nodes_ > kMaxYamlNodes) {
      Report(mark, absl::StrCat("has more than ", kMaxYamlNodes, " values"), "split the file");
      throw TooMuch();
    }
    Open_& top = stack_.back();
    if (stack_.size() == 1) return Fill(top.node, mark, kind, text);
    if (top.node->kind == YamlNode::Kind::kList) {
      top.node->items.emplace_back();
      return Fill(&top.node->items.back(), mark, kind, text);
    }
    if (!top.has_key) return TakeKey(mark, kind, text, &top);
    top.has_key = false;
    top.node->entries.push_back({top.key, top.key_line, {}});
    return Fill(&top.node->entries.back().value, mark, kind, text);
  }

  YamlNode* TakeKey(const YAML::Mark& mark, YamlNode::Kind kind, const std::string& text,
                    Open_* map) {
    map->has_key = true;
    map->key = text;
    map->key_line = Line(mark);
    if (kind != YamlNode::Kind::kText) {
      Report(mark, "has a key that is not text", "write key: value");
    } else if (text == "<<") {
      Report(mark, "has a merge key (<<)", "write the keys themselves");
    } else if (map->node->Find(text) != nullptr) {
      Report(mark, absl::StrCat("has the key ", Quoted(text), " twice in one map"),
             "write it once");
    }
    ignored_.push_back(std::make_unique<YamlNode>());
    return Fill(ignored_.back().get(), mark, kind, text);
  }

  YamlNode* Fill(YamlNode* node, const YAML::Mark& mark, YamlNode::Kind kind,
                 const std::string& text) const {
    node->kind = kind;
    node->line = Line(mark);
    node->text = text;
    return node;
  }

  std::vector<Problem>* problems_;
  const int lines_;
  std::vector<Open_> stack_;
  std::vector<std::unique_ptr<YamlNode>> ignored_;
  size_t nodes_ = 0;
};

bool CheckText(std::string_view text, std::vector<Problem>* problems) {
  auto refuse = [&](int line, std::string what, std::string remedy) {
    problems->push_back({"", line, "yaml", std::move(what), std::move(remedy)});
    return false;
  };
  if (text.size() > kMaxYamlBytes) {
    return refuse(0, absl::StrCat("is ", text.size(), " bytes; the limit is ", kMaxYamlBytes),
                  "split it");
  }
  int line = 1;
  size_t start = 0;
  while (start < text.size()) {
    size_t end = std::min(text.find('\n', start), text.size());
    std::string_view content = text.substr(start, end - start);
    if (!content.empty() && content.back() == '\r') {
      return refuse(line, "ends in a carriage return", "save the file with line feeds only");
    }
    if (absl::StartsWith(std::string(content.substr(0, 3)), "\xef\xbb\xbf")) {
      return refuse(line, "starts with a byte order mark", "save the file as UTF-8 without one");
    }
    if (!IsText(content)) {
      return refuse(line, "has bytes that are not UTF-8, or control characters",
                    "save the file as plain UTF-8");
    }
    if (!content.empty() && content[0] == '%') {
      return refuse(line, "has a YAML directive", "remove the line");
    }
    start = end + 1;
    ++line;
  }
  return true;
}

// As people count: a line feed at the end begins no other line.
int LinesOf(std::string_view text) {
  const auto feeds = static_cast<int>(std::count(text.begin(), text.end(), '\n'));
  return std::max(feeds + (text.empty() || text.back() == '\n' ? 0 : 1), 1);
}

// What yaml-cpp calls a fault, as a person would who wrote the file.
struct YamlFault {
  const char* text;
  const char* what;
  const char* remedy;
};

constexpr char kIndented[] = "is not indented as the lines that it should belong to";
constexpr char kIndent[] =
    "give all keys of a map, and all '- ' of a list, the same indentation, and each key a colon";

const YamlFault kYamlFaults[] = {
    // yaml-cpp 0.8 looks an alias up before it tells us of it.
    {YAML::ErrorMsg::UNKNOWN_ANCHOR, "has an alias (*name)", "write the value itself"},
    {YAML::ErrorMsg::DOC_IN_SCALAR, "ends inside of quotes",
     "close the quotes that were opened last"},
    {YAML::ErrorMsg::EOF_IN_SCALAR, "ends inside of quotes",
     "close the quotes that were opened last"},
    {YAML::ErrorMsg::END_OF_MAP, kIndented, kIndent},
    {YAML::ErrorMsg::END_OF_SEQ, kIndented, kIndent},
    {YAML::ErrorMsg::END_OF_MAP_FLOW, "has a '{' that is not closed",
     "close it with '}', and put commas between its entries"},
    {YAML::ErrorMsg::END_OF_SEQ_FLOW, "has a '[' that is not closed",
     "close it with ']', and put commas between its items"},
    {YAML::ErrorMsg::FLOW_END, "has a ']' or '}' that nothing opened", "remove it, or quote it"},
    {YAML::ErrorMsg::MAP_VALUE, "has a ':' where no key ends",
     "put quotes around a value that has ': ', and each key on a line of its own"},
    {YAML::ErrorMsg::MAP_KEY, "has a '?' where no key begins", "put quotes around the value"},
    {YAML::ErrorMsg::BLOCK_ENTRY, "has a '- ' where no list is",
     "put the list on lines below its key, or quotes around the value"},
    {YAML::ErrorMsg::TAB_IN_INDENTATION, "is indented with a tab", "indent with spaces"},
    {YAML::ErrorMsg::UNKNOWN_ANCHOR, "has an alias (*name)", "write the value itself"},
    {YAML::ErrorMsg::ALIAS_NOT_FOUND, "has a '*' that starts a value", "put quotes around it"},
    {YAML::ErrorMsg::ANCHOR_NOT_FOUND, "has a '&' that starts a value", "put quotes around it"},
    {YAML::ErrorMsg::UNKNOWN_TOKEN, "has a character that can't start a value",
     "put quotes around the value"},
    {YAML::ErrorMsg::INVALID_ESCAPE, "has a backslash in quotes that means nothing",
     "write it twice, or use single quotes"},
    {YAML::ErrorMsg::INVALID_HEX, "has a backslash in quotes that means nothing",
     "write it twice, or use single quotes"},
    {YAML::ErrorMsg::INVALID_UNICODE, "has a backslash in quotes that means no character",
     "write the character itself"},
};

Problem FromException(const YAML::Exception& error, std::string_view text) {
  const int line = error.mark.is_null() ? 0 : std::min(error.mark.line + 1, LinesOf(text));
  for (const YamlFault& fault : kYamlFaults) {
    if (absl::StartsWith(error.msg, fault.text))
      return {"", line, "yaml", fault.what, fault.remedy};
  }
  return {"", line, "yaml", "can't be read as YAML",
          "check indentation, quotes and brackets around this line"};
}

}  // namespace

const YamlNode* YamlNode::Find(std::string_view key) const {
  for (const Entry& entry : entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

std::string_view KindName(YamlNode::Kind kind) {
  switch (kind) {
    case YamlNode::Kind::kText:
      return "text";
    case YamlNode::Kind::kList:
      return "a list";
    case YamlNode::Kind::kMap:
      return "a map";
    case YamlNode::Kind::kNull:
      break;
  }
  return "nothing";
}

bool ParseYaml(std::string_view text, YamlNode* root, std::vector<Problem>* problems) {
  const size_t before = problems->size();
  if (!CheckText(text, problems)) return false;
  try {
    // yaml-cpp takes the end of input for the end of a quoted scalar, but not the end of a
    // document.
    std::istringstream stream{std::string(text) + "\n...\n"};
    YAML::Parser parser(stream);
    TreeBuilder builder(root, LinesOf(text), problems);
    if (!parser.HandleNextDocument(builder)) return true;  // empty: kNull
    YamlNode second;
    TreeBuilder rest(&second, LinesOf(text), problems);
    if (parser.HandleNextDocument(rest)) {
      problems->push_back({"", second.line, "yaml", "has a second document",
                           "write one document a file, without '---' between"});
    }
  } catch (const YAML::Exception& error) {
    problems->push_back(FromException(error, text));
    return false;
  } catch (const TooMuch&) {
    return false;
  } catch (const std::exception&) {
    problems->push_back({"", 0, "yaml", "can't be read", "check indentation, quotes and brackets"});
    return false;
  }
  return problems->size() == before;
}

}  // namespace lif
