"""Alarms: each kind of alert that a slate, a failed forecast or a record of wins raises, provoked, counted and ended."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from closeline.domain.clock import FixedClock
from closeline.domain.errors import NotFound
from closeline.domain.events import ForecastMade
from closeline.domain.gates import integrity
from closeline.domain.gates.candidate import block, cap, passed
from closeline.domain.leagues import League
from closeline.flow.gate import alarms
from closeline.flow.view.performance import too_good
from closeline.jobs.desk import Desk
from closeline.jobs.duty.attempt import SIM_FAIL, attempt
from closeline.jobs.duty.calls import Call
from closeline.jobs.errands import Job
from closeline.jobs.monitoring import governing
from closeline.jobs.registry import JOBS
from closeline.jobs.shelf import Shelf
from closeline.store.desk import endings, incidents
from closeline.store.desk.alerts import Alert
from closeline.store.session import unit_of_work
from tests.builders.records import TENANT, rows_of

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NBA = League.NBA
UNTRUSTED = block(integrity.GATE, "MARKET_LINE_STALE")
SKEWED = cap("slate_skew", "SLATE_SKEW")
TURNED = block("direction", "DIRECTION_MISMATCH")
FINE = passed(integrity.GATE)


def a_slate(*findings, fine=0):
    """Give candidates of which each has one finding; the rules look at nothing else of them."""
    return [SimpleNamespace(findings=(finding,)) for finding in (*findings, *[FINE] * fine)]


def gate(engine, slate, *, minute=0):
    with unit_of_work(engine, tenant_id=TENANT) as session:
        alarms.raise_alarms(session, slate, tenant_id=TENANT, league=NBA, at=NOW + minute * MINUTE)


def wrong(engine):
    with unit_of_work(engine, write=False, tenant_id=TENANT) as session:
        return {item.kind: item.repeats for item in incidents.open_ones(session, tenant_id=TENANT)}


def a_desk(engine, minute=0):
    return Desk(engine, FixedClock(NOW + minute * MINUTE), TENANT, Shelf())


# --------------------------------------------------------------------------------------------- a slate


@pytest.mark.parametrize(
    ("bad", "fine", "raised"), [(2, 38, False), (3, 37, True), (1, 18, False), (10, 9, False), (10, 10, True)]
)
def test_more_than_a_twentieth_of_a_slate_that_cannot_be_trusted_is_told(seeded, bad, fine, raised):
    gate(seeded, a_slate(*[UNTRUSTED] * bad, fine=fine))

    assert (alarms.INTEGRITY_BLOCKED in wrong(seeded)) is raised


@pytest.mark.parametrize(("finding", "kind"), [(UNTRUSTED, alarms.INTEGRITY_BLOCKED), (SKEWED, alarms.SLATE_SKEW)])
def test_an_alarm_of_a_slate_is_one_incident_that_counts_and_ends_with_the_next_good_slate(seeded, finding, kind):
    for minute in range(3):
        gate(seeded, a_slate(*[finding] * 10, fine=20), minute=minute)
    assert wrong(seeded) == {kind: 3}

    gate(seeded, a_slate(fine=30), minute=4)
    assert wrong(seeded) == {}


def test_a_sheet_that_is_turned_round_is_told_until_somebody_has_seen_it(seeded):
    gate(seeded, a_slate(*[TURNED] * 4, fine=20))
    gate(seeded, a_slate(fine=30), minute=1)
    assert wrong(seeded) == {alarms.DIRECTION_MISMATCH: 1}

    with unit_of_work(seeded, write=False) as session:
        (alert,) = governing.listed_alerts(session, tenant_id=TENANT, only_open=True).alerts
    seen = governing.acknowledge(a_desk(seeded, 2), alert.alert_id, why="the feed mended it", actor="someone")
    assert (seen.acknowledged_by, seen.closed_at) == ("someone", NOW + 2 * MINUTE)
    assert wrong(seeded) == {}


def test_what_a_rule_ends_is_not_ended_by_being_seen_and_opens_unseen_the_next_time(seeded):
    gate(seeded, a_slate(*[SKEWED] * 10, fine=20))
    with unit_of_work(seeded, write=False) as session:
        (alert,) = governing.listed_alerts(session, tenant_id=TENANT).alerts
    seen = governing.acknowledge(a_desk(seeded), alert.alert_id, why="a windy day", actor="someone")
    assert seen.closed_at is None
    assert wrong(seeded) == {alarms.SLATE_SKEW: 1}

    gate(seeded, a_slate(fine=30), minute=1)
    gate(seeded, a_slate(*[SKEWED] * 10, fine=20), minute=2)
    with unit_of_work(seeded, write=False) as session:
        (alert,) = governing.listed_alerts(session, tenant_id=TENANT).alerts
        told = rows_of(session, "SELECT actor, why FROM event_log WHERE subject LIKE 'alert:%'")
    assert (alert.acknowledged_by, alert.repeats, alert.closed_at) == (None, 1, None)
    assert told == [{"actor": "someone", "why": "a windy day"}]


def test_an_alert_that_is_none_cannot_be_seen(seeded):
    with pytest.raises(NotFound, match="alert must be one of closeline alerts list"):
        governing.acknowledge(a_desk(seeded), "no such", why="x", actor="someone")


def test_alerts_that_name_themselves_count_once_each_in_one_incident_of_their_league(seeded):
    late = [Alert(TENANT, "nba", "GRADE_LATE", f"pick {number}", "{}", NOW) for number in range(5)]
    with unit_of_work(seeded) as session:
        assert incidents.tell(session, late) == 5
        assert incidents.tell(session, late) == 0

    assert wrong(seeded) == {"GRADE_LATE": 5}


# ------------------------------------------------------------------------------------ a failed forecast


def test_a_forecast_that_fails_is_told_at_once_counted_and_ended_by_the_next_that_does_not(seeded, monkeypatch):
    def fail(session, desk, arguments):
        raise ArithmeticError

    call = Call("forecast.slate", "a", {"league": "nba", "snapshot_id": "x"})
    monkeypatch.setitem(JOBS, "forecast.slate", Job(fail))
    attempt(a_desk(seeded), call)
    attempt(a_desk(seeded, 600), call)
    assert wrong(seeded) == {SIM_FAIL: 2}

    made = ForecastMade(NBA, "x", 0, 1, 1)
    monkeypatch.setitem(JOBS, "forecast.slate", Job(lambda session, desk, arguments: [made]))
    attempt(a_desk(seeded, 601), Call("forecast.slate", "b", dict(call.arguments)))
    assert wrong(seeded) == {}


def test_another_job_that_fails_is_no_failed_forecast(seeded, monkeypatch):
    def fail(session, desk, arguments):
        raise ArithmeticError

    monkeypatch.setitem(JOBS, "view.drift", Job(fail))
    attempt(a_desk(seeded), Call("view.drift", "a", {"league": "nba"}))

    assert wrong(seeded) == {}


# --------------------------------------------------------------------------------------------- too good


def endings_of(wins, losses, *, price=1.91, decision="PICK", days=1):
    graded = NOW - timedelta(days=days)
    return [
        SimpleNamespace(decision=decision, price=price, grade=SimpleNamespace(result=result, graded_at=graded))
        for result in ["WIN"] * wins + ["LOSS"] * losses
    ]


@pytest.mark.parametrize(
    ("record", "raised"),
    [
        (endings_of(61, 39), True), (endings_of(60, 40), False), (endings_of(60, 39), False),
        (endings_of(90, 10, price=1.4), False), (endings_of(90, 10, price=2.5), False),
        (endings_of(90, 10, decision="LEAN"), False), (endings_of(90, 10, days=31), False),
        ([*endings_of(50, 50), *endings_of(90, 10)], True),
    ],
)  # fmt: skip
def test_more_than_six_wins_of_ten_near_even_money_are_too_good(seeded, monkeypatch, record, raised):
    monkeypatch.setattr(endings, "of_tenant", lambda session, **asked: record)
    with unit_of_work(seeded) as session:
        assert too_good.watch(session, tenant_id=TENANT, league="nba", at=NOW) is raised

    assert wrong(seeded) == ({"TOO_GOOD": 1} if raised else {})


def test_too_good_is_looked_for_every_night(seeded, monkeypatch):
    asked = []
    monkeypatch.setattr(too_good, "watch", lambda session, **said: asked.append(said["league"]))
    attempt(a_desk(seeded), Call("view.drift", "a", {"league": "nba"}))

    assert asked == ["nba"]
