#include "common/catalog/values.h"

#include <string>
#include <vector>

#include "tests/support/catch.h"

namespace lif {
namespace {

using Texts = std::vector<std::string>;

void CheckRule(bool (*rule)(std::string_view), const Texts& good, const Texts& bad) {
  for (const std::string& text : good) {
    CAPTURE(text);
    CHECK(rule(text));
  }
  for (const std::string& text : bad) {
    CAPTURE(text);
    CHECK_FALSE(rule(text));
  }
}

TEST_CASE("Safe values hold nothing that a shell or a Dockerfile reads", "[catalog]") {
  CheckRule(IsSafeValue, {"", "a", "a b", "1.2.3-rc~1", "https://h:1/p", "x@1,y=2", "50%"},
            {" a",
             "a ",
             "a\nb",
             "a\tb",
             "$a",
             "a;b",
             "a'b",
             "a\"b",
             "a\\b",
             "a`b",
             "a|b",
             "a&b",
             "(a)",
             "{a}",
             "[a]",
             "a*b",
             "a?b",
             "a!b",
             "a#b",
             "a<b",
             "a>b",
             "é",
             std::string("a\0b", 3),
             std::string(513, 'a')});
}

TEST_CASE("Names of arguments", "[catalog]") {
  CheckRule(IsArgumentName, {"A", "PORT_2"},
            {"", "a", "1A", "_A", "A-B", "A B", std::string(65, 'A')});
  CheckRule(IsReservedArgument,
            {"BUILDKIT_SYNTAX", "TARGETARCH", "HTTP_PROXY", "NO_PROXY", "SOURCE_DATE_EPOCH", "PATH",
             "LD_PRELOAD", "BASH_ENV"},
            {"PORT", "BUILD_TYPE", "PATHS", "PROXY"});
}

TEST_CASE("Names of catalog entries can be stages and contexts", "[catalog]") {
  CheckRule(
      IsCatalogName, {"a", "python3", "a-b_c.d", std::string(100, 'a')},
      {"", "A", "-a", "a-", "a--b", "a..b", "a.-b", "a/b", "a b", "é", std::string(101, 'a')});
  CheckRule(IsCatalogVariable, {"a", "npm_registry2"},
            {"", "A", "1a", "a-b", std::string(65, 'a')});
}

TEST_CASE("Images, tags and users", "[catalog]") {
  CheckRule(IsImageRepository,
            {"debian", "library/debian", "r.test/debian", "r.test:5000/a/b-c", "localhost/x",
             "127.0.0.1:5000/lif/bases/debian-12"},
            {"", "Debian", "r.test/", "/debian", "r.test//x", "debian:12", "a@sha256:x",
             "r.test:x/y", "a b", "a\nRUN x", "r.test:123456/x", "a/.."});
  CheckRule(IsImageTag, {"12", "latest", "v1.0_x-Y"},
            {"", ".a", "-a", "a b", "a:b", std::string(129, 'a')});
  CheckRule(IsUser, {"app", "10001", "10001:10001", "a.b-c:d"},
            {"", ":", "a:", ":a", "a:b:c", "a b", "-a", "$A"});
  CheckRule(IsLabelKey, {"a", "org.example/x_y-z"},
            {"", ".a", "a b", "a=b", "a\"", std::string(129, 'a')});
  CheckRule(IsPortAndProtocol, {"1/tcp", "65535/udp"},
            {"", "80", "0/tcp", "65536/tcp", "80/sctp", "a/tcp", "/tcp"});
  CheckRule(IsSecretToken, {"npm-token", "2", "A.b_c"},
            {"", "../x", "a/b", "-a", "a b", std::string(101, 'a')});
}

TEST_CASE("Text is UTF-8 without control characters", "[catalog]") {
  CheckRule(IsSingleLine, {"", "a b", "é ✓"},
            {"a\nb", "a\tb", "\x1b[0m", "\x7f", "\xc2\x85", "\xff", std::string(1, '\0')});
  CheckRule(IsText, {"a\nb\tc", "\u00a0"}, {"a\rb", "\xc2\x9f", "\xed\xa0\x80"});
}

}  // namespace
}  // namespace lif
