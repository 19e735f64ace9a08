#include "cli/app.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/error_text.h"
#include "common/base/file_util.h"
#include "common/base/status_macros.h"

namespace lif {
namespace {

constexpr char kFooter[] =
    "Exit codes: 0 compatible or done, 1 failed, 2 usage, 3 unavailable, 4 incompatible, 5 error "
    "of the\nfactory, 6 cancelled, 130 interrupted. 'lif COMMAND --help' tells more.\n";

const std::map<std::string, std::string>& GroupSummaries() {
  static const std::map<std::string, std::string> summaries = {
      {"catalog", "Check, publish and read catalogs"},
      {"dead-letters", "List, retry and drop jobs that an operator must look at"}};
  return summaries;
}

// The set of a command's path; parents that are no commands themselves are made as groups.
OptionSet* SetOf(const std::vector<std::string>& path, const std::string& summary, OptionSet* root,
                 std::map<std::string, OptionSet*>* sets) {
  OptionSet* parent = root;
  std::string name;
  for (size_t i = 0; i < path.size(); ++i) {
    absl::StrAppend(&name, name.empty() ? "" : " ", path[i]);
    OptionSet*& set = (*sets)[name];
    if (set == nullptr) {
      const auto group = GroupSummaries().find(name);
      set = &parent->AddCommand(path[i], group == GroupSummaries().end() ? summary : group->second);
    }
    if (i + 1 == path.size()) set->MakeCommandOptional();
    parent = set;
  }
  return parent;
}

// Files of --tls…; a name alone turns TLS on.
struct TlsOptions {
  bool enabled = false;
  std::string ca_file, cert_file, key_file;
};

void AddTlsOptions(OptionSet* options, TlsOptions* tls) {
  options->Add(
      {.name = "--tls", .help = "Speak TLS, trusting the system's authorities", .env = "LIF_TLS"},
      &tls->enabled);
  options->Add({.name = "--tls-ca",
                .value = "FILE",
                .help = "Speak TLS, trusting these authorities (PEM)",
                .env = "LIF_TLS_CA"},
               &tls->ca_file);
  options->Add({.name = "--tls-cert",
                .value = "FILE",
                .help = "Speak TLS with this client certificate (PEM)",
                .env = "LIF_TLS_CERT"},
               &tls->cert_file);
  options->Add({.name = "--tls-key",
                .value = "FILE",
                .help = "Private key of the client certificate (PEM)",
                .env = "LIF_TLS_KEY"},
               &tls->key_file);
}

absl::Status LoadTls(const TlsOptions& tls, ServerTarget* server) {
  constexpr uint64_t kMaxPem = 1 << 20;
  if (tls.cert_file.empty() != tls.key_file.empty()) {
    return absl::InvalidArgumentError("--tls-cert and --tls-key go together: give both or none");
  }
  server->tls = tls.enabled || !tls.ca_file.empty() || !tls.cert_file.empty();
  for (const auto& [path, pem] :
       {std::pair(&tls.ca_file, &server->ca_pem), std::pair(&tls.cert_file, &server->cert_pem),
        std::pair(&tls.key_file, &server->key_pem)}) {
    if (path->empty()) continue;
    LIF_ASSIGN_OR_RETURN(*pem, ReadFile(*path, kMaxPem));
  }
  return absl::OkStatus();
}

ExitCode Fail(const absl::Status& status, const CliContext& context) {
  context.terminal.err(ErrorText(status, context.terminal.err_style));
  return ExitCodeOf(status);
}

ExitCode FailUsage(const absl::Status& status, const std::vector<std::string>& args,
                   const Commands& commands, const CliContext& context) {
  const ExitCode code = Fail(status, context);
  const bool known = !args.empty() && std::any_of(commands.begin(), commands.end(),
                                                  [&](const std::unique_ptr<Command>& command) {
                                                    return command->Path().front() == args.front();
                                                  });
  context.terminal.err(absl::StrCat("  see: lif ", known ? args.front() + " " : "", "--help\n"));
  return code;
}

}  // namespace

ExitCode RunCli(const std::vector<std::string>& args, Commands commands, CliContext context) {
  OptionParser parser({.name = "lif",
                       .summary = "Builds, tests and records container images from catalogs of "
                                  "versioned modules.",
                       .config_section = ""});
  OptionSet& root = parser.root();
  root.Add({.name = "--server",
            .value = "HOST:PORT,...",
            .help = "Control plane, or several replicas of it: the first that answers is asked",
            .env = "LIF_SERVER"},
           &context.server.address);
  TlsOptions tls;
  AddTlsOptions(&root, &tls);
  root.Add({.name = "--output",
            .value = "FORM",
            .help = "Form of results on standard output",
            .choices = {"table", "json"}},
           &context.output);
  root.SetFooter(kFooter);
  std::map<std::string, OptionSet*> sets;
  for (const auto& command : commands) {
    command->AddOptions(SetOf(command->Path(), command->Summary(), &root, &sets));
  }
  const auto parsed = parser.Parse(args, context.environment);
  if (!parsed.ok()) return FailUsage(parsed.status(), args, commands, context);
  if (parsed->text) {
    context.terminal.out(*parsed->text);
    return ExitCode::kOk;
  }
  if (const absl::Status loaded = LoadTls(tls, &context.server); !loaded.ok()) {
    return FailUsage(loaded, args, commands, context);
  }
  for (const auto& command : commands) {
    if (command->Path() != parsed->command) continue;
    const absl::StatusOr<ExitCode> code = command->Run(context);
    return code.ok() ? *code : Fail(code.status(), context);
  }
  return FailUsage(absl::InvalidArgumentError("no command is given"), args, commands, context);
}

}  // namespace lif
