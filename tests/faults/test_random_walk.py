"""The queue's functions called at random: see random_walk.py. LIF_WALK_SEED repeats one."""
import os
import random

import fleet as fleets
import random_walk

STEPS = 20000 if fleets.LONG else 2000


def test_the_queue_is_sound_after_calls_at_random(fleet):
    fleet["controlplane"].kill()  # it has loaded the functions; its own ticks are not wanted
    seed = int(os.environ.get("LIF_WALK_SEED", random.randrange(1 << 31)))
    fleets.Report("walk").say(f"seed {seed}")
    walk = random_walk.Walk(fleet, seed)
    walk.run(STEPS)
    assert len(walk.jobs) > STEPS // 20 and walk.held
