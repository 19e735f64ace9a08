// Messages as JSON values, for commands that put several together.
#pragma once

#include <nlohmann/json.hpp>

namespace google::protobuf {
class Message;
}

namespace lif {

nlohmann::ordered_json MessageToJson(const google::protobuf::Message& message);

}  // namespace lif
