"""Calibration: a candidate is judged, then watched on later games, and only then in force; one at most, and audited."""

# mypy: disable-error-code="union-attr, operator, arg-type"

import json
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from closeline.domain.calibration import (
    ACTIVATION_V1,
    GLOBAL_SCOPE,
    ActivationEvidence,
    CalibrationMethod,
    CalibrationScope,
    RetryRules,
    ShadowRules,
    WatchRules,
    activation_gate,
)
from closeline.domain.errors import Refused
from closeline.domain.markets import MONEYLINE, SPREAD, TOTAL
from closeline.flow import tune
from closeline.flow.tune.calibration import Asked, candidates, look_at, observations, watch
from closeline.flow.tune.calibration.scopes import EVERYWHERE, Scope
from closeline.maths.calibrate import IDENTITY, UNCALIBRATED, CalibrationMap, EffectiveMap
from closeline.maths.trial import Split, Trial
from closeline.store import calibrations
from closeline.store.past import outcomes
from closeline.store.past.ratings import BEGINNING
from closeline.store.session import unit_of_work
from closeline.store.tables.evidence import event_result
from closeline.store.tables.model import prediction
from closeline.store.tables.reference import event
from tests.builders.moments import ENDS, HOUR
from tests.builders.records import TENANT, number, rows_of, tamper
from tests.builders.stories import NBA

OVER = ENDS + 400 * HOUR
SPREADS = Scope(NBA, SPREAD.key)
GOOD = {
    "evaluated": 500, "brier_old": 0.25, "brier_new": 0.24, "brier_difference_upper": -0.001, "log_loss_old": 0.69,
    "log_loss_new": 0.68, "ece_old": 0.03, "ece_new": 0.02, "ece_noise_floor": 0.03, "slope": 1.0, "shift_p99": 0.05,
    "is_monotone": True, "is_out_of_time": True, "trained": 900,
}  # fmt: skip


@pytest.fixture
def small(monkeypatch):
    """Let forty games be enough to learn from, and five to watch."""
    monkeypatch.setattr(candidates, "RETRIES", RetryRules(results_min=30, observations_min_global=30))
    monkeypatch.setattr(watch, "SHADOW", ShadowRules(days=1, events_segment=5, events_global=5))


def heat(temperature):
    return CalibrationMap(CalibrationMethod.TEMPERATURE, (temperature,))


def tried(monkeypatch, temperature=2.0, reasons=(), **evidence):
    """Let every trial end with this evidence for a map of this temperature, fitted on the first two thirds."""
    seen = []

    def trial(p_raw, won, days, **given):
        seen.append(given | {"p_raw": p_raw, "days": days})
        early = days < np.sort(days)[days.size * 2 // 3]
        found = ActivationEvidence(**({"scope": given["scope"]} | GOOD | evidence))
        effective = EffectiveMap(heat(temperature), given["under"] or IDENTITY, 0.75 if given["under"] else 1.0)
        return Trial(heat(temperature), found, Split(early, ~early), effective, reasons)

    monkeypatch.setattr(candidates, "try_out", trial)
    return seen


def look(session, at=OVER, scope=SPREADS, **asked):
    return look_at(session, scope, Asked(**asked), tenant_id=TENANT, at=at)[-1]


def in_force(session, at=OVER, key=SPREAD.key):
    return calibrations.active(session, tenant_id=TENANT, league=NBA, as_of=at).get(key)


def statuses(session, scope=SPREADS):
    steps = calibrations.steps_of(session, tenant_id=TENANT, scope=scope.name)
    return [(step.status, step.reasons) for step in steps]


def last_step(session, scope=SPREADS):
    return calibrations.steps_of(session, tenant_id=TENANT, scope=scope.name)[-1]


# ---------------------------------------------------------------------------------------------- candidates


def test_a_good_candidate_stands_in_the_shadow_and_changes_nothing(played, small, monkeypatch):
    seen = tried(monkeypatch)
    with unit_of_work(played) as session:
        before = in_force(session, ENDS)
        found = look(session, ENDS)
        assert in_force(session, ENDS) == before
        assert statuses(session)[-2:] == [("CANDIDATE", ()), ("SHADOW", ())]

    assert found.outcome == "SHADOW"
    assert seen[0]["active"] == EffectiveMap(IDENTITY)
    assert seen[0]["under"] == IDENTITY
    assert seen[0]["level"] == pytest.approx(0.90)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"evaluated": 99}, "MIN_SAMPLES"), ({"is_out_of_time": False}, "NOT_OUT_OF_TIME"),
        ({"brier_new": 0.26}, "BRIER_NOT_IMPROVED"), ({"brier_difference_upper": 0.001}, "BRIER_NOT_IMPROVED"),
        ({"log_loss_new": 0.70}, "LOGLOSS_WORSE"), ({"ece_new": 0.09}, "ECE_WORSE"), ({"slope": 1.5}, "SLOPE_OUT_OF_BAND"),
        ({"shift_p99": 0.2}, "SHIFT_TOO_LARGE"), ({"is_monotone": False}, "NOT_MONOTONE"),
        ({"reasons": ("NOT_BETTER_THAN_TEMPERATURE",)}, "NOT_BETTER_THAN_TEMPERATURE"),
    ],
)  # fmt: skip
def test_a_candidate_with_a_fault_is_rejected_and_the_map_in_force_stays(played, small, monkeypatch, fault, reason):
    tried(monkeypatch, **fault)
    with unit_of_work(played) as session:
        before = in_force(session)
        found = look(session)
        assert in_force(session) == before
        assert last_step(session).reasons == (reason,)

    assert (found.outcome, found.reasons) == ("REJECTED", (reason,))


