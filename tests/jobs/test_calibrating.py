"""Calibrating at somebody's request: what a run tells, what is in force, and the two steps that a person may take."""

from importlib import import_module

import pytest

from closeline.domain.calibration import ActivationEvidence, RetryRules, ShadowRules
from closeline.domain.errors import BadInput, NotFound, Refused
from closeline.domain.leagues import League
from closeline.flow.tune.calibration import candidates, watch
from closeline.jobs.learning.calibrating import activate, active_versions, rollback, run_calibration, version, versions
from closeline.maths.calibrate import IDENTITY, EffectiveMap
from closeline.maths.trial import Split, Trial
from closeline.store import events
from closeline.store.session import unit_of_work
from tests.builders.desks import a_desk, later
from tests.builders.moments import ENDS, HOUR
from tests.builders.records import TENANT, number, rows_of
from tests.flow.test_tune_calibration import GOOD, heat

SCOPE = "nba/SPREAD:FULL_GAME"
OVER = ENDS + 400 * HOUR


@pytest.fixture
def small(monkeypatch):
    """Let forty games be enough, every candidate be good and every shadow pass."""
    monkeypatch.setattr(candidates, "RETRIES", RetryRules(results_min=30, observations_min_global=30))
    monkeypatch.setattr(watch, "SHADOW", ShadowRules(days=1, events_segment=5, events_global=5))
    monkeypatch.setattr(watch, "shadow_reasons", lambda evidence: ())

    def trial(p_raw, won, days, **given):
        early = days < sorted(days)[days.size * 2 // 3]
        fitted = heat(1.0 + p_raw.size / 100)
        effective = EffectiveMap(fitted, given["under"] or IDENTITY, 0.75 if given["under"] else 1.0)
        evidence = ActivationEvidence(**(GOOD | {"scope": given["scope"]}))
        return Trial(fitted, evidence, Split(early, ~early), effective)

    monkeypatch.setattr(candidates, "try_out", trial)


def run(engine, at=ENDS, **asked):
    return run_calibration(later(a_desk(engine), at), actor="somebody", **asked)


def read(engine, what, *given, **more):
    with unit_of_work(engine, write=False) as session:
        return what(session, *given, tenant_id=TENANT, **more)


def test_a_run_tries_every_scope_and_says_on_which_samples(played, small):
    found = run(played)
    spread = next(item for item in found.outcomes if item.scope == SCOPE)

    assert (found.method, found.training_days, found.actor, found.at) == ("auto", None, "somebody", ENDS)
    assert [item.scope for item in found.outcomes] == [
        "GLOBAL", "nba/MONEYLINE:FULL_GAME", SCOPE, "nba/TOTAL:FULL_GAME"
    ]  # fmt: skip
    assert {item.outcome for item in found.outcomes} == {"SHADOW"}
    assert (spread.attempt, spread.look, spread.level) == (1, 1, 0.9)
    assert spread.evaluated.n > spread.published.n > 0
    assert spread.voids == spread.duplicates == 0


def test_a_run_for_a_league_leaves_the_global_map_alone(played, small):
    assert [item.scope for item in run(played, leagues=[League.NFL]).outcomes] == [
        f"nfl/{market}:FULL_GAME" for market in ("MONEYLINE", "SPREAD", "TOTAL")
    ]
    assert {item.outcome for item in run(played, leagues=[League.NFL]).outcomes} == {"TOO_FEW"}


def test_what_is_in_force_and_what_is_watched_are_told_apart(played, small):
    run(played)
    before = read(played, active_versions)
    run(played, OVER)
    after = read(played, active_versions)

    assert "GLOBAL" not in {item.scope for item in before.active}
    assert {item.scope for item in before.shadows} >= {"GLOBAL", SCOPE}
    assert {item.scope for item in after.active} >= {"GLOBAL", SCOPE}
    assert {item.method for item in after.active if item.scope.startswith(("nba", "GLOBAL"))} == {"TEMPERATURE"}
    assert after.shadows == []


def test_a_version_is_told_whole(played, small):
    run(played)
    name = next(item.calibration_version for item in read(played, active_versions).shadows if item.scope == SCOPE)
    found = read(played, version, name[:10])

    assert (found.calibration_version, found.status, found.method_asked, found.weight) == (name, "SHADOW", "auto", 0.75)
    assert [event.status for event in found.events] == ["CANDIDATE", "SHADOW"]
    assert found.events[-1].evidence["gate"]["brier_new"] == GOOD["brier_new"]
    assert [(item.league, item.market_key, item.method) for item in found.segments] == [
        ("nba", "SPREAD:FULL_GAME", "TEMPERATURE")
    ]
    assert found.segments[0].parameters[0] > 1.0
    assert found.n_train == found.segments[0].n == GOOD["trained"]


def test_the_newest_versions_come_first_and_no_more_than_asked_for(played, small):
    run(played)
    listed = read(played, versions, limit=3).versions

    assert len(listed) == 3
    assert [item.created_at for item in listed] == sorted((item.created_at for item in listed), reverse=True)
    assert listed[0].created_at == ENDS
    with pytest.raises(BadInput, match="limit must be 1 to 10000, was 0"):
        read(played, versions, limit=0)


def test_what_a_person_does_is_an_event_with_name_and_reason_and_moves_the_policy(played, small):
    run(played)
    run(played, OVER)
    desk = later(a_desk(played), OVER + HOUR)
    left = rollback(desk, SCOPE, actor="somebody", why="it looked odd")
    again = activate(later(desk, OVER + 2 * HOUR), left.calibration_version, actor="another", why="it was not")
    with unit_of_work(played, write=False) as session:
        told = events.named(session, chain=TENANT, name="CalibrationJudged", as_of=OVER + 9 * HOUR)
        actors = rows_of(session, "SELECT actor FROM event_log WHERE name = 'CalibrationJudged' ORDER BY seq")
        assert events.broken_links(session, chain=TENANT) == []
        pending = number(session, "SELECT count(*) FROM job_run WHERE job = 'tune.policy'")
    steps = [(item.body["status"], item.body["reasons"], item.body["why"]) for item in told[-3:]]

    assert (left.status, again.status) == ("RETIRED", "ACTIVE")
    assert steps == [
        ("RETIRED", "ROLLED_BACK", "it looked odd"), ("ACTIVE", "", "it looked odd"), ("ACTIVE", "", "it was not")
    ]  # fmt: skip
    assert [row["actor"] for row in actors[-3:]] == ["somebody", "somebody", "another"]
    assert pending >= 3
    assert [(event.actor, event.why) for event in again.events[-2:]] == [
        ("somebody", "it looked odd"), ("another", "it was not")
    ]  # fmt: skip


def test_a_rollback_names_what_it_put_back_in_force(played, small):
    desk = later(a_desk(played), OVER)
    first = {item.scope: item.calibration_version for item in read(played, active_versions).active}
    run(played)
    run(played, OVER)
    left = rollback(later(desk, OVER + HOUR), SCOPE, actor="somebody", why="it looked odd")
    now = {item.scope: item.calibration_version for item in read(played, active_versions).active}

    assert left.now_in_force == now[SCOPE] == first[SCOPE]
    assert left.calibration_version != left.now_in_force


def shortages(engine, **asked):
    return {item.scope: item.short for item in run(engine, **asked).outcomes}


def test_what_there_is_too_little_of_is_told_with_its_counts(played, monkeypatch):
    few = shortages(played, leagues=[League.NBA])[SCOPE]
    for module in ("candidates", "shortage"):
        monkeypatch.setattr(
            import_module(f"closeline.flow.tune.calibration.{module}"), "RETRIES",
            RetryRules(results_min=few.n, observations_min_global=1),
        )  # fmt: skip
    window = shortages(played, leagues=[League.NBA], training_days=1)[SCOPE]
    train = shortages(played, leagues=[League.NBA])[SCOPE]
    beta = shortages(played, leagues=[League.NBA], method="beta")[SCOPE]

    assert (few.of, few.least) == ("EVENTS", 500)
    assert few.n > 0
    assert (window.of, window.least) == ("OBSERVATIONS", few.n)
    assert window.n < few.n
    assert (train.of, train.least) == ("TO_TRAIN", 500)
    assert 0 < train.n < few.n
    assert (beta.of, beta.n, beta.least) == ("TO_TRAIN", train.n, 2000)


def test_a_scope_that_was_tried_tells_of_no_shortage(played, small):
    assert set(shortages(played).values()) == {None}


def test_only_what_was_in_force_before_can_be_activated(played, small):
    run(played)
    desk = later(a_desk(played), OVER)
    shadow = next(item.calibration_version for item in read(played, active_versions).shadows if item.scope == SCOPE)
    with pytest.raises(Refused, match="must have been in force before"):
        activate(desk, shadow, actor="somebody", why="I want it")
    with pytest.raises(NotFound, match="there was none"):
        activate(desk, "feed", actor="somebody", why="I want it")
    with pytest.raises(NotFound, match="was '' and there was none"):
        activate(desk, "", actor="somebody", why="I want it")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"method": "magic"}, "method must be one of auto, temperature, platt, beta, isotonic, was 'magic'"),
        ({"training_days": 0}, "training days must be 1 to 36500"),
    ],
)
def test_what_cannot_be_asked_for_is_said_in_one_line(played, asked, message):
    with pytest.raises(BadInput, match=message):
        run(played, **asked)


@pytest.mark.parametrize("why", ["", "  ", "x" * 1001, "a\x00b"])
def test_a_step_needs_a_reason_that_can_be_read(played, why):
    desk = later(a_desk(played), OVER)
    with pytest.raises(BadInput, match="why must be 1 to 1000 readable characters"):
        rollback(desk, SCOPE, actor="somebody", why=why)
    with pytest.raises(NotFound, match="scope must be GLOBAL or a market of a league"):
        rollback(desk, "nba/MOON", actor="somebody", why="because")
