"""Fair prices are written once, and are never read before their time."""

from datetime import timedelta
from typing import Any

import pytest

from closeline.domain.errors import AppendOnlyViolation, LookAhead
from closeline.store import evaluations
from closeline.store.evaluations import Evaluation
from closeline.store.session import unit_of_work
from tests.builders.moments import HOUR, OPENS
from tests.builders.payloads import GAME, a_payload, three_markets
from tests.builders.records import number, take_in


@pytest.fixture
def snapshot(seeded):
    with unit_of_work(seeded) as session:
        return take_in(session, a_payload(*three_markets())).events[0].snapshot_id


def priced(snapshot, **changes):
    given: dict[str, Any] = {
        "market_key": "SPREAD:FULL_GAME",
        "line_quarters": -14,
        "fair_probability": 0.5,
        "flags": "",
        "received_at": OPENS,
    } | changes
    return Evaluation(
        snapshot, GAME, "archive", given["market_key"], given["line_quarters"], given["fair_probability"], 0.0476,
        "multiplicative", given["flags"], given["received_at"],
    )  # fmt: skip


def test_what_was_priced_comes_back(seeded, snapshot):
    given = [
        priced(snapshot),
        priced(snapshot, market_key="MONEYLINE:FULL_GAME", line_quarters=None, fair_probability=0.6),
    ]
    with unit_of_work(seeded) as session:
        evaluations.add(session, given)
        assert set(evaluations.of_snapshot(session, snapshot, as_of=OPENS)) == set(given)


def test_the_same_snapshot_priced_twice_adds_nothing_and_another_price_is_refused(seeded, snapshot):
    with unit_of_work(seeded) as session:
        assert [evaluations.add(session, [priced(snapshot)]) for _ in range(2)] == [1, 0]
    with pytest.raises(AppendOnlyViolation), unit_of_work(seeded) as session:
        evaluations.add(session, [priced(snapshot, fair_probability=0.6)])


def test_reading_a_snapshot_that_was_received_later_raises(seeded, snapshot):
    with unit_of_work(seeded) as session:
        evaluations.add(session, [priced(snapshot)])
        with pytest.raises(LookAhead):
            evaluations.of_snapshot(session, snapshot, as_of=OPENS - timedelta(microseconds=1))


def test_a_price_of_the_future_is_not_among_those_of_an_event(seeded, snapshot):
    with unit_of_work(seeded) as session:
        evaluations.add(session, [priced(snapshot), priced(snapshot, line_quarters=-16, received_at=OPENS + HOUR)])
        assert [item.line_quarters for item in evaluations.of_events(session, [GAME], as_of=OPENS)] == [-14]
        assert [item.line_quarters for item in evaluations.of_events(session, [GAME], as_of=OPENS + HOUR)] == [-14, -16]
        assert number(session, "SELECT count(*) FROM market_evaluation") == 2


@pytest.mark.parametrize(
    ("flags", "stands"), [("", True), ("UNDERROUND", False), ("BOOKSUM", False), ("INCONSISTENT", False)]
)
def test_only_a_market_without_a_flag_stands_behind_anything(flags, stands):
    assert priced("s", flags=flags).is_reference is stands
