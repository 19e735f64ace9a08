#include "cli/json_output.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <cctype>

#include "absl/time/time.h"
#include "cli/json_internal.h"
#include "common/base/utf8.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace lif {
namespace {

using Json = nlohmann::ordered_json;
using google::protobuf::Descriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// "OUTCOME_COMPATIBLE" of enum Outcome is "compatible".
Json EnumJson(const EnumValueDescriptor& value) {
  if (value.number() == 0) return nullptr;
  std::string prefix;
  for (const char c : value.type()->name()) {
    if (std::isupper(static_cast<unsigned char>(c)) && !prefix.empty()) prefix.push_back('_');
    prefix.push_back(static_cast<char>(std::toupper(static_cast<unsigned char>(c))));
  }
  prefix.push_back('_');
  std::string name = value.name();
  if (name.compare(0, prefix.size(), prefix) == 0) name.erase(0, prefix.size());
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return name;
}

// One value of a field: of a list if `index` is not negative.
Json ValueJson(const Message& message, const FieldDescriptor* field, int index) {
  const Reflection* reflection = message.GetReflection();
  const bool one = index < 0;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return one ? reflection->GetInt32(message, field)
                 : reflection->GetRepeatedInt32(message, field, index);
    case FieldDescriptor::CPPTYPE_INT64:
      return one ? reflection->GetInt64(message, field)
                 : reflection->GetRepeatedInt64(message, field, index);
    case FieldDescriptor::CPPTYPE_UINT32:
      return one ? reflection->GetUInt32(message, field)
                 : reflection->GetRepeatedUInt32(message, field, index);
    case FieldDescriptor::CPPTYPE_UINT64:
      return one ? reflection->GetUInt64(message, field)
                 : reflection->GetRepeatedUInt64(message, field, index);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return one ? reflection->GetDouble(message, field)
                 : reflection->GetRepeatedDouble(message, field, index);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return one ? reflection->GetFloat(message, field)
                 : reflection->GetRepeatedFloat(message, field, index);
    case FieldDescriptor::CPPTYPE_BOOL:
      return one ? reflection->GetBool(message, field)
                 : reflection->GetRepeatedBool(message, field, index);
    case FieldDescriptor::CPPTYPE_ENUM:
      return EnumJson(one ? *reflection->GetEnum(message, field)
                          : *reflection->GetRepeatedEnum(message, field, index));
    case FieldDescriptor::CPPTYPE_STRING:
      return ToValidUtf8(one ? reflection->GetString(message, field)
                             : reflection->GetRepeatedString(message, field, index));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return MessageToJson(one ? reflection->GetMessage(message, field)
                               : reflection->GetRepeatedMessage(message, field, index));
  }
  return nullptr;
}

// Entries in the order of their keys: protobuf's own order is not stable.
Json MapJson(const Message& message, const FieldDescriptor* field) {
  const Reflection* reflection = message.GetReflection();
  nlohmann::json sorted = nlohmann::json::object();
  for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
    const Message& entry = reflection->GetRepeatedMessage(message, field, i);
    const Json key = ValueJson(entry, field->message_type()->map_key(), -1);
    sorted[key.is_string() ? key.get<std::string>() : key.dump()] =
        ValueJson(entry, field->message_type()->map_value(), -1);
  }
  return sorted;
}

Json FieldJson(const Message& message, const FieldDescriptor* field) {
  const Reflection* reflection = message.GetReflection();
  if (field->is_map()) return MapJson(message, field);
  if (field->is_repeated()) {
    Json list = Json::array();
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
      list.push_back(ValueJson(message, field, i));
    }
    return list;
  }
  if (field->has_presence() && !reflection->HasField(message, field)) return nullptr;
  return ValueJson(message, field, -1);
}

}  // namespace

Json MessageToJson(const Message& message) {
  const Descriptor* type = message.GetDescriptor();
  const std::string& name = type->full_name();
  if (name == "google.protobuf.Timestamp") {
    const auto& stamp = static_cast<const google::protobuf::Timestamp&>(message);
    const absl::Time time =
        absl::FromUnixSeconds(stamp.seconds()) + absl::Nanoseconds(stamp.nanos());
    return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone());
  }
  if (name == "google.protobuf.Duration") {
    const auto& duration = static_cast<const google::protobuf::Duration&>(message);
    return static_cast<double>(duration.seconds()) + duration.nanos() / 1e9;
  }
  const bool wrapper = type->file()->name() == "google/protobuf/wrappers.proto";
  if (wrapper) return ValueJson(message, type->field(0), -1);
  Json object = Json::object();
  for (int i = 0; i < type->field_count(); ++i) {
    object[type->field(i)->name()] = FieldJson(message, type->field(i));
  }
  return object;
}

std::string MessageJson(const Message& message) {
  return MessageToJson(message).dump(2) + "\n";
}

std::string MessageJsonLine(const Message& message) {
  return MessageToJson(message).dump() + "\n";
}

}  // namespace lif
