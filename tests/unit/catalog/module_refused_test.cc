// Modules with one thing wrong.
#include "tests/unit/catalog/refused_table.h"

namespace lif {
namespace {

#define PY "modules/core/python3/1.0.0/module.yaml:"
#define APP "modules/app/web-app/2.0.0/module.yaml:"

TEST_CASE("Malformed fields of a module are told", "[catalog]") {
  CheckSpoiled({
      {kPython,
       "version: 1.0.0",
       "version: 1.0",
       {PY "2: version: '1.0' is not an exact semantic version; write major.minor.patch, such as "
           "1.4.0 "
           "or 2.0.0-rc.1"}},
      {kPython,
       "version: 1.0.0",
       "version: latest",
       {PY
        "2: version: 'latest' is not an exact semantic version; write major.minor.patch, such as "
        "1.4.0 or 2.0.0-rc.1"}},
      {kPython,
       "slot: core",
       "slot: light",
       {PY "3: slot: 'light' is not what the path says; write 'core', or rename the file or "
           "directory"}},
      {kPython, "slot: core", "slot: [core]", {PY "3: slot: is a list, not text; write one value"}},
      {kPython, "slot: core", "slot:", {PY "3: slot: is empty; write a value, or remove the key"}},
      {kPython,
       "summary: Python",
       "summary: \"\"",
       {PY "4: summary: '' is not one line of 1 to 200 bytes; say in one line what it is for"}},
      {kPython,
       "summary: Python",
       "summary: Python\nplatforms: [linux/riscv]",
       {PY "5: platforms[0]: 'linux/riscv' is not a platform; write linux/amd64 or linux/arm64"}},
      {kPython,
       "summary: Python",
       "summary: Python\nrequires: [GPU]",
       {PY "5: requires[0]: 'GPU' is not a capability; write a name such as gpu"}},
      {kPython,
       "summary: Python",
       "summary: Python\nsecrets: [{id: ../x, version: 1}]",
       {PY
        "5: secrets[0].id: '../x' is malformed; write letters, digits, '.', '_' and '-', at most "
        "100"}},
      {kPython,
       "summary: Python",
       "summary: Python\nsecrets: [{id: a, version: 1}, {id: a, version: 2}]",
       {PY "5: secrets[1].id: 'a' is listed twice; write it once"}},
      {kPython,
       "  PACKAGES:",
       "  packages: x\n  PACKAGES:",
       {PY
        "6: args: 'packages' can't be the name of an argument; write [A-Z][A-Z0-9_]*, and no name "
        "that BuildKit or the shell uses (BUILDKIT_…, TARGET…, …_PROXY, PATH, HOME)"}},
      {kPython,
       "  PACKAGES:",
       "  BUILDKIT_INLINE_CACHE: 1\n  PACKAGES:",
       {PY
        "6: args: 'BUILDKIT_INLINE_CACHE' can't be the name of an argument; write [A-Z][A-Z0-9_]*, "
        "and no name that BuildKit or the shell uses (BUILDKIT_…, TARGET…, …_PROXY, PATH, HOME)"}},
  });
}

TEST_CASE("Argument values can't leave their place", "[catalog]") {
  for (const char* value :
       {"a\\nRUN x", "a\\\"b", "$(id)", "a;b", "a|b", "a`b`",  "a'b", "a\\\\",     "${X}", "a&b",
        "a>b",       "a<b",    "a*",    " a",  "a ",  "a\\tb", "é",   "a\\u0000b", "{a}",  "#a"}) {
    CatalogFixture fixture;
    fixture.Replace(kPython, "${{ python }}", "\"" + std::string(value) + "\"");
    CAPTURE(value);
    std::vector<std::string> problems = fixture.Problems();
    REQUIRE(problems.size() == 1);
    const bool refused = problems[0].find("args.PACKAGES: ") != std::string::npos &&
                         (problems[0].find(" is not a safe value; write") != std::string::npos ||
                          problems[0].find("has control characters") != std::string::npos);
    CAPTURE(problems[0]);
    CHECK(refused);
  }
}

TEST_CASE("Malformed tests are told", "[catalog]") {
  CheckSpoiled({
      {kApp,
       "- name: answers",
       "- nam: answers",
       {APP
        "8: tests[0].'nam': is not a known key; did you mean 'name'?; write one of expect_stdout, "
        "name, network, run, timeout",
        APP "8: tests[0].name: is missing; add name: …"}},
      {kApp,
       "run: [python3, /srv/app.py, --check]",
       "run: python3 --check",
       {APP
        "9: tests[0].run: is text, not a list; write [one, two], or lines that start with '- '"}},
      {kApp,
       "run: [python3, /srv/app.py, --check]",
       "run: []",
       {APP "9: tests[0].run: is empty; write at least one item"}},
      {kApp,
       "run: [python3, /srv/app.py, --check]",
       "run: [\"\", x]",
       {APP "8: tests[0].run: starts with an empty word; write the program first, as in [python3, "
            "--version]"}},
      {kApp,
       "timeout: 1500ms",
       "timeout: 1500",
       {APP
        "11: tests[0].timeout: '1500' is not a time from 100ms to 30m; write such as 30s or 2m"}},
      {kApp,
       "timeout: 1500ms",
       "timeout: 31m",
       {APP
        "11: tests[0].timeout: '31m' is not a time from 100ms to 30m; write such as 30s or 2m"}},
      {kApp,
       "network: loopback",
       "network: host",
       {APP "12: tests[0].network: 'host' is not known; write none or loopback"}},
      {kApp,
       "    network: loopback\n",
       "    network: loopback\n  - {name: answers, run: [x]}\n",
       {APP "13: tests[1].name: 'answers' is the name of two tests; rename one of them"}},
  });
}

TEST_CASE("Relations between modules are told", "[catalog]") {
  CheckSpoiled({
      {kPython,
       "certificates: ^1.0.0",
       "certificate: ^1.0.0",
       {"manifests/web.yaml:9: modules.core[0]: module python3@1.0.0 needs certificate ^1.0.0; add "
        "a "
        "version of certificate in ^1.0.0",
        PY "8: needs.certificate: no module has this name; did you mean 'certificates'?; name a "
           "module of this catalog"}},
      {kPython,
       "certificates: ^1.0.0",
       "certificates: newest",
       {PY "8: needs.certificates: 'newest' is not a range of versions; write such as ^1.2.0, "
           "\">=1.2.0 "
           "<2.0.0\" or \"*\""}},
      {kPython,
       "certificates: ^1.0.0",
       "python3: ^1.0.0",
       {"manifests/web.yaml:9: modules.core[0]: module python3@1.0.0 needs python3 ^1.0.0 below "
        "it; list "
        "python3 before it",
        PY "8: needs.python3: is the module itself; remove it"}},
      {kPython,
       "certificates: ^1.0.0",
       "certificates: ^2.0.0",
       {"manifests/web.yaml:9: modules.core[0]: module python3@1.0.0 needs certificates ^2.0.0, "
        "not "
        "1.0.0; use a version of certificates in ^2.0.0",
        PY "8: needs.certificates: no version is in '^2.0.0'; write a range that has "
           "certificates@1.0.0"}},
      {kPython,
       "needs:",
       "conflicts: {certificates: \"*\"}\nneeds:",
       {"manifests/web.yaml:9: modules.core[0]: module python3@1.0.0 conflicts with "
        "certificates@1.0.0; "
        "remove one of them"}},
      {"modules/security/certificates/1.0.0/module.yaml",
       "provides:",
       "needs: {python3: \"*\"}\nprovides:",
       {"manifests/web.yaml:7: modules.security[0]: module certificates@1.0.0 needs python3 * "
        "below it; "
        "list python3 before it",
        PY "7: needs: lead in a circle: no stack can meet them all; remove the need of one of the "
           "modules; the lower one can't need the upper",
        "modules/security/certificates/1.0.0/module.yaml:5: needs: lead in a circle: no stack can "
        "meet "
        "them all; remove the need of one of the modules; the lower one can't need the upper"}},
  });
}

TEST_CASE("Undeclared and unset variables are told where they are used", "[catalog]") {
  CheckSpoiled({
      {kPythonFragment,
       "$SSL_CERT_FILE",
       "$SSL_CERT_FIL",
       {"modules/core/python3/1.0.0/fragment.Dockerfile:2: ENV: $SSL_CERT_FIL is declared nowhere; "
        "did "
        "you mean 'SSL_CERT_FILE'?; declare it under args, set it in the same RUN, escape it as "
        "\\$, or "
        "name a variable that a lower module provides"}},
      {"modules/security/certificates/1.0.0/fragment.Dockerfile",
       "ENV SSL_CERT_FILE",
       "ENV SSL_CERT",
       {"modules/security/certificates/1.0.0/module.yaml:5: provides: 'SSL_CERT_FILE' is set by no "
        "ENV "
        "of the fragment; write ENV SSL_CERT_FILE=… into fragment.Dockerfile, or remove it"}},
      {"modules/security/certificates/1.0.0/module.yaml",
       "provides: [SSL_CERT_FILE]\n",
       "",
       {"modules/core/python3/1.0.0/fragment.Dockerfile:2: ENV: $SSL_CERT_FILE is declared "
        "nowhere; "
        "declare it under args, set it in the same RUN, escape it as \\$, or name a variable that "
        "a "
        "lower module provides"}},
      {kAppFragment,
       "CMD [\"python3\", \"/srv/app.py\"]",
       "CMD serve $NOWHERE",
       {"manifests/web.yaml:11: modules.app[0]: module web-app@2.0.0 uses $NOWHERE, which no lower "
        "module provides; set NOWHERE in config.env of the template, or by ENV in the fragment"}},
      {kPythonFragment,
       "$PACKAGES",
       "${{ pythn }}",
       {"modules/core/python3/1.0.0/fragment.Dockerfile:1: variable: variable 'pythn' is not in "
        "catalog.yaml; did you mean 'python'?; define it under variables, or name one that is "
        "there"}},
  });
}

}  // namespace
}  // namespace lif
