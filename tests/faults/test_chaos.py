"""A minute of chaos; tests/run chaos --minutes 60 --seed S is the long form."""
import os
import random

import chaos
import fleet as fleets

SECONDS = 60


def test_a_minute_of_chaos(stores, stubs, tmp_path):
    seed = int(os.environ.get("LIF_CHAOS_SEED", random.randrange(1 << 31)))
    report = fleets.Report("chaos")
    report.say(chaos.run(stores, stubs, tmp_path, seed, SECONDS, print))


def test_a_seed_is_a_plan():
    assert chaos.plan(7, 60) == chaos.plan(7, 60) != chaos.plan(8, 60)
    assert {event.row for event in chaos.plan(7, 600)} == {1, 2, 3, 4, 5, 6, 7, 8}
