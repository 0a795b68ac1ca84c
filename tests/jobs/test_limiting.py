"""A person changes limits: from then on a new version judges, in one transaction with the event that says so."""

import threading
from datetime import timedelta

import pytest

from closeline.domain.clock import micros
from closeline.domain.errors import BadInput
from closeline.domain.leagues import League
from closeline.domain.limits import limits_of
from closeline.domain.limits.effects import Effect
from closeline.flow import gate
from closeline.jobs.learning.limiting import change_limits
from closeline.store import events, models
from closeline.store.session import unit_of_work
from tests.builders.desks import a_desk, later
from tests.builders.moments import DAY, HOUR, MINUTE, OPENS, START
from tests.builders.payloads import a_payload, an_event, three_markets
from tests.builders.records import TENANT, number, rows_of
from tests.builders.stories import NBA, forecast_at

NFL = League.NFL


def change(desk, wanted, *, league=NFL, why="the range was too wide", actor="ada", dry_run=False):
    return change_limits(desk, league, wanted, why=why, actor=actor, dry_run=dry_run)


def in_force(engine, at, league=NFL):
    with unit_of_work(engine, write=False) as session:
        version, content = models.config(session, tenant_id=TENANT, as_of=at)
    return version, limits_of(content, league)


def logged(engine):
    with unit_of_work(engine, write=False) as session:
        assert events.broken_links(session, chain=TENANT) == []
        return [event for event in events.since(session, chain=TENANT, after=0) if event.name == "LimitsChanged"]


def versions(engine):
    with unit_of_work(engine, write=False) as session:
        return number(session, "SELECT count(*) FROM config_version")


def test_limits_that_were_changed_are_in_force_from_that_moment_on(seeded):
    before, limits = in_force(seeded, OPENS)
    found = change(a_desk(seeded, now=OPENS), {"total_high": 64, "closed_markets": ["TOTAL:1H"]})
    version, now = in_force(seeded, OPENS)

    assert (found.before_version, found.config_version) == (before, version)
    assert [(item.name, item.before, item.after, item.effect) for item in found.changes] == [
        ("total_high", 66, 64, Effect.TIGHTENS),
        ("closed_markets", (), ("TOTAL:1H",), Effect.TIGHTENS),
    ]
    assert (now.total_high, now.closed_markets, now.total_low) == (64, ("TOTAL:1H",), limits.total_low)
    assert in_force(seeded, OPENS - MINUTE) == (before, limits)
    assert in_force(seeded, OPENS, League.NBA)[1] == in_force(seeded, OPENS - MINUTE, League.NBA)[1]


def test_who_when_and_why_stay_in_the_record_and_in_the_log(seeded):
    found = change(a_desk(seeded, now=OPENS), {"total_high": 64, "booksum_high": 1.1}, why=" too\n wide ", actor="ada")
    with unit_of_work(seeded, write=False) as session:
        newest = models.configs(session, tenant_id=TENANT, as_of=OPENS)[-1]
        (row,) = rows_of(session, "SELECT actor, at FROM event_log WHERE name = 'LimitsChanged'")
    (event,) = logged(seeded)

    assert (newest.config_version, newest.actor, newest.why, newest.created_at) == (
        found.config_version,
        "ada",
        "too wide",
        OPENS,
    )
    assert event.body == {
        "league": "nfl",
        "config_version": found.config_version,
        "before_version": found.before_version,
        "actor": "ada",
        "changed": "total_high, booksum_high",
    }
    assert (row["actor"], event.at) == ("ada", OPENS)


@pytest.mark.parametrize("wanted", [{}, {"total_high": 66.0}, {"publishing": True, "closed_markets": []}])
def test_what_is_in_force_already_writes_nothing(seeded, wanted):
    count = versions(seeded)
    found = change(a_desk(seeded, now=OPENS), wanted)

    assert not found.written
    assert (versions(seeded), logged(seeded)) == (count, [])


def test_a_dry_run_tells_the_changes_and_writes_nothing(seeded):
    count = versions(seeded)
    found = change(a_desk(seeded, now=OPENS), {"total_high": 64}, dry_run=True)

    assert [item.name for item in found.changes] == ["total_high"]
    assert not found.written
    assert (versions(seeded), logged(seeded)) == (count, [])


