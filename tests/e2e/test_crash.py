"""Processes that die in the middle of a build."""
import factory as factories


def builder_of(factory, manifest_id):
    """The executor in whose engine the manifest's slow RUN is, or None as long as there is none."""
    for build in factory.lif_json("status")["recent"]:
        if (build["manifest_id"] == manifest_id and build["state"] == "running"
                and build["step"] and "sleep 15" in build["step"]["name"]):
            return build["executor"]
    return None


def records_of(factory, manifest_id):
    return factory.query("SELECT outcome, executor, attempt FROM records "
                         f"WHERE kind = 'image' AND manifest_id = '{manifest_id}'")


def test_another_executor_finishes_what_a_killed_one_began(factory):
    waiting = factory.start_build("slow")
    try:
        victim = factories.wait_until(lambda: builder_of(factory, "slow"), 60,
                                      "an executor is in the middle of it")
        factory.kill(victim)
        said, _ = waiting.communicate(timeout=180)
        assert waiting.returncode == 0, said
    finally:
        waiting.kill()
        factory.start_component("executor-1")
        factory.start_component("executor-2")
    ((outcome, executor, attempt),) = records_of(factory, "slow")
    assert outcome == "compatible"
    assert executor != victim
    # A crash is not an attempt.
    assert attempt == "1"


def test_a_build_outlives_the_control_plane(factory):
    waiting = factory.start_build("slow-too")
    try:
        factories.wait_until(lambda: builder_of(factory, "slow-too"), 60,
                             "an executor is in the middle of it")
        factory.kill("controlplane")
        factory.start_component("controlplane")
        factories.wait_until(lambda: records_of(factory, "slow-too"), 120, "its record")
        said, _ = waiting.communicate(timeout=60)
        assert waiting.returncode == 0, said
    finally:
        waiting.kill()
    assert [row[0] for row in records_of(factory, "slow-too")] == ["compatible"]
