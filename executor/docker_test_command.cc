#include "executor/docker_test_command.h"

#include "absl/strings/str_cat.h"
#include "executor/docker_argv.h"

namespace lif {

std::vector<std::string> DockerTestCommand(const DockerTestOptions& options,
                                           const TestRunRequest& request) {
  std::vector<std::string> argv = DockerArgv(options.docker, options.docker_host);
  argv.insert(argv.end(), {"run", "--init", "--pull=never"});
  argv.push_back("--name=" + request.container);
  argv.push_back("--label=lif.executor=" + options.executor_id);
  argv.push_back("--label=lif.owner=" + options.owner);
  argv.push_back("--label=lif.build=" + request.build_id);
  argv.push_back("--platform=" + request.platform);
  // With no network the container still has its own loopback interface: both kinds of test get
  // the same, and none reaches beyond the container.
  argv.insert(argv.end(), {"--network=none", "--read-only", "--tmpfs=/tmp", "--cap-drop=ALL",
                           "--security-opt=no-new-privileges", "--memory=" + options.memory,
                           "--memory-swap=" + options.memory,
                           absl::StrCat("--pids-limit=", options.pids_limit), "--log-driver=none"});
  if (request.user.has_value()) argv.push_back("--user=" + *request.user);
  if (request.gpu) argv.push_back(options.gpu_flag);
  argv.push_back("--entrypoint=" + request.test.run.front());
  argv.push_back(request.image);
  argv.insert(argv.end(), request.test.run.begin() + 1, request.test.run.end());
  return argv;
}

}  // namespace lif
