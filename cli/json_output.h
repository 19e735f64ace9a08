// Messages as JSON for scripts. Every field is there, in the order of the proto file:
//   enums       their short names in lower case ("compatible"), null when unspecified
//   timestamps  RFC 3339 in UTC, null when absent;  durations  seconds as a number, null when
//   absent int64       numbers;  bytes  text, with U+FFFD for what is not UTF-8 messages objects,
//   null when absent;  wrapped values  the value, or null
#pragma once

#include <string>

namespace google::protobuf {
class Message;
}

namespace lif {

// Indented by two, with a newline at the end.
std::string MessageJson(const google::protobuf::Message& message);

// The same on one line, for streams of messages.
std::string MessageJsonLine(const google::protobuf::Message& message);

}  // namespace lif
