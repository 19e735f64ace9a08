#include "tests/support/postgres_server.h"

#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "common/process/posix_process_runner.h"
#include "deploy/migrate/migrator.h"

namespace lif {
namespace {

namespace fs = std::filesystem;

// The newest PostgreSQL that Debian has put on this machine.
std::string ServerBinaries() {
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql")) {
    if (fs::exists(entry.path() / "bin/initdb")) found.push_back((entry.path() / "bin").string());
  }
  if (found.empty()) throw std::runtime_error("no PostgreSQL server here; install postgresql");
  return *std::max_element(found.begin(), found.end());
}

// The server refuses to run as root.
std::vector<std::string> AsServerUser(std::vector<std::string> argv) {
  if (::geteuid() != 0) return argv;
  std::vector<std::string> full = {"setpriv", "--reuid=postgres", "--regid=postgres",
                                   "--init-groups"};
  full.insert(full.end(), argv.begin(), argv.end());
  return full;
}

CapturedProcess MustRun(std::vector<std::string> argv) {
  PosixProcessRunner runner;
  ProcessSpec spec;
  spec.argv = std::move(argv);
  spec.working_directory = "/";
  spec.deadline = absl::Minutes(2);
  auto captured = RunCaptured(runner, spec, {});
  if (!captured.ok()) throw std::runtime_error(std::string(captured.status().message()));
  if (!captured->result.Succeeded()) {
    throw std::runtime_error(absl::StrCat(spec.argv.back(), ": ", captured->err, captured->out));
  }
  return *std::move(captured);
}

std::string MakeDirectoryOfServer() {
  std::string pattern = (fs::temp_directory_path() / "lif-postgres-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
  if (::geteuid() == 0) {
    const passwd* user = ::getpwnam("postgres");
    if (user == nullptr || ::chown(pattern.c_str(), user->pw_uid, user->pw_gid) != 0) {
      throw std::runtime_error("cannot give " + pattern + " to the user postgres");
    }
  }
  return pattern;
}

void MustSucceed(const absl::Status& status) {
  if (!status.ok()) throw std::runtime_error(std::string(status.message()));
}

void Execute(const std::string& dsn, const std::string& sql) {
  PostgresOptions options;
  options.dsn = dsn;
  options.max_connections = 1;
  PostgresPool pool(options);
  MustSucceed(pool.WithSession("prepare a test database",
                               [&](SqlSession& session) { return session.ExecScript(sql); }));
}

}  // namespace

PostgresServer::PostgresServer() : directory_(MakeDirectoryOfServer()) {
  MustRun(
      AsServerUser({ServerBinaries() + "/initdb", "-D", directory_ + "/data", "-U", "postgres",
                    "-E", "UTF8", "--locale=C", "--auth=trust", "--no-sync", "--no-instructions"}));
  Start();
}

PostgresServer::~PostgresServer() {
  if (pid_ != 0) Stop();
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

PostgresServer& PostgresServer::Instance() {
  static PostgresServer server;
  return server;
}

std::string PostgresServer::Dsn(const std::string& database, const std::string& role) const {
  return absl::StrCat("host=", directory_, " dbname=", database, " user=", role);
}

void PostgresServer::Start() {
  MustRun(AsServerUser({ServerBinaries() + "/pg_ctl", "start", "-w", "-t", "60", "-s", "-D",
                        directory_ + "/data", "-l", directory_ + "/log", "-o",
                        absl::StrCat("-c listen_addresses= -c unix_socket_directories=", directory_,
                                     " -c fsync=off -c max_connections=60 "
                                     "-c shared_buffers=16MB")}));
  std::ifstream pid_file(directory_ + "/data/postmaster.pid");
  pid_file >> pid_;
}

void PostgresServer::Stop() {
  MustRun(AsServerUser({ServerBinaries() + "/pg_ctl", "stop", "-w", "-t", "60", "-s", "-m", "fast",
                        "-D", directory_ + "/data"}));
  pid_ = 0;
}

void PostgresServer::Suspend() {
  Signal(SIGSTOP);
}

void PostgresServer::Resume() {
  Signal(SIGCONT);
}

// Backends are children of the server, each in a group of its own.
void PostgresServer::Signal(int signal_number) {
  ::kill(pid_, signal_number);
  std::ifstream children(absl::StrCat("/proc/", pid_, "/task/", pid_, "/children"));
  for (std::istream_iterator<int> child(children), end; child != end; ++child) {
    ::kill(*child, signal_number);
  }
}

TestDatabase::TestDatabase(Kind kind) {
  static std::atomic<int> counter{0};
  name_ = absl::StrCat("test_", counter.fetch_add(1));
  PostgresServer& server = PostgresServer::Instance();
  if (kind == Kind::kEmpty) {
    Execute(server.Dsn("postgres", "postgres"), "CREATE DATABASE " + name_);
    return;
  }
  // Migrated once, then copied: CREATE DATABASE from a template takes 30 ms.
  static const bool ready = [&server] {
    Execute(server.Dsn("postgres", "postgres"), "CREATE DATABASE lif_template");
    PostgresOptions options;
    options.dsn = server.Dsn("lif_template", "postgres");
    options.max_connections = 1;
    PostgresPool pool(options);
    MigrateRequest request;
    request.directory = SqlDirectory();
    MustSucceed(Migrate(pool, request).status());
    return true;
  }();
  static_cast<void>(ready);
  Execute(server.Dsn("postgres", "postgres"),
          "CREATE DATABASE " + name_ + " TEMPLATE lif_template OWNER lif_owner");
  // Privileges of a database are not copied with it.
  Execute(server.Dsn(name_, "lif_owner"),
          absl::StrCat("REVOKE ALL ON DATABASE ", name_, " FROM PUBLIC; GRANT CONNECT ON DATABASE ",
                       name_, " TO lif_controlplane, lif_executor, lif_publisher, lif_janitor"));
}

TestDatabase::~TestDatabase() {
  try {
    Execute(PostgresServer::Instance().Dsn("postgres", "postgres"),
            "DROP DATABASE " + name_ + " WITH (FORCE)");
  } catch (const std::exception&) {
    // The whole cluster goes at the end of the process.
  }
}

std::string TestDatabase::Dsn(const std::string& role) const {
  return PostgresServer::Instance().Dsn(name_, role);
}

PostgresOptions TestDatabase::Options(const std::string& role) const {
  PostgresOptions options;
  options.dsn = Dsn(role);
  options.application_name = "test";
  return options;
}

std::unique_ptr<PostgresPool> TestDatabase::Pool(const std::string& role) const {
  return std::make_unique<PostgresPool>(Options(role));
}

std::string SqlDirectory() {
  return LIF_SQL_DIRECTORY;
}

}  // namespace lif
