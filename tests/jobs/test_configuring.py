"""A configuration is proposed, tried on the last week, put in force and rolled back; nothing is ever edited."""

import json

import pytest

from closeline.domain.clock import micros
from closeline.domain.errors import BadInput, NotFound, Refused
from closeline.domain.leagues import League
from closeline.domain.limits import limits_of
from closeline.flow import gate
from closeline.jobs.learning.configuring import (
    activate_config,
    propose_config,
    roll_back_config,
    try_config,
    versions,
)
from closeline.store import models
from closeline.store.invariants.audit import changes_follow
from closeline.store.models import merging
from closeline.store.packaged import packaged_limits
from closeline.store.session import unit_of_work
from tests.builders.desks import a_desk, later
from tests.builders.moments import HOUR, OPENS
from tests.builders.payloads import a_payload, three_markets
from tests.builders.records import TENANT, a_copy, number, opened, rows_of
from tests.builders.stories import NBA, forecast_at, make_rated

AFTER = OPENS + HOUR
CLOSED = {"leagues": {"nba": {"publishing": False}}}


def make_judged(url):
    make_rated(url)
    with opened(url) as engine, unit_of_work(engine) as session:
        forecast_at(session, a_payload(*three_markets()))
        gate.gate(session, tenant_id=TENANT, league=NBA, as_of=micros(OPENS))


@pytest.fixture
def judged(new_databases):
    """Give a record whose candidates of one moment were judged."""
    with a_copy(new_databases, "judged-for-configs", make_judged) as engine:
        yield engine


def propose(desk, wanted, **more):
    return propose_config(desk, wanted, why="too wide", actor="ada", **more)


def in_force(engine, at, league=League.NFL):
    with unit_of_work(engine, write=False) as session:
        version, content = models.config(session, tenant_id=TENANT, as_of=at)
    return version, limits_of(content, league)


def counted(engine):
    with unit_of_work(engine, write=False) as session:
        return {
            name: number(session, f"SELECT count(*) FROM {name}")
            for name in ("config_version", "config_proposal", "event_log", "candidate_finding")
        }


def test_a_proposal_is_kept_and_is_not_in_force_before_it_is_activated(seeded):
    desk = a_desk(seeded, now=OPENS)
    before = in_force(seeded, AFTER)
    offered = propose(desk, {"leagues": {"nfl": {"total_high": 64}}})

    assert [(item.path, item.before, item.after) for item in offered.differences] == [
        ("leagues.nfl.total_high", 66, 64)
    ]
    assert in_force(seeded, AFTER) == before
    done = activate_config(later(desk, AFTER), str(offered.proposal_id)[:12], why="tried", actor="bob")
    assert in_force(seeded, AFTER)[0] == done.config_version
    assert in_force(seeded, AFTER)[1].total_high == 64
    assert in_force(seeded, OPENS) == before


def test_who_when_why_and_the_hashes_before_and_after_are_in_the_log(seeded):
    desk = a_desk(seeded, now=OPENS)
    first = activate_config(desk, str(propose(desk, CLOSED).proposal_id), why="tried", actor="bob")
    roll_back_config(later(desk, AFTER), why="too strict", actor="eve")
    with unit_of_work(seeded, write=False) as session:
        told = rows_of(session, "SELECT actor, why, subject, before_hash, after_hash FROM event_log ORDER BY seq")
        assert changes_follow(session, TENANT) == []

    assert [(row["actor"], row["why"], row["subject"]) for row in told] == [
        ("bob", "tried", f"config:{TENANT}"), ("eve", "too strict", f"config:{TENANT}")
    ]  # fmt: skip
    assert told[1]["before_hash"] == told[0]["after_hash"] != told[0]["before_hash"]
    assert first.config_version != first.before_version


def test_a_trial_says_which_of_the_last_weeks_candidates_come_out_otherwise_and_writes_nothing(judged):
    desk = a_desk(judged, now=AFTER)
    before = counted(judged)
    offered = propose(desk, CLOSED, dry_run=True)
    with unit_of_work(judged, write=False) as session:
        played = {row["prediction_id"] for row in rows_of(
            session, "SELECT prediction_id FROM candidate_finding WHERE gate = 'verdict' AND action != 'NO_PLAY'"
        )}  # fmt: skip

    assert offered.effect.candidates == 3
    assert {item.prediction_id for item in offered.effect.changed} == played != set()
    assert {item.after for item in offered.effect.changed} == {"NO_PLAY"}
    assert offered.proposal_id is None
    assert counted(judged) == before


def test_candidates_of_before_the_last_week_and_limits_of_another_league_change_nothing(judged):
    late = propose(a_desk(judged, now=OPENS + 200 * HOUR), CLOSED, dry_run=True)
    other = propose(a_desk(judged, now=AFTER), {"leagues": {"nfl": {"publishing": False}}}, dry_run=True)

    assert (late.effect.candidates, late.effect.changed) == (0, ())
    assert (other.effect.candidates, other.effect.changed) == (3, ())


