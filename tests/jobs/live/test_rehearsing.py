"""A rehearsal makes a whole board and leaves no trace of it."""

from closeline.jobs.live.rehearsing import rehearse
from tests.builders.moments import OPENS


def test_every_league_and_market_is_rehearsed():
    assert rehearse(OPENS) == 6 * 3 * 4 * 2
