#include "cli/json_output.h"

#include <nlohmann/json.hpp>

#include "lif/v1/build_service.pb.h"
#include "lif/v1/fleet_service.pb.h"
#include "lif/v1/record_service.pb.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

TEST_CASE("json: every field is there, in the order of the proto") {
  v1::Failure failure;
  CHECK(MessageJsonLine(failure) ==
        "{\"failure_class\":null,\"stage\":\"\",\"module\":\"\",\"fragment_line\":0,"
        "\"command\":\"\",\"exit_code\":null,\"message\":\"\",\"log_tail\":\"\",\"test\":\"\","
        "\"cause_build_id\":\"\"}\n");
  failure.set_failure_class(v1::FAILURE_CLASS_USER);
  failure.mutable_exit_code()->set_value(0);
  failure.set_log_tail(
      "a\xff"
      "b");
  const auto json = nlohmann::json::parse(MessageJson(failure));
  CHECK(json["failure_class"] == "user");
  CHECK(json["exit_code"] == 0);
  CHECK(json["log_tail"] ==
        "a\xef\xbf\xbd"
        "b");
}

TEST_CASE("json: times, durations, 64-bit numbers, maps and lists") {
  v1::Record record;
  record.set_token(1'700'000'000'123'456);
  record.mutable_ended_at()->set_seconds(1'700'000'000);
  record.mutable_ended_at()->set_nanos(250'000'000);
  record.add_timings()->mutable_duration()->set_nanos(500'000'000);
  const auto json = nlohmann::json::parse(MessageJson(record));
  CHECK(json["token"] == 1'700'000'000'123'456);
  CHECK(json["ended_at"] == "2023-11-14T22:13:20.250Z");
  CHECK(json["started_at"].is_null());
  CHECK(json["timings"][0]["duration"] == 0.5);
  CHECK(json["layers"].is_array());

  v1::PoolStatus pool;
  (*pool.mutable_ready_by_tenant())["b"] = 2;
  (*pool.mutable_ready_by_tenant())["a"] = 1;
  CHECK(MessageJson(pool).find("\"ready_by_tenant\": {\n    \"a\": 1,\n    \"b\": 2\n  }") !=
        std::string::npos);
}

TEST_CASE("json: enums of several words") {
  v1::CancelBuildResponse response;
  response.set_result(v1::CANCEL_RESULT_ALREADY_DONE);
  CHECK(nlohmann::json::parse(MessageJson(response))["result"] == "already_done");
}

}  // namespace
}  // namespace lif
