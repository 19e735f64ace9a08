#include "common/log/logger.h"

#include <nlohmann/json.hpp>
#include <thread>

#include "absl/synchronization/mutex.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

struct Captured {
  std::vector<std::string> lines;
  absl::Mutex mutex;

  LogOptions Options(LogLevel level, LogFormat format) {
    LogOptions options;
    options.level = level;
    options.format = format;
    options.sink = [this](std::string_view line) {
      absl::MutexLock lock(&mutex);
      lines.emplace_back(line);
    };
    return options;
  }
};

TEST_CASE("log: text is time, level, event and fields on one line") {
  const LogField fields[] = {{"build_id", "01J"}, {"attempt", 2}, {"text", "a b=\"c\"\nd"}};
  LogEvent event{absl::FromUnixMillis(1'700'000'000'123), LogLevel::kWarn, "job claimed"};
  event.fields = fields;
  event.field_count = 3;
  CHECK(FormatLogEvent(LogFormat::kText, event) ==
        "2023-11-14T22:13:20.123Z WARN  job claimed build_id=01J attempt=2 "
        "text=\"a b=\\\"c\\\"\\nd\"");
}

TEST_CASE("log: JSON keeps types, and is valid for bytes that are not UTF-8") {
  const LogField fields[] = {{"n", 2},
                             {"ok", true},
                             {"s", "é\x01"},
                             {"bad", "\xff\xfe"},
                             {"f", 0.5},
                             {"wait_s", absl::Milliseconds(1500)},
                             {"error", absl::NotFoundError("no such build")}};
  LogEvent event{absl::FromUnixMillis(0), LogLevel::kInfo, "e"};
  event.fields = fields;
  event.field_count = 7;
  const auto json = nlohmann::json::parse(FormatLogEvent(LogFormat::kJson, event));
  CHECK(json["time"] == "1970-01-01T00:00:00.000Z");
  CHECK(json["level"] == "info");
  CHECK(json["event"] == "e");
  CHECK(json["n"] == 2);
  CHECK(json["ok"] == true);
  CHECK(json["s"] == "é\x01");
  CHECK(json["f"] == 0.5);
  CHECK(json["wait_s"] == 1.5);
  CHECK(json["error"] == "NOT_FOUND: no such build");
}

TEST_CASE("log: levels filter, and a child adds its fields") {
  Captured captured;
  const Logger logger(captured.Options(LogLevel::kInfo, LogFormat::kText));
  const Logger child = logger.With({{"build_id", "B1"}});
  logger.Debug("unseen");
  child.Error("seen", {{"stage", "push"}});
  REQUIRE(captured.lines.size() == 1);
  CHECK(captured.lines[0].find("ERROR seen build_id=B1 stage=push") != std::string::npos);
  CHECK(logger.Enabled(LogLevel::kInfo));
  CHECK_FALSE(logger.Enabled(LogLevel::kDebug));
}

TEST_CASE("log: passwords do not reach the sink") {
  Captured captured;
  Logger(captured.Options(LogLevel::kInfo, LogFormat::kJson))
      .Info("connected", {{"redis", "redis://lif:hunter2@127.0.0.1:1"}});
  REQUIRE(captured.lines.size() == 1);
  CHECK(captured.lines[0].find("hunter2") == std::string::npos);
  CHECK(captured.lines[0].find("redis://lif:***@127.0.0.1:1") != std::string::npos);
}

TEST_CASE("log: threads lose nothing") {
  Captured captured;
  const Logger logger(captured.Options(LogLevel::kInfo, LogFormat::kText));
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&logger, t] {
      for (int i = 0; i < 100; ++i) logger.Info("tick", {{"thread", t}, {"i", i}});
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(captured.lines.size() == 400);
}

TEST_CASE("log: names of levels and formats") {
  CHECK(ParseLogLevel("warn") == LogLevel::kWarn);
  CHECK_FALSE(ParseLogLevel("WARNING").has_value());
  CHECK(ParseLogFormat("json") == LogFormat::kJson);
  CHECK_FALSE(ParseLogFormat("xml").has_value());
}

}  // namespace
}  // namespace lif