def test_what_the_trial_says_is_what_the_gate_then_does(judged):
    """The other side of the trial: the same candidates, judged under the version that was put in force."""
    desk = a_desk(judged, now=AFTER)
    offered = propose(desk, CLOSED)
    assert try_config(desk, str(offered.proposal_id)).effect.changed == offered.effect.changed
    activate_config(desk, str(offered.proposal_id), why="tried", actor="bob")
    with unit_of_work(judged) as session:
        forecast_at(session, a_payload(*three_markets(at=AFTER + HOUR)), at=AFTER + HOUR)
        told = gate.gate(session, tenant_id=TENANT, league=NBA, as_of=micros(AFTER + HOUR))

    assert (told.picks, told.leans) == (0, 0)


def test_a_roll_back_appends_and_going_back_twice_goes_back_two(seeded):
    desk = a_desk(seeded, now=OPENS)
    names = [in_force(seeded, OPENS)[0]]
    for step, high in enumerate((64, 63), start=1):
        at = later(desk, OPENS + step * HOUR)
        offered = propose(at, {"leagues": {"nfl": {"total_high": high}}})
        names.append(activate_config(at, str(offered.proposal_id), why="tried", actor="bob").config_version)
    roll_back_config(later(desk, OPENS + 3 * HOUR), why="odd", actor="bob")
    assert in_force(seeded, OPENS + 3 * HOUR)[1].total_high == 64
    roll_back_config(later(desk, OPENS + 4 * HOUR), why="odd", actor="bob")
    assert in_force(seeded, OPENS + 4 * HOUR)[1].total_high == 66
    with pytest.raises(Refused, match="must have been in force before"):
        roll_back_config(later(desk, OPENS + 5 * HOUR), why="odd", actor="bob")
    with unit_of_work(seeded, write=False) as session:
        assert [item.config_version for item in versions(session, desk)][:3] == names
        assert len(versions(session, desk)) == 5


def test_an_earlier_version_is_put_in_force_again_as_a_version_of_its_own(seeded):
    desk = a_desk(seeded, now=OPENS)
    first = in_force(seeded, OPENS)[0]
    activate_config(desk, str(propose(desk, CLOSED).proposal_id), why="tried", actor="bob")
    done = activate_config(later(desk, AFTER), first, why="as it was", actor="bob")

    assert done.config_version not in (first, done.before_version)
    assert in_force(seeded, AFTER, League.NBA)[1].publishing
    with pytest.raises(Refused, match="which is in force, and does not"):
        activate_config(later(desk, AFTER), done.config_version, why="again", actor="bob")


def test_a_proposal_that_was_overtaken_is_refused(seeded):
    desk = a_desk(seeded, now=OPENS)
    one, two = propose(desk, CLOSED), propose(desk, {"leagues": {"nfl": {"total_high": 64}}})
    activate_config(desk, str(one.proposal_id), why="tried", actor="bob")

    with pytest.raises(Refused, match="what came between would be undone; propose it again"):
        activate_config(desk, str(two.proposal_id), why="tried", actor="bob")


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"colours": {}}, r"must hold \[leagues.LEAGUE\]"),
        ({"leagues": {"cricket": {}}}, "league must be one of"),
        ({"leagues": {"nfl": 3}}, "leagues.nfl must be a table"),
        ({"leagues": 3}, "leagues must hold a table for each league"),
        ({"leagues": {"nfl": {"total_high": 10_000}}}, "total_high must be"),
        ({"leagues": {"nfl": {}}}, "must change something"),
        ({"closing": {"nba": {"reference_order": ["nobody"]}}}, "reference_order must name books that are known"),
        ({"settlement": {"nba": {"start_window_hours": -1}}}, "start_window_hours"),
    ],
)
def test_what_no_configuration_may_be_is_refused_with_nothing_written(seeded, wanted, words):
    before = counted(seeded)
    with pytest.raises(BadInput, match=words):
        propose(a_desk(seeded, now=OPENS), wanted)

    assert counted(seeded) == before


def test_what_is_not_there_is_told(seeded):
    for name in ("", "nothing"):
        with pytest.raises(NotFound, match="closeline config list"):
            activate_config(a_desk(seeded, now=OPENS), name, why="tried", actor="bob")


def test_going_back_to_what_was_in_force_before_an_upgrade_keeps_the_limits_that_it_added(seeded):
    desk = a_desk(seeded, now=OPENS)
    with unit_of_work(seeded) as session:
        old = json.loads(models.config(session, tenant_id=TENANT, as_of=OPENS)[1])
        del old["leagues"]["nfl"]["edge_implausible"]
        old["leagues"]["nfl"]["total_high"] = 64
        name = models.add_config(session, old, tenant_id=TENANT, actor="ada", why="of before", at=OPENS - 2 * HOUR)
        merging.merge(session, packaged_limits(), tenant_id=TENANT, at=OPENS - HOUR)
    offered = propose(desk, {"leagues": {"nfl": {"total_high": 63}}})
    activate_config(desk, str(offered.proposal_id), why="tried", actor="bob")
    activate_config(later(desk, AFTER), name, why="as it was", actor="bob")

    assert (in_force(seeded, AFTER)[1].total_high, in_force(seeded, AFTER)[1].edge_implausible) == (64, 0.1)
