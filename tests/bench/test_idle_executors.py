"""What executors that have nothing to do ask of Redis."""
import subprocess
import time

import pytest

import factory as factories

EXECUTORS = 4
SECONDS = 30
# What a client sends; all else that Redis counts is called by functions of the queue.
SENT = {"fcall", "fcall_ro", "blpop", "ping", "auth", "hello", "select", "info", "config"}


@pytest.fixture
def idle(monkeypatch):
    monkeypatch.setenv("LIF_LEASE", "30s")  # the default; tests have shorter ones, and more heartbeats
    with factories.running(executors=EXECUTORS, slots=2) as made:
        # It ticks and answers clients: not what is measured.
        made.script("stop", "controlplane")
        yield made


def calls(factory):
    """Calls of each command so far."""
    told = subprocess.run(
        ["redis-cli", "--no-auth-warning", "-u", factory.info["redis"]["admin"], "INFO",
         "commandstats"], text=True, capture_output=True, check=True, timeout=10).stdout
    found = {}
    for line in told.splitlines():
        if line.startswith("cmdstat_"):
            name, figures = line.removeprefix("cmdstat_").split(":", 1)
            found[name] = int(figures.split(",")[0].removeprefix("calls="))
    return found


def test_commands_of_idle_executors(idle, report):
    time.sleep(3)
    before, began = calls(idle), time.monotonic()
    time.sleep(SECONDS)
    after, took = calls(idle), time.monotonic() - began
    more = {name: count - before.get(name, 0) for name, count in after.items()}
    more["info"] = 0  # ours
    more["auth"] = max(0, more.get("auth", 0) - 1)
    sent = sum(count for name, count in more.items() if name.split("|")[0] in SENT)
    within = sum(more.values()) - sent
    each = EXECUTORS * took
    report("commands of an idle executor", f"{sent / each:.2f}/s (aim: <= 2)")
    report("  commands within its functions", f"{within / each:.1f}/s")
    assert sent / each <= 2
    assert more["fcall"] > 0 and more["blpop"] > 0, more
