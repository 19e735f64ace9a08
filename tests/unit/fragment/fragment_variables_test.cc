#include "tests/support/catch.h"
#include "tests/unit/fragment/checker_helpers.h"

namespace lif {
namespace {

std::set<std::string> Free(const std::string& text) {
  FragmentReport report = CheckFragment(ParseFragment(text), TestScope());
  for (const Problem& problem : report.problems) UNSCOPED_INFO(problem.ToString());
  CHECK(report.problems.empty());
  std::set<std::string> names;
  for (const auto& [name, unused] : report.free) names.insert(name);
  return names;
}

using Names = std::set<std::string>;

TEST_CASE("Declared names are not free", "[fragment]") {
  CHECK(Free("ENV X=$PORT Y=$PREFIX:$PATH") == Names{});
  CHECK(Free("ENV X=1\nENV Y=$X\nRUN echo $X $Y $HOME $PWD $IFS") == Names{});
  CHECK(Free("RUN echo $TARGETARCH $TARGETOS $TARGETPLATFORM") == Names{});
}

TEST_CASE("An ENV is known to the instructions after it", "[fragment]") {
  CHECK(Free("ENV X=1 Y=$X") == Names{"X"});
  CHECK(Free("RUN echo $X\nENV X=1") == Names{"X"});
}

TEST_CASE("Variables are found in every instruction that expands them", "[fragment]") {
  CHECK(Free("COPY --from=module $A /$B") == Names{"A", "B"});
  CHECK(Free("WORKDIR /$A\nUSER $B\nEXPOSE $C\nVOLUME /$D\nLABEL a=$E\nENV F=$G") ==
        Names{"A", "B", "C", "D", "E", "G"});
  CHECK(Free("RUN [\"echo\", \"$A\"]\nCMD [\"$B\"]") == Names{});
}

TEST_CASE("The shell of RUN decides whether its text is shell", "[fragment]") {
  CHECK(Free("SHELL [\"/usr/bin/python3\", \"-c\"]\nRUN print('$A', \"$B\")") == Names{});
  CHECK(Free("SHELL [\"/bin/bash\", \"-c\"]\nRUN echo $A") == Names{"A"});
}

TEST_CASE("os-release gives its names to the RUN that reads it", "[fragment]") {
  CHECK(Free("RUN . /etc/os-release && echo $VERSION_CODENAME $OTHER") == Names{"OTHER"});
  CHECK(Free("RUN echo $VERSION_CODENAME") == Names{"VERSION_CODENAME"});
}

TEST_CASE("Heredocs are searched as the shell would expand them", "[fragment]") {
  CHECK(Free("RUN <<EOF\nx=1\necho $x $A\nEOF\n") == Names{"A"});
  CHECK(Free("RUN <<'EOF'\necho $A\nEOF\n") == Names{"A"});
  CHECK(Free("RUN cat <<EOF\n$A\nEOF\n") == Names{"A"});
  CHECK(Free("RUN cat <<'EOF'\n$A\nEOF\n") == Names{});
  CHECK(Free("RUN <<EOF\n#!/usr/bin/env python3\nprint('$A' + \"$B\")\nEOF\n") == Names{});
  CHECK(Free("RUN <<EOF\n#!/bin/bash\necho $A\nEOF\n") == Names{"A"});
  FragmentReport report =
      CheckFragment(ParseFragment("USER a\nRUN <<EOF\necho\necho $A\nEOF\n"), TestScope());
  CHECK(report.free.at("A").line == 4);
}

TEST_CASE("An argument is not there at run time", "[fragment]") {
  for (const char* keyword : {"CMD", "ENTRYPOINT", "HEALTHCHECK CMD"}) {
    CAPTURE(keyword);
    std::vector<std::string> messages = Check(std::string(keyword) + " serve $PORT", TestScope());
    REQUIRE(messages.size() == 1);
    CHECK(
        messages[0].find("$PORT is an argument, and is not there at run time; write ENV PORT=$PORT "
                         "above it") != std::string::npos);
    CHECK(Check("ENV PORT=$PORT\n" + std::string(keyword) + " serve $PORT", TestScope()).empty());
  }
}

}  // namespace
}  // namespace lif
