"""Drift: a plain fall is seen, an even record is left in peace, and one alert is enough for four weeks."""

# mypy: disable-error-code="no-untyped-def, union-attr"

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from closeline.flow.view.performance import drift
from closeline.store.desk import alerts, endings, grades
from tests.builders.records import TENANT, rolled_back

PER_DAY = 5
WEEK = timedelta(days=7)


def a_year(seed, fall=0.0, picks=365 * PER_DAY):
    """Give a synthetic record: closing-line value of about two points, that falls at the end by so much."""
    chance = np.random.default_rng(seed)
    values = chance.normal(0.02, 0.05, picks)
    values[-drift.LAST :] -= fall
    return values, np.arange(picks) // PER_DAY


def test_a_fall_is_seen_and_an_even_record_is_not():
    values, days = a_year(1, fall=0.02)
    found = drift.shift("x", values, days, higher_is_worse=False)

    assert found.z > drift.Z_MIN
    assert found.mean_last == pytest.approx(values[-drift.LAST :].mean())
    assert drift.shift("x", values, days, higher_is_worse=True).z == pytest.approx(-found.z)
    assert drift.shift("x", *a_year(1), higher_is_worse=False).z < drift.Z_MIN


def test_too_few_picks_say_nothing():
    values, days = a_year(1, picks=2 * drift.LAST - 1)

    assert drift.shift("x", values, days, higher_is_worse=False) is None
    assert drift.shift("x", np.zeros(1000), np.arange(1000), higher_is_worse=False) is None


def share_alarmed(years, seed=0):
    """Give the share of synthetic years without drift in which some night of the year raises an alert."""
    alarmed = 0
    for year in range(years):
        values, days = a_year(seed + year, picks=730 * PER_DAY)
        nights = range(365 * PER_DAY, 730 * PER_DAY, PER_DAY)
        alarmed += any(
            drift.shift("x", values[:end], days[:end], higher_is_worse=False).z >= drift.Z_MIN for end in nights
        )
    return alarmed / years


def test_a_year_of_nights_seldom_alarms_without_a_reason():
    assert share_alarmed(20) <= 0.15


def test_an_alert_is_raised_once_in_four_weeks(played, monkeypatch):
    """On a record that was made worse by hand, with a window that fits its season."""
    monkeypatch.setattr(drift, "LAST", 20)
    with rolled_back(played) as session:
        items = sorted(
            (item for item in endings.of_tenant(session, tenant_id=TENANT) if item.grade and item.decision == "PICK"),
            key=lambda item: (item.grade.graded_at, item.pick_id),
        )
        at = items[-1].grade.graded_at + timedelta(days=1)
        assert drift.watch(session, tenant_id=TENANT, league="nba", at=at) == []
        grades.add_tracks(session, [
            replace(item.track, track_version=9, clv_prob=-0.5 - place / 1000, at=at)
            for place, item in enumerate(items[-20:]) if item.track
        ])  # fmt: skip
        raised = drift.watch(session, tenant_id=TENANT, league="nba", at=at)
        again = [drift.watch(session, tenant_id=TENANT, league="nba", at=at + week * WEEK) for week in (1, 3, 5)]

        assert [item.kind for item in raised] == ["DRIFT"]
        assert "nba closing-line value: -0.5" in raised[0].text
        assert [len(found) for found in again] == [0, 0, 1]
        kept = alerts.since(session, tenant_id=TENANT, league="nba", after=at - WEEK, as_of=at + 6 * WEEK)
        assert [item for item in kept if item.kind == "DRIFT"] == [*raised, *again[2]]
