"""Resident memory of daemons that have nothing to do."""
import pathlib
import time

IDLE_SECONDS = 3
AIM_MB = {"controlplane": 60, "executor-1": 40}


def resident_mb(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError(f"process {pid} has no VmRSS")


def test_idle_resident_memory(factory, report):
    for component in AIM_MB:
        factory.script("restart", component)
    time.sleep(IDLE_SECONDS)
    measured = {component: resident_mb(factory.pid(component)) for component in AIM_MB}
    for component, aim in AIM_MB.items():
        report(f"idle RSS of {component}", f"{measured[component]:.1f} MB (aim: < {aim} MB)")
    assert all(measured[component] < aim for component, aim in AIM_MB.items()), measured