def test_evidence_that_is_no_number_is_never_stored(played, small, monkeypatch):
    tried(monkeypatch, brier_new=float("nan"))
    with unit_of_work(played) as session, pytest.raises(ValueError, match="JSON"):
        look(session)


def test_the_evidence_is_kept_with_the_verdict_and_gives_it_again(played, small, monkeypatch):
    tried(monkeypatch, evaluated=99)
    with unit_of_work(played) as session:
        look(session)
        kept = last_step(session).evidence
        reasons = last_step(session).reasons
    gate = ActivationEvidence(**(kept["gate"] | {"scope": CalibrationScope(kept["gate"]["scope"])}))

    assert activation_gate(gate).reasons == reasons
    assert kept["policy"] == ACTIVATION_V1.name
    assert (kept["trial"]["attempt"], kept["trial"]["look"], kept["trial"]["level"]) == (1, 1, 0.9)
    assert kept["trial"]["seed"] > 0
    assert kept["resamples"] == 2000


def test_the_schedule_waits_until_the_results_have_grown_and_a_person_need_not(played, small, monkeypatch):
    tried(monkeypatch, ece_new=0.09)
    with unit_of_work(played) as session:
        assert look(session).outcome == "REJECTED"
        seen = tried(monkeypatch, temperature=1.5, ece_new=0.09)
        assert look(session, OVER + HOUR).outcome == "NOT_DUE"
        assert look(session, OVER + 2 * HOUR, scheduled=False, actor="somebody").outcome == "REJECTED"
        assert last_step(session).actor == "somebody"
        assert last_step(session).evidence["trial"]["look"] == 2

    assert seen[0]["level"] == pytest.approx(0.95)


def said_again(session, at, statuses):
    """Let every game have later versions of its result: one more for each status, the last score a corrected one."""
    rows = rows_of(session, "SELECT * FROM event_result")
    for number_, status in enumerate(statuses, start=2):
        new = {"result_version": number_, "status": status, "received_at": int(at.timestamp() * 1_000_000) + number_}
        copies = [row | new | {"home_score": row["home_score"] + (number_ == len(statuses) + 1)} for row in rows]
        session.append(event_result, tuple(copies[0]), [tuple(row.values()) for row in copies])


def test_games_of_which_more_was_said_are_not_new_observations(played, small, monkeypatch):
    tried(monkeypatch, ece_new=0.09)
    with unit_of_work(played) as session:
        assert look(session).outcome == "REJECTED"
        said_again(session, OVER, ("POSTPONED", "FINAL", "FINAL"))
        seen = tried(monkeypatch, temperature=1.5, ece_new=0.09)
        assert look(session, OVER + HOUR).outcome == "NOT_DUE"
        assert look(session, OVER + HOUR, scheduled=False).outcome == "REJECTED"
        assert last_step(session).evidence["trial"]["look"] == 2
        decided = len(set(observed(session, as_of=OVER + HOUR).events))
        kept = rows_of(session, "SELECT sample FROM calibration_version WHERE actor IS NOT NULL ORDER BY created_at")

    assert seen[0]["level"] == pytest.approx(0.95)
    assert kept[-1]["sample"] == decided
    assert abs(kept[0]["sample"] - decided) <= 3  # a corrected score may make a push, or end one