@pytest.mark.parametrize("given", [
    {"why": "  "}, {"why": ""}, {"actor": ""}, {"actor": "\t"}, {"why": "a\x00b"}, {"actor": "a\udcffb"},
    {"why": "x" * 1001}, {"actor": "x" * 101}, {"wanted": {"booksum_low": 0.5}}, {"wanted": {"booksum": 1}},
])  # fmt: skip
@pytest.mark.parametrize("dry_run", [True, False])
def test_what_is_refused_writes_nothing(seeded, given, dry_run):
    count = versions(seeded)
    with pytest.raises(BadInput) as refused:
        change(a_desk(seeded, now=OPENS), **{"wanted": {"total_high": 64}} | given, dry_run=dry_run)

    assert len(str(refused.value).splitlines()) == 1
    assert (versions(seeded), logged(seeded)) == (count, [])


def test_going_back_to_earlier_limits_is_a_version_of_its_own_and_in_force(seeded):
    made = [
        change(a_desk(seeded, now=OPENS + hour * HOUR), {"total_high": high}).config_version
        for hour, high in enumerate((64, 66, 64, 66))
    ]

    assert len(set(made)) == 4
    assert in_force(seeded, OPENS + 3 * HOUR)[0] == made[-1]
    assert in_force(seeded, OPENS + 3 * HOUR)[1].total_high == 66
    assert in_force(seeded, OPENS + 2 * HOUR)[1].total_high == 64


@pytest.mark.parametrize("step", [0 * HOUR, -HOUR])
def test_the_last_change_is_in_force_even_when_the_clock_stands_or_goes_back(seeded, step):
    first = change(a_desk(seeded, now=OPENS), {"total_high": 64})
    second = change(a_desk(seeded, now=OPENS + step), {"booksum_high": 1.1})
    version, limits = in_force(seeded, OPENS + MINUTE)

    assert second.before_version == first.config_version
    assert version == second.config_version
    assert (limits.total_high, limits.booksum_high) == (64, 1.1)


def test_two_people_at_once_both_get_their_change(seeded):
    start = threading.Barrier(2)

    def one(wanted):
        start.wait()
        change(a_desk(seeded, now=OPENS), wanted)

    threads = [threading.Thread(target=one, args=[wanted]) for wanted in ({"total_high": 64}, {"booksum_high": 1.1})]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    limits = in_force(seeded, OPENS + MINUTE)[1]

    assert (limits.total_high, limits.booksum_high) == (64, 1.1)
    assert len(logged(seeded)) == 2


def test_a_version_without_its_event_does_not_exist(seeded, monkeypatch):
    count = versions(seeded)

    def dies(*arguments, **named):
        raise RuntimeError

    monkeypatch.setattr(events, "record", dies)
    with pytest.raises(RuntimeError):
        change(a_desk(seeded, now=OPENS), {"total_high": 64})

    assert versions(seeded) == count


def test_what_is_published_stays_and_the_next_gate_reads_the_new_limits(published):
    desk = a_desk(published, now=OPENS + MINUTE)
    tables = ("pick", "publication", "pick_event", "grade", "candidate_finding")

    def everything():
        with unit_of_work(published, write=False) as session:
            return {name: rows_of(session, f"SELECT * FROM {name}") for name in tables}

    before = everything()
    found = change(desk, {"publishing": False}, league=NBA)
    after = everything()
    at, tomorrow = OPENS + 24 * HOUR, an_event("g2", day=DAY + timedelta(days=1), starts_at=START + 24 * HOUR)
    with unit_of_work(published) as session:
        forecast_at(session, a_payload(tomorrow, *three_markets("g2", at=at)), at=at)
        told = gate.gate(session, tenant_id=TENANT, league=NBA, as_of=micros(at))
    now = everything()
    new = [row for row in now["candidate_finding"] if row not in before["candidate_finding"]]

    assert before == after
    assert {**now, "candidate_finding": before["candidate_finding"]} == before
    assert {row["config_version"] for row in before["pick"]} == {found.before_version}
    assert before["publication"]
    assert {row["config_version"] for row in new} == {found.config_version}
    assert (told.picks, told.leans) == (0, 0) != (told.no_plays, 0)


def test_a_change_sets_no_job_going(seeded):
    from closeline.jobs.reactions import REACTIONS

    change(later(a_desk(seeded), OPENS), {"total_high": 64})

    assert REACTIONS[logged(seeded)[0].name] == ()
