"""A rehearsal makes a whole board and leaves no trace of it; settling memory takes nothing from anybody."""

import gc
import subprocess
import sys
import weakref

import pytest

from closeline.jobs.live.rehearsing import rehearse, settle_memory
from tests.builders.moments import OPENS

SCRIPT = """
import gc
from datetime import UTC, datetime
from closeline.jobs.live.rehearsing import rehearse, settle_memory
rehearse(datetime(2026, 1, 11, 12, tzinfo=UTC))
before = len(gc.get_objects())
settle_memory()
print(before > 30 * len(gc.get_objects()))
"""


@pytest.fixture
def as_it_was():
    """Let a test settle memory, and give it back as it was."""
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


def test_every_league_and_market_is_rehearsed():
    assert rehearse(OPENS) == 6 * 3 * 4 * 2


def test_what_is_let_go_of_after_memory_was_settled_is_collected_as_ever(as_it_was):
    class Ring:
        pass

    settle_memory()
    ring = Ring()
    ring.itself = ring  # type: ignore[attr-defined]
    gone = weakref.ref(ring)
    del ring
    gc.collect()

    assert gone() is None
    assert gc.isenabled()


def test_a_process_that_has_rehearsed_has_nothing_left_to_look_through():
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, timeout=60)

    assert done.stdout.split() == ["True"]
