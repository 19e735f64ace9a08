// Structured logs: one event a line, with fields, as text (key=value) or as JSON lines.
//
//   logger.Info("job claimed", {{"build_id", id}, {"attempt", 2}});
//   2026-01-02T03:04:05.678Z INFO  job claimed build_id=01J… attempt=2
//
// An event is a short constant phrase in lower case; what varies goes into fields, whose names
// carry the unit ("duration_s", "size_bytes"). Never log payloads, tokens or secrets: as a second
// fence, passwords in URLs and connection strings are masked in every text (redact.h).
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace lif {

enum class LogLevel { kDebug, kInfo, kWarn, kError, kOff };
enum class LogFormat { kText, kJson };

std::string_view LogLevelName(LogLevel level);                   // "debug", "info", …
std::optional<LogLevel> ParseLogLevel(std::string_view name);    // the same names
std::optional<LogFormat> ParseLogFormat(std::string_view name);  // "text", "json"

// One key and its value. Values are owned, so temporaries are fine.
struct LogField {
  LogField(std::string_view field_key, std::string_view text) : key(field_key), value(text) {}
  LogField(std::string_view field_key, const char* text) : key(field_key), value(text) {}
  LogField(std::string_view field_key, const std::string& text) : key(field_key), value(text) {}
  // The status with its code's name and its message.
  LogField(std::string_view field_key, const absl::Status& status);
  // Seconds with three decimals: name the key "…_s".
  LogField(std::string_view field_key, absl::Duration duration);
  template <typename Number, std::enable_if_t<std::is_arithmetic_v<Number>, int> = 0>
  LogField(std::string_view field_key, Number number) : key(field_key), bare(true) {
    if constexpr (std::is_same_v<Number, bool>) {
      value = number ? "true" : "false";
    } else {
      value = NumberText(number);
    }
  }

  std::string key;
  std::string value;
  bool bare = false;  // a number or a boolean: unquoted in JSON

 private:
  template <typename Number>
  static std::string NumberText(Number number) {
    if constexpr (std::is_floating_point_v<Number>) {
      return FloatText(static_cast<double>(number));
    } else {
      return std::to_string(number);
    }
  }
  static std::string FloatText(double number);
};

struct LogEvent {
  absl::Time time;
  LogLevel level = LogLevel::kInfo;
  std::string_view event;
  const std::vector<LogField>* bound = nullptr;  // of the logger; may be null
  const LogField* fields = nullptr;
  size_t field_count = 0;
};

// One line without its newline; control characters are escaped. Pure.
std::string FormatLogEvent(LogFormat format, const LogEvent& event);

struct LogOptions {
  LogLevel level = LogLevel::kInfo;
  LogFormat format = LogFormat::kText;
  std::function<void(std::string_view line)> sink;  // thread-safe; standard error when empty
};

// Thread-safe, and cheap to copy: copies share the sink. Writing never fails and never throws.
class Logger {
 public:
  explicit Logger(LogOptions options);

  // A logger that adds `fields` to each of its events ("build_id", …).
  Logger With(std::initializer_list<LogField> fields) const;

  void Debug(std::string_view event, std::initializer_list<LogField> fields = {}) const {
    Write(LogLevel::kDebug, event, fields);
  }
  void Info(std::string_view event, std::initializer_list<LogField> fields = {}) const {
    Write(LogLevel::kInfo, event, fields);
  }
  void Warn(std::string_view event, std::initializer_list<LogField> fields = {}) const {
    Write(LogLevel::kWarn, event, fields);
  }
  void Error(std::string_view event, std::initializer_list<LogField> fields = {}) const {
    Write(LogLevel::kError, event, fields);
  }

  bool Enabled(LogLevel level) const;
  void Write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) const;

 private:
  struct Sink;
  std::shared_ptr<const Sink> sink_;
  std::vector<LogField> bound_;
};

// Says nothing: for tests and for callers that have no log.
Logger NullLogger();

}  // namespace lif
