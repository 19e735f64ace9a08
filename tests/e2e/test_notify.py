"""The daemons as services: what systemd hears, and how they end."""
import os
import pathlib
import signal
import socket
import subprocess

import factory as factories
import pytest
import scrape

BINARIES = pathlib.Path(os.environ.get("LIF_BUILD", factories.ROOT / "build" / "release")) / "bin"


def second(factory, program, component, tmp_path):
    """argv of another daemon with the configuration of the factory's own, on ports of its own."""
    skipped = ("listen", "http-listen", "executor-id", "state-dir", "pool", "lease")
    lines = [line for line in (factory.state / "etc" / f"{component}.ini").read_text().splitlines()
             if not line.startswith(skipped)]
    config = tmp_path / "daemon.ini"
    config.write_text("\n".join(lines))
    config.chmod(0o600)
    more = ["--http-listen", f"127.0.0.1:{free_port()}"]
    if program == "lif-controlplane":
        more += ["--listen", "127.0.0.1:0"]
    else:
        more += ["--executor-id", "notified", "--pool", "nobody", "--state-dir",
                 str(tmp_path / "state")]
    return [str(BINARIES / program), "--config", str(config), *more], f"http://{more[1]}"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def heard(listener, wanted):
    """Reads until systemd has heard `wanted`; a test's patience bounds it."""
    said = []
    while wanted not in said:
        said.append(listener.recv(256).decode())
    return said


@pytest.mark.parametrize("program,component", [("lif-controlplane", "controlplane"),
                                               ("lif-executor", "executor-1")])
def test_systemd_hears_start_life_and_end(factory, program, component, tmp_path):
    argv, address = second(factory, program, component, tmp_path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(60)
        log = (tmp_path / "log").open("w")
        daemon = subprocess.Popen(argv, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                  env=dict(os.environ, NOTIFY_SOCKET=str(tmp_path / "notify"),
                                           WATCHDOG_USEC="1000000"))
        try:
            heard(listener, "READY=1")
            heard(listener, "WATCHDOG=1")
            heard(listener, "WATCHDOG=1")
            assert scrape.get(address, "/healthz") == (200, "ok\n")
            # A client that never ends its request does not keep the daemon.
            host, port = address.removeprefix("http://").split(":")
            with socket.create_connection((host, int(port))) as slow:
                slow.sendall(b"GET /metrics HTTP/1.1\r\nX-Slow: ")
                daemon.send_signal(signal.SIGTERM)
                heard(listener, "STOPPING=1")
                assert daemon.wait(60) == 0
        except BaseException:
            daemon.kill()
            daemon.wait()
            print((tmp_path / "log").read_text())
            raise
        finally:
            log.close()


def test_an_http_port_that_is_off_is_none(factory, tmp_path):
    argv, address = second(factory, "lif-controlplane", "controlplane", tmp_path)
    argv[argv.index("--http-listen") + 1] = "off"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(60)
        daemon = subprocess.Popen(argv, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                                  env=dict(os.environ, NOTIFY_SOCKET=str(tmp_path / "notify")))
        try:
            heard(listener, "READY=1")
            host, port = address.removeprefix("http://").split(":")
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection((host, int(port)), timeout=10)
        finally:
            daemon.terminate()
            assert daemon.wait(60) == 0