@pytest.mark.parametrize(("scope", "league"), [(SPREADS, "nba"), (EVERYWHERE, "nba"), (EVERYWHERE, "nfl")])
def test_games_without_a_forecast_are_not_new_observations(played, small, monkeypatch, scope, league):
    tried(monkeypatch, ece_new=0.09)
    with unit_of_work(played) as session:
        assert look(session, scope=scope).outcome == "REJECTED"
        unforecast(session, league, 2 * number(session, "SELECT count(*) FROM event_result"))
        tried(monkeypatch, temperature=1.5, ece_new=0.09)
        assert look(session, OVER + HOUR, scope=scope).outcome == "NOT_DUE"
        assert look(session, OVER + HOUR, scope=scope, scheduled=False).outcome == "REJECTED"
        assert last_step(session, scope).evidence["trial"]["look"] == 2


def unforecast(session, league, count):
    """Let so many games of other names have ended, of which nothing was forecast."""
    game, result = (rows_of(session, f"SELECT * FROM {table} LIMIT 1")[0] for table in ("event", "event_result"))
    for at in range(count):
        name = {"event_id": f"{league}_of_nobody_{at}"}
        session.append(event, tuple(game), [tuple((game | name).values())])
        session.append(event_result, tuple(result), [tuple((result | name).values())])


def test_the_very_same_map_is_judged_once(played, small, monkeypatch):
    tried(monkeypatch, ece_new=0.09)
    with unit_of_work(played) as session:
        look(session)
        assert look(session, OVER + HOUR, scheduled=False).outcome == "KNOWN"


def test_too_few_observations_are_no_attempt(played, monkeypatch):
    seen = tried(monkeypatch)
    with unit_of_work(played) as session:
        assert look(session).outcome == "TOO_FEW"
        monkeypatch.setattr(candidates, "RETRIES", RetryRules(results_min=30))
        assert look(session, training_days=3, scheduled=False).outcome == "TOO_FEW"
        assert look(session, scope=EVERYWHERE).outcome == "TOO_FEW"

    assert seen == []


def test_a_window_of_days_looks_no_further_back(played, small, monkeypatch):
    seen = tried(monkeypatch)
    monkeypatch.setattr(candidates, "RETRIES", RetryRules(results_min=5))
    with unit_of_work(played) as session:
        look(session, ENDS, training_days=5, scheduled=False)
        row = rows_of(session, "SELECT training_days, method_asked FROM calibration_version WHERE training_days = 5")

    assert seen[0]["days"].min() >= (ENDS - timedelta(days=6)).toordinal()
    assert row == [{"training_days": 5, "method_asked": "auto"}]


def test_a_candidate_knows_nothing_received_after_its_moment(played, small, monkeypatch):
    seen = tried(monkeypatch, ece_new=0.09)
    with unit_of_work(played) as session:
        look(session, ENDS)
        look(session, OVER, scheduled=False)

    assert seen[0]["p_raw"].size < seen[1]["p_raw"].size
    assert seen[0]["days"].max() < ENDS.toordinal()


def test_a_scope_whose_record_goes_on_later_is_left_alone(played, small, monkeypatch):
    tried(monkeypatch, ece_new=0.09)
    with unit_of_work(played) as session:
        look(session, OVER)
        assert look(session, ENDS).outcome == "AHEAD"


# ------------------------------------------------------------------------------------------------- shadows


def shadowed(session, monkeypatch, temperature=2.0):
    tried(monkeypatch, temperature=temperature)
    return look(session, ENDS)


