#include "executor/buildx_command.h"
#include "executor/docker_test_command.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

using Argv = std::vector<std::string>;

TEST_CASE("The command line of a build") {
  ImageBuildRequest request;
  request.platform = "linux/amd64";
  request.dockerfile = "/w/Dockerfile";
  request.empty_context = "/w/empty";
  request.contexts = {{"module-web", "/w/contexts/module-web"}, {"module-core", "/w/c"}};
  request.secrets = {{"token", "/secrets/token"}};
  request.output = "/w/image";
  request.metadata_file = "/w/metadata.json";
  request.network = "host";
  request.cache_from = {"r/cache:a", "r/cache:b"};
  request.cache_to = {"r/cache:a"};
  const BuildxOptions options{"docker", "unix:///run/d.sock", "default"};
  CHECK(BuildxCommand(options, request) ==
        Argv{"docker",
             "--host",
             "unix:///run/d.sock",
             "buildx",
             "build",
             "--progress=rawjson",
             "--platform=linux/amd64",
             "--network=host",
             "--target=image",
             "--file=/w/Dockerfile",
             "--build-context=module-core=/w/c",
             "--build-context=module-web=/w/contexts/module-web",
             "--secret=id=token,src=/secrets/token",
             "--cache-from=type=registry,ref=r/cache:a",
             "--cache-from=type=registry,ref=r/cache:b",
             "--cache-to=type=registry,ref=r/cache:a,mode=max,compression=zstd,ignore-error=true",
             "--provenance=false",
             "--sbom=false",
             "--output=type=oci,dest=/w/image,tar=false,rewrite-timestamp=true,compression=zstd",
             "--metadata-file=/w/metadata.json",
             "/w/empty"});
}

TEST_CASE("A build without host, builder, caches and modules") {
  ImageBuildRequest request;
  request.platform = "linux/arm64";
  request.dockerfile = "D";
  request.empty_context = "E";
  request.output = "O";
  request.metadata_file = "M";
  const Argv argv = BuildxCommand({"docker", "", "remote"}, request);
  CHECK(argv == Argv{"docker", "buildx", "build", "--progress=rawjson", "--builder=remote",
                     "--platform=linux/arm64", "--network=default", "--target=image", "--file=D",
                     "--provenance=false", "--sbom=false",
                     "--output=type=oci,dest=O,tar=false,rewrite-timestamp=true,compression=zstd",
                     "--metadata-file=M", "E"});
}

TestRunRequest Request() {
  TestRunRequest request;
  request.image = "r/images@sha256:00";
  request.platform = "linux/amd64";
  request.container = "lif-B-1-0";
  request.build_id = "B";
  request.test.name = "answers";
  request.test.run = {"sh", "-c", "exit 0"};
  return request;
}

TEST_CASE("The command line of a test is locked down") {
  const DockerTestOptions options{"docker", "", "executor-1", "host:/state", "2g", 512};
  CHECK(DockerTestCommand(options, Request()) == Argv{"docker",
                                                      "run",
                                                      "--init",
                                                      "--pull=never",
                                                      "--name=lif-B-1-0",
                                                      "--label=lif.executor=executor-1",
                                                      "--label=lif.owner=host:/state",
                                                      "--label=lif.build=B",
                                                      "--platform=linux/amd64",
                                                      "--network=none",
                                                      "--read-only",
                                                      "--tmpfs=/tmp",
                                                      "--cap-drop=ALL",
                                                      "--security-opt=no-new-privileges",
                                                      "--memory=2g",
                                                      "--memory-swap=2g",
                                                      "--pids-limit=512",
                                                      "--log-driver=none",
                                                      "--entrypoint=sh",
                                                      "r/images@sha256:00",
                                                      "-c",
                                                      "exit 0"});
}

TEST_CASE("User, GPU and host are added when asked for") {
  TestRunRequest request = Request();
  request.user = "1000:1000";
  request.gpu = true;
  const Argv argv = DockerTestCommand({"docker", "tcp://h:1", "e", "o", "1g", 10}, request);
  CHECK(argv[1] == "--host");
  CHECK(argv[2] == "tcp://h:1");
  CHECK(std::count(argv.begin(), argv.end(), "--user=1000:1000") == 1);
  CHECK(std::count(argv.begin(), argv.end(), "--gpus=all") == 1);
  DockerTestOptions options;
  options.gpu_flag = "--device=nvidia.com/gpu=all";
  const Argv cdi = DockerTestCommand(options, request);
  CHECK(std::count(cdi.begin(), cdi.end(), "--device=nvidia.com/gpu=all") == 1);
  CHECK(std::count(cdi.begin(), cdi.end(), "--gpus=all") == 0);
  request.gpu = false;
  for (const std::string& word : DockerTestCommand(options, request)) {
    CHECK(word.find("gpu") == std::string::npos);
  }
}

TEST_CASE("No test ever gets a network or a privilege") {
  TestRunRequest request = Request();
  request.test.network = TestNetwork::kLoopback;
  for (const std::string& word : DockerTestCommand({}, request)) {
    CHECK(word.find("--privileged") == std::string::npos);
    CHECK(word.find("--cap-add") == std::string::npos);
    if (word.rfind("--network", 0) == 0) CHECK(word == "--network=none");
  }
}

}  // namespace
}  // namespace lif
