"""Two executors with one identity: on one host, and on two."""
import time

import factory as factories
import fleet as fleets


def test_a_second_executor_on_one_state_directory_is_refused(fleet):
    first = fleet.add_executor("executor-1")
    second = fleet.add_executor("second", wait=False,
                                **{"state-dir": fleet.directory / "executor-1"})
    assert second.process.wait(20) == 1
    assert "another executor uses" in second.log() and "--state-dir" in second.log()
    (name,) = fleet.publish({"still": "sleep-100"})
    fleet.client().submit(name)
    fleet.ledger.verify(fleet)
    assert first.alive()


def test_the_executor_that_started_last_keeps_the_name(fleet):
    (name,) = fleet.publish({"long": "sleep-4000"})
    older = fleet.add_executor("executor-1")
    fleet.client().submit(name)
    first = fleet.await_execution("build", name)
    assert first.pid == older.pid
    time.sleep(0.1)
    newer = fleet.add_executor("newer", wait=False, **{"executor-id": "executor-1"})
    assert older.process.wait(30) == 2, older.log()
    assert "another executor has our ID" in older.log()
    assert "give each its own --executor-id" in older.log()
    # What it ran is handed back, and its end does not take the name from the other.
    second = fleet.await_execution("build", name, count=2)
    assert second.pid == newer.pid
    factories.wait_until(
        lambda: fleet.redis.connect().call("EXISTS", fleets.KEYS + "ex:executor-1") == 1, 5,
        "the newer one is registered")
    fleet.ledger.verify(fleet)
    assert fleet.ledger.records(fleet, "attempt, token") == [["1", str(second.token)]]
    assert newer.alive()
