// Commands that need a directory and no server: catalog check, catalog publish's refusals, render.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/rendered_build.h"
#include "common/base/file_util.h"
#include "tests/support/catch.h"
#include "tests/unit/cli/fake_factory.h"

namespace lif {
namespace {

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// A directory with a small catalog, removed at the end.
class SmallCatalog {
 public:
  SmallCatalog() {
    char name[] = "/tmp/lif-cli-test-XXXXXX";
    root_ = mkdtemp(name);
    Write("catalog.yaml", "schema: 1\nname: small\n");
    Write("bases/tiny.yaml",
          "name: tiny\nepoch: 1735689600\nplatforms:\n  linux/amd64:\n"
          "    image: 127.0.0.1:5000/tiny\n    digest: sha256:" +
              std::string(64, 'a') + "\n");
    Write("modules/app/hello/1.0.0/module.yaml",
          "name: hello\nversion: 1.0.0\nslot: app\nsummary: Says hello\n");
    Write("modules/app/hello/1.0.0/fragment.Dockerfile",
          "COPY --from=module hello /srv/hello\nRUN cat /srv/hello\n");
    Write("modules/app/hello/1.0.0/files/hello", "hello\n");
    Write("templates/plain/1.0.0.yaml",
          "name: plain\nversion: 1.0.0\nsummary: One slot\nslots:\n"
          "  - {slot: app, required: true}\n");
    Write("manifests/hello-web.yaml",
          "id: hello-web\nsummary: Hello\ntemplate: plain@1.0.0\nbase: tiny\nmodules:\n"
          "  app: [hello@1.0.0]\n");
  }
  ~SmallCatalog() { std::filesystem::remove_all(root_); }

  void Write(const std::string& path, const std::string& text) {
    const std::string full = root_ + "/" + path;
    REQUIRE(MakeDirectories(full.substr(0, full.rfind('/'))).ok());
    std::ofstream(full) << text;
  }
  std::string Read(const std::string& path) const {
    const auto text = ReadFile(root_ + "/" + path, 1 << 20);
    return text.ok() ? *text : std::string(text.status().message());
  }
  const std::string& root() const { return root_; }

