"""What must be quick: rendering, an answer from a record, the client as a whole process."""
import json
import os
import pathlib
import statistics
import subprocess
import time

MANIFEST = "python-web"
PLATFORM = "linux/amd64"
CLIENT_RUNS = 15


def binary(name):
    return pathlib.Path(os.environ["LIF_BUILD"]) / "bin" / name


def run_bench(name, *arguments):
    """Runs a C++ benchmark; a list of the samples that it printed."""
    result = subprocess.run([binary(name), *arguments], text=True, capture_output=True, timeout=120,
                            check=False)
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def figures(samples):
    return (f"p50 {samples['p50_ms']:.3f} ms, p99 {samples['p99_ms']:.3f} ms, "
            f"min {samples['min_ms']:.3f} ms, of {samples['samples']}")


def test_render_and_identity(report):
    ours, hashing = run_bench("bench_render")
    report(ours["name"], f"{figures(ours)} (aim: p50 < 1 ms)")
    report(f"  {hashing['name']}", f"{figures(hashing)}; "
           f"ratio {ours['p50_ms'] / hashing['p50_ms']:.1f}")
    assert ours["p50_ms"] < 1


def test_plan_of_a_whole_catalog(report):
    first, again, nothing, all_layers = run_bench("bench_plan")
    report(nothing["name"], f"{figures(nothing)} (aim: p50 < 1 s)")
    report(all_layers["name"], figures(all_layers))
    report(f"  {first['name']}", f"{first['p50_ms']:.0f} ms")
    report(f"  {again['name']}", f"{again['p50_ms']:.3f} ms")
    assert nothing["p50_ms"] < 1000


def test_submit_answered_by_a_record(factory, report):
    factory.lif("build", "--manifest-id", MANIFEST, "--platform", PLATFORM, "--wait")
    ours, nothing = run_bench("bench_submit", factory.info["server"], MANIFEST, PLATFORM)
    report(ours["name"], f"{figures(ours)} (aim: p50 < 5 ms)")
    report(f"  {nothing['name']}", f"{figures(nothing)}; "
           f"ratio {ours['p50_ms'] / nothing['p50_ms']:.1f}")
    assert ours["p50_ms"] < 5


def test_client_answered_by_a_record(factory, report):
    command = ["build", "--manifest-id", MANIFEST, "--platform", PLATFORM, "--wait"]
    factory.lif(*command)
    ours, version = [], []
    for _ in range(CLIENT_RUNS):
        ours.append(timed(lambda: factory.lif(*command)))
        version.append(timed(lambda: factory.lif("--version")))
    report("lif build --wait, reused, whole process", f"{spread(ours)} (aim: < 100 ms)")
    report("  lif --version", f"{spread(version)}; "
           f"ratio {statistics.median(ours) / statistics.median(version):.1f}")
    assert statistics.median(ours) < 100


def timed(action):
    start = time.monotonic()
    action()
    return (time.monotonic() - start) * 1000


def spread(samples):
    return (f"median {statistics.median(samples):.1f} ms, "
            f"{min(samples):.1f} to {max(samples):.1f} ms, of {len(samples)}")
