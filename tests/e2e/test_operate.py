"""What operators do: cancel, drain, logs from any replica, dead letters, doctor, watch."""
import json
import os
import pathlib
import signal
import subprocess

import pytest

import factory as factories

ENDLESS = "sleep 86397"


@pytest.fixture(scope="module")
def second(factory, tmp_path_factory):
    """A second control plane on the same stores; answers its address."""
    port = free_port()
    config = tmp_path_factory.mktemp("second") / "controlplane.ini"
    lines = (factory.state / "etc" / "controlplane.ini").read_text().splitlines()
    config.write_text("\n".join([f'listen="127.0.0.1:{port}"']
                                + [line for line in lines
                                   if "listen" not in line.split("=")[0]]) + "\n")
    config.chmod(0o600)
    binary = pathlib.Path(os.environ["LIF_BUILD"]) / "bin" / "lif-controlplane"
    with open(config.parent / "log", "w", encoding="utf-8") as log:
        process = subprocess.Popen([binary, "--config", config], stdout=log, stderr=log)
    address = f"127.0.0.1:{port}"
    try:
        factories.wait_until(
            lambda: factory.try_lif("queues", "--server", address).returncode == 0, 30,
            "the second control plane")
        yield address
    finally:
        process.terminate()
        process.wait(30)


