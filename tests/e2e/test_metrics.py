"""/metrics and health of the daemons, as Prometheus and operators read them."""
import subprocess

import factory as factories
import pytest
import scrape


def http(factory, component):
    return factory.info["components"][component]["http"]


def executors(factory):
    return [http(factory, name) for name in ("executor-1", "executor-2")]


@pytest.mark.parametrize("component", ["controlplane", "executor-1"])
def test_prometheus_finds_nothing_to_say_about_the_metrics(factory, component):
    text = scrape.Scrape(http(factory, component)).text
    checked = scrape.promtool("check", "metrics", stdin=text)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")
    for line in text.splitlines():
        assert line.startswith(("lif_", "# HELP lif_", "# TYPE lif_")), line


def test_a_build_moves_the_counters(factory):
    server, workers = http(factory, "controlplane"), executors(factory)
    build = ("build", "--manifest-id", "tiny-api", "--platform", "linux/amd64", "--wait")
    factory.lif(*build)  # its stable layers are there then: one image is counted
    before, worked = scrape.Scrape(server), scrape.Scrape(*workers)
    factory.lif(*build, "--rerun", "always")
    factory.lif(*build)
    after, done = scrape.Scrape(server), scrape.Scrape(*workers)

    def moved(name, **labels):
        return (after.sum(name, **labels) - before.sum(name, **labels)
                + done.sum(name, **labels) - worked.sum(name, **labels))

    assert moved("lif_submitted_builds_total", answer="queued") == 1
    assert moved("lif_submitted_builds_total", answer="reused") == 1
    assert moved("lif_grpc_calls_total", method="SubmitBuilds", code="OK") == 2
    assert moved("lif_grpc_call_duration_seconds_count", method="SubmitBuilds") == 2
    assert moved("lif_jobs_claimed_total", pool="amd64") == 1
    assert moved("lif_job_wait_seconds_count", pool="amd64") == 1
    assert moved("lif_builds_total", outcome="compatible", platform="linux/amd64") == 1
    assert moved("lif_builds_total") == 1
    for stage in ("prepare", "render", "contexts", "build", "push", "test"):
        assert moved("lif_stage_duration_seconds_count", stage=stage) == 1, stage
        assert moved("lif_stage_duration_seconds_sum", stage=stage) > 0, stage
    assert moved("lif_build_duration_seconds_count", outcome="compatible") == 1
    assert moved("lif_build_steps_total") > 0
    assert moved("lif_layers_total", slot="app") == 1
    assert moved("lif_layers_total", slot="core", use="reused") == 1
    assert moved("lif_saved_layers_total") == 2
    assert moved("lif_saved_seconds_total") > 0
    assert moved("lif_recorded_jobs_total", kind="layer") == 0
    assert moved("lif_layer_violations_total") == 0
    assert moved("lif_tests_total", result="passed") > 0
    assert moved("lif_stage_failures_total") == 0


def test_a_build_that_fails_is_told_by_class(factory):
    before = scrape.Scrape(*executors(factory))
    factory.lif("build", "--manifest-id", "run-fails", "--platform", "linux/amd64", "--wait",
                "--rerun", "always", code=1)
    after = scrape.Scrape(*executors(factory))
    for name, labels in [("lif_builds_total", {"outcome": "failed", "class": "user"}),
                         ("lif_stage_failures_total", {"stage": "build", "class": "user"})]:
        assert after.sum(name, **labels) - before.sum(name, **labels) == 1


def test_the_queue_and_the_fleet_are_told_by_pool(factory):
    told = scrape.Scrape(http(factory, "controlplane"))
    assert told.sum("lif_executors", pool="amd64", state="serving") == 2
    assert told.sum("lif_slots", pool="amd64") == 2
    assert told.sum("lif_queue_jobs", pool="amd64", state="ready") == 0
    assert told.sum("lif_queue_sampled") == 1
    assert told.sum("lif_ready") == 1
    heartbeats = {dict(labels)["executor"]: value for (name, labels), value in told.samples.items()
                  if name == "lif_executor_heartbeat_age_seconds"}
    assert sorted(heartbeats) == ["executor-1", "executor-2"]
    worker = scrape.Scrape(http(factory, "executor-1"))
    assert worker.sum("lif_executor_slots") == 1
    assert worker.sum("lif_dependency_up") == 6


