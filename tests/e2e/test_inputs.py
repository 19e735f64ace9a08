"""Requests that nobody should send, through a real control plane: each is answered in words."""
import time

import grpc
import pytest

MANIFEST = "amber-0000"
MIB = 1 << 20


@pytest.fixture
def client(served, stubs):
    options = [("grpc.max_send_message_length", -1)]
    with grpc.insecure_channel(served.info["server"], options=options) as channel:
        yield stubs.build_rpc.BuildServiceStub(channel)


@pytest.fixture(autouse=True)
def it_serves_on(served):
    """Whatever was sent, the same process goes on serving."""
    before = served.pid("controlplane")
    yield
    assert served.pid("controlplane") == before
    served.lif("queues", timeout=30)


def refused(call, *arguments, timeout=60):
    with pytest.raises(grpc.RpcError) as caught:
        call(*arguments, timeout=timeout)
    return caught.value


def build(stubs, manifest_id=MANIFEST, platforms=("linux/amd64",)):
    return stubs.build.BuildRequest(manifest_id=manifest_id, platforms=platforms)


def test_a_hundred_thousand_builds(stubs, client):
    request = stubs.build.SubmitBuildsRequest(
        builds=[stubs.build.BuildRequest(manifest_id=MANIFEST)] * 100_000)
    error = refused(client.SubmitBuilds, request)
    assert error.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert error.details() == ("builds: asks for 100000 builds; at most 10000 are allowed in one "
                               "request: split it")


def test_64_mib(stubs, client):
    request = stubs.build.SubmitBuildsRequest(tenant="x" * (64 * MIB), builds=[build(stubs)])
    error = refused(client.SubmitBuilds, request)
    # gRPC refuses it before the control plane reads it: see docs/api.md.
    assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "larger than max" in error.details()


def test_many_empty_builds_in_the_largest_message_take_bounded_memory(served, stubs):
    # Two bytes each on the wire, many times that in memory.
    raw = b"\x0a\x00" * (MIB - 100)
    with grpc.insecure_channel(served.info["server"]) as channel:
        call = channel.unary_unary("/lif.v1.BuildService/SubmitBuilds")
        for _ in range(3):
            error = refused(call, raw)
            assert error.code() == grpc.StatusCode.INVALID_ARGUMENT
            assert "builds: asks for 1048476 builds" in error.details()


def test_a_deadline_of_a_millisecond(stubs, client):
    request = stubs.build.SubmitBuildsRequest(
        builds=[build(stubs, f"amber-{number:04d}") for number in range(0, 200, 20)] * 500,
        validate_only=True)
    started = time.monotonic()
    error = refused(client.SubmitBuilds, request, timeout=0.001)
    assert error.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    assert time.monotonic() - started < 10


def test_bytes_that_are_not_utf8(served):
    with grpc.insecure_channel(served.info["server"]) as channel:
        submit = channel.unary_unary("/lif.v1.BuildService/SubmitBuilds")
        error = refused(submit, b"\x0a\x04\x0a\x02\xff\xfe")
        assert error.code() in (grpc.StatusCode.INTERNAL, grpc.StatusCode.INVALID_ARGUMENT)
        error = refused(submit, b"\xff\xff\xff\xff")
        assert error.code() in (grpc.StatusCode.INTERNAL, grpc.StatusCode.INVALID_ARGUMENT)


@pytest.mark.parametrize("name", ["a\nb", "\x1b[31mred", "a\x00b", "../../etc/passwd", "", "A",
                                  "ü", "x" * 101, "$(id)", "'; DROP TABLE manifests; --"])
def test_ids_that_are_no_ids(stubs, client, name):
    answer = client.SubmitBuilds(stubs.build.SubmitBuildsRequest(builds=[build(stubs, name)]),
                                 timeout=30)
    assert answer.invalid == 1
    assert answer.builds[0].invalid_code == "MANIFEST_ID_MALFORMED"
    assert "use 1 to 100 of a-z 0-9 . _ -" in answer.builds[0].reason


def test_a_platform_that_the_manifest_lacks(stubs, client):
    request = stubs.build.SubmitBuildsRequest(
        builds=[build(stubs, platforms=["linux/amd64", "linux/riscv64", "plan9", "\x1b[2J"])],
        validate_only=True)
    answer = client.SubmitBuilds(request, timeout=30)
    codes = [entry.invalid_code for entry in answer.builds]
    assert codes == ["", "PLATFORM_MALFORMED", "PLATFORM_MALFORMED", "PLATFORM_MALFORMED"]
    assert answer.builds[3].reason == (
        "unknown platform '?[2J'; write linux/amd64 or linux/arm64")


def test_fields_out_of_bounds_are_all_named(stubs, client):
    error = refused(client.SubmitBuilds, stubs.build.SubmitBuildsRequest(
        builds=[build(stubs)], priority=99, tenant="\x07bell", request_id="\x1b"))
    assert error.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert error.details() == (
        "priority: is 99; write -10 (last) to 10 (first); tenant: '?bell' is malformed: use 1 to "
        "63 of a-z 0-9 . _ -, starting with a-z or 0-9; request_id: '?' is no ULID: leave it "
        "empty, or write 26 characters of Crockford base 32")


@pytest.mark.parametrize("arguments, words", [
    (["build", "--manifest-id", "a\tb"], "is malformed"),
    (["build", "--manifest-id", "amber-000"], "did you mean 'amber-0000'"),
    (["build", "--manifest-id", MANIFEST, "--platform", "linux/riscv64"], "linux/amd64"),
    (["build", "--manifest-id", MANIFEST, "--priority", "11"], "10"),
    (["build", "--manifest-id", MANIFEST, "--tenant", "No"], "malformed"),
    (["status", "01"], "build"),
    (["render", "--manifest-id", MANIFEST, "--platform", "amd64"], "linux/amd64"),
])
def test_the_client_says_what_is_wrong(served, arguments, words):
    result = served.try_lif(*arguments, timeout=60)
    assert result.returncode in (1, 2), result
    assert words in result.stdout + result.stderr, result
    for technical in ("exception", "terminate", "what():", "pqxx", "std::", "grpc"):
        assert technical not in (result.stdout + result.stderr).lower()
