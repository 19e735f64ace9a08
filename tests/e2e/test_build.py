"""From a manifest ID to a tested, recorded, tagged image, and what is said when it fails."""
import json
import time
import urllib.request

import pytest

import factory as factories

PLATFORM = ("--platform", "linux/amd64")


def build(factory, manifest_id, code=0, *more):
    """Builds and waits; all that was said, to either stream."""
    result = factory.try_lif("build", "--manifest-id", manifest_id, *PLATFORM, "--wait", *more)
    said = result.stdout + result.stderr
    assert result.returncode == code, said
    return said


def records_of(factory, manifest_id):
    return factory.query(
        "SELECT build_id, outcome, generation FROM records "
        f"WHERE kind = 'image' AND manifest_id = '{manifest_id}' ORDER BY generation")


@pytest.fixture
def artifact(stubs, channel):
    """artifact(build_id, name) → text, as a client downloads it."""
    client = stubs.record_rpc.RecordServiceStub(channel)

    def read(build_id, name):
        request = stubs.record.GetArtifactRequest(build_id=build_id, name=name)
        parts = [part.data for part in client.GetArtifact(request, timeout=30)]
        return b"".join(parts).decode()

    return read


def test_a_build_is_built_tested_recorded_and_tagged(factory):
    said = build(factory, "tiny-api")
    assert "compatible" in said
    ((_, outcome, generation),) = records_of(factory, "tiny-api")
    assert (outcome, generation) == ("compatible", "1")
    ran = factories.docker("run", "--rm", "--pull=always", factory.tag("tiny-api"),
                           "cat", "/etc/settings", "/etc/notice", "/srv/index.html")
    assert ran.stdout == "colour=green\nauthorised users only\nhello\n"


def test_the_same_again_is_reused_at_once(factory):
    build(factory, "tiny-api")
    before = records_of(factory, "tiny-api")
    started = time.monotonic()
    said = build(factory, "tiny-api")
    seconds = time.monotonic() - started
    assert "reused" in said
    assert records_of(factory, "tiny-api") == before
    # 0.1 s is measured on release binaries by tests/bench; sanitizers are several times slower.
    assert seconds < 2


def test_the_example_service_serves_http_from_its_tag(factory):
    build(factory, "python-web")
    run = factories.docker("run", "-d", "--rm", "-p", "127.0.0.1::8080", "--read-only",
                           "--tmpfs", "/tmp", factory.tag("python-web"))
    container = run.stdout.strip()
    try:
        port = factories.docker("port", container, "8080").stdout.strip().rsplit(":", 1)[1]
        page = factories.wait_until(lambda: fetch(f"http://127.0.0.1:{port}/healthz"), 30,
                                    "the container answers HTTP")
        assert json.loads(page)["status"] == "ok"
    finally:
        factories.docker("rm", "-f", container)


def fetch(url):
    try:
        with urllib.request.urlopen(url, timeout=5) as reply:
            return reply.read()
    except OSError:
        return None


def test_a_failing_run_names_its_line_and_command(factory, artifact):
    said = build(factory, "run-fails", 1)
    assert "run-fails@1.0.0" in said and "it broke" in said
    ((build_id, outcome, _),) = records_of(factory, "run-fails")
    assert outcome == "failed"
    error = json.loads(artifact(build_id, f"error-{build_id}.json"))
    assert error["manifest_id"] == "run-fails" and error["build_id"] == build_id
    assert error["outcome"] == "failed" and error["class"] == "user"
    assert error["stage"] == "build" and error["module"] == "run-fails@1.0.0"
    assert error["fragment_line"] == 4 and error["exit_code"] == 42
    assert "about to break" in error["command"]
    assert "it broke" in "\n".join(error["log_tail"])
    assert "it broke" in artifact(build_id, "evidence.log")


def test_a_failing_test_is_incompatible_and_names_the_test(factory, artifact):
    said = build(factory, "test-fails", 4)
    assert "finds-fault" in said and "test-fails@1.0.0" in said
    ((build_id, outcome, _),) = records_of(factory, "test-fails")
    assert outcome == "incompatible"
    error = json.loads(artifact(build_id, f"error-{build_id}.json"))
    assert error["stage"] == "test" and error["module"] == "test-fails@1.0.0"
    assert error["exit_code"] == 7 and "exit 7" in error["command"]
    assert "found none" in "\n".join(error["log_tail"])
    evidence = artifact(build_id, "evidence.log")
    assert "looked for a reason" in evidence and "found none" in evidence
    # Nothing that failed its tests gets a tag.
    pulled = factories.docker("pull", factory.tag("test-fails"), check=False)
    assert pulled.returncode != 0 and "not found" in pulled.stderr


def test_an_incompatible_record_is_reused_until_a_rerun_is_asked_for(factory):
    build(factory, "test-fails", 4)
    before = records_of(factory, "test-fails")
    said = build(factory, "test-fails", 4)
    assert "--rerun" in said
    assert records_of(factory, "test-fails") == before
    build(factory, "test-fails", 4, "--rerun", "if-failed")
    after = records_of(factory, "test-fails")
    assert [row[2] for row in after] == [str(n + 1) for n in range(len(before) + 1)]


@pytest.mark.parametrize("arguments,code", [
    (("build", "--manifest-id", "no-such-thing", "--wait"), 2),
    (("build", "--platform", "linux/amd64"), 2),
    (("build", "--manifest-id", "tiny-api", "--platform", "linux/s390x", "--wait"), 2),
])
def test_mistakes_are_usage_errors(factory, arguments, code):
    result = factory.try_lif(*arguments)
    assert result.returncode == code, result.stdout + result.stderr
    assert result.stderr.strip()


def test_a_server_that_is_away_is_exit_code_3(factory):
    result = factory.try_lif("build", "--server", "127.0.0.1:1", "--manifest-id", "tiny-api",
                             "--wait")
    assert result.returncode == 3, result.stdout + result.stderr


def test_the_rendered_dockerfile_is_pure(factory):
    first = factory.lif("render", "--manifest-id", "tiny-api", *PLATFORM)
    assert first == factory.lif("render", "--manifest-id", "tiny-api", *PLATFORM)
    assert "FROM " in first and "AS app-tiny-api" in first and "@sha256:" in first
