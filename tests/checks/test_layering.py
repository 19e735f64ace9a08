"""Dependencies go one way: proto → common → {controlplane, executor, cli}."""
import re

import tree

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^">]+)[">]', re.MULTILINE)

# Folder of the file → prefixes that it must not include.
FORBIDDEN = {
    "common": ("controlplane/", "executor/", "cli/", "tests/"),
    "controlplane": ("executor/", "cli/", "tests/"),
    "executor": ("controlplane/", "cli/", "tests/", "grpcpp/", "grpc/", "lif/v1/", "proto/"),
    "cli": ("controlplane/", "executor/", "tests/"),
}
RPC_HEADERS = ("grpcpp/", "grpc/", "google/protobuf/", "lif/v1/", "proto/lif/")
# The one place in common that knows gRPC: how a Status crosses the wire.
RPC_ALLOWED = re.compile(r"^common/(base/grpc_status|rpc/)")
# Heavy headers that must not spread through ours.
HEAVY = ("pqxx/", "CLI/", "nlohmann/json.hpp", "yaml-cpp/", "hiredis/")
HEAVY_ALLOWED = re.compile(r"_internal\.h$")


def includes(path):
    return [match.group(2) for match in INCLUDE.finditer(path.read_text(encoding="utf-8"))]


def violations(rule):
    return [f"{tree.relative(path)} includes {name}"
            for path in tree.sources() for name in includes(path) if rule(path, name)]


def test_no_forbidden_include():
    def forbidden(path, name):
        return name.startswith(FORBIDDEN.get(tree.relative(path).split("/")[0], ()))
    assert violations(forbidden) == []


def test_domain_libraries_know_no_rpc():
    def knows_rpc(path, name):
        where = tree.relative(path)
        return (where.startswith("common/") and not RPC_ALLOWED.match(where)
                and name.startswith(RPC_HEADERS))
    assert violations(knows_rpc) == []


def test_heavy_headers_stay_in_sources():
    def spreads(path, name):
        where = tree.relative(path)
        return (path.suffix == ".h" and not where.startswith(("tests/", "cmake/precompiled/"))
                and not HEAVY_ALLOWED.search(where) and name.startswith(HEAVY))
    assert violations(spreads) == []


def test_own_includes_are_rooted_at_the_repository():
    unrooted = [f"{tree.relative(path)} includes {match.group(2)}"
                for path in tree.sources()
                for match in INCLUDE.finditer(path.read_text(encoding="utf-8"))
                if match.group(1) == '"' and "/" not in match.group(2)]
    assert unrooted == []


def test_the_check_sees_includes():
    assert INCLUDE.findall('#include "cli/main.h"\n#  include <grpcpp/server.h>\n') == [
        ('"', "cli/main.h"), ("<", "grpcpp/server.h")]
