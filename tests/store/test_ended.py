"""The events that there are to learn from are those of what was settled: each once, at every moment, in every market."""

from datetime import UTC, datetime, timedelta
from itertools import chain, combinations

import numpy as np
import pytest

from closeline.domain.clock import instant
from closeline.domain.leagues import League
from closeline.domain.markets import GAME_MARKETS, MONEYLINE, TOTAL
from closeline.store.past import ended, outcomes
from closeline.store.past.ratings import BEGINNING
from closeline.store.session import unit_of_work
from closeline.store.tables.evidence import event_result
from closeline.store.tables.model import prediction
from tests.builders.records import TENANT, rows_of, tamper

FAR = datetime(2030, 1, 1, tzinfo=UTC)
KEYS = [market.key for market in GAME_MARKETS]


def decided(session, keys, as_of):
    """Give the events that are told by what is learned from, read whole."""
    asked = {"tenant_id": TENANT, "league": League.NBA, "since": BEGINNING, "as_of": as_of}
    found = [outcomes.settled(session, market_key=key, **asked) for key in keys]
    return {event for known in found for event, use in zip(known.events, known.decided, strict=True) if use}


def count(session, keys, as_of=FAR):
    return ended.events_decided(session, tenant_id=TENANT, league=League.NBA, market_keys=keys, as_of=as_of)


def check(session, as_of=FAR):
    for keys in chain.from_iterable(combinations(KEYS, size) for size in (1, 2, 3)):
        assert count(session, keys, as_of) == len(decided(session, keys, as_of))


def test_at_every_moment_the_count_is_that_of_what_was_settled_by_then(played):
    with unit_of_work(played, write=False) as session:
        received = {instant(row["received_at"]) for row in rows_of(session, "SELECT received_at FROM event_result")}
        for moment in sorted(received)[::9]:
            for as_of in (moment - timedelta(microseconds=1), moment):
                check(session, as_of)
        assert count(session, KEYS) > 0


@pytest.mark.parametrize("key", [MONEYLINE.key, TOTAL.key, "SPREAD:FULL_GAME"])
def test_pushes_are_no_observations(played, key):
    with unit_of_work(played, write=False) as session:
        before = count(session, [key])
        name = min(decided(session, [key], FAR))
    if key == MONEYLINE.key:
        tamper(played, "event_result", "UPDATE event_result SET home_score = away_score WHERE event_id = :name",
               {"name": name})  # fmt: skip
    else:
        total = "home_score + away_score" if key == TOTAL.key else "away_score - home_score"
        tamper(played, "prediction",
               f"UPDATE prediction SET line_quarters = (SELECT 4 * ({total}) FROM event_result r WHERE "
               "r.event_id = prediction.event_id) WHERE event_id = :name AND market_key = :key",
               {"name": name, "key": key})  # fmt: skip
    with unit_of_work(played, write=False) as session:
        assert count(session, [key]) == before - 1
        check(session)


def test_more_books_lines_and_versions_of_a_result_are_no_more_events(played):
    with unit_of_work(played) as session:
        before = count(session, KEYS)
        rows = rows_of(session, "SELECT * FROM prediction")
        copies = [row | {"prediction_id": row["prediction_id"] + "second", "book": "second"} for row in rows]
        session.append(prediction, tuple(copies[0]), [tuple(row.values()) for row in copies])
        results = rows_of(session, "SELECT * FROM event_result")
        for version, status in ((2, "POSTPONED"), (3, "FINAL")):
            new = {"result_version": version, "status": status}
            later = [row | new | {"received_at": row["received_at"] + version} for row in results]
            session.append(event_result, tuple(later[0]), [tuple(row.values()) for row in later])
            assert count(session, KEYS) == (0 if status == "POSTPONED" else before)
            check(session)


def test_what_a_guest_model_alone_forecast_is_no_observation(played, monkeypatch):
    with unit_of_work(played, write=False) as session:
        runs = [row["run_id"] for row in rows_of(session, "SELECT DISTINCT run_id FROM prediction ORDER BY run_id")]
        guests = frozenset(np.array(runs)[::3].tolist())
        before = count(session, KEYS)
        for module in (ended, outcomes):
            monkeypatch.setattr(module, "guest_runs", lambda session, **asked: guests)
        assert count(session, KEYS) < before
        check(session)
