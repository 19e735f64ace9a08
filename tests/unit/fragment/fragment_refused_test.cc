#include "tests/support/catch.h"
#include "tests/unit/fragment/checker_helpers.h"

namespace lif {
namespace {

struct Refused {
  const char* text;
  const char* message;  // the only one
};

const Refused kInstructions[] = {
    {"FROM scratch",
     "1: FROM: is not allowed in a fragment; remove it: the manifest says what the "
     "module stands on"},
    {"from scratch AS x",
     "1: FROM: is not allowed in a fragment; remove it: the manifest says what the "
     "module stands on"},
    {"ONBUILD RUN x",
     "1: ONBUILD: is not allowed in a fragment; remove it: an image of lif is not a "
     "base of docker build"},
    {"MAINTAINER me", "1: MAINTAINER: is not allowed in a fragment; write a LABEL"},
    {"ARG X=1",
     "1: ARG: is not allowed in a fragment; declare it under args in module.yaml, and use it "
     "as $NAME"},
    {"RNU x",
     "1: instruction: 'RNU' is not known; did you mean 'RUN'?; write one of "
     "docs/catalog-format.md; a line that goes on ends in a backslash"},
    {"apt-get update",
     "1: instruction: 'APT-GET' is not known; write one of docs/catalog-format.md; a "
     "line that goes on ends in a backslash"},
};

const Refused kFlags[] = {
    {"RUN --security=insecure x",
     "1: RUN --security: is not allowed; only --mount, --network may be "
     "written here"},
    {"RUN --device=gpu x",
     "1: RUN --device: is not allowed; only --mount, --network may be written here"},
    {"RUN --network=host x",
     "1: RUN --network: 'host' is not allowed; write --network=none, or leave it "
     "out"},
    {"RUN --network x",
     "1: RUN --network: '' is not allowed; write --network=none, or leave it out"},
    {"RUN --moutn=type=tmpfs,target=/x y",
     "1: RUN --moutn: is not allowed; did you mean 'mount'?; only "
     "--mount, --network may be written here"},
    {"COPY --parents --from=module app.py /x",
     "1: COPY --parents: is not allowed; only --from, --chown, "
     "--chmod, --link may be written here"},
    {"COPY --exclude=a --from=module app.py /x",
     "1: COPY --exclude: is not allowed; only --from, "
     "--chown, --chmod, --link may be written here"},
    {"ENV --x A=b", "1: ENV --x: is not allowed; remove it"},
    {"HEALTHCHECK --intervall=5s CMD x",
     "1: HEALTHCHECK --intervall: is not allowed; did you mean 'interval'?; only --interval, "
     "--timeout, "
     "--start-period, --start-interval, --retries may be written here"},
    {"HEALTHCHECK --interval=5 CMD x",
     "1: HEALTHCHECK --interval: '5' is malformed; write a duration "
     "such as 30s"},
    {"HEALTHCHECK --retries=x CMD x", "1: HEALTHCHECK --retries: 'x' is malformed; write a number"},
    {"COPY --from=module --chmod=u+x app.py /x",
     "1: COPY --chmod: 'u+x' is malformed; write three or "
     "four octal digits, as in --chmod=0755"},
    {"COPY --from=module --chown=a:b:c app.py /x",
     "1: COPY --chown: 'a:b:c' is malformed; write user, "
     "user:group, or numbers"},
    {"COPY --from=module --link=maybe app.py /x",
     "1: COPY --link: 'maybe' is malformed; write --link "
     "alone"},
    {"COPY --from=module --link --link app.py /x",
     "1: COPY --link: is written twice; write it once"},
};

const Refused kSources[] = {
    {"COPY app.py /x",
     "1: COPY --from: is missing; write COPY --from=module SRC DST, which reads the "
     "module's files/"},
    {"COPY --from=base /etc/passwd /x",
     "1: COPY --from: 'base' is not allowed; write COPY --from=module "
     "SRC DST, which reads the module's files/"},
    {"COPY --from=module-other app.py /x",
     "1: COPY --from: 'module-other' is not allowed; write COPY "
     "--from=module SRC DST, which reads the module's files/"},
    {"COPY --from=alpine:3 app.py /x",
     "1: COPY --from: 'alpine:3' is not allowed; write COPY "
     "--from=module SRC DST, which reads the module's files/"},
    {"COPY --from=module app.py",
     "1: COPY: needs a source and a destination; write COPY … SRC DST"},
    {"COPY --from=module ../secret /x",
     "1: COPY: path '../secret' has '..'; write the path without '..'; "
     "a module reads only its own files/"},
    {"COPY --from=module app.py /srv/../../x",
     "1: COPY: path '/srv/../../x' has '..'; write the path "
     "without '..'; a module reads only its own files/"},
    {"COPY --from=module [\"conf/../../x\", \"/x\"]",
     "1: COPY: path 'conf/../../x' has '..'; write the "
     "path without '..'; a module reads only its own "
     "files/"},
    {"COPY --from=module \"app.py\" /x",
     "1: COPY: path '\"app.py\"' has a character of a shell, or none; "
     "write plain paths; with spaces, as JSON: [\"a b\", \"/dst\"]"},
    {"COPY --from=module ap.py /x",
     "1: COPY: files/ap.py is not there; did you mean 'app.py'?; add it to "
     "the module's files/, or mend the path"},
    {"COPY --from=module \\\n  app.py \\\n  nothing /x",
     "3: COPY: files/nothing is not there; add it to "
     "the module's files/, or mend the path"},
    {"COPY --from=module con /x",
     "1: COPY: files/con is not there; add it to the module's files/, or "
     "mend the path"},
    {"COPY --from=module $UNCLOSED${X /x",
     "1: COPY: has a malformed variable in '$UNCLOSED${X'; write "
     "$NAME or ${NAME}, or \\$ for a dollar sign"},
};

#define SUM "--checksum=sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa "
const Refused kAdd[] = {
    {"ADD https://example.test/a.tgz /x",
     "1: ADD --checksum: is missing; write --checksum=sha256: and 64 "
     "lower-case hexadecimal digits of the content"},
    {"ADD --checksum=md5:1 https://example.test/a.tgz /x",
     "1: ADD --checksum: 'md5:1' is not a digest; write --checksum=sha256: and 64 lower-case "
     "hexadecimal "
     "digits of the content"},
    {"ADD " SUM "app.py /x",
     "1: ADD: 'app.py' is not a URL; write COPY --from=module for a file of the "
     "module"},
    {"ADD " SUM "https://example.test/r.git /x",
     "1: ADD: 'https://example.test/r.git' is a git source; "
     "write the https:// URL of one file"},
    {"ADD " SUM "https://example.test/r.GIT /x",
     "1: ADD: 'https://example.test/r.GIT' is a git source; "
     "write the https:// URL of one file"},
    {"ADD " SUM "https://example.test/r.git#main:x /x",
     "1: ADD: 'https://example.test/r.git#main:x' has a '#' or '@'; write the https:// URL of one "
     "file"},
    {"ADD " SUM "git@example.test:a/b /x",
     "1: ADD: 'git@example.test:a/b' is a git source; write the "
     "https:// URL of one file"},
    {"ADD " SUM "git://example.test/b /x",
     "1: ADD: 'git://example.test/b' is a git source; write the "
     "https:// URL of one file"},
    {"ADD " SUM "ssh://example.test/b /x",
     "1: ADD: 'ssh://example.test/b' is a git source; write the "
     "https:// URL of one file"},
    {"ADD " SUM "https://example.test/${PORT}git /x",
     "1: ADD: 'https://example.test/${PORT}git' ends in a variable; write the https:// URL of one "
     "file"},
    {"ADD " SUM "https://example.test/a$PORT /x",
     "1: ADD: 'https://example.test/a$PORT' ends in a variable; write the https:// URL of one "
     "file"},
    {"ADD " SUM "https://$PORT/a.tgz /x",
     "1: ADD: 'https://$PORT/a.tgz' has no fixed host and path; "
     "write the https:// URL of one file"},
    {"ADD " SUM "https://example.test /x",
     "1: ADD: 'https://example.test' has no fixed host and path; "
     "write the https:// URL of one file"},
    {"ADD " SUM "https://example.test/a.tgz https://example.test/b.tgz /x",
     "1: ADD: has more than one source; write one ADD, with its checksum, for each URL"},
};

const Refused kConfig[] = {
    {"ENV A b",
     "1: ENV: 'A' is not NAME=value; write NAME=value, with quotes around a value that has "
     "spaces"},
    {"ENV", "1: ENV: is empty; write ENV NAME=value"},
    {"ENV 1A=b",
     "1: ENV: name '1A' is malformed; write letters, digits and '_', not starting with a "
     "digit"},
    {"ENV BUILDKIT_X=b", "1: ENV: BUILDKIT_X is BuildKit's own; remove it"},
    {"ENV A=\"b", "1: ENV: has a quote that is not closed; close it"},
    {"ENV A=${",
     "1: ENV: has a malformed variable in '${'; write $NAME or ${NAME}, or \\$ for a dollar "
     "sign"},
    {"LABEL \"a b\"=c",
     "1: LABEL: key 'a b' is malformed; write letters, digits, '.', '_', '-' and '/'"},
    {"LABEL io.lif.manifest-id=x",
     "1: LABEL: key 'io.lif.manifest-id' is lif's own; choose a prefix of "
     "your own"},
    {"WORKDIR srv",
     "1: WORKDIR: 'srv' is not a plain absolute path; write one that starts with '/', "
     "without '..', spaces and quotes"},
    {"WORKDIR /srv/../etc",
     "1: WORKDIR: '/srv/../etc' is not a plain absolute path; write one that "
     "starts with '/', without '..', spaces and quotes"},
    {"WORKDIR",
     "1: WORKDIR: '' is not a plain absolute path; write one that starts with '/', without "
     "'..', spaces and quotes"},
    {"USER", "1: USER: '' is malformed; write user, user:group, or numbers"},
    {"EXPOSE 99999",
     "1: EXPOSE: '99999' is not a port; write 1 to 65535, perhaps with /tcp or /udp"},
    {"EXPOSE 80/sctp",
     "1: EXPOSE: '80/sctp' is not a port; write 1 to 65535, perhaps with /tcp or /udp"},
    {"EXPOSE", "1: EXPOSE: is empty; write a port, such as 8080/tcp"},
    {"VOLUME data",
     "1: VOLUME: 'data' is not a plain absolute path; write one that starts with '/', "
     "without '..', spaces and quotes"},
    {"VOLUME []", "1: VOLUME: is empty; write an absolute path"},
    {"STOPSIGNAL TERM",
     "1: STOPSIGNAL: 'TERM' is malformed; write a name such as SIGTERM, or a number"},
    {"SHELL /bin/bash -c",
     "1: SHELL: is not a list of words; write SHELL [\"/bin/bash\", \"-euo\", "
     "\"pipefail\", \"-c\"]"},
    {"SHELL []",
     "1: SHELL: is not a list of words; write SHELL [\"/bin/bash\", \"-euo\", \"pipefail\", "
     "\"-c\"]"},
    {"HEALTHCHECK curl x",
     "1: HEALTHCHECK: is neither NONE nor CMD with a command; write HEALTHCHECK "
     "[flags] CMD command"},
    {"HEALTHCHECK CMD",
     "1: HEALTHCHECK: is neither NONE nor CMD with a command; write HEALTHCHECK "
     "[flags] CMD command"},
    {"RUN", "1: RUN: has no command; write one, or remove it"},
    {"RUN []", "1: RUN: has no command; write one, or remove it"},
    {"CMD", "1: CMD: has no command; write one, or remove it"},
};

template <size_t N>
void CheckTable(const Refused (&table)[N]) {
  for (const Refused& refused : table) {
    CAPTURE(refused.text);
    CHECK(Check(refused.text, TestScope()) == std::vector<std::string>{refused.message});
  }
}

TEST_CASE("Instructions outside of the list are refused", "[fragment]") {
  CheckTable(kInstructions);
}
TEST_CASE("Flags outside of the lists are refused", "[fragment]") {
  CheckTable(kFlags);
}
TEST_CASE("COPY reads the module's files only", "[fragment]") {
  CheckTable(kSources);
}
TEST_CASE("ADD reads one URL with a checksum only", "[fragment]") {
  CheckTable(kAdd);
}
TEST_CASE("Malformed configuration is refused", "[fragment]") {
  CheckTable(kConfig);
}

}  // namespace
}  // namespace lif
