"""Every limit has a meaning, a unit, and hard bounds or the reason why it has none."""

from dataclasses import fields

import pytest

from closeline.domain.gates import Limits
from closeline.domain.leagues import League
from closeline.domain.limits.effects import changes
from closeline.domain.limits.meanings import FIELDS, ORDERS, SPORTS, Kind, Measure
from closeline.domain.limits.proposal import expected, propose
from tests.builders.limits import packaged, unsafe

NAMES = [field.name for field in fields(Limits)]
UNBOUNDED = {Kind.NAME, Kind.FLAG, Kind.MARKETS, Kind.AGES}


def unexplained():
    return [name for name in NAMES if name not in FIELDS or not FIELDS[name].meaning or not FIELDS[name].unit]


def unbounded():
    return [
        name
        for name in NAMES
        if not FIELDS[name].why
        or ((FIELDS[name].low is None or FIELDS[name].high is None) and FIELDS[name].kind not in UNBOUNDED)
    ]


def test_every_limit_has_a_meaning_and_a_unit_and_nothing_else_has():
    assert unexplained() == []
    assert set(FIELDS) == set(NAMES)


def test_every_limit_has_bounds_or_the_reason_why_it_has_none():
    assert unbounded() == []


def test_a_limit_that_nobody_explained_or_bounded_is_seen(monkeypatch):
    from dataclasses import replace

    monkeypatch.setitem(FIELDS, "booksum_low", replace(FIELDS["booksum_low"], low=None))
    monkeypatch.setitem(FIELDS, "publishing", replace(FIELDS["publishing"], why=""))
    monkeypatch.setitem(FIELDS, "total_low", replace(FIELDS["total_low"], meaning=""))

    assert unexplained() == ["total_low"]
    assert unbounded() == ["booksum_low", "publishing"]


@pytest.mark.parametrize("league", League)
def test_the_bounds_of_a_limit_leave_room_in_every_league(league):
    bounds = {name: (field.low, field.high) for name, field in FIELDS.items() if field.low and field.high}

    assert set(SPORTS[league]) == set(Measure)
    for name, (low, high) in bounds.items():
        assert low.of(league) < high.of(league), name


@pytest.mark.parametrize("league", League)
def test_the_packaged_limits_are_inside_the_bounds(league):
    limits = packaged(league)

    assert propose(limits, {}) == limits
    assert unsafe(limits) == []


def test_what_must_rise_are_limits():
    assert {name for low, high, _ in ORDERS for name in (low, high)} <= set(NAMES)


@pytest.mark.parametrize(("name", "says"), [
    ("booksum_low", "a number from 0.95 to 1.05"),
    ("edge_implausible", "a number above 0 to 0.2"),
    ("moneyline_max", "a whole number from 100 to 10000"),
    ("publishing", "true or false"),
])  # fmt: skip
def test_a_bound_is_said_in_words(name, says):
    assert expected(FIELDS[name], League.NFL) == says


def test_a_version_that_lacks_a_limit_is_told_apart_from_one_that_has_it():
    (change,) = changes({}, {"total_low": 28})

    assert (change.before, change.after, change.effect) == (None, 28, "SHIFTS")
