"""The queue's rates beside the ceiling: redis-benchmark of the same function in the same server."""
import json
import os
import pathlib
import statistics
import subprocess
import time

import pytest

ROUNDS = 5
JOBS = 20000
CLIENTS = 32
BINARY = pathlib.Path(os.environ.get(
    "LIF_BENCH_QUEUE", pathlib.Path(__file__).parents[2] / "build/release/bin/bench_queue"))


@pytest.fixture
def redis(tmp_path_factory):
    """Socket of a private server that syncs every write, as deploy/ has it."""
    directory = tmp_path_factory.mktemp("r")
    socket = directory / "s"
    server = subprocess.Popen(
        ["redis-server", "--port", "0", "--unixsocket", socket, "--dir", directory, "--save", "",
         "--appendonly", "yes", "--appendfsync", "always"], stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 10
        while cli(socket, "ping") != "PONG":
            assert time.monotonic() < deadline, "redis-server did not start"
            time.sleep(0.05)
        yield socket
    finally:
        server.kill()
        server.wait()


def test_rates(redis, report):
    ours, theirs, completes = [], [], []
    run_queue(redis, "warmup", JOBS // 10)  # loads the function library too
    for number in range(ROUNDS):
        figures = run_queue(redis, f"round{number}", JOBS)
        ours.append(figures["submits_per_s"])
        completes.append(figures["claims_and_completes_per_s"])
        theirs.append(run_redis_benchmark(redis, f"ceiling{number}"))
        cli(redis, "flushall")
    ratio = statistics.median(a / b for a, b in zip(ours, theirs))
    report("submits", f"{per_second(ours)}; {ratio:.2f} of the ceiling (aim: >= 0.60)")
    report("  redis-benchmark of the same function", per_second(theirs))
    report("claims and completes", per_second(completes))
    assert ratio >= 0.6


def test_memory_of_a_queued_job(redis, report):
    run_queue(redis, "warmup", 100)
    before = used_memory(redis)
    run_redis_benchmark(redis, "memory")
    jobs = int(cli(redis, "zcard", "lif:{memory}:rdy:amd64:default"))
    each = (used_memory(redis) - before) / jobs
    report("memory of a queued job", f"{each:.0f} B (aim: <= 1126 B)")
    assert each <= 1.1 * 1024


def cli(socket, *arguments):
    return subprocess.run(["redis-cli", "-s", socket, *arguments], capture_output=True, text=True,
                          timeout=60, check=False).stdout.strip()


def used_memory(socket):
    lines = dict(line.split(":", 1) for line in cli(socket, "info", "memory").splitlines()
                 if ":" in line)
    return int(lines["used_memory"])


def run_queue(socket, factory, jobs):
    done = subprocess.run([BINARY, socket, factory, str(CLIENTS), str(jobs)], capture_output=True,
                          text=True, timeout=120, check=True)
    return json.loads(done.stdout)


def run_redis_benchmark(socket, factory):
    """Submits a second; each __rand_int__ becomes twelve random digits (two: a build ID is new)."""
    job = ["0" * 52 + "__rand_int__.1", "image", "01__rand_int____rand_int__", "bench",
           "linux/amd64", "amd64", "3", "", "0"]
    done = subprocess.run(
        ["redis-benchmark", "-s", socket, "-c", str(CLIENTS), "-n", str(JOBS), "-r", "1000000000",
         "--csv", "fcall", "lif_v2_submit", "1", f"lif:{{{factory}}}:",
         "01__rand_int____rand_int__", "default", "0", "0", "0", "1", "1", *job],
        capture_output=True, text=True, timeout=120, check=True)
    return float(done.stdout.splitlines()[-1].split(",")[1].strip('"'))


def per_second(rates):
    return (f"median {statistics.median(rates):,.0f}/s of {len(rates)} rounds "
            f"({min(rates):,.0f} to {max(rates):,.0f})")
