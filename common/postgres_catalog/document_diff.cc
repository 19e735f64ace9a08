#include "common/postgres_catalog/document_diff.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/utf8.h"

namespace lif {
namespace {

constexpr size_t kValueLimit = 60;

std::string Shown(const nlohmann::json& value) {
  return TruncateUtf8(value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace),
                      kValueLimit);
}

std::string FirstDifferentLine(const std::string& published, const std::string& here) {
  std::vector<std::string> old_lines = absl::StrSplit(published, '\n');
  std::vector<std::string> new_lines = absl::StrSplit(here, '\n');
  size_t line = 0;
  while (line < old_lines.size() && line < new_lines.size() && old_lines[line] == new_lines[line]) {
    ++line;
  }
  auto shown = [line](const std::vector<std::string>& lines) {
    return line < lines.size() ? Shown(lines[line]) : std::string("nothing");
  };
  return absl::StrCat("line ", line + 1, ": ", shown(old_lines), " is published, ",
                      shown(new_lines), " is here");
}

class Differ {
 public:
  void Compare(const std::string& path, const nlohmann::json& published,
               const nlohmann::json& here) {
    if (published == here) return;
    if (published.is_object() && here.is_object()) return CompareObjects(path, published, here);
    if (published.is_array() && here.is_array() && published.size() == here.size()) {
      for (size_t i = 0; i < here.size(); ++i) {
        Compare(absl::StrCat(path, "[", i, "]"), published[i], here[i]);
      }
      return;
    }
    if (published.is_string() && here.is_string()) {
      const auto& old_text = published.get_ref<const std::string&>();
      const auto& new_text = here.get_ref<const std::string&>();
      if (old_text.find('\n') != std::string::npos || new_text.find('\n') != std::string::npos) {
        return Add(path, FirstDifferentLine(old_text, new_text));
      }
    }
    Add(path, absl::StrCat(Shown(published), " is published, ", Shown(here), " is here"));
  }

  std::vector<std::string> Take(size_t limit) {
    if (lines_.size() > limit && limit > 0) {
      size_t more = lines_.size() - (limit - 1);
      lines_.resize(limit - 1);
      lines_.push_back(absl::StrCat("and ", more, " more differences"));
    }
    return std::move(lines_);
  }

 private:
  void CompareObjects(const std::string& path, const nlohmann::json& published,
                      const nlohmann::json& here) {
    auto below = [&path](const std::string& key) { return path.empty() ? key : path + "." + key; };
    for (const auto& [key, value] : published.items()) {
      if (here.contains(key)) {
        Compare(below(key), value, here[key]);
      } else {
        Add(below(key), absl::StrCat(Shown(value), " is published, nothing is here"));
      }
    }
    for (const auto& [key, value] : here.items()) {
      if (!published.contains(key)) {
        Add(below(key), absl::StrCat("nothing is published, ", Shown(value), " is here"));
      }
    }
  }

  void Add(const std::string& path, const std::string& text) {
    lines_.push_back(absl::StrCat(path.empty() ? "document" : path, ": ", text));
  }

  std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> DescribeDifference(std::string_view published, std::string_view here,
                                            size_t limit) {
  nlohmann::json old_document = nlohmann::json::parse(published, nullptr, false);
  nlohmann::json new_document = nlohmann::json::parse(here, nullptr, false);
  if (old_document.is_discarded() || new_document.is_discarded()) {
    if (published == here) return {};
    return {"document: other bytes are published than are here"};
  }
  Differ differ;
  differ.Compare("", old_document, new_document);
  return differ.Take(limit);
}

}  // namespace lif
