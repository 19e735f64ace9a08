#include "tests/support/registry_server.h"

#include <sys/wait.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "absl/time/clock.h"
#include "common/process/spawn.h"

namespace lif {
namespace {

namespace fs = std::filesystem;

std::string ReadLog(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// The port is the kernel's choice; the registry tells it.
std::string AddressIn(const std::string& log) {
  const std::string words = "listening on ";
  size_t begin = log.find(words);
  if (begin == std::string::npos) return "";
  begin += words.size();
  size_t end = log.find('"', begin);
  return end == std::string::npos ? "" : log.substr(begin, end - begin);
}

}  // namespace

RegistryServer::RegistryServer() {
  directory_ = (fs::temp_directory_path() / "lif-registry-XXXXXX").string();
  if (::mkdtemp(directory_.data()) == nullptr) throw std::runtime_error("cannot make a directory");
  std::ofstream(directory_ + "/config.yml")
      << "version: 0.1\nlog: {level: info, accesslog: {disabled: true}}\n"
      << "storage: {filesystem: {rootdirectory: " << directory_
      << "/data}, delete: {enabled: true}}\n"
      << "http: {addr: '127.0.0.1:0', secret: test}\n";
  ProcessSpec spec;
  spec.argv = {"sh", "-c", "exec docker-registry serve config.yml >log 2>&1"};
  spec.working_directory = directory_;
  auto child = SpawnChild(spec);
  if (!child.ok()) throw std::runtime_error(std::string(child.status().message()));
  pid_ = child->pid;
  for (int i = 0; i < 3000 && address_.empty(); ++i) {
    absl::SleepFor(absl::Milliseconds(10));
    address_ = AddressIn(ReadLog(directory_ + "/log"));
  }
  if (address_.empty()) {
    std::string log = ReadLog(directory_ + "/log");
    Stop();
    throw std::runtime_error("docker-registry did not start: " + log);
  }
}

RegistryServer::~RegistryServer() {
  Stop();
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

void RegistryServer::Stop() {
  if (pid_ == 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

}  // namespace lif
