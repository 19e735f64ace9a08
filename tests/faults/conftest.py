import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import factory as factories  # noqa: E402  (its folder is on the path only now)


@pytest.fixture(scope="module")
def factory():
    """A private factory of two executors, without a catalog, for the faults of one file."""
    made = factories.Factory(executors=2, slots=1)
    try:
        made.start()
        yield made
    finally:
        made.stop()
