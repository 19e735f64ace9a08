"""The oracle sees what it is there to see."""
import pytest

import client as clients
import fleet as fleets
import graph


@pytest.fixture
def built(fleet):
    """A fleet that has built one manifest twice, at a client's wish."""
    (name,) = fleet.publish({"one": "sleep-0"})
    fleet.add_executor()
    client = fleet.client()
    client.submit(name)
    fleet.ledger.verify(fleet)
    return fleet, client, name


def test_it_misses_a_build_that_nobody_recorded(built):
    fleet, _, _ = built
    fleet.ledger.add(graph.made_up(1, "e"))
    with pytest.raises(AssertionError, match="L0: 1 of 2"):
        fleet.ledger.await_records(fleet, seconds=1)


def test_it_sees_a_second_effective_record_of_a_key(built):
    fleet, client, name = built
    client.submit(name, rerun=client.stubs.build.RERUN_POLICY_ALWAYS)
    fleet.ledger.await_records(fleet)
    with pytest.raises(AssertionError, match="U1"):
        fleet.ledger.check_unique(fleet)


def test_it_sees_another_outcome(fleet):
    (name,) = fleet.publish({"failing": "exit-3"})
    fleet.add_executor()
    fleet.client().submit(name)
    fleet.ledger.verify(fleet, outcome="failed")
    with pytest.raises(AssertionError, match="not compatible"):
        fleet.ledger.verify(fleet)


def test_it_sees_a_queue_that_contradicts_itself(built):
    fleet, _, _ = built
    admin = fleet.redis.connect()
    admin.call("HINCRBY", fleets.KEYS + "cnt:amd64", "active", 5)
    with pytest.raises(AssertionError):
        fleet.check_queue()


def test_a_lost_reply_and_a_cut_reach_the_client(make_fleet):
    fleet = make_fleet()
    proxy = fleet.proxy()
    fleet.add_controlplane(redis_port=proxy.port)
    (name,) = fleet.publish({"one": "sleep-0"})
    client = fleet.client()
    # More often than a call is repeated: its client is told.
    rule = proxy.on("submit", "drop", times=20)
    with pytest.raises(clients.grpc.RpcError) as refused:
        client.submit(name)
    assert refused.value.code() == clients.grpc.StatusCode.UNAVAILABLE
    assert len(rule.calls) > 1 and len(fleet.job_ids()) == 1 and len(fleet.ledger) == 0
