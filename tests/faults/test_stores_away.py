"""PostgreSQL, Redis or the registry stopped and started again under a factory at work."""
import time

import pytest

import oracle
import steady

AWAY_SECONDS = 12  # longer than the three tries of a client
COUNT = 12
# Who refuses a submit while it is away, in which words; the registry is the executors' alone.
STORES = {"postgres": "PostgreSQL", "redis": "Redis", "registry": None}
DAEMONS = ("controlplane", "executor-1", "executor-2")


@pytest.fixture(scope="module")
def manifests(factory, tmp_path_factory):
    directory = tmp_path_factory.mktemp("catalog") / "steady"
    names = steady.write_catalog(directory, "steady", COUNT * len(STORES))
    factory.publish(directory, "busybox")
    return names


@pytest.mark.parametrize("store", STORES)
def test_the_factory_goes_on_by_itself(factory, manifests, store):
    place = list(STORES).index(store) * COUNT
    names = manifests[place:place + COUNT]
    pids = {daemon: factory.pid(daemon) for daemon in DAEMONS}
    load = steady.Load(steady.submit_to(factory, [factory.info["server"]]), names, 0.5)
    with load:
        time.sleep(3)
        factory.script("stop", store)
        gone = time.monotonic()
        time.sleep(AWAY_SECONDS)
        back = time.monotonic()
        factory.start_component(store)
        load.thread.join(timeout=90)
    assert not load.names, load.answers[-1]
    meanwhile = [answer for answer in load.answers if gone <= answer.asked
                 and answer.answered <= back]
    if STORES[store]:
        assert meanwhile and all(answer.code != 0 for answer in meanwhile), meanwhile
        oracle.check_words(load.refused(), STORES[store])
    else:
        assert not load.refused(), load.refused()[0].said
    oracle.await_records(factory, load.accepted())
    assert {daemon: factory.pid(daemon) for daemon in DAEMONS} == pids
    for daemon in DAEMONS:
        oracle.check_log(factory, daemon)
