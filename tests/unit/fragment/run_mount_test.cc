#include "common/fragment/run_mount.h"

#include "common/fragment/paths.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

std::vector<std::string> Messages(const std::string& value) {
  std::vector<Problem> problems;
  ParseRunMount(value, {"npm-token", "other"}, 4, &problems);
  std::vector<std::string> messages;
  for (const Problem& problem : problems) messages.push_back(problem.ToString());
  return messages;
}

TEST_CASE("A mount is read with its options", "[fragment]") {
  std::vector<Problem> problems;
  RunMount mount = ParseRunMount("type=secret,target=/run/secrets/npm-token,mode=0400,uid=7",
                                 {"npm-token"}, 1, &problems);
  CHECK(problems.empty());
  CHECK(mount.type == MountType::kSecret);
  CHECK(mount.target == "/run/secrets/npm-token");
  CHECK(mount.secret == "npm-token");
  CHECK(mount.options == std::map<std::string, std::string>{{"mode", "0400"}, {"uid", "7"}});
  mount = ParseRunMount("TYPE=cache,target=/c", {}, 1, &problems);
  CHECK(problems.empty());
  CHECK(mount.type == MountType::kCache);
}

struct Refused {
  const char* value;
  const char* message;
};

const Refused kRefused[] = {
    {"", "has no type, which means a bind mount; write type=cache, type=secret or type=tmpfs"},
    {"target=/x",
     "has no type, which means a bind mount; write type=cache, type=secret or type=tmpfs"},
    {"type=bind,target=/x",
     "type 'bind' is not allowed; write COPY --from=module to bring files in"},
    {"type=ssh", "type 'ssh' is not allowed; write type=cache, type=secret or type=tmpfs"},
    {"type=cache,type=bind,target=/x", "has 'type' twice; write it once"},
    {"type=cache,target=/x,id=shared",
     "option 'id' is not allowed; leave it out: lif names the cache after platform, trust domain "
     "and module"},
    {"type=cache,target=/x,from=base",
     "option 'from' is not allowed; leave it out: a fragment reads only files/, with COPY "
     "--from=module"},
    {"type=cache,target=/x,source=/y",
     "option 'source' is not allowed; leave it out: a fragment reads only files/, with COPY "
     "--from=module"},
    {"type=cache,target=/x,sharing=shared",
     "option 'sharing' is not allowed; leave it out: lif sets sharing=locked"},
    {"type=cache,dst=/x", "option 'dst' is not allowed; write target="},
    {"type=cache,target=/x,ro",
     "option 'ro' is not allowed; write only type, target, uid, gid, mode"},
    {"type=cache,targte=/x",
     "option 'targte' is not allowed; did you mean 'target'?; write only type, target, uid, gid, "
     "mode"},
    {"type=tmpfs,target=/x,mode=0755",
     "option 'mode' is not allowed; write only type, target, size"},
    {"type=cache",
     "has no target; write an absolute path below / without '..', such as "
     "target=/var/cache/apt"},
    {"type=cache,target=x",
     "target 'x' is not usable; write an absolute path below / without '..', such "
     "as target=/var/cache/apt"},
    {"type=cache,target=/",
     "target '/' is not usable; write an absolute path below / without '..', such "
     "as target=/var/cache/apt"},
    {"type=cache,target=/a/../b",
     "target '/a/../b' is not usable; write an absolute path below / without "
     "'..', such as target=/var/cache/apt"},
    {"type=cache,target=/a/",
     "target '/a/' is not usable; write an absolute path below / without '..', "
     "such as target=/var/cache/apt"},
    {"type=cache,target=/a,mode=9",
     "mode=9 is malformed; write three or four octal digits, as in "
     "mode=0755"},
    {"type=cache,target=/a,uid=root", "uid=root is malformed; write a number"},
    {"type=tmpfs,target=/a,size=1g", "size=1g is malformed; write a number of bytes"},
    {"type=secret,target=/run/secrets/npm-tokn",
     "secret 'npm-tokn' is not in module.yaml; did you mean 'npm-token'?; declare it under "
     "secrets, or "
     "name a declared one as the last part of target"},
    {"type=secret,target=/run/secrets/npm-token,required=false",
     "option 'required' is not allowed; leave it out: every secret is required"},
    {"type=secret,target=/run/secrets/npm-token,id=other",
     "option 'id' is not allowed; leave it out: the last part of target names the secret of "
     "module.yaml"},
    {"type=secret,env=TOKEN,target=/run/secrets/npm-token",
     "option 'env' is not allowed; write target=/run/secrets/<id> and read the file"},
};

TEST_CASE("Mounts outside of the lists are refused", "[fragment]") {
  for (const Refused& refused : kRefused) {
    CAPTURE(refused.value);
    std::vector<std::string> messages = Messages(refused.value);
    REQUIRE(messages.size() >= 1);
    CHECK(messages.front() == "4: RUN --mount: " + std::string(refused.message));
  }
}

TEST_CASE("What is a plain absolute path", "[fragment]") {
  for (const char* path : {"/", "/a", "/var/lib/apt", "/a.b_c@d+e-f"})
    CHECK(IsPlainAbsolutePath(path));
  for (const char* path :
       {"", "a", "//", "/a/", "/a//b", "/./a", "/a/..", "/a b", "/a$b", "/a\"", "/é"}) {
    CAPTURE(path);
    CHECK_FALSE(IsPlainAbsolutePath(path));
  }
  CHECK(HasParentPart(".."));
  CHECK(HasParentPart("a/../b"));
  CHECK(HasParentPart("a/.."));
  CHECK_FALSE(HasParentPart("a..b/...c"));
  CHECK_FALSE(HasParentPart(""));
}

}  // namespace
}  // namespace lif