def free_port():
    import socket
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def processes_with(text):
    """PIDs of processes on this machine, containers' included, whose command line has `text`."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if line.startswith(text):
            found.append(int(entry.name))
    return found


def submit(factory, manifest_id):
    (build,) = factory.lif_json("build", "--manifest-id", manifest_id, "--platform",
                                "linux/amd64")["builds"]
    return build["build_id"]


def running_step(factory, build_id, text):
    build = factory.lif_json_any("status", build_id)
    return build["state"] == "running" and build["step"] and text in build["step"]["name"]


def test_nothing_of_a_cancelled_build_runs_once_that_is_answered(factory):
    build_id = submit(factory, "endless")
    factories.wait_until(lambda: running_step(factory, build_id, ENDLESS), 90, "it runs")
    factories.wait_until(lambda: processes_with(ENDLESS), 30, "its RUN is on the engine")
    said = factory.lif("cancel", build_id, "--timeout", "60s")
    assert processes_with(ENDLESS) == []
    assert "nothing of it runs any more" in said
    assert factory.query("SELECT outcome, failure_class FROM records "
                         f"WHERE build_id = '{build_id}'") == [["cancelled", "cancelled"]]
    left = factories.docker("ps", "--all", "--quiet", "--filter", f"label=lif.build={build_id}")
    assert left.stdout == ""
    assert factory.try_lif("status", build_id).returncode == 6
    assert "it was over before" in factory.lif("cancel", build_id)


def test_a_build_is_cancelled_when_its_last_tenant_leaves(factory):
    build_id = submit(factory, "endless")
    factory.lif("build", "--manifest-id", "endless", "--platform", "linux/amd64", "--tenant",
                "other")
    assert "it goes on for others" in factory.lif("cancel", build_id)
    said = factory.lif("cancel", build_id, "--tenant", "other", "--timeout", "60s")
    assert "cancelled" in said
    factories.wait_until(
        lambda: factory.query(f"SELECT outcome FROM records WHERE build_id = '{build_id}'")
        == [["cancelled"]], 60, "its record")


def test_a_drained_executor_ends_its_build_and_begins_nothing(factory):
    build_id = submit(factory, "drained")
    factories.wait_until(lambda: running_step(factory, build_id, "sleep 10"), 90, "it runs")
    executor = factory.lif_json_any("status", build_id)["executor"]
    try:
        factory.lif("drain", executor)
        (shown,) = [row for row in factory.lif_json("executors")["executors"]
                    if row["id"] == executor]
        assert shown["draining"] and shown["build_ids"] == [build_id]
        assert "is drained: it runs nothing" in factory.lif("drain", executor, "--wait")
        assert factory.query("SELECT outcome, attempt, executor FROM records "
                             f"WHERE build_id = '{build_id}'") == [["compatible", "1", executor]]
    finally:
        factory.lif("drain", executor, "--undo")


def test_a_log_is_the_same_from_both_replicas_at_any_offset(factory, second):
    build_id = submit(factory, "chatty")
    slow_reader = subprocess.Popen(
        [factory.state / "bin" / "lif", "logs", "-f", build_id], env=factory.env,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        os.kill(slow_reader.pid, signal.SIGSTOP)  # it reads nothing, and the build goes on
        sealed = 1 << 20
        factories.wait_until(
            lambda: (factory.lif_json_any("status", build_id)["log_bytes"] or 0) > sealed, 120,
            "more than a chunk of its log")
        assert factory.lif_json_any("status", build_id)["state"] == "running"
        live = log_from(factory, factory.info["server"], build_id, 0)
        for offset in (0, 1, sealed - 1, sealed, sealed + 1, len(live) - 1):
            for server in (factory.info["server"], second):
                part = log_from(factory, server, build_id, offset)
                assert part.startswith(live[offset:]), (server, offset)
        factory.lif("watch", build_id)
        whole = log_from(factory, second, build_id, 0)
        assert whole.startswith(live) and b"chatty ends" in whole
        for offset in (7, sealed, len(live), len(whole)):
            assert log_from(factory, factory.info["server"], build_id, offset) == whole[offset:]
    finally:
        slow_reader.kill()
        slow_reader.wait()


def log_from(factory, server, build_id, offset):
    result = subprocess.run(
        [factory.state / "bin" / "lif", "--server", server, "logs", build_id, "--offset",
         str(offset)], env=factory.env, capture_output=True, timeout=60, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_a_client_with_two_replicas_asks_the_one_that_answers(factory, second):
    listed = factory.lif("queues", "--server", f"127.0.0.1:1,{second}", "--output", "json")
    assert json.loads(listed)["pools"]


def test_doctor_finds_a_healthy_factory_healthy(factory):
    report = factory.lif_json("doctor")
    assert [check for check in report["checks"] if check["state"] == "problem"] == []
    names = {check["name"] for check in report["checks"]}
    assert {"docker", "buildx", "image store", "registry", "postgres", "postgres schema",
            "postgres rights", "redis", "redis durability", "redis functions", "redis memory",
            "clock of Redis", "clock of PostgreSQL", "blobs", "executors", "versions"} <= names
    assert "every invariant holds" in factory.lif("doctor", "queue")


def test_doctor_names_what_is_away(factory):
    try:
        factory.script("stop", "redis")
        report = factory.lif_json("doctor", code=1)
        problems = {check["name"]: check for check in report["checks"]
                    if check["state"] == "problem"}
        assert "redis" in problems
        assert problems["redis"]["remedy"]
    finally:
        factory.script("start", "redis")
    factories.wait_until(lambda: factory.try_lif("doctor").returncode == 0, 60,
                         "the factory is well again")


def test_a_dead_letter_goes_round(factory, second):
    """Three executors die with a build; it is listed, retried, and cancelled in the end."""
    build_id = submit(factory, "endless")
    for crash in range(1, 4):
        factories.wait_until(lambda: running_step(factory, build_id, ENDLESS), 120, "it runs")
        victim = factory.lif_json_any("status", build_id)["executor"]
        factory.kill(victim)
        factory.start_component(victim)
        factories.wait_until(
            lambda: factory.lif_json_any("status", build_id)["state"] == "done"
            or factory.lif_json_any("status", build_id)["crashes"] >= crash, 60,
            "its loss is noticed")
    (letter,) = factories.wait_until(
        lambda: factory.lif_json("dead-letters", "list")["dead_letters"], 120, "a dead letter")
    assert letter["build_id"] == build_id and letter["crashes"] == 3
    factories.wait_until(
        lambda: factory.query(f"SELECT outcome FROM records WHERE build_id = '{build_id}'")
        == [["error"]], 60, "its record")
    retried = json.loads(factory.lif("--server", second, "dead-letters", "retry", build_id,
                                     "--output", "json"))["build"]
    assert retried["build_id"] != build_id
    assert retried["generation"] > 1
    assert factory.lif_json("dead-letters", "list")["dead_letters"] == []
    factory.lif("cancel", retried["build_id"], "--timeout", "60s")
    assert processes_with(ENDLESS) == []
