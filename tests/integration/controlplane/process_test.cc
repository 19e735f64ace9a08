// The process: its start, its refusals, its memory, its end.
#include <grpcpp/client_context.h>
#include <grpcpp/security/credentials.h>
#include <signal.h>

#include <set>

#include "absl/base/config.h"
#include "common/base/file_util.h"
#include "common/base/grpc_status.h"
#include "common/process/posix_process_runner.h"
#include "tests/integration/controlplane/factory.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

TEST_CASE("SIGTERM ends streams with a hint, then the process, with exit code 0") {
  Factory factory;
  ControlPlaneProcess process(factory.Config());
  process.AwaitServing();
  const auto build = v1::BuildService::NewStub(process.Channel());
  v1::SubmitBuildsResponse submitted;
  REQUIRE(build->SubmitBuilds(Deadline().get(), SubmitRequestFor({"py-api"}), &submitted).ok());
  v1::WatchBuildsRequest watch;
  watch.add_build_ids(submitted.builds(0).build_id());
  const auto context = Deadline();
  const auto events = build->WatchBuilds(context.get(), watch);
  v1::WatchBuildsResponse event;
  REQUIRE(events->Read(&event));
  process.Signal(SIGTERM);
  CHECK_FALSE(events->Read(&event));
  const grpc::Status status = events->Finish();
  CHECK(status.error_code() == grpc::StatusCode::UNAVAILABLE);
  CHECK(ReasonOf(FromGrpcStatus(status)) == "SHUTTING_DOWN");
  CHECK(process.AwaitEnd(10) == 0);
  INFO(process.Output());
  CHECK(process.Output().find("INFO  stopped") != std::string::npos);
}

// A sanitizer's shadow and quarantine are not the program's; tests/bench measures the release
// build.
#if defined(ABSL_HAVE_ADDRESS_SANITIZER) || defined(ABSL_HAVE_THREAD_SANITIZER)
constexpr int64_t kResidentLimit = 400 * 1024;  // KiB
#else
constexpr int64_t kResidentLimit = 60 * 1024;  // KiB
#endif

TEST_CASE("idle, it stays small") {
  Factory factory;
  ControlPlaneProcess process(factory.Config());
  process.AwaitServing();
  const auto build = v1::BuildService::NewStub(process.Channel());
  for (int i = 0; i < 50; ++i) {
    v1::SubmitBuildsResponse submitted;
    REQUIRE(build->SubmitBuilds(Deadline().get(), SubmitRequestFor({"py-api"}), &submitted).ok());
  }
  CHECK(process.ResidentMemory() < kResidentLimit);
}

TEST_CASE("what it can't serve with is refused at the start, in words") {
  Factory factory;
  struct Case {
    std::vector<std::string> arguments;
    int exit_code;
    std::string words;
  };
  for (const Case& test :
       {Case{{"--listen", "0.0.0.0:0"}, 2, "--insecure-listen"},
        Case{{"--listen", "nonsense"}, 2, "127.0.0.1:7400"},
        Case{{"--max-calls", "0"}, 2, "--max-calls 0: write 1 to 4096"},
        Case{{"--tls-cert", "/no/such/file", "--tls-key", "/no/such/key"}, 1, "/no/such/file"},
        Case{{"--redis-url", "http://127.0.0.1"}, 2, "redis"},
        Case{{"--no-such-flag"}, 2, "--no-such-flag"}}) {
    ControlPlaneProcess process(factory.Config(), test.arguments);
    CHECK(process.AwaitEnd(20) == test.exit_code);
    INFO(process.Output());
    CHECK(process.Output().find(test.words) != std::string::npos);
  }
}

TEST_CASE("with TLS only clients that are trusted, and that trust it, are served") {
  Factory factory;
  TemporaryDirectory keys;
  const std::string cert = keys.path() + "/cert.pem";
  const std::string key = keys.path() + "/key.pem";
  PosixProcessRunner runner;
  ProcessSpec openssl;
  openssl.argv = {"openssl",  "req",
                  "-x509",    "-newkey",
                  "rsa:2048", "-nodes",
                  "-keyout",  key,
                  "-out",     cert,
                  "-subj",    "/CN=localhost",
                  "-addext",  "subjectAltName=IP:127.0.0.1"};
  REQUIRE(RunCaptured(runner, openssl, {})->result.Succeeded());
  ControlPlaneProcess process(factory.Config(),
                              {"--tls-cert", cert, "--tls-key", key, "--tls-client-ca", cert});
  process.AwaitServing();
  const auto submit = [&](const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
    const auto build = v1::BuildService::NewStub(process.Channel(credentials));
    v1::SubmitBuildsResponse submitted;
    return build->SubmitBuilds(Deadline().get(), SubmitRequestFor({"py-api"}), &submitted);
  };
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = ReadFile(cert, 1 << 20).value();
  CHECK_FALSE(submit(grpc::InsecureChannelCredentials()).ok());
  CHECK_FALSE(submit(grpc::SslCredentials(options)).ok());
  options.pem_cert_chain = options.pem_root_certs;
  options.pem_private_key = ReadFile(key, 1 << 20).value();
  const grpc::Status trusted = submit(grpc::SslCredentials(options));
  INFO(trusted.error_message());
  CHECK(trusted.ok());
}

TEST_CASE("a port that is taken is refused") {
  Factory factory;
  ControlPlaneProcess first(factory.Config());
  first.AwaitServing();
  const std::string output = first.Output();
  const std::string port = output.substr(output.find(" port=") + 6);
  const std::string address = "127.0.0.1:" + std::to_string(std::stoi(port));
  ControlPlaneProcess second(factory.Config(), {"--listen", address});
  CHECK(second.AwaitEnd(20) == 1);
  CHECK(second.Output().find("can't listen on " + address) != std::string::npos);
}

TEST_CASE("a database without the schema is refused with what to run") {
  Factory factory;
  TestDatabase empty(TestDatabase::Kind::kEmpty);
  std::string config = factory.Config();
  const std::string dsn = factory.database.Dsn("lif_controlplane");
  config.replace(config.find(dsn), dsn.size(), empty.Dsn("lif_controlplane"));
  ControlPlaneProcess process(config);
  CHECK(process.AwaitEnd(20) == 1);
  INFO(process.Output());
  CHECK(process.Output().find("lif-migrate") != std::string::npos);
}

}  // namespace
}  // namespace lif
