#include "common/config/option_parser.h"

#include <unistd.h>

#include <map>

#include "common/base/file_util.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

// A program with one of each kind of option.
struct Program {
  OptionParser parser{{.name = "prog", .summary = "A program.", .config_section = "prog"}};
  std::string pool = "amd64";
  std::string url;
  std::string format = "text";
  std::string id;
  std::vector<std::string> capabilities;
  std::vector<std::string> ids;
  int slots = 2;
  bool follow = false;
  absl::Duration lease = absl::Seconds(30);
  std::map<std::string, std::string> environment;

  Program() {
    OptionSet& root = parser.root();
    root.Add({.name = "--pool", .value = "NAME", .help = "Pool", .env = "P_POOL"}, &pool);
    root.Add({.name = "--url", .help = "URL", .env = "P_URL", .secret = true}, &url);
    root.Add({.name = "--format", .help = "F", .env = "P_FORMAT", .choices = {"text", "json"}},
             &format);
    root.Add({.name = "--capability", .help = "C", .env = "P_CAPABILITY"}, &capabilities);
    root.Add({.name = "--slots", .help = "S", .env = "P_SLOTS"}, &slots);
    root.Add({.name = "--lease", .help = "L"}, &lease);
    OptionSet& logs = root.AddCommand("logs", "Logs");
    logs.Add({.name = "BUILD_ID", .help = "Build", .required = true}, &id);
    logs.Add({.name = "-f,--follow", .help = "Follow"}, &follow);
    OptionSet& watch = root.AddCommand("watch", "Watch");
    watch.Add({.name = "BUILD_ID", .help = "Builds"}, &ids);
    watch.Add({.name = "--every", .help = "E"}, &slots);
    OptionSet& build = root.AddCommand("build", "Build");
    build.Add({.name = "--manifest-id", .help = "M", .required = true}, &ids);
    root.MakeCommandOptional();
  }

  absl::StatusOr<ParsedArguments> Parse(std::vector<std::string> args) {
    return parser.Parse(args, [this](const std::string& name) -> std::optional<std::string> {
      const auto found = environment.find(name);
      if (found == environment.end()) return std::nullopt;
      return found->second;
    });
  }
};

TEST_CASE("a list of positionals takes what is given, around options, and may be empty") {
  Program program;
  REQUIRE(program.Parse({"watch", "A", "--every", "3", "B", "C"}).ok());
  CHECK(program.ids == std::vector<std::string>{"A", "B", "C"});
  CHECK(program.slots == 3);
  Program none;
  REQUIRE(none.Parse({"watch"}).ok());
  CHECK(none.ids.empty());
}

std::string ErrorOf(std::vector<std::string> args) {
  Program program;
  const auto parsed = program.Parse(std::move(args));
  return parsed.ok() ? "ok" : std::string(parsed.status().message());
}

// A file that is removed at the end of the test.
struct TemporaryFile {
  std::string path;
  explicit TemporaryFile(const std::string& text, unsigned mode = 0600) {
    char name[] = "/tmp/lif-config-XXXXXX";
    close(mkstemp(name));
    path = name;
    REQUIRE(WriteFileAtomically(path, text, mode).ok());
  }
  ~TemporaryFile() { unlink(path.c_str()); }
};

TEST_CASE("options: flags of every kind") {
  Program program;
  const auto parsed =
      program.Parse({"--pool", "gpu", "--slots=-3", "--lease", "1m30s", "--capability", "a,b",
                     "--capability=c", "logs", "-f", "01J", "--format", "json"});
  REQUIRE(parsed.ok());
  CHECK(parsed->command == std::vector<std::string>{"logs"});
  CHECK(program.pool == "gpu");
  CHECK(program.slots == -3);
  CHECK(program.lease == absl::Seconds(90));
  CHECK(program.capabilities == std::vector<std::string>{"a,b", "c"});
  CHECK(program.follow);
  CHECK(program.id == "01J");
  CHECK(program.format == "json");
}

TEST_CASE("options: a negative number is a value, not an option") {
  Program program;
  REQUIRE(program.Parse({"--slots", "-5"}).ok());
  CHECK(program.slots == -5);
}

TEST_CASE("options: defaults stay when nothing is given") {
  Program program;
  REQUIRE(program.Parse({}).ok());
  CHECK(program.pool == "amd64");
  CHECK(program.slots == 2);
}

TEST_CASE("options: flag before environment before file before default") {
  const TemporaryFile file(
      "pool = file\nslots = 7\nformat = json\ncapability = x\ncapability = y\n"
      "[executor]\nunknown = 1\n[prog]\nlease = 5s\n");
  Program program;
  program.environment = {{"P_POOL", "env"}, {"P_SLOTS", "9"}, {"P_FORMAT", ""}};
  REQUIRE(program.Parse({"--config", file.path, "--pool", "flag"}).ok());
  CHECK(program.pool == "flag");
  CHECK(program.slots == 9);
  CHECK(program.format == "json");
  CHECK(program.lease == absl::Seconds(5));
  CHECK(program.capabilities == std::vector<std::string>{"x", "y"});
}