def test_a_shadow_is_judged_on_what_was_forecast_after_it_and_nothing_else(played, small, monkeypatch):
    asked = []
    settled = outcomes.settled

    def watched(session, *, since, **given):
        asked.append(since)
        return settled(session, since=since, **given)

    with unit_of_work(played) as session:
        told = shadowed(session, monkeypatch)
        monkeypatch.setattr(outcomes, "settled", watched)
        look(session)
        kept = last_step(session).evidence["shadow"]
        known = settled(
            session, tenant_id=TENANT, league=NBA, market_key=SPREAD.key, since=ENDS + watch.TICK, as_of=OVER
        )
    use = known.decided
    old, new = known.p_raw[use], EffectiveMap(heat(2.0), IDENTITY, 0.75).apply(known.p_raw[use])
    difference = ((new - known.won[use]) ** 2 - (old - known.won[use]) ** 2).mean()

    assert told.outcome == "SHADOW"
    assert asked == [ENDS + watch.TICK]
    assert kept["events"] == kept["observations"] == use.sum() < 20
    assert kept["brier_difference"] == pytest.approx(difference, abs=1e-9)


@pytest.mark.parametrize("worse", [False, True])
def test_a_shadow_comes_into_force_unless_it_was_worse(played, small, monkeypatch, worse):
    with unit_of_work(played) as session:
        before = in_force(session, ENDS)
        told = shadowed(session, monkeypatch)
        seen = observations.observed(
            session, SPREADS, tenant_id=TENANT, since=ENDS + watch.TICK, as_of=OVER, counting=False
        )
        sure = np.where(seen.p_raw > 0.5, 1.0, 0.0)
        # A temperature of 2 moves towards even money: worse where favourites always won, better where they never did.
        ended = replace(seen, won=sure if worse else 1.0 - sure)
        monkeypatch.setattr(watch, "observed", lambda *given, **other: ended)
        found = look(session)
        after = in_force(session)
        steps = statuses(session)[-2:]

    assert found.calibration_version == told.calibration_version
    if worse:
        assert (found.outcome, found.reasons) == ("REJECTED", ("SHADOW_WORSE",))
        assert after == before
        return
    assert found.outcome == "ACTIVE"
    assert after.calibration_version == told.calibration_version
    assert steps == [("RETIRED", ("SUPERSEDED",)), ("ACTIVE", ())]


def test_a_shadow_waits_for_its_days_and_its_games_and_nothing_new_is_tried_meanwhile(played, small, monkeypatch):
    with unit_of_work(played) as session:
        shadowed(session, monkeypatch)
        seen = tried(monkeypatch, temperature=1.3)
        monkeypatch.setattr(watch, "SHADOW", ShadowRules(days=100, events_segment=5))
        assert look(session).outcome == "SHADOW_STANDS"
        monkeypatch.setattr(watch, "SHADOW", ShadowRules(days=1, events_segment=10_000))
        assert look(session, scheduled=False).outcome == "SHADOW_STANDS"

    assert seen == []


def test_the_week_tells_every_step_in_an_event(played, small, monkeypatch):
    tried(monkeypatch)
    with unit_of_work(played) as session:
        told = tune.calibrate(session, tenant_id=TENANT, league=NBA, at=ENDS)

    assert {event.scope for event in told} == {GLOBAL_SCOPE, *(f"nba/{m.key}" for m in (MONEYLINE, SPREAD, TOTAL))}
    assert told[0].scope == GLOBAL_SCOPE
    assert {(event.league, event.status) for event in told} == {("nba", "SHADOW")}
    assert {event.actor for event in told} == {"SYSTEM"}


# -------------------------------------------------------------------------------------------------- global


def test_the_global_map_is_learned_from_every_market_and_a_segment_leans_on_it(played, small, monkeypatch):
    seen = tried(monkeypatch, temperature=3.0)
    monkeypatch.setattr(watch, "shadow_reasons", lambda evidence: ())
    with unit_of_work(played) as session:
        look(session, ENDS, scope=EVERYWHERE)
        assert look(session, OVER, scope=EVERYWHERE).outcome == "ACTIVE"
        everywhere = in_force(session, OVER, key=GLOBAL_SCOPE)
        told = look(session, OVER)
        version = calibrations.version(session, told.calibration_version, tenant_id=TENANT)
        events = number(session, "SELECT count(DISTINCT event_id) FROM prediction WHERE as_of < :at",
                        at=int(ENDS.timestamp() * 1_000_000))  # fmt: skip

    assert seen[0]["under"] is None
    assert seen[0]["scope"] is CalibrationScope.GLOBAL
    assert 2.5 * events < seen[0]["p_raw"].size <= 3 * events
    assert (np.diff(seen[0]["days"]) >= 0).all()
    assert seen[1]["under"] == heat(3.0)
    assert version.base_version == everywhere.calibration_version


