#include "common/fragment/fragment.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

std::vector<std::string> Messages(const Fragment& fragment) {
  std::vector<std::string> messages;
  for (const Problem& problem : fragment.problems) messages.push_back(problem.ToString());
  return messages;
}

TEST_CASE("Instructions have keyword, text and lines", "[fragment]") {
  Fragment fragment = ParseFragment(
      "# comment\n"
      "\n"
      "run  echo one \n"
      "\tENV A=b \\\n"
      "  C=d\n"
      "USER app");
  REQUIRE(fragment.problems.empty());
  REQUIRE(fragment.instructions.size() == 3);
  CHECK(fragment.instructions[0].keyword == "RUN");
  CHECK(fragment.instructions[0].text == "echo one");
  CHECK(fragment.instructions[0].first_line == 3);
  CHECK(fragment.instructions[1].text == "A=b   C=d");
  CHECK(fragment.instructions[1].first_line == 4);
  CHECK(fragment.instructions[1].last_line == 5);
  CHECK(fragment.instructions[1].LineOf(0) == 4);
  CHECK(fragment.instructions[1].LineOf(6) == 5);
  CHECK(fragment.instructions[2].last_line == 6);
}

TEST_CASE("Comments between continued lines are no part of the instruction", "[fragment]") {
  Fragment fragment = ParseFragment("RUN one && \\\n  # why\n# and\n  two\n");
  REQUIRE(fragment.problems.empty());
  REQUIRE(fragment.instructions.size() == 1);
  CHECK(fragment.instructions[0].text == "one &&   two");
  CHECK(fragment.instructions[0].last_line == 4);
  CHECK(fragment.instructions[0].LineOf(9) == 4);
}

TEST_CASE("A backslash continues a line when only blanks follow it", "[fragment]") {
  Fragment fragment = ParseFragment("RUN a\\ \t\nb\nRUN c\\d\n");
  REQUIRE(fragment.problems.empty());
  REQUIRE(fragment.instructions.size() == 2);
  CHECK(fragment.instructions[0].text == "ab");
  CHECK(fragment.instructions[1].text == "c\\d");
}

TEST_CASE("Flags are read with their place in the source", "[fragment]") {
  const std::string source =
      "RUN --mount=type=cache,target=/a \\\n    --network=none \\\n    make --jobs=2\n";
  Fragment fragment = ParseFragment(source);
  REQUIRE(fragment.problems.empty());
  const Instruction& run = fragment.instructions.at(0);
  REQUIRE(run.flags.size() == 2);
  CHECK(run.flags[0].name == "mount");
  CHECK(*run.flags[0].value == "type=cache,target=/a");
  CHECK(source.substr(run.flags[0].begin, run.flags[0].end - run.flags[0].begin) ==
        "--mount=type=cache,target=/a");
  CHECK(run.flags[1].line == 2);
  CHECK(source.substr(run.flags[1].begin, run.flags[1].end - run.flags[1].begin) ==
        "--network=none");
  CHECK(run.text == "make --jobs=2");
  CHECK(run.LineOf(0) == 3);
}

TEST_CASE("A flag without value differs from one with an empty value", "[fragment]") {
  Fragment fragment = ParseFragment("COPY --link --from= a b\n");
  REQUIRE(fragment.instructions.at(0).flags.size() == 2);
  CHECK_FALSE(fragment.instructions[0].flags[0].value.has_value());
  CHECK(fragment.instructions[0].flags[1].value == "");
}

TEST_CASE("Exec form is a JSON array of strings, shell form everything else", "[fragment]") {
  using Words = std::vector<std::string>;
  CHECK(ParseFragment("RUN [\"a\", \"b c\", \"\\\"\"]").instructions.at(0).exec ==
        Words{"a", "b c", "\""});
  CHECK_FALSE(ParseFragment("RUN [ -f /x ] && [ 1 ]").instructions.at(0).exec.has_value());
  CHECK_FALSE(ParseFragment("RUN echo [\"a\"]").instructions.at(0).exec.has_value());
  CHECK(ParseFragment("HEALTHCHECK --retries=2 CMD [\"a\"]").instructions.at(0).exec == Words{"a"});
  CHECK(ParseFragment("SHELL [\"/bin/bash\", \\\n \"-c\"]").instructions.at(0).exec ==
        Words{"/bin/bash", "-c"});
}

TEST_CASE("Heredocs of the shape that is read the same everywhere", "[fragment]") {
  Fragment fragment = ParseFragment(
      "RUN <<EOF\n"
      "set -e\n"
      "FROM nothing\n"
      "  EOF\n"
      "EOF\n"
      "RUN cat > /x <<-'END'\n"
      "\t$A \\\n"
      "\tEND\n"
      "USER app\n");
  REQUIRE(Messages(fragment) == std::vector<std::string>{});
  REQUIRE(fragment.instructions.size() == 3);
  const Instruction& script = fragment.instructions[0];
  REQUIRE(script.heredoc.has_value());
  CHECK_FALSE(script.heredoc->command);
  CHECK(script.heredoc->content == "set -e\nFROM nothing\n  EOF\n");
  CHECK(script.heredoc->first_line == 2);
  CHECK(script.last_line == 5);
  const Instruction& command = fragment.instructions[1];
  REQUIRE(command.heredoc.has_value());
  CHECK(command.heredoc->command);
  CHECK(command.heredoc->quoted);
  CHECK(command.heredoc->content == "$A \\\n");
  CHECK(fragment.instructions[2].first_line == 9);
}

