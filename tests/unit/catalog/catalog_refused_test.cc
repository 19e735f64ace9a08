// catalog.yaml, bases and templates with one thing wrong.
#include "tests/unit/catalog/refused_table.h"

namespace lif {
namespace {

TEST_CASE("What is wrong with catalog.yaml is told", "[catalog]") {
  CheckSpoiled({
      {"catalog.yaml",
       "schema: 1",
       "schema: 2",
       {"catalog.yaml:1: schema: '2' is not usable; write 1"}},
      {"catalog.yaml",
       "name: test",
       "name: Test",
       {"catalog.yaml:2: name: 'Test' is not a name; write lower-case letters and digits, with "
        "single "
        "'.', '_' or '-' between, at most 100"}},
      {"catalog.yaml",
       "  registry:",
       "  Registry:",
       {"bases/debian-12.yaml:6: platforms.linux/amd64.image: variable 'registry' is not in "
        "catalog.yaml; define it under variables, or name one that is there",
        "bases/debian-12.yaml:9: platforms.linux/arm64.image: variable 'registry' is not in "
        "catalog.yaml; define it under variables, or name one that is there",
        "catalog.yaml:4: variables: 'Registry' is not the name of a variable; write "
        "[a-z][a-z0-9_]*, "
        "at most 64"}},
      {"catalog.yaml",
       "python3-minimal",
       "\"$(id)\"",
       {"catalog.yaml:5: variables.python: '$(id)' is not a safe value; write at most 512 of "
        "letters, "
        "digits, space and . _ / : @ + , = ~ % -, no space at an end"}},
      {"catalog.yaml",
       "variables:",
       "variabels:",
       {"bases/debian-12.yaml:6: platforms.linux/amd64.image: variable 'registry' is not in "
        "catalog.yaml; define it under variables, or name one that is there",
        "bases/debian-12.yaml:9: platforms.linux/arm64.image: variable 'registry' is not in "
        "catalog.yaml; define it under variables, or name one that is there",
        "catalog.yaml:3: 'variabels': is not a known key; did you mean 'variables'?; write one of "
        "name, "
        "schema, variables",
        "modules/core/python3/1.0.0/module.yaml:6: args.PACKAGES: variable 'python' is not in "
        "catalog.yaml; define it under variables, or name one that is there"}},
  });
}

TEST_CASE("What is wrong with a base is told", "[catalog]") {
  const std::string a64(64, 'a');
  CheckSpoiled({
      {kBase,
       ("    digest: sha256:aaaa"),
       "    # none: sha256:aaaa",
       {"bases/debian-12.yaml:5: platforms.linux/amd64.digest: is missing: the base is not pinned; "
        "run "
        "lif catalog update-base debian-12 --into DIR, and publish DIR"}},
      {kBase,
       "sha256:aaaa",
       "sha256:AAAA",
       {"bases/debian-12.yaml:7: platforms.linux/amd64.digest: 'sha256:AAAA" + a64.substr(0, 60) +
        "' is not a digest; write sha256: and 64 lower-case hexadecimal digits"}},
      {kBase,
       "digest: sha256:aaaa",
       "digest: latest #",
       {"bases/debian-12.yaml:7: platforms.linux/amd64.digest: 'latest' is not a digest; write "
        "sha256: "
        "and 64 lower-case hexadecimal digits"}},
      {kBase,
       "debian:12\n",
       "Debian:12\n",
       {"bases/debian-12.yaml:6: platforms.linux/amd64.image: 'registry.test/lif/Debian:12' is not "
        "an "
        "image; write [registry/]repository[:tag] in lower case"}},
      {kBase,
       "debian:12\n",
       "debian@sha256:aa\n",
       {"bases/debian-12.yaml:6: platforms.linux/amd64.image: 'registry.test/lif/debian@sha256:aa' "
        "is "
        "not an image; write [registry/]repository[:tag], and the digest under digest:"}},
      {kBase,
       "debian:12\n",
       "\"debian:12\\nRUN x\"\n",
       {"bases/debian-12.yaml:6: platforms.linux/amd64.image: 'registry.test/lif/\"debian:12\\nRUN "
        "x\"' is "
        "not an image; write [registry/]repository[:tag] in lower case"}},
      {kBase,
       "linux/amd64",
       "linux/x86",
       {"bases/debian-12.yaml:5: platforms.linux/x86: is not a platform; write linux/amd64 or "
        "linux/arm64"}},
      {kBase,
       "epoch: 1767225600",
       "epoch: -1",
       {"bases/debian-12.yaml:3: epoch: '-1' is not usable; write a whole number from 0 to "
        "4102444800"}},
      {kBase,
       "name: debian-12",
       "name: debian-13",
       {"bases/debian-12.yaml:2: name: 'debian-13' is not what the path says; write 'debian-12', "
        "or "
        "rename the file or directory"}},
      {kBase, "name: debian-12\n", "", {"bases/debian-12.yaml:2: name: is missing; add name: …"}},
  });
}

TEST_CASE("What is wrong with a template is told", "[catalog]") {
  CheckSpoiled({
      {kTemplate,
       "slot: core,",
       "slot: cor,",
       {"manifests/web.yaml:8: modules.core: template service@1.0.0 has no slot 'core'; remove its "
        "modules, or choose a template that has it",
        "templates/service/1.0.0.yaml:6: slots[1].slot: 'cor' is not a slot; did you mean 'core'?; "
        "write security, core, light or app"}},
      {kTemplate,
       "{slot: core, required: true, stable: true}",
       "{slot: app}",
       {"manifests/web.yaml:8: modules.core: template service@1.0.0 has no slot 'core'; remove its "
        "modules, or choose a template that has it",
        "templates/service/1.0.0.yaml:7: slots[2].slot: 'app' is listed twice; write each slot "
        "once"}},
      {kTemplate,
       "required: true, stable: true",
       "required: yes, stable: true",
       {"templates/service/1.0.0.yaml:5: slots[0].required: 'yes' is not true or false; write true "
        "or "
        "false"}},
      {kTemplate,
       "user: \"10001:10001\"",
       "user: \"root; rm\"",
       {"templates/service/1.0.0.yaml:9: config.user: 'root; rm' is not a user; write user, "
        "user:group, or numbers such as \"10001:10001\""}},
      {kTemplate,
       "[8080]",
       "[http]",
       {"templates/service/1.0.0.yaml:10: config.expose[0]: 'http/tcp' is not a port; write 1 to "
        "65535 "
        "with /tcp or /udp, such as 8080/tcp"}},
      {kTemplate,
       "  expose:",
       "  workdir: /srv/../etc\n  expose:",
       {"templates/service/1.0.0.yaml:10: config.workdir: '/srv/../etc' is not a plain absolute "
        "path; "
        "write one that starts with '/', of letters, digits and . _ @ + -"}},
      {kTemplate,
       "  expose:",
       "  labels: {io.lif.base: x}\n  expose:",
       {"templates/service/1.0.0.yaml:10: config.labels: 'io.lif.base' can't be the key of a "
        "label; "
        "write letters, digits, '.', '_', '-' and '/'; io.lif. and org.opencontainers.image.base. "
        "are "
        "lif's own"}},
      {kTemplate,
       "  expose:",
       "  labels: {a: \"b\\nRUN x\"}\n  expose:",
       {"templates/service/1.0.0.yaml:10: config.labels.a: 'b?RUN x' is not one line of at most "
        "4096 "
        "bytes; write it on one line"}},
      {kTemplate,
       "  expose:",
       "  env: {\"A B\": c}\n  expose:",
       {"templates/service/1.0.0.yaml:10: config.env: 'A B' is not the name of an environment "
        "variable; write letters, digits and '_', not starting with a digit"}},
      {kTemplate,
       "  expose:",
       "  entrypoint: /usr/bin/tini\n  expose:",
       {"templates/service/1.0.0.yaml:10: config.entrypoint: is text, not a list; write [one, "
        "two], or "
        "lines that start with '- '"}},
      {kTemplate,
       "config:\n",
       "config: {}\nconfg:\n",
       {"templates/service/1.0.0.yaml:9: 'confg': is not a known key; did you mean 'config'?; "
        "write one "
        "of config, name, slots, summary, tests, version"}},
      {kTemplate,
       "slots:",
       "tests: [{name: x}]\nslots:",
       {"templates/service/1.0.0.yaml:4: tests[0].run: is missing; add run: …"}},
      {kTemplate,
       "version: 1.0.0",
       "version: 1.0.1",
       {"templates/service/1.0.0.yaml:2: version: '1.0.1' is not what the path says; write "
        "'1.0.0', or "
        "rename the file or directory"}},
  });
}

}  // namespace
}  // namespace lif
