#include "common/postgres/postgres_pool.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "tests/support/catch.h"
#include "tests/support/postgres_server.h"

namespace lif {
namespace {

std::string Message(const absl::Status& status) {
  return std::string(status.message());
}

void KillBackends(const TestDatabase& database) {
  auto admin = database.Pool("postgres");
  auto killed = admin->Query("kill",
                             "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                             "WHERE datname = current_database() AND pid <> pg_backend_pid()");
  REQUIRE(killed.ok());
  REQUIRE(killed->Int(0, 0) > 0);
}

TEST_CASE("values come back as they were sent") {
  TestDatabase database;
  auto pool = database.Pool("lif_owner");
  absl::Time time = absl::FromUnixMicros(1'700'000'000'123'456);
  std::vector<std::string> items = {"a", "",    "with \"quotes\"", "back\\slash", "co,mma", "{}",
                                    "ü", "NULL"};
  auto rows = pool->Query("echo",
                          "SELECT $1::text, $2::bigint, $3::boolean, $4::text, $5::text[], " +
                              MicrosOf("$6::timestamptz") + ", $7::text[], $8::bigint",
                          SqlParams()
                              .Add("text'; DROP TABLE x; --")
                              .AddInt(-9'000'000'000'000'000'001)
                              .AddBool(true)
                              .AddNull()
                              .AddArray(items)
                              .AddTime(time)
                              .AddArray({})
                              .AddOptionalInt(std::nullopt));
  REQUIRE(rows.ok());
  CHECK(rows->Text(0, 0) == "text'; DROP TABLE x; --");
  CHECK(rows->Int(0, 1) == -9'000'000'000'000'000'001);
  CHECK(rows->Bool(0, 2));
  CHECK(rows->IsNull(0, 3));
  CHECK(rows->Array(0, 4) == items);
  CHECK(rows->TimeMicros(0, 5) == time);
  CHECK(rows->Array(0, 6).empty());
  CHECK(rows->IsNull(0, 7));
}

TEST_CASE("NUL bytes and invalid UTF-8 are refused, and the connection stays usable") {
  TestDatabase database;
  auto pool = database.Pool("lif_owner");
  auto nul = pool->Query("echo", "SELECT $1::text", SqlParams().Add(std::string_view("a\0b", 3)));
  CHECK(nul.status().code() == absl::StatusCode::kInvalidArgument);
  CHECK(Message(nul.status()).find("NUL") != std::string::npos);
  auto latin = pool->Query("echo", "SELECT $1::text", SqlParams().Add("\xe4"));
  CHECK(latin.status().code() == absl::StatusCode::kInvalidArgument);
  CHECK(pool->Ping().ok());
}

TEST_CASE("a transaction is committed whole or not at all") {
  TestDatabase database;
  auto pool = database.Pool("lif_owner");
  REQUIRE(pool->Query("make", "CREATE TABLE t (a int)").ok());
  absl::Status status = pool->Transact("write", [](SqlSession& session) -> absl::Status {
    auto rows = session.Exec("INSERT INTO t VALUES (1)");
    if (!rows.ok()) return rows.status();
    return absl::AbortedError("changed our mind");
  });
  CHECK(status.code() == absl::StatusCode::kAborted);
  CHECK(pool->Query("count", "SELECT count(*) FROM t")->Int(0, 0) == 0);
  REQUIRE(pool->Transact("write",
                         [](SqlSession& session) {
                           return session.Exec("INSERT INTO t VALUES (1)").status();
                         })
              .ok());
  CHECK(pool->Query("count", "SELECT count(*) FROM t")->Int(0, 0) == 1);
}

TEST_CASE("a broken connection is replaced, in a query and in a transaction") {
  TestDatabase database;
  auto pool = database.Pool("lif_owner");
  REQUIRE(pool->Query("make", "CREATE TABLE t (a int)").ok());
  KillBackends(database);
  CHECK(pool->Query("count", "SELECT count(*) FROM t")->Int(0, 0) == 0);

  int runs = 0;
  absl::Status status = pool->Transact("write", [&](SqlSession& session) -> absl::Status {
    auto rows = session.Exec("INSERT INTO t VALUES (1)");
    if (!rows.ok()) return rows.status();
    if (++runs == 1) KillBackends(database);
    return absl::OkStatus();
  });
  CHECK(status.ok());
  CHECK(runs == 2);
  CHECK(pool->Query("count", "SELECT count(*) FROM t")->Int(0, 0) == 1);
}

TEST_CASE("a server that is away is UNAVAILABLE, and the pool recovers by itself") {
  TestDatabase database;
  auto pool = database.Pool("lif_owner");
  REQUIRE(pool->Ping().ok());
  PostgresServer::Instance().Stop();
  absl::Status away = pool->Ping();
  PostgresServer::Instance().Start();
  CHECK(away.code() == absl::StatusCode::kUnavailable);
  CHECK(Message(away).find(database.name()) != std::string::npos);
  CHECK(Message(away).find("try again") != std::string::npos);
  CHECK(pool->Ping().ok());
}

TEST_CASE("a statement over its time is cancelled by the server") {
  TestDatabase database;
  PostgresOptions options = database.Options("lif_owner");
  options.statement_timeout = absl::Milliseconds(100);
  PostgresPool pool(options);
  auto rows = pool.Query("sleep", "SELECT pg_sleep(60)");
  CHECK(rows.status().code() == absl::StatusCode::kDeadlineExceeded);
  CHECK(pool.Ping().ok());
}

TEST_CASE("a server that stopped answering does not hold a call for ever") {
  TestDatabase database;
  PostgresOptions options = database.Options("lif_owner");
  options.statement_timeout = absl::Milliseconds(200);
  options.answer_grace = absl::Milliseconds(300);
  options.connect_timeout = absl::Seconds(2);
  PostgresPool pool(options);
  REQUIRE(pool.Ping().ok());
  PostgresServer::Instance().Suspend();
  absl::Time begin = absl::Now();
  absl::Status status = pool.Ping();
  absl::Duration took = absl::Now() - begin;
  PostgresServer::Instance().Resume();
  CHECK(status.code() == absl::StatusCode::kUnavailable);
  CHECK(took < absl::Seconds(30));
  CHECK(pool.Ping().ok());
}

TEST_CASE("the pool never opens more than its connections, and says so when all are busy") {
  TestDatabase database;
  PostgresOptions options = database.Options("lif_owner");
  options.max_connections = 2;
  PostgresPool pool(options);
  std::atomic<int> most{0};
  std::atomic<int> now{0};
  std::atomic<int> good{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        absl::Status status = pool.Transact("count", [&](SqlSession& session) {
          int here = ++now;
          int before = most.load();
          while (before < here && !most.compare_exchange_weak(before, here)) {
          }
          absl::Status result = session.Exec("SELECT pg_sleep(0.01)").status();
          --now;
          return result;
        });
        if (status.ok()) ++good;
      });
    }
  }
  CHECK(good == 8);
  CHECK(most <= 2);

