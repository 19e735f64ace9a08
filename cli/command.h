// The seam between `lif` and one command of it, and what a command may touch.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/exit_code.h"
#include "cli/style.h"
#include "common/base/clock.h"
#include "common/config/option_parser.h"

namespace grpc {
class Channel;
}

namespace lif {

// Standard output and standard error. Results go to `out`; progress, remarks and errors to `err`,
// so that a pipe gets results alone.
struct Terminal {
  std::function<void(std::string_view)> out;
  std::function<void(std::string_view)> err;
  bool err_is_terminal = false;  // progress may be redrawn in place
  size_t out_width = 0;          // columns; 0: not a terminal, do not shorten
  size_t err_width = 0;
  size_t err_height = 24;  // lines
  Style out_style;
  Style err_style;
};

// How to speak to a control plane.
struct ServerTarget {
  // host:port, or unix:PATH; of several, separated by commas, the first that answers.
  std::string address = "127.0.0.1:7400";
  bool tls = false;
  std::string ca_pem;    // authorities to trust; "" for the system's
  std::string cert_pem;  // of the client, with its key; "" for none
  std::string key_pem;   // secret
};

// What a command runs with. Everything outlives the command.
struct CliContext {
  Terminal terminal;
  Clock* clock = nullptr;
  Environment environment;
  std::stop_token interrupt;  // Ctrl-C
  // Makes a channel; tests answer one to a server in the process.
  std::function<std::shared_ptr<grpc::Channel>(const ServerTarget& target)> connect;
  // Path of lif-executor, beside this program; for builds without a factory.
  std::string executor_program;

  // Options that every command has.
  ServerTarget server;
  std::string output = "table";

  // Of several replicas one that answers now: after an UNAVAILABLE, ask for a new one.
  std::shared_ptr<grpc::Channel> Channel() const { return connect(server); }

  bool json() const { return output == "json"; }
};

class Command {
 public:
  virtual ~Command() = default;
  // {"catalog", "check"} for `lif catalog check`.
  virtual std::vector<std::string> Path() const = 0;
  virtual std::string Summary() const = 0;
  // Called once, before Run, which finds its arguments in the targets that it gave here.
  virtual void AddOptions(OptionSet* options) = 0;
  // An error is printed for it, and decides the exit code.
  virtual absl::StatusOr<ExitCode> Run(CliContext& context) = 0;
};

using Commands = std::vector<std::unique_ptr<Command>>;

}  // namespace lif
