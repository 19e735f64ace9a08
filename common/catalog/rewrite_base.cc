// Edits the text of a base file line by line, so that comments and order stay.
#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/catalog/catalog_loader.h"
#include "common/catalog/file_parsers.h"
#include "common/catalog/update_base.h"

namespace lif {
namespace {

using Platforms = std::map<Platform, BasePlatform>;

// The last line that a node stands on, as far as its values tell.
int LastLine(const YamlNode& node) {
  int last = node.line;
  for (const YamlNode::Entry& entry : node.entries) {
    last = std::max({last, entry.line, LastLine(entry.value)});
  }
  return last;
}

std::string Block(const Platform& platform, const BasePlatform& pinned) {
  return absl::StrCat("  ", platform.ToString(), ":\n    image: ", pinned.image,
                      "\n    digest: ", pinned.digest);
}

// Keys each on a line of their own, below the platform's.
bool IsBlockStyle(const YamlNode::Entry& entry) {
  int above = entry.line;
  for (const YamlNode::Entry& field : entry.value.entries) {
    if (field.line <= above || LastLine(field.value) != field.line) return false;
    above = field.line;
  }
  return entry.value.kind == YamlNode::Kind::kMap && !entry.value.entries.empty();
}

class Editor {
 public:
  explicit Editor(const std::string& text) : lines_(absl::StrSplit(text, '\n')) {}

  void Edit(const YamlNode& platforms, int key_line, const Platforms& wanted) {
    int above = key_line;
    bool lines_of_their_own = true;
    for (const YamlNode::Entry& entry : platforms.entries) {
      lines_of_their_own = lines_of_their_own && entry.line > above;
      above = LastLine(entry.value);
    }
    if (!lines_of_their_own) return ReplaceAll(platforms, key_line, wanted);
    for (const YamlNode::Entry& entry : platforms.entries) {
      absl::StatusOr<Platform> platform = ParsePlatform(entry.key);
      auto pinned = platform.ok() ? wanted.find(*platform) : wanted.end();
      if (pinned == wanted.end()) {
        Drop(entry.line, LastLine(entry.value));
      } else if (IsBlockStyle(entry)) {
        EditBlock(entry, pinned->second);
      } else {
        Drop(entry.line, LastLine(entry.value));
        Line(entry.line) = Block(pinned->first, pinned->second);
      }
    }
    AddMissing(platforms, wanted);
  }

  std::string Text() const {
    std::vector<std::string> kept;
    for (size_t i = 0; i < lines_.size(); ++i) {
      bool dropped = std::find(dropped_.begin(), dropped_.end(), i) != dropped_.end();
      if (!dropped || !lines_[i].empty()) kept.push_back(lines_[i]);
    }
    return absl::StrJoin(kept, "\n");
  }

 private:
  std::string& Line(int number) { return lines_[static_cast<size_t>(number - 1)]; }

  void Drop(int first, int last) {
    for (int number = first; number <= last; ++number) {
      Line(number).clear();
      dropped_.push_back(static_cast<size_t>(number - 1));
    }
  }

  // "    image: x  # why" → "    image: y  # why"
  void SetValue(int number, const std::string& key, const std::string& value) {
    std::string& line = Line(number);
    size_t comment = line.find(" #");
    std::string indent = line.substr(0, line.find_first_not_of(' '));
    std::string tail = comment == std::string::npos ? "" : " " + line.substr(comment);
    line = absl::StrCat(indent, key, ": ", value, tail);
  }

  void EditBlock(const YamlNode::Entry& entry, const BasePlatform& pinned) {
    int image = 0;
    int digest = 0;
    for (const YamlNode::Entry& field : entry.value.entries) {
      if (field.key == "image") image = field.line;
      if (field.key == "digest") digest = field.line;
    }
    if (image == 0) return;  // malformed; the check at the end says so
    SetValue(image, "image", pinned.image);
    if (digest > 0) {
      SetValue(digest, "digest", pinned.digest);
    } else {
      std::string& line = Line(image);
      line += absl::StrCat("\n", line.substr(0, line.find_first_not_of(' ')),
                           "digest: ", pinned.digest);
    }
  }

  void AddMissing(const YamlNode& platforms, const Platforms& wanted) {
    if (platforms.entries.empty()) return;
    int last = LastLine(platforms);
    for (const auto& [platform, pinned] : wanted) {
      if (platforms.Find(platform.ToString()) != nullptr) continue;
      std::string& line = Line(last);
      line += absl::StrCat(line.empty() ? "" : "\n", Block(platform, pinned));
    }
  }

  void ReplaceAll(const YamlNode& platforms, int key_line, const Platforms& wanted) {
    Drop(key_line, LastLine(platforms));
    std::string& line = Line(key_line);
    line = "platforms:";
    for (const auto& [platform, pinned] : wanted)
      absl::StrAppend(&line, "\n", Block(platform, pinned));
  }

  std::vector<std::string> lines_;
  std::vector<size_t> dropped_;
};

// What a reader of the catalog will find in `text`; variables are not needed, for what is written
// has none.
absl::StatusOr<Platforms> ReadBack(const std::string& text) {
  YamlNode root;
  std::vector<Problem> problems;
  const CatalogVariables none;
  FileContext context;
  context.variables = &none;
  context.problems = &problems;
  ParsedBase parsed;
  if (ParseYaml(text, &root, &problems)) parsed = ParseBase(root, /*pinned=*/true, &context);
  if (problems.empty()) return parsed.base.platforms;
  return absl::InvalidArgumentError(FormatProblems(problems, 3));
}

}  // namespace

absl::StatusOr<std::string> RewriteBase(const std::string& text, const Platforms& platforms) {
  YamlNode root;
  std::vector<Problem> problems;
  if (!ParseYaml(text, &root, &problems) || root.kind != YamlNode::Kind::kMap) {
    return absl::InvalidArgumentError(
        absl::StrCat("the base file can't be read: ", FormatProblems(problems, 3)));
  }
  Editor editor(text);
  for (const YamlNode::Entry& entry : root.entries) {
    if (entry.key == "platforms") editor.Edit(entry.value, entry.line, platforms);
  }
  std::string rewritten = editor.Text();
  absl::StatusOr<Platforms> found = ReadBack(rewritten);
  if (found.ok() && *found == platforms) return rewritten;
  return absl::InvalidArgumentError(absl::StrCat(
      "the platforms of the base file can't be edited; write each as in docs/catalog-format.md, "
      "with image and digest on lines of their own",
      found.ok() ? "" : "\n", std::string(found.status().message())));
}

}  // namespace lif
