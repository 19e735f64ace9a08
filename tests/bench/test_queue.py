"""The queue's rates beside the ceiling, redis-benchmark of the same function, and beside BullMQ; what a
queued job and an idle executor cost. Peers run in the same rounds and the same server."""
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import time

import pytest

import factory as factories

ROUNDS = 5
JOBS = 20000
CLIENTS = 32
LATENCY_SECONDS = 4
BUILD = pathlib.Path(os.environ.get("LIF_BUILD", factories.ROOT / "build/release"))
BULLMQ = pathlib.Path(__file__).parent / "bullmq"


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


@pytest.fixture(scope="module")
def bullmq():
    """A folder with BullMQ, of the version that its package.json names, and what measures it."""
    place = BUILD / "bullmq"
    shutil.copytree(BULLMQ, place, dirs_exist_ok=True)
    subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--silent"],
                   cwd=place, check=True, timeout=300)
    return place


def test_rates(redis, bullmq, report):
    ours, ceiling, completes, adds, theirs = [], [], [], [], []
    run_queue("rates", redis, "warmup", CLIENTS, JOBS // 10)  # loads the function library too
    run_bullmq(bullmq, redis, "warmup", JOBS // 10)
    for number in range(ROUNDS):
        figures = run_queue("rates", redis, f"round{number}", CLIENTS, JOBS)
        ours.append(figures["submits_per_s"])
        completes.append(figures["claims_and_completes_per_s"])
        figures = run_bullmq(bullmq, redis, f"round{number}", JOBS)
        adds.append(figures["submits_per_s"])
        theirs.append(figures["claims_and_completes_per_s"])
        ceiling.append(run_redis_benchmark(redis, f"ceiling{number}"))
        cli(redis, "flushall")
    share = statistics.median(a / b for a, b in zip(ours, ceiling))
    ratio = statistics.median(a / b for a, b in zip(completes, theirs))
    report("submits", f"{per_second(ours)}; {share:.2f} of the ceiling (aim: >= 0.60)")
    report("  redis-benchmark of the same function", per_second(ceiling))
    report("  BullMQ's adds", per_second(adds))
    report("claims and completes", f"{per_second(completes)}; {ratio:.2f} of BullMQ (aim: >= 1)")
    report("  BullMQ, as many jobs in flight", per_second(theirs))
    assert share >= 0.6
    assert ratio >= 1


def test_pickup_latency_at_half_load(redis, report):
    """From when a submit is due to when an idle claimer has the job, at half the rate at which the same
    submitters and claimers get jobs through the same server."""
    p50, p99, rates = [], [], []
    for number in range(ROUNDS):
        full = run_queue("through", redis, f"full{number}", CLIENTS, JOBS // 2)
        rates.append(full["jobs_per_s"] / 2)
        figures = run_queue("latency", redis, f"half{number}", CLIENTS,
                            int(rates[-1] * LATENCY_SECONDS), rates[-1])
        p50.append(figures["p50_ms"])
        p99.append(figures["p99_ms"])
        cli(redis, "flushall")
    report("pickup at half of that rate", f"p99 {milliseconds(p99)} (aim: <= 10 ms)")
    report("  its median", milliseconds(p50))
    report("  jobs a second", per_second(rates))
    assert statistics.median(p99) <= 10


def test_memory_of_a_queued_job(redis, report):
    run_queue("rates", redis, "warmup", CLIENTS, 100)
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


def run_queue(mode, socket, factory, *numbers):
    done = subprocess.run([BUILD / "bin/bench_queue", mode, socket, factory, *map(str, numbers)],
                          capture_output=True, text=True, timeout=120, check=True)
    return json.loads(done.stdout)


def run_bullmq(place, socket, queue, jobs):
    done = subprocess.run(["node", "rates.js", socket, queue, str(CLIENTS), str(jobs)], cwd=place,
                          capture_output=True, text=True, timeout=120, check=True)
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


def milliseconds(samples):
    return (f"median {statistics.median(samples):.1f} ms of {len(samples)} rounds "
            f"({min(samples):.1f} to {max(samples):.1f})")