struct Refused {
  const char* text;
  const char* message;
};

const Refused kRefused[] = {
    {"RUN a\r\n",
     "line: has a carriage return; write plain UTF-8 with line feeds and ordinary spaces"},
    {"RUN \x01", "line: has a control character;"},
    {"RUN \x0b--security=insecure x", "line: has a control character;"},
    {"RUN \xff", "line: is not UTF-8;"},
    {"RUN\u00a0--security=insecure x", "line: has a space that is not ASCII;"},
    {"RUN \u2003--mount=type=bind x", "line: has a space that is not ASCII;"},
    {"RUN \u0085x", "line: has a space that is not ASCII;"},
    {"RUN a \\\n\n b",
     "2: line: is empty inside an instruction that goes on; remove it, or put a # on it"},
    {"RUN a \\", "1: line: ends in a backslash, but nothing follows; remove the backslash"},
    {"RUN a \\\n# comment\n", "ends in a backslash, but nothing follows"},
    {"RUN a \\\\\n", "1: line: ends in two backslashes, which engines read in different ways;"},
    {"# syntax=docker/dockerfile:1\nRUN a",
     "1: comment: '# syntax=' is a parser directive; remove it;"},
    {"#escape=`\nRUN a", "1: comment: '# escape=' is a parser directive;"},
    {"# Check = skip=all\nRUN a", "1: comment: '# check=' is a parser directive;"},
    {"RUN a \\\n# syntax = x\nb", "2: comment: '# syntax=' is a parser directive;"},
    {"RUN --mount='type=cache' a",
     "1: RUN '--mount='type=cache'': is not a flag that can be read in one way only; write "
     "--name=value "
     "with no quotes, backslashes, variables or spaces"},
    {"RUN --mount=type=cache,target=$X a", "is not a flag that can be read in one way only"},
    {"RUN -- a", "RUN '--': is not a flag that can be read in one way only"},
    {"RUN --net\\\nwork=none a",
     "RUN '--network=none': goes over more than one line; write a flag on one line"},
    {"COPY --from=module [\"a\", \"b\"] c", "COPY: starts like a list but is not valid JSON;"},
    {"RUN [\"a\"] && b", "RUN: starts like a list but is not valid JSON;"},
    {"CMD [\"a\",]", "CMD: starts like a list but is not valid JSON;"},
    {"RUN [ ] x", "RUN: starts like a list but is not valid JSON;"},
    {"RUN cat <<< word",
     "RUN: has '<<' in a form that lif does not read; write RUN <<EOF or RUN command"},
    {"RUN a <<A <<B\nA\nB", "has '<<' in a form"},
    {"RUN a <<EOF && b\nEOF", "has '<<' in a form"},
    {"RUN a \"$x\" <<EOF\nEOF", "has '<<' in a form"},
    {"RUN cat <${X:-<}EOF <<<\nEOF", "has '<<' in a form"},
    {"RUN 3<<EOF\nEOF", "has '<<' in a form"},
    {"RUN <<\"USER root\"\nUSER root\n", "has '<<' in a form"},
    {"RUN [\"sh\", \"-c\", \"cat <<EOF\"]\n", "has '<<' in a form"},
    {"RUN echo $((1<<2))", "has '<<' in a form"},
    {"COPY <<EOF /x\nhello\nEOF", "1: COPY: has '<<' in a form"},
    {"RUN <<EOF\nhello\n",
     "1: RUN: has a heredoc that never ends: no line is 'EOF'; end it with that word"},
};

TEST_CASE("What BuildKit could read in another way is refused", "[fragment]") {
  for (const Refused& refused : kRefused) {
    CAPTURE(refused.text);
    std::vector<std::string> messages = Messages(ParseFragment(refused.text));
    REQUIRE(messages.size() >= 1);
    CAPTURE(messages.front());
    CHECK(messages.front().find(refused.message) != std::string::npos);
  }
}

TEST_CASE("Sizes are bounded", "[fragment]") {
  CHECK(Messages(ParseFragment(std::string(kMaxFragmentBytes + 1, 'a'))) ==
        std::vector<std::string>{
            "fragment: is 262145 bytes; the limit is 262144; move long scripts to "
            "files/ and COPY --from=module them"});
  CHECK(Messages(ParseFragment("USER a\nRUN " + std::string(kMaxFragmentLine, 'a'))) ==
        std::vector<std::string>{"2: line: is over the limit of 16384 bytes; split it with a "
                                 "backslash at the end of a part"});
  std::string many;
  for (size_t i = 0; i <= kMaxInstructions; ++i) many += "USER a\n";
  Fragment fragment = ParseFragment(many);
  CHECK(fragment.instructions.size() == kMaxInstructions);
  CHECK(Messages(fragment) ==
        std::vector<std::string>{
            "201: fragment: has more than 200 instructions; join RUN instructions "
            "with &&, or split the module"});
}

TEST_CASE("An empty fragment has no instruction and no problem", "[fragment]") {
  for (const char* text : {"", "\n", "# only a comment", "   \n\t\n"}) {
    Fragment fragment = ParseFragment(text);
    CHECK(fragment.instructions.empty());
    CHECK(fragment.problems.empty());
  }
}

}  // namespace
}  // namespace lif
