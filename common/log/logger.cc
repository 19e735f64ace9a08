#include "common/log/logger.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <utility>

#include "absl/strings/str_format.h"
#include "common/base/utf8.h"
#include "common/log/redact.h"

namespace lif {
namespace {

void AppendEscaped(std::string_view text, bool ascii_only, std::string* out) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    switch (c) {
      case '"':
        out->append("\\\"");
        break;
      case '\\':
        out->append("\\\\");
        break;
      case '\n':
        out->append("\\n");
        break;
      case '\r':
        out->append("\\r");
        break;
      case '\t':
        out->append("\\t");
        break;
      default:
        if (byte < 0x20 || byte == 0x7f || (ascii_only && byte >= 0x80)) {
          out->append(absl::StrFormat("\\u%04x", byte));
        } else {
          out->push_back(c);
        }
    }
  }
}

void AppendQuoted(std::string_view text, std::string* out) {
  out->push_back('"');
  AppendEscaped(text, !IsValidUtf8(text), out);
  out->push_back('"');
}

bool NeedsQuotes(std::string_view text) {
  if (text.empty()) return true;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte >= 0x7f || c == '"' || c == '\\' || c == '=') return true;
  }
  return false;
}

std::string UpperLevel(LogLevel level) {
  std::string name(LogLevelName(level));
  for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  name.resize(5, ' ');
  return name;
}

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone());
}

void AppendField(LogFormat format, const LogField& field, std::string* out) {
  const std::string value = RedactSecrets(field.value);
  if (format == LogFormat::kJson) {
    out->push_back(',');
    AppendQuoted(field.key, out);
    out->push_back(':');
    field.bare ? void(out->append(value)) : AppendQuoted(value, out);
    return;
  }
  out->push_back(' ');
  out->append(field.key).push_back('=');
  NeedsQuotes(value) ? AppendQuoted(value, out) : void(out->append(value));
}

}  // namespace

std::string_view LogLevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarn:
      return "warn";
    case LogLevel::kError:
      return "error";
    case LogLevel::kOff:
      return "off";
  }
  return "info";
}

std::optional<LogLevel> ParseLogLevel(std::string_view name) {
  for (const LogLevel level :
       {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarn, LogLevel::kError, LogLevel::kOff}) {
    if (LogLevelName(level) == name) return level;
  }
  return std::nullopt;
}

std::optional<LogFormat> ParseLogFormat(std::string_view name) {
  if (name == "text") return LogFormat::kText;
  if (name == "json") return LogFormat::kJson;
  return std::nullopt;
}

LogField::LogField(std::string_view field_key, const absl::Status& status)
    : key(field_key), value(status.ToString(absl::StatusToStringMode::kWithNoExtraData)) {}

LogField::LogField(std::string_view field_key, absl::Duration duration)
    : key(field_key),
      value(absl::StrFormat("%.3f", absl::ToDoubleSeconds(duration))),
      bare(duration < absl::InfiniteDuration() && duration > -absl::InfiniteDuration()) {}

std::string LogField::FloatText(double number) {
  // JSON knows no NaN and no infinity.
  if (!(number - number == 0)) return "null";
  return absl::StrFormat("%.9g", number);
}

std::string FormatLogEvent(LogFormat format, const LogEvent& event) {
  std::string line;
  const std::string text = RedactSecrets(event.event);
  if (format == LogFormat::kJson) {
    line = "{\"time\":\"" + TimeText(event.time) + "\",\"level\":\"" +
           std::string(LogLevelName(event.level)) + "\",\"event\":";
    AppendQuoted(text, &line);
  } else {
    line = TimeText(event.time) + " " + UpperLevel(event.level) + " ";
    AppendEscaped(text, false, &line);
  }
  if (event.bound != nullptr) {
    for (const LogField& field : *event.bound) AppendField(format, field, &line);
  }
  for (size_t i = 0; i < event.field_count; ++i) AppendField(format, event.fields[i], &line);
  if (format == LogFormat::kJson) line.push_back('}');
  return line;
}

// spdlog gives us the locked, flushed write to standard error; formats and levels are ours.
struct Logger::Sink {
  LogLevel level;
  LogFormat format;
  std::function<void(std::string_view)> write;
};

Logger::Logger(LogOptions options) {
  auto write = std::move(options.sink);
  if (!write) {
    auto target = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    target->set_pattern("%v");
    write = [target](std::string_view line) {
      try {
        target->log(spdlog::details::log_msg("", spdlog::level::info,
                                             spdlog::string_view_t(line.data(), line.size())));
        target->flush();
      } catch (const std::exception&) {
        // Standard error is gone: there is nowhere left to say so.
      }
    };
  }
  sink_ = std::make_shared<const Sink>(Sink{options.level, options.format, std::move(write)});
}

Logger Logger::With(std::initializer_list<LogField> fields) const {
  Logger child = *this;
  child.bound_.insert(child.bound_.end(), fields.begin(), fields.end());
  return child;
}

bool Logger::Enabled(LogLevel level) const {
  return level != LogLevel::kOff && level >= sink_->level;
}

void Logger::Write(LogLevel level, std::string_view event,
                   std::initializer_list<LogField> fields) const {
  if (!Enabled(level)) return;
  LogEvent entry{absl::Now(), level, event, &bound_, fields.begin(), fields.size()};
  sink_->write(FormatLogEvent(sink_->format, entry));
}

Logger NullLogger() {
  LogOptions options;
  options.level = LogLevel::kOff;
  options.sink = [](std::string_view) {};
  return Logger(std::move(options));
}

}  // namespace lif
