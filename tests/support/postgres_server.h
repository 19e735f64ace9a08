// A PostgreSQL of the test's own: a cluster in a temporary directory, on a Unix socket, without
// fsync. One for each test process, started when first asked for and stopped when the process ends.
#pragma once

#include <memory>
#include <string>

#include "common/postgres/postgres_pool.h"

namespace lif {

// Not thread-safe. As root the server runs as the user postgres.
class PostgresServer {
 public:
  // Started; throws std::runtime_error with the server's last lines when it can't be.
  PostgresServer();
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  // The one of this process.
  static PostgresServer& Instance();

  std::string Dsn(const std::string& database, const std::string& role) const;
  void Start();
  void Stop();     // fast shutdown: sessions are ended
  void Suspend();  // SIGSTOP to all of its processes: accepts, never answers
  void Resume();

 private:
  void Signal(int signal_number);

  std::string directory_;
  int pid_ = 0;
};

// An empty database, or one with all migrations applied, of a name of its own; dropped at the end.
class TestDatabase {
 public:
  enum class Kind { kEmpty, kMigrated };
  explicit TestDatabase(Kind kind = Kind::kMigrated);
  ~TestDatabase();
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  // Roles: "postgres" (superuser), "lif_owner", "lif_controlplane", …
  std::string Dsn(const std::string& role) const;
  PostgresOptions Options(const std::string& role) const;
  std::unique_ptr<PostgresPool> Pool(const std::string& role) const;
  const std::string& name() const { return name_; }

 private:
  std::string name_;
};

// deploy/sql of this tree.
std::string SqlDirectory();

}  // namespace lif