  options.max_connections = 1;
  options.acquire_timeout = absl::Milliseconds(50);
  PostgresPool one(options);
  absl::Status busy;
  REQUIRE(one.Transact("hold",
                       [&](SqlSession&) {
                         busy = one.Ping();
                         return absl::OkStatus();
                       })
              .ok());
  CHECK(busy.code() == absl::StatusCode::kUnavailable);
  CHECK(Message(busy).find("busy") != std::string::npos);
}

TEST_CASE("wrong credentials and a missing database are told apart from a server that is away") {
  TestDatabase database;
  PostgresOptions options;
  options.dsn = PostgresServer::Instance().Dsn("no_such_database", "postgres");
  absl::Status missing = PostgresPool(options).Ping();
  CHECK(missing.code() == absl::StatusCode::kFailedPrecondition);
  CHECK(Message(missing).find("no_such_database") != std::string::npos);

  options.dsn = "host=/nowhere dbname=x password=hush-hush";
  absl::Status away = PostgresPool(options).Ping();
  CHECK(away.code() == absl::StatusCode::kUnavailable);
  CHECK(Message(away).find("hush-hush") == std::string::npos);

  options.dsn = "host='unfinished password=hush-hush";
  absl::Status malformed = PostgresPool(options).Ping();
  CHECK(malformed.code() == absl::StatusCode::kInvalidArgument);
  CHECK(Message(malformed).find("hush-hush") == std::string::npos);
}

}  // namespace
}  // namespace lif
