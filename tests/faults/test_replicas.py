"""Two control planes, of which one dies while a client watches through it."""
import os
import re
import signal
import subprocess

import factory as factories
import oracle
import steady

COUNT = 6


def start_replica(factory, port):
    """A second control plane with the configuration of the first, on a port of its own."""
    log = open(factory.state / "log" / "replica.log", "w", encoding="utf-8")
    return subprocess.Popen(
        [factory.binary("lif-controlplane"), "--config", factory.state / "etc/controlplane.ini",
         "--listen", f"127.0.0.1:{port}", "--http-listen", "127.0.0.1:0"],
        stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)


def test_a_watch_goes_on_with_the_other_replica(factory, tmp_path):
    names = steady.write_catalog(tmp_path / "catalog", "watched", COUNT, seconds=3)
    factory.publish(tmp_path / "catalog", "busybox")
    port = factories.free_port()
    replica = start_replica(factory, port)
    try:
        servers = [f"127.0.0.1:{port}", factory.info["server"]]
        factories.wait_until(
            lambda: steady.run_client(factory, servers[:1], "queues").returncode == 0, 30,
            "the replica answers")
        arguments = [part for name in names for part in ("--manifest-id", name)]
        watch = subprocess.Popen(
            [factory.binary("lif"), "build", *arguments, "--platform", "linux/amd64", "--wait"],
            env=factory.env | {"LIF_SERVER": ",".join(servers)}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        factories.wait_until(lambda: factory.query("SELECT 1 FROM records WHERE kind = 'image'"), 60, "a first record")
        os.kill(replica.pid, signal.SIGKILL)
        said, _ = watch.communicate(timeout=180)
    finally:
        replica.kill()
        replica.wait()
    assert watch.returncode == 0, said
    assert not oracle.RAW.search(said), said
    rows = factory.query("SELECT manifest_id, outcome FROM records WHERE kind = 'image'")
    assert sorted(rows) == sorted([name, "compatible"] for name in names)
    ended = re.findall(r"✓ (\S+) linux/amd64  compatible", said)
    assert sorted(ended) == sorted(names), said
    assert "went away" in said and "it answers again" in said, said