def test_a_candidate_is_judged_on_nothing_that_the_global_map_under_it_was_fitted_on(played, small, monkeypatch):
    seen = tried(monkeypatch, temperature=3.0)
    monkeypatch.setattr(watch, "shadow_reasons", lambda evidence: ())
    with unit_of_work(played) as session:
        look(session, ENDS)
        look(session, ENDS, scope=EVERYWHERE)
        look(session, OVER)
        look(session, OVER, scope=EVERYWHERE)
        everywhere = in_force(session, OVER, key=GLOBAL_SCOPE)
        fitted = calibrations.version(session, everywhere.calibration_version, tenant_id=TENANT)
        look(session, OVER, scheduled=False)

    assert [given["under_to"] for given in seen] == [None, None, fitted.trained_to.toordinal()]


# ---------------------------------------------------------------------------------------------------- data


def observed(session, scope=SPREADS, as_of=OVER):
    return observations.observed(session, scope, tenant_id=TENANT, since=BEGINNING, as_of=as_of)


def test_several_books_of_one_line_are_one_observation(played):
    with unit_of_work(played) as session:
        before = observed(session)
        rows = rows_of(session, "SELECT * FROM prediction WHERE market_key = :key", key=SPREAD.key)
        for book in ("second", "third"):
            copies = [row | {"prediction_id": row["prediction_id"] + book, "book": book} for row in rows]
            session.append(prediction, tuple(copies[0]), [tuple(row.values()) for row in copies])
        other_line = rows[0] | {"prediction_id": "other line", "line_quarters": (rows[0]["line_quarters"] or 0) + 40}
        session.append(prediction, tuple(other_line), [tuple(other_line.values())])
        after = observed(session)

    assert before.duplicates == 0
    assert after.duplicates == 2 * len(rows)
    assert len(after.events) == len(before.events) + 1


def fitted_by(session, monkeypatch):
    """Give the samples that the next look at a scope would fit on."""
    seen = tried(monkeypatch, ece_new=0.09)
    look(session, scheduled=False)
    return seen[0]["p_raw"]


def test_the_raw_probability_is_learned_from_and_no_later_link_of_the_chain(played, small, monkeypatch):
    with unit_of_work(played, write=False) as session:
        before = observed(session).p_raw
    for column in ("p_calibrated", "p_anchor", "q_market"):
        tamper(played, "prediction", f"UPDATE prediction SET {column} = 0.987")
    with unit_of_work(played) as session:
        assert (fitted_by(session, monkeypatch) == before).all()
        assert not (before == 0.987).any()
    tamper(played, "prediction", "UPDATE prediction SET p_raw = 0.987")
    with unit_of_work(played, write=False) as session:
        assert (observed(session).p_raw == 0.987).all()


def test_pushes_and_voids_are_counted_and_left_out(played):
    with unit_of_work(played, write=False) as session:
        before = observed(session, Scope(NBA, TOTAL.key))
        names = [row["event_id"] for row in rows_of(session, "SELECT event_id FROM event_result ORDER BY event_id")]
    tamper(played, "prediction",
           "UPDATE prediction SET line_quarters = (SELECT 4 * (home_score + away_score) FROM event_result r WHERE "
           "r.event_id = prediction.event_id) WHERE event_id = :name AND market_key = :key",
           {"name": names[0], "key": TOTAL.key})  # fmt: skip
    tamper(
        played,
        "event_result",
        "UPDATE event_result SET status = 'CANCELLED' WHERE event_id = :name",
        {"name": names[1]},
    )
    with unit_of_work(played, write=False) as session:
        after = observed(session, Scope(NBA, TOTAL.key))

    assert (before.voids, after.voids) == (0, 1)
    assert after.pushes - before.pushes == 1
    assert len(before.events) - len(after.events) == 2


def test_the_published_are_marked_among_all_that_were_evaluated(played, small, monkeypatch):
    with unit_of_work(played) as session:
        seen = observed(session)
        published = {
            row["event_id"]
            for row in rows_of(
                session,
                "SELECT k.event_id FROM pick k JOIN publication p ON p.pick_id = k.pick_id "
                "WHERE k.market_key = :key AND k.decision = 'PICK'",
                key=SPREAD.key,
            )
        }
        tried(monkeypatch, ece_new=0.09)
        found = look(session).tried
    marked = {name for name, each in zip(seen.events, seen.published, strict=True) if each}

    assert 0 < len(marked) < len(seen.events)
    assert marked <= published
    assert (found.evaluated.n, found.published.n) == (len(seen.events), int(seen.published.sum()))
    assert 0 < found.evaluated.judged < found.evaluated.n
    assert found.evaluated.brier_raw == found.evaluated.brier_old