def test_processes_and_builds_tell_who_they_are(factory):
    for component, program in [("controlplane", "lif-controlplane"), ("executor-2", "lif-executor")]:
        told = scrape.Scrape(http(factory, component))
        assert told.sum("lif_build_info", program=program) == 1
        assert told.sum("lif_process_resident_memory_bytes") > 1e6
        assert told.sum("lif_process_cpu_seconds_total") > 0
        assert 3 < told.sum("lif_process_open_fds") < told.sum("lif_process_max_fds")


def test_ready_names_what_each_needs(factory):
    stores = ["postgres", "redis", "function-library", "blobs"]
    for component, needs in [("controlplane", stores),
                             ("executor-1", stores + ["docker", "registry"])]:
        address = http(factory, component)
        status, report = factories.wait_until(
            lambda where=address: ready_or_none(where), 30, f"{component} is ready")
        assert status == 200
        assert list(report["dependencies"]) == needs
        assert all(one["ok"] for one in report["dependencies"].values())
        assert scrape.get(address, "/healthz") == (200, "ok\n")


def ready_or_none(address):
    status, report = scrape.readyz(address)
    return (status, report) if report["ready"] else None


def not_ready_or_none(address):
    status, report = scrape.readyz(address)
    return None if report["ready"] else (status, report)


def test_a_store_that_is_away_is_named_and_its_return_noticed(factory):
    addresses = [http(factory, "controlplane"), http(factory, "executor-1")]
    before = scrape.Scrape(*addresses)
    factory.kill("redis")
    try:
        for address in addresses:
            status, report = factories.wait_until(
                lambda where=address: not_ready_or_none(where), 30, "redis is missed")
            assert status == 503
            reason = report["dependencies"]["redis"]["reason"]
            assert reason.startswith("Redis at 127.0.0.1:"), reason
            assert report["dependencies"]["postgres"]["ok"]
            assert scrape.get(address, "/healthz") == (200, "ok\n")
        told = factories.wait_until(
            lambda: gauges_gone(addresses[0]), 60, "the queue's gauges are absent")
        assert told.sum("lif_dependency_up", dependency="redis") == 0
    finally:
        factory.start_component("redis")
    for address in addresses:
        factories.wait_until(lambda where=address: ready_or_none(where), 60, "ready again")
    after = scrape.Scrape(*addresses)
    assert (after.sum("lif_store_errors_total", store="redis")
            > before.sum("lif_store_errors_total", store="redis"))
    factories.wait_until(lambda: scrape.Scrape(addresses[0]).sum("lif_queue_sampled") == 1, 30,
                         "the queue's gauges are back")


def gauges_gone(address):
    told = scrape.Scrape(address)
    gone = told.sum("lif_queue_sampled") == 0
    assert not gone or "lif_queue_jobs" not in told.names()
    return told if gone else None


def test_an_executor_that_an_operator_drains_is_not_ready(factory, stubs, channel):
    fleet = stubs.fleet_rpc.FleetServiceStub(channel)
    address = http(factory, "executor-2")

    def drain(wanted):
        fleet.DrainExecutor(stubs.fleet.DrainExecutorRequest(
            executor_id="executor-2", drain=wanted), timeout=20)

    drain(True)
    try:
        factories.wait_until(lambda: scrape.readyz(address)[1].get("draining"), 30, "drained")
        status, report = scrape.readyz(address)
        assert (status, report["draining"]) == (503, "drained by an operator")
        assert scrape.Scrape(address).sum("lif_executor_draining") == 1
    finally:
        drain(False)
    factories.wait_until(lambda: ready_or_none(address), 30, "ready again")
    factories.wait_until(
        lambda: scrape.Scrape(http(factory, "controlplane")).sum(
            "lif_executors", pool="amd64", state="serving") == 2, 30, "it serves again")


def test_quickstart_tells_where_they_are_and_asks_them(factory):
    def status():
        return subprocess.run([factories.ROOT / "deploy" / "quickstart", "status"], text=True,
                              env=factory.env, capture_output=True, timeout=120, check=False)

    said = status()
    assert said.returncode == 0, said.stdout + said.stderr
    for component in ("controlplane", "executor-1", "executor-2"):
        (line,) = [line for line in said.stdout.splitlines() if line.startswith(component + " ")]
        assert " ok " in line and line.endswith(http(factory, component)), line
    factory.kill("executor-2")
    try:
        said = status()
        assert said.returncode == 1
        assert [line.split()[0] for line in said.stdout.splitlines() if " down " in line] == [
            "executor-2"]
    finally:
        factory.start_component("executor-2")


def test_paths_that_are_not_there_are_told(factory):
    status, text = scrape.get(http(factory, "controlplane"), "/metric")
    assert (status, text) == (
        404, "nothing is here; there is /, /healthz, /metrics, /readyz\n")
