"""The oracle: what clients were told, in a file outside every store, and what must come of it.

L0: each acknowledged build ends with a record within RECORD_SECONDS. U1: one effective record for
each build key. F0: `lif doctor queue` finds every invariant kept.
"""
import dataclasses
import threading
import time

RECORD_SECONDS = 60
EFFECTIVE = "('compatible', 'incompatible', 'failed')"


@dataclasses.dataclass(frozen=True)
class Acknowledged:
    build_id: str
    manifest_id: str
    build_key: str
    generation: int


class Ledger:
    """Thread-safe; a line is in the file before add() returns."""

    def __init__(self, path):
        self.file = open(path, "a", encoding="utf-8", buffering=1)
        self.lock = threading.Lock()
        self.builds = {}

    def add(self, builds):
        """Builds of a SubmitBuildsResponse; those that were refused have no ID."""
        with self.lock:
            for build in builds:
                if not build.build_id:
                    continue
                self.file.write(f"{time.monotonic():.3f} {build.build_id} {build.manifest_id} "
                                f"{build.build_key} {build.generation}\n")
                self.builds[build.build_id] = Acknowledged(build.build_id, build.manifest_id,
                                                           build.build_key, build.generation)

    def forget(self, build_ids):
        """Builds whose loss the row allows, as long as their client submits again."""
        with self.lock:
            for build_id in build_ids:
                self.builds.pop(build_id, None)

    def __len__(self):
        return len(self.builds)

    def records(self, fleet, columns="build_id"):
        """Rows of the manifests that were acknowledged."""
        names = {build.manifest_id for build in self.builds.values()}
        return fleet.query(f"SELECT {columns} FROM records WHERE manifest_id IN ({quoted(names)})")

    def missing(self, fleet):
        recorded = {row[0] for row in self.records(fleet)} if self.builds else set()
        return set(self.builds) - recorded

    def await_records(self, fleet, seconds=RECORD_SECONDS):
        """L0; answers how long it took."""
        began = time.monotonic()
        while missing := self.missing(fleet):
            assert time.monotonic() - began < seconds, \
                f"L0: {len(missing)} of {len(self)} acknowledged builds have no record after " \
                f"{seconds} s:\n{fleet.explain(sorted(missing)[:5])}"
            time.sleep(0.2)
        return time.monotonic() - began

    def check_unique(self, fleet):
        """U1."""
        keys = {build.build_key for build in self.builds.values()}
        twice = fleet.query(
            "SELECT build_key, count(*), string_agg(build_id || ' ' || outcome || ' ' || token, ', ')"
            f" FROM records WHERE build_key IN ({quoted(keys)}) AND outcome IN {EFFECTIVE}"
            " GROUP BY build_key HAVING count(*) > 1") if keys else []
        assert not twice, f"U1: {twice}"

    def verify(self, fleet, outcome="compatible", seconds=RECORD_SECONDS):
        """L0, U1 and F0; each acknowledged build ended as `outcome`, unless that is None."""
        took = self.await_records(fleet, seconds)
        self.check_unique(fleet)
        if outcome is not None:
            ended = {tuple(row) for row in self.records(fleet, "build_id, outcome")}
            other = {row for row in ended if row[0] in self.builds and row[1] != outcome}
            assert not other, f"not {outcome}: {other}"
        fleet.await_idle()
        fleet.check_queue()
        return took


def quoted(values):
    return ", ".join(f"'{value}'" for value in sorted(values))