TEST_CASE("options: the file may be named by the environment, and a list there has commas") {
  const TemporaryFile file("slots = 7\n");
  Program program;
  program.environment = {{"LIF_CONFIG", file.path}, {"P_CAPABILITY", "a,,b"}};
  REQUIRE(program.Parse({}).ok());
  CHECK(program.slots == 7);
  CHECK(program.capabilities == std::vector<std::string>{"a", "b"});
}

TEST_CASE("options: errors say what is wrong and what was meant") {
  CHECK(ErrorOf({"--pol", "x"}) == "'--pol' is no option of prog; did you mean '--pool'?");
  CHECK(ErrorOf({"lgos"}) == "'lgos' is no command of prog; did you mean 'logs'?");
  CHECK(ErrorOf({"logs", "--folow", "01J"}) ==
        "'--folow' is no option of prog logs; did you mean '--follow'?");
  CHECK(ErrorOf({"logs", "01J", "extra"}) == "prog logs takes no argument 'extra'");
  CHECK(ErrorOf({"logs"}) == "BUILD_ID is missing");
  CHECK(ErrorOf({"build"}) == "--manifest-id is missing");
  CHECK(ErrorOf({"--pool"}) == "'--pool' needs a value");
  CHECK(ErrorOf({"--pool="}) == "--pool= has no value");
  CHECK(ErrorOf({"--pool", "--format"}) == "--pool needs a value, and '--format' is an option");
  CHECK(ErrorOf({"--pool", "a", "--pool", "b"}) == "--pool is given more than once");
  CHECK(ErrorOf({"--slots", "many"}) == "--slots: 'many' should be a whole number");
  CHECK(ErrorOf({"--slots", "99999999999"}) == "--slots: '99999999999' should be a whole number");
  CHECK(ErrorOf({"--lease", "30"}) ==
        "--lease: '30' should be a time with its unit, such as 30s, 5m or 1h30m");
  CHECK(ErrorOf({"--format", "jsn"}) ==
        "--format: 'jsn' should be one of text, json; did you mean 'json'?");
  CHECK(ErrorOf({"--url", "redis://u:pw@h"}) ==
        "--url holds a password, which other users could read in the list of processes; give it "
        "in P_URL or in the file of --config");
}

TEST_CASE("options: errors of the environment and of files name their source") {
  Program program;
  program.environment = {{"P_SLOTS", "x"}};
  CHECK(std::string(program.Parse({}).status().message()) ==
        "P_SLOTS: 'x' should be a whole number");

  const TemporaryFile unknown("# c\npol = x\n");
  CHECK(ErrorOf({"--config", unknown.path}) ==
        unknown.path + ":2: 'pol' is no setting of prog; did you mean 'pool'?");
  const TemporaryFile twice("pool = x\npool = y\n");
  CHECK(ErrorOf({"--config", twice.path}) == twice.path + ":2: 'pool' is already set on line 1");
  const TemporaryFile section("[executr]\nslots = 1\n");
  CHECK(ErrorOf({"--config", section.path}) ==
        section.path +
            ":2: '[executr]' is no section that a program reads; did you mean 'executor'?");
  const TemporaryFile wrong("slots = x\n");
  CHECK(ErrorOf({"--config", wrong.path}) ==
        "'slots' in the file of --config: 'x' should be a whole number");
  CHECK(ErrorOf({"--config", "/nonexistent/f.ini"}).find("/nonexistent/f.ini") !=
        std::string::npos);
}

TEST_CASE("options: a file with a password that all may read is warned of") {
  const TemporaryFile open_file("url = redis://u:pw@h\n", 0644);
  Program program;
  auto parsed = program.Parse({"--config", open_file.path});
  REQUIRE(parsed.ok());
  REQUIRE(parsed->warnings.size() == 1);
  CHECK(parsed->warnings[0].find("chmod 600") != std::string::npos);
  CHECK(program.url == "redis://u:pw@h");

  const TemporaryFile private_file("url = redis://u:pw@h\n", 0600);
  Program other;
  parsed = other.Parse({"--config", private_file.path});
  REQUIRE(parsed.ok());
  CHECK(parsed->warnings.empty());
}

TEST_CASE("options: help and version come before anything that is missing") {
  Program program;
  auto parsed = program.Parse({"logs", "--help"});
  REQUIRE(parsed.ok());
  REQUIRE(parsed->text.has_value());
  CHECK(parsed->text->find("Usage: prog logs BUILD_ID [OPTIONS]") != std::string::npos);
  CHECK(parsed->text->find("-f, --follow") != std::string::npos);

  Program other;
  parsed = other.Parse({"--version"});
  REQUIRE(parsed.ok());
  CHECK(parsed->text->compare(0, 5, "prog ") == 0);
}

}  // namespace
}  // namespace lif
