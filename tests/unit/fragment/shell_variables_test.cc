#include "common/fragment/shell_variables.h"

#include "tests/support/catch.h"

namespace lif {
namespace {

using Names = std::vector<std::string>;

// What a text uses and does not set itself.
Names Open(std::string_view text) {
  ShellVariables variables = ScanShell(text);
  Names open;
  for (const VariableName& use : variables.used) {
    if (variables.assigned.count(use.name) == 0) open.push_back(use.name);
  }
  return open;
}

TEST_CASE("Uses of variables are found outside of single quotes", "[fragment]") {
  CHECK(Open("echo $A ${B} \"$C ${D#x}\" ${#E} ${!F}") == Names{"A", "B", "C", "D", "E", "F"});
  CHECK(Open("echo '$A' \\$B \"\\$C\" $1 $@ $? $$ $'$D'") == Names{});
  CHECK(Open("echo \"$(cat \"$A\" '$B')\" `echo $C`") == Names{"A", "C"});
  CHECK(Open("echo \"it's $A\" $B") == Names{"A", "B"});
  CHECK(Open("awk '{print $NF}' # $A") == Names{});
  CHECK(Open("echo a#$A ${B:-$C}") == Names{"A", "B", "C"});
}

TEST_CASE("What a text sets itself is known", "[fragment]") {
  for (const char* text :
       {"A=1; echo $A", "A=1 B=2 cmd && echo $A$B", "for A in 1 2; do echo $A; done",
        "while read -r A B; do echo $A $B; done", "export A=1 && echo $A", "read A </x; echo $A",
        "A+=x; echo $A", "local A; echo $A", "echo ${A:=1} $A",
        "while getopts ab: A; do echo $A; done", "x=$(B=1; echo $B); echo $x",
        "A=\"x y\"; echo \"$A\"", "(A=1; echo $A)", "if true; then A=1; fi; echo $A",
        "{ A=1; }; echo $A", "mapfile -t A < x; echo ${A[0]}", "declare -r A=1; echo $A",
        "select A in x; do echo $A; done"}) {
    CAPTURE(text);
    CHECK(Open(text) == Names{});
  }
}

TEST_CASE("What looks like an assignment but is none sets nothing", "[fragment]") {
  CHECK(Open("echo '$x' \"A=1\"; echo $A") == Names{"A"});
  CHECK(Open("make -DA=1; echo $A") == Names{"A"});
  CHECK(Open("for A in x; do :; done; echo $in") == Names{"in"});
}

TEST_CASE("Reading os-release is noticed", "[fragment]") {
  CHECK(ScanShell(". /etc/os-release; echo $VERSION_CODENAME").reads_os_release);
  CHECK_FALSE(ScanShell("echo $VERSION_CODENAME").reads_os_release);
  CHECK(IsOsReleaseName("VERSION_CODENAME"));
  CHECK_FALSE(IsOsReleaseName("PORT"));
}

TEST_CASE("Unfinished text ends the scan, not the program", "[fragment]") {
  for (const char* text : {"$", "${", "${#", "$(", "\"", "'", "\\", "`", "$'", "$'\\", "a=\\",
                           "((((", "))", "${A:=", "$((", "#"}) {
    CAPTURE(text);
    CHECK(ScanShell(text).used.size() <= 1);
  }
  CHECK(ScanShell(std::string(100000, '(')).used.empty());
  std::string nested;
  for (int i = 0; i < 1000; ++i) nested += "$(\"";
  CHECK(ScanShell(nested).used.empty());
}

}  // namespace
}  // namespace lif