 private:
  std::string root_;
};

TEST_CASE("catalog check: counts what is there when all is well") {
  const SmallCatalog catalog;
  const CliRun run = RunAlone({"catalog", "check", catalog.root()});
  CHECK(run.err.empty());
  CHECK(run.code == 0);
  CHECK(run.out == "+ " + catalog.root() + ": 1 base, 1 module, 1 template, 1 manifest\n");
}

TEST_CASE("catalog check: every problem with its place, and exit code 1") {
  SmallCatalog catalog;
  catalog.Write("manifests/hello-web.yaml",
                "id: hello-web\nsumary: Hello\ntemplate: plain@1.0.0\nbase: tiny\nmodules:\n"
                "  app: [helo@1.0.0]\n");
  const CliRun run = RunAlone({"catalog", "check", catalog.root()});
  CHECK(run.code == 1);
  CHECK(Has(run.out, "manifests/hello-web.yaml:2: "));
  CHECK(Has(run.out, "manifests/hello-web.yaml:6: "));
  CHECK(Has(run.out, " problems in 1 file\n"));

  const auto json =
      nlohmann::json::parse(RunAlone({"catalog", "check", catalog.root(), "--output", "json"}).out);
  CHECK(json["ok"] == false);
  REQUIRE(json["problems"].size() >= 2);
  CHECK(json["problems"][0]["file"] == "manifests/hello-web.yaml");
  CHECK(json["problems"][0]["line"] > 0);
}

TEST_CASE("catalog check: a directory that is not there") {
  const CliRun run = RunAlone({"catalog", "check", "/nonexistent/catalog"});
  CHECK(run.code == 2);
  CHECK(Has(run.err, "/nonexistent/catalog"));
}

TEST_CASE("catalog publish: refuses before it touches a database") {
  SmallCatalog catalog;
  CHECK(Has(RunAlone({"catalog", "publish", catalog.root()}).err,
            "error: --blob-dir is missing; it can also be given as LIF_BLOB_DIR\n"));
  const CliRun no_database =
      RunAlone({"catalog", "publish", catalog.root(), "--blob-dir", catalog.root()});
  CHECK(no_database.code == 2);
  CHECK(Has(no_database.err, "LIF_PUBLISHER_DSN"));
  const CliRun secret = RunAlone({"catalog", "publish", catalog.root(), "--blob-dir", "b",
                                  "--publisher-dsn", "host=h password=x"});
  CHECK(secret.code == 2);
  CHECK(Has(secret.err, "other users could read"));
  CHECK_FALSE(Has(secret.err, "password=x"));

  catalog.Write("stray.txt", "?");
  const CliRun wrong = RunAlone({"catalog", "publish", catalog.root(), "--blob-dir", "b",
                                 "--publisher-dsn", "host=/nonexistent"});
  CHECK(wrong.code == 1);
  CHECK(Has(wrong.err, "stray.txt"));
  CHECK(Has(wrong.err, "nothing was published\n"));
}

TEST_CASE("render: from a directory, the same each time, with what a build by hand needs") {
  const SmallCatalog catalog, elsewhere;
  const std::vector<std::string> args = {"render", "--manifest-id", "hello-web", "--catalog",
                                         catalog.root()};
  const CliRun run = RunAlone(args);
  CHECK(run.code == 0);
  CHECK(Has(run.out, "FROM 127.0.0.1:5000/tiny@sha256:" + std::string(64, 'a') + " AS base\n"));
  CHECK(Has(run.out, "AS app-hello\n"));
  CHECK(RunAlone(args).out == run.out);

  std::vector<std::string> writes = args;
  writes.insert(writes.end(), {"--output", elsewhere.root() + "/out"});
  const CliRun written = RunAlone(writes);
  CHECK(written.code == 0);
  CHECK(written.out.empty());
  CHECK(Has(written.err, "build it with: " + elsewhere.root() + "/out/build.sh\n"));
  CHECK(elsewhere.Read("out/Dockerfile") == run.out);
  CHECK(access((elsewhere.root() + "/out/build.sh").c_str(), X_OK) == 0);

  std::vector<std::string> json_args = args;
  json_args.insert(json_args.end(), {"--output", "json"});
  const auto json = nlohmann::json::parse(RunAlone(json_args).out);
  CHECK(json["dockerfile"] == run.out);
  CHECK(json["epoch"] == 1735689600);
  REQUIRE(json["contexts"].size() == 1);
  const std::string context = json["contexts"][0]["name"];
  CHECK(elsewhere.Read("out/contexts/" + context + "/hello") == "hello\n");
  CHECK(json["build_script"] == elsewhere.Read("out/build.sh"));
}

TEST_CASE("render: mistakes name what is there") {
  const SmallCatalog catalog;
  CliRun run = RunAlone({"render", "--manifest-id", "helo-web", "--catalog", catalog.root()});
  CHECK(run.code == 2);
  CHECK(Has(run.err, "hello-web"));
  run = RunAlone({"render", "--manifest-id", "hello-web", "--platform", "linux/s390x", "--catalog",
                  catalog.root()});
  CHECK(run.code == 2);
  CHECK(Has(run.err, "linux/s390x"));
  run = RunAlone({"render", "--manifest-id", "hello-web", "--platform", "linux/arm64", "--catalog",
                  catalog.root()});
  CHECK(run.code == 2);
  CHECK(Has(run.err, "linux/amd64"));
}

TEST_CASE("render: from the control plane; files need the blobs, and names can't lead out") {
  FakeFactory factory;
  SmallCatalog directory;
  v1::RenderDockerfileResponse& reply = factory.catalog.render_reply;
  reply.set_dockerfile("FROM x\n");
  reply.set_epoch(7);
  CHECK(factory.Run({"render", "--manifest-id", "web"}).out == "FROM x\n");
  CHECK(factory.catalog.render_request.platform() == "linux/amd64");

  v1::RenderContext* context = reply.add_contexts();
  context->set_name("module-hello");
  context->set_module("hello@1.0.0");
  v1::ModuleFile* file = context->add_files();
  file->set_path("hello");
  file->set_sha256(std::string(64, '0'));
  const std::string out = directory.root() + "/out";
  const std::vector<std::string> write = {"render", "--manifest-id", "web", "--output", out};
  CliRun run = factory.Run(write);
  CHECK(run.code == 2);
  CHECK(Has(run.err, "the files of hello@1.0.0 are needed"));
  for (const char* path : {"../hello", "/etc/passwd", "a/../../b", ""}) {
    file->set_path(path);
    run = factory.Run(write);
    CHECK(run.code == 5);
    CHECK(Has(run.err, "is no path"));
  }
}

TEST_CASE("build script: quoted, with contexts, secrets and the epoch") {
  RenderedBuild build;
  build.manifest_id = "web";
  build.platform = "linux/amd64";
  build.epoch = 42;
  build.contexts.push_back({"module-app", "app@1.0.0", {}});
  build.secret_ids = {"it's"};
  const std::string script = BuildScript(build);
  CHECK(Has(script, "export SOURCE_DATE_EPOCH=42\n"));
  CHECK(Has(script, "  --build-context=module-app=contexts/module-app \\\n"));
  CHECK(Has(script, "  '--secret=id=it'\\''s,src=secrets/it'\\''s' \\\n"));
  CHECK(Has(script, "rewrite-timestamp=true,compression=zstd}\" \\\n"));
  CHECK(ShellQuote("") == "''");
  CHECK(ShellQuote("a b") == "'a b'");
  CHECK(ShellQuote("a=b,c:/d@e") == "a=b,c:/d@e");
}

}  // namespace
}  // namespace lif