# --------------------------------------------------------------------------------------- taken out of force


def harmful(session, at=ENDS):
    """Put a map in force that makes every probability as good as certain."""
    from tests.builders.records import plant_calibration

    plant_calibration(session, market_key=SPREAD.key, at=at, map_json=heat(0.02).to_json())


def test_a_map_that_made_the_last_picks_worse_is_taken_out_with_an_alert(played, monkeypatch):
    monkeypatch.setattr(watch, "WATCH", WatchRules(picks=10))
    with unit_of_work(played) as session:
        harmful(session)
        told = look_at(session, SPREADS, Asked(), tenant_id=TENANT, at=OVER)
        assert in_force(session, OVER) is None
        assert last_step(session).reasons == ("DEACTIVATED",)
        (alert,) = rows_of(session, "SELECT league, kind, text, inputs FROM ops_alert WHERE kind = :kind",
                           kind=watch.DEACTIVATED)  # fmt: skip

    assert (told[0].outcome, told[0].reasons) == ("RETIRED", ("DEACTIVATED",))
    assert alert["league"] == "nba"
    assert "nba/SPREAD:FULL_GAME taken out of force: over the last 10 picks" in alert["text"]
    assert json.loads(alert["inputs"])["p_value"] < 0.05


def test_a_map_that_harmed_nobody_stays(played, monkeypatch):
    monkeypatch.setattr(watch, "WATCH", WatchRules(picks=10))
    with unit_of_work(played) as session:
        before = in_force(session)
        look(session)
        assert in_force(session) == before


def test_fewer_picks_than_the_rule_asks_for_take_nothing_out(played):
    with unit_of_work(played) as session:
        harmful(session)
        look(session)
        assert in_force(session) is not None


# ------------------------------------------------------------------------------------------------ by hand


def test_a_roll_back_puts_back_what_was_before_and_a_second_one_nothing(played, small, monkeypatch):
    by_hand = {"tenant_id": TENANT, "actor": "somebody", "why": "it looked odd"}
    monkeypatch.setattr(watch, "shadow_reasons", lambda evidence: ())
    with unit_of_work(played) as session:
        before = in_force(session, ENDS)
        shadowed(session, monkeypatch)
        look(session)
        _, left = tune.calibration.roll_back(session, SPREADS.name, at=OVER, **by_hand)
        assert in_force(session, OVER) == before
        assert last_step(session).why == "it looked odd"
        tune.calibration.activate(session, left, at=OVER, **by_hand)
        assert in_force(session, OVER).calibration_version == left
        for _ in range(2):
            tune.calibration.roll_back(session, SPREADS.name, at=OVER, **by_hand)
        assert in_force(session, OVER) is None
        with pytest.raises(Refused, match="must have a calibration in force to roll back"):
            tune.calibration.roll_back(session, SPREADS.name, at=OVER, **by_hand)
        with pytest.raises(Refused, match="must come after the last one"):
            tune.calibration.activate(session, left, at=ENDS, **by_hand)


@pytest.mark.parametrize("outcome", ["SHADOW", "REJECTED"])
def test_a_version_that_was_never_in_force_is_refused(played, small, monkeypatch, outcome):
    tried(monkeypatch, ece_new=0.09 if outcome == "REJECTED" else 0.02)
    with unit_of_work(played) as session:
        told = look(session)
        assert told.outcome == outcome
        with pytest.raises(Refused, match=f"is {outcome}"):
            tune.calibration.activate(
                session, told.calibration_version, tenant_id=TENANT, at=OVER, actor="somebody", why="I want it"
            )
        assert number(session, "SELECT count(*) FROM calibration_event WHERE actor = 'somebody'") == 0


def test_the_raw_probability_is_what_is_applied_where_nothing_is_in_force(seeded):
    with unit_of_work(seeded, write=False) as session:
        active, under = candidates.maps_in_force(session, SPREADS, tenant_id=TENANT, at=OVER)

    assert (active, under) == (UNCALIBRATED, None)
