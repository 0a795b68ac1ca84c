"""Seasons whose record is known twice: once with a rule that holds candidates back on purpose, once without it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from closeline.domain import gates
from closeline.domain.gates import Candidate, Finding, Limits
from closeline.domain.gates.candidate import block, cap
from closeline.jobs.replaying.backtest import backtest
from tests.builders.archives import an_archive, archive_of, rows
from tests.builders.desks import SEASON_DAYS, a_desk
from tests.builders.records import make_trusting, opened

# The rule whose place the planted one takes, and which says nothing itself of a season like this.
GATE = "flags"
TRUST = 0.2


def planted(candidate: Candidate, limits: Limits) -> Finding:
    """Block a quarter of the candidates, cap a quarter, take of the trust in a quarter, and leave the last alone."""
    del limits
    selection = candidate.selection
    fate = sum(f"{selection.event_id}{selection.market.key}".encode()) % 4
    findings = (
        block(GATE, "PLANTED", fate=0),
        cap(GATE, "PLANTED", fate=1),
        replace(gates.candidate.passed(GATE, fate=2), multiplier=TRUST),
        gates.candidate.passed(GATE, fate=3),
    )
    return findings[fate]


@contextmanager
def with_planted() -> Iterator[None]:
    """Judge by the planted rule in its place among the others."""
    rules = tuple(planted if rule.__name__ == GATE else rule for rule in gates.GATES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gates, "GATES", rules)
        yield


def make_held_back(url: str) -> None:
    """Fill a record with the season of `make_played`, judged with the planted rule."""
    make_trusting(url)
    with opened(url) as engine, with_planted():
        backtest(a_desk(engine, [an_archive(days=SEASON_DAYS)]))


def make_named_synthetic(url: str) -> None:
    """Fill a record with a few days whose file says that nobody played them."""
    make_trusting(url)
    with opened(url) as engine:
        backtest(a_desk(engine, [archive_of(rows(days=3, games=2), "synthetic nba.csv")]))


HELD_BACK = ("held back", make_held_back)
