#include "common/fragment/fragment_checker.h"

#include "tests/support/catch.h"
#include "tests/unit/fragment/checker_helpers.h"

namespace lif {
namespace {

using Messages = std::vector<std::string>;

TEST_CASE("Everything that is allowed passes", "[fragment]") {
  const char* allowed[] = {
      "RUN make",
      "RUN --network=none make",
      "RUN --mount=type=cache,target=/var/cache/apt --mount=type=tmpfs,target=/tmp,size=1024 make",
      "RUN --mount=type=secret,target=/run/secrets/npm-token,mode=0400,uid=1,gid=2 npm ci",
      "RUN [\"make\", \"$ANYTHING\"]",
      "COPY --from=module app.py /srv/",
      "COPY --from=module . /srv/",
      "COPY --from=module / /srv/",
      "COPY --from=module ./conf/ app.py /srv/",
      "COPY --from=module conf/*.conf /srv/",
      "COPY --from=module --chown=app:app --chmod=0755 --link app.py /srv/$PREFIX",
      "COPY --from=module --link=false [\"with space.txt\", \"/srv/\"]",
      ("ADD --checksum=sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa "
       "https://example.test/v${PORT}/a.tar.gz /opt/"),
      "ENV A=b B=\"c d\" C='$e' D=${PREFIX}/x E=\\$F PATH=/opt/bin:$PATH",
      "LABEL org.example.a=b \"quoted.key\"=\"c d\"",
      "WORKDIR /srv/$PREFIX",
      "USER app",
      "USER 1000:1000",
      "USER ${PORT}",
      "EXPOSE 80 8080/tcp 53/udp 8000-8010 $PORT ${PORT}/udp",
      "VOLUME /data /cache",
      "VOLUME [\"/data\"]",
      "STOPSIGNAL SIGTERM",
      "STOPSIGNAL SIGRTMIN+3",
      "STOPSIGNAL 9",
      "SHELL [\"/bin/bash\", \"-euo\", \"pipefail\", \"-c\"]",
      "HEALTHCHECK NONE",
      "HEALTHCHECK --interval=5s --timeout=1m30s --start-period=0s --retries=3 CMD [\"true\"]",
      "HEALTHCHECK CMD curl -f http://localhost/",
      "ENTRYPOINT [\"serve\"]",
      "ENTRYPOINT exec serve",
      "CMD [\"serve\", \"$NOT_EXPANDED\"]",
      "CMD []",
      "run echo lower case",
  };
  for (const char* text : allowed) {
    CAPTURE(text);
    CHECK(Check(text, TestScope()) == Messages{});
  }
}

TEST_CASE("All problems are reported, in the order of lines", "[fragment]") {
  CHECK(
      Check("FROM x\nRUN --security=insecure make\nARG A\nUSER a b\n", TestScope()) ==
      Messages{
          "1: FROM: is not allowed in a fragment; remove it: the manifest says what the module "
          "stands on",
          "2: RUN --security: is not allowed; only --mount, --network may be written here",
          "3: ARG: is not allowed in a fragment; declare it under args in module.yaml, and use it "
          "as $NAME",
          "4: USER: 'a b' is malformed; write user, user:group, or numbers"});
}

TEST_CASE("ENTRYPOINT and CMD belong to the app slot", "[fragment]") {
  for (const char* keyword : {"ENTRYPOINT", "CMD"}) {
    CHECK(Check(std::string(keyword) + " [\"x\"]", TestScope(/*app_slot=*/false)) ==
          Messages{
              "1: " + std::string(keyword) +
              ": is allowed only in a module of the app slot; write entrypoint and command in the "
              "template's config, or in the app module"});
  }
}

TEST_CASE("A fragment without instruction is a problem", "[fragment]") {
  CHECK(Check("# nothing\n", TestScope()) ==
        Messages{"fragment: has no instruction; write at least one, such as RUN or COPY"});
}

TEST_CASE("The report tells what the fragment sets and wants", "[fragment]") {
  FragmentReport report = CheckFragment(ParseFragment("ENV A=1 B=$LOWER\n"
                                                      "RUN echo $A $TARGETARCH \\\n  $OTHER\n"
                                                      "CMD serve $B $RUNTIME\n"),
                                        TestScope());
  CHECK(report.problems.empty());
  CHECK(report.env == std::map<std::string, int>{{"A", 1}, {"B", 1}});
  CHECK(report.platform_args == std::set<std::string>{"TARGETARCH"});
  REQUIRE(report.free.size() == 3);
  CHECK(report.free.at("LOWER").line == 1);
  CHECK(report.free.at("OTHER").line == 3);
  CHECK_FALSE(report.free.at("OTHER").runtime);
  CHECK(report.free.at("RUNTIME").runtime);
  CHECK(report.free.at("RUNTIME").field == "CMD");
}

std::string Repeat(const std::string& piece, size_t bytes) {
  std::string text;
  while (text.size() + piece.size() <= bytes) text += piece;
  return text;
}

TEST_CASE("The largest fragments cost time in proportion", "[fragment]") {
  const size_t large = kMaxFragmentBytes - 1000;
  // Each was quadratic once: a line counted anew for every use, a part searched from the start.
  CHECK(Check("RUN <<EOF\n" + Repeat("$A\n", large) + "EOF\n", TestScope()).empty());
  CHECK(Check("COPY --from=module " + Repeat("x \\\n", large) + " /y\n", TestScope()).size() ==
        kMaxFragmentProblems);
  CHECK(Check(Repeat("# syntax=x\n", large), TestScope()).size() == kMaxFragmentProblems);
}

}  // namespace
}  // namespace lif
