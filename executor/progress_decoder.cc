#include "executor/progress_decoder.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/escaping.h"

namespace lif {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxObject = 8 << 20;
constexpr size_t kMaxPlain = 64 << 10;

std::string Text(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

absl::Time TimeOf(const Json& object, const char* key) {
  absl::Time time;
  std::string error;
  const std::string text = Text(object, key);
  return !text.empty() && absl::ParseTime(absl::RFC3339_full, text, &time, &error)
             ? time
             : absl::InfinitePast();
}

const Json& ListOf(const Json& object, const char* key) {
  static const Json kNone = Json::array();
  const auto found = object.find(key);
  return found != object.end() && found->is_array() ? *found : kNone;
}

int64_t Bytes(const Json& object, const char* key) {
  const auto found = object.find(key);
  const bool number = found != object.end() && found->is_number_integer();
  return number ? std::max<int64_t>(0, found->get<int64_t>()) : 0;
}

std::string Base64(const std::string& text) {
  std::string bytes;
  return absl::Base64Unescape(text, &bytes) ? bytes : std::string();
}

ProgressEvent EventOf(const Json& object) {
  ProgressEvent event;
  for (const Json& item : ListOf(object, "vertexes")) {
    if (!item.is_object()) continue;
    ProgressVertex vertex;
    vertex.digest = Text(item, "digest");
    vertex.name = Text(item, "name");
    vertex.started = TimeOf(item, "started");
    vertex.completed = TimeOf(item, "completed");
    const auto cached = item.find("cached");
    vertex.cached = cached != item.end() && cached->is_boolean() && cached->get<bool>();
    vertex.error = Text(item, "error");
    event.vertexes.push_back(std::move(vertex));
  }
  for (const Json& item : ListOf(object, "statuses")) {
    if (item.is_object()) {
      event.statuses.push_back({Text(item, "id"), Bytes(item, "current"), Bytes(item, "total")});
    }
  }
  for (const Json& item : ListOf(object, "logs")) {
    if (!item.is_object()) continue;
    event.logs.push_back(
        {Text(item, "vertex"), TimeOf(item, "timestamp"), Base64(Text(item, "data"))});
  }
  for (const Json& item : ListOf(object, "warnings")) {
    if (item.is_object()) event.warnings.push_back(Base64(Text(item, "short")));
  }
  return event;
}

}  // namespace

void ProgressDecoder::Feed(std::string_view bytes) {
  for (const char c : bytes) {
    if (depth_ > 0) {
      FeedObject(c);
    } else if (line_start_ && c == '{') {
      depth_ = 1;
      in_string_ = escaped_ = oversized_ = false;
      object_.assign(1, c);
    } else {
      FeedPlain(c);
    }
  }
}

void ProgressDecoder::FeedPlain(char c) {
  if (c == '\n') {
    if (!line_start_) AddPlain("\n");
    line_start_ = true;
    return;
  }
  line_start_ = false;
  AddPlain(std::string_view(&c, 1));
}

void ProgressDecoder::FeedObject(char c) {
  if (object_.size() < kMaxObject) {
    object_.push_back(c);
  } else {
    oversized_ = true;
  }
  if (in_string_) {
    if (escaped_) {
      escaped_ = false;
    } else if (c == '\\') {
      escaped_ = true;
    } else if (c == '"') {
      in_string_ = false;
    }
    return;
  }
  if (c == '"') {
    in_string_ = true;
  } else if (c == '{' || c == '[') {
    ++depth_;
  } else if (c == '}' || c == ']') {
    if (--depth_ == 0) EndObject();
  }
}

void ProgressDecoder::EndObject() {
  line_start_ = true;
  if (oversized_) {
    ++dropped_objects_;
  } else {
    const Json object = Json::parse(object_, nullptr, /*allow_exceptions=*/false);
    if (object.is_object()) {
      sink_(EventOf(object));
    } else {
      AddPlain(object_);
      AddPlain("\n");
    }
  }
  object_.clear();
}

void ProgressDecoder::Finish() {
  if (depth_ > 0 && !oversized_) AddPlain(object_);
  depth_ = 0;
  object_.clear();
}

void ProgressDecoder::AddPlain(std::string_view text) {
  plain_.append(text.substr(text.size() > kMaxPlain ? text.size() - kMaxPlain : 0));
  if (plain_.size() > 2 * kMaxPlain) plain_.erase(0, plain_.size() - kMaxPlain);
}

}  // namespace lif
