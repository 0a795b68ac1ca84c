"""Tune: what is learned is a version, a gate decides about it, and what was decided on warm-up stays."""

# mypy: disable-error-code="union-attr, operator, arg-type"

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from closeline.domain.calibration import ACTIVATION_V1, CalibrationMethod, activation_gate
from closeline.domain.leagues import League
from closeline.domain.markets import GAME_MARKETS, SPREAD
from closeline.flow import tune
from closeline.flow.tune import calibration, distribution
from closeline.flow.tune import policy as tuning
from closeline.jobs.backtest import backtest
from closeline.maths import policy as policy_maths
from closeline.maths.calibrate import IDENTITY, CalibrationMap
from closeline.maths.trial import Split, Trial
from closeline.store import calibrations, models
from closeline.store.session import unit_of_work
from tests.builders.archives import FIRST, an_archive
from tests.builders.desks import a_desk
from tests.builders.moments import DAY, ENDS, HOUR
from tests.builders.records import TENANT, a_copy, make_seeded, number, opened, plant_policy, rows_of
from tests.builders.stories import NBA, finished_game

OVER = ENDS + 400 * HOUR
GOOD = {
    "evaluated": 500, "brier_old": 0.25, "brier_new": 0.24, "brier_difference_upper": -0.001, "log_loss_old": 0.69,
    "log_loss_new": 0.68, "ece_old": 0.03, "ece_new": 0.02, "ece_noise_floor": 0.03, "slope": 1.0, "shift_p99": 0.05,
    "is_monotone": True, "is_out_of_time": True, "trained": 900,
}  # fmt: skip


@pytest.fixture
def small(monkeypatch):
    """Let a season of sixty games be enough to learn from."""
    monkeypatch.setattr(calibration, "GAMES_LEAST", 30)
    monkeypatch.setattr(distribution, "GAMES_LEAST", 30)
    monkeypatch.setattr(tuning, "OBSERVATIONS_LEAST", 20)
    monkeypatch.setattr(policy_maths, "PLAYED_LEAST", 5)


def tried(monkeypatch, **evidence):
    """Let every trial end with this evidence for a map that halves the logits, fitted on the first two thirds."""
    from closeline.domain.calibration import ActivationEvidence, CalibrationScope

    fitted = CalibrationMap(CalibrationMethod.TEMPERATURE, (evidence.pop("temperature", 2.0),))
    seen = []

    def trial(p_raw, won, days, *, active, generator):
        seen.append(active)
        early = days < np.sort(days)[days.size * 2 // 3]
        return Trial(
            fitted, ActivationEvidence(scope=CalibrationScope.SEGMENT, **(GOOD | evidence)), Split(early, ~early)
        )

    monkeypatch.setattr(calibration, "try_out", trial)
    return fitted, seen


def calibrate(session, at=OVER, market=SPREAD):
    return tune.calibrate(session, tenant_id=TENANT, league=NBA, market=market, at=at)


def in_force(session, at=OVER, key=SPREAD.key):
    return calibrations.active(session, tenant_id=TENANT, league=NBA, as_of=at).get(key)


def more_games(session, count=10):
    for back in range(count):
        finished_game(
            session,
            f"more{back}",
            DAY + timedelta(days=back + 10),
            (100 + back, 99),
            home="Boston Celtics",
            away="Miami Heat",
        )


def test_nothing_is_learned_from_fewer_games_than_the_limit(played):
    with unit_of_work(played) as session:
        assert tune.fit_distribution(session, league=NBA, at=OVER) is None
        assert [calibrate(session, market=market) for market in GAME_MARKETS] == [None] * 3
        assert number(session, "SELECT count(*) FROM calibration_version WHERE method <> 'IDENTITY'") == 0


def test_a_market_with_too_few_closes_gets_no_policy(seeded):
    backtest(a_desk(seeded, [an_archive(days=4)]))
    with unit_of_work(seeded) as session:
        assert tune.fit_policy(session, tenant_id=TENANT, league=NBA, at=OVER) is None


def test_a_good_candidate_becomes_active_and_retires_the_one_before_it(played, small, monkeypatch):
    fitted, seen = tried(monkeypatch)
    with unit_of_work(played) as session:
        before = in_force(session)
        told = calibrate(session)
        after = in_force(session)
        statuses = [
            (row["status"], row["calibration_version"])
            for row in rows_of(
                session,
                "SELECT status, calibration_version FROM calibration_event WHERE scope = :scope ORDER BY seq",
                scope=told.scope,
            )
        ]

    assert told.status == "ACTIVE"
    assert after.calibration_version == told.calibration_version != before.calibration_version
    assert CalibrationMap.from_json(after.map_json) == fitted
    assert seen == [IDENTITY]
    assert statuses[-3:] == [
        ("CANDIDATE", told.calibration_version),
        ("RETIRED", before.calibration_version),
        ("ACTIVE", told.calibration_version),
    ]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"evaluated": 99}, "MIN_SAMPLES"), ({"is_out_of_time": False}, "NOT_OUT_OF_TIME"),
        ({"brier_new": 0.26}, "BRIER_NOT_IMPROVED"), ({"brier_difference_upper": 0.001}, "BRIER_NOT_IMPROVED"),
        ({"log_loss_new": 0.70}, "LOGLOSS_WORSE"), ({"ece_new": 0.09}, "ECE_WORSE"), ({"slope": 1.5}, "SLOPE_OUT_OF_BAND"),
        ({"shift_p99": 0.2}, "SHIFT_TOO_LARGE"), ({"is_monotone": False}, "NOT_MONOTONE"),
        ({"brier_new": float("nan")}, "BRIER_NOT_IMPROVED"),
    ],
)  # fmt: skip
def test_a_candidate_with_a_fault_is_rejected_and_the_map_in_force_stays(played, small, monkeypatch, fault, reason):
    tried(monkeypatch, **fault)
    with unit_of_work(played) as session:
        before = in_force(session)
        if any(value != value for value in fault.values()):
            with pytest.raises(ValueError, match="JSON"):
                calibrate(session)
            return
        told = calibrate(session)
        (row,) = rows_of(
            session,
            "SELECT reasons FROM calibration_event WHERE calibration_version = :name AND status = 'REJECTED'",
            name=told.calibration_version,
        )
        assert in_force(session) == before

    assert told.status == "REJECTED"
    assert reason in row["reasons"]


def test_one_map_is_active_per_market_at_every_moment(played, small, monkeypatch):
    with unit_of_work(played) as session:
        for number_, temperature in enumerate((2.0, 1.5, 1.2)):
            tried(monkeypatch, temperature=temperature)
            more_games(session, 5) if number_ == 0 else None
            monkeypatch.setattr(calibration, "GROWTH", 0.1)
            assert calibrate(session, OVER + number_ * HOUR).status == "ACTIVE"
        rows = rows_of(
            session,
            "SELECT status, calibration_version FROM calibration_event WHERE scope = :scope ORDER BY seq",
            scope=f"nba/{SPREAD.key}",
        )

    active = set()
    for row in rows:
        if row["status"] == "ACTIVE":
            active.add(row["calibration_version"])
        elif row["status"] == "RETIRED":
            active.remove(row["calibration_version"])
        assert len(active) <= 1
    assert len(active) == 1


def test_a_sample_that_hardly_grew_is_not_tried_again(played, small, monkeypatch):
    tried(monkeypatch)
    with unit_of_work(played) as session:
        assert calibrate(session) is not None
        tried(monkeypatch, temperature=1.5)
        assert calibrate(session, OVER + HOUR) is None


def test_a_calibration_reads_nothing_received_after_its_moment(played, small, monkeypatch):
    spans = []

    def watched(p_raw, won, days, *, active, generator):
        spans.append((p_raw.size, int(days.max())))

    monkeypatch.setattr(calibration, "try_out", watched)
    middle = ENDS
    with unit_of_work(played) as session:
        calibrate(session, middle)
        known = spans.copy()
        received = number(
            session,
            "SELECT count(*) FROM event_result WHERE received_at <= :at",
            at=int(middle.timestamp() * 1_000_000),
        )
        calibrate(session, OVER)

    assert known
    assert known[0][0] <= received < spans[-1][0]
    assert known[0][1] < middle.toordinal()


def test_the_evidence_is_kept_with_the_verdict_and_gives_it_again(played, small, monkeypatch):
    import json

    from closeline.domain.calibration import ActivationEvidence, CalibrationScope

    tried(monkeypatch, evaluated=99)
    with unit_of_work(played) as session:
        told = calibrate(session)
        (row,) = rows_of(
            session,
            "SELECT evidence, reasons FROM calibration_event WHERE calibration_version = :name AND status = 'REJECTED'",
            name=told.calibration_version,
        )
    stored = json.loads(row["evidence"])
    evidence = ActivationEvidence(**(stored | {"scope": CalibrationScope(stored["scope"])}))

    assert list(activation_gate(evidence).reasons) == json.loads(row["reasons"])
    assert not activation_gate(
        replace(evidence, evaluated=10_000), replace(ACTIVATION_V1, samples_min_segment=10_001)
    ).activate


def fit(session, at=OVER, **other):
    return tune.fit_policy(session, tenant_id=TENANT, league=NBA, at=at, **other)


def policy(session, at=OVER + 999 * HOUR):
    return models.policy(session, tenant_id=TENANT, league="nba", as_of=at)


def make_warmed(url):
    make_seeded(url)
    with opened(url) as engine:
        backtest(a_desk(engine, [an_archive(days=24)], publish_from=FIRST + timedelta(days=600)))


@pytest.fixture
def warmed(new_databases):
    """Give a record that has forecast a season and published nothing of it."""
    with a_copy(new_databases, "warmed", make_warmed) as engine:
        yield engine


def test_a_policy_says_how_far_each_market_moved(warmed, small):
    with unit_of_work(warmed) as session:
        assert fit(session) is not None
        found = policy(session)
        assert policy(session, OVER - HOUR) is None
        rows = rows_of(session, """
            SELECT p.q_market, p.p_raw, e.fair_probability AS q_close, ev.day FROM prediction p
            JOIN event ev ON ev.event_id = p.event_id
            JOIN market_evaluation e ON e.event_id = p.event_id AND e.market_key = p.market_key AND e.flags = ''
            JOIN snapshot s ON s.snapshot_id = e.snapshot_id AND s.phase = 'CLOSE'
            WHERE p.market_key = 'MONEYLINE:FULL_GAME' AND p.basis = 'QUOTED'""")  # fmt: skip

    model, market, close = (np.array([row[name] for row in rows]) for name in ("p_raw", "q_market", "q_close"))
    distance, moved = (policy_maths.log_odds(each) - policy_maths.log_odds(market) for each in (model, close))
    mine = found.of("MONEYLINE:FULL_GAME")
    assert mine.beta_n == len(rows)
    assert mine.beta == pytest.approx(max(float(distance @ moved / (distance @ distance)), 0.0), abs=1e-6)


def test_thresholds_are_never_fitted_again_after_warm_up(warmed, small):
    with unit_of_work(warmed) as session:
        fit(session)
        first = policy(session)
        more_games(session, 12)
        fit(session, OVER + 900 * HOUR, recalibrated=True)
        second = policy(session)

    assert second.policy_version != first.policy_version
    for market in GAME_MARKETS:
        before, after = first.of(market.key), second.of(market.key)
        assert (after.threshold, after.threshold_n, after.clv_lower_90) == (
            before.threshold,
            before.threshold_n,
            before.clv_lower_90,
        )


def test_a_market_that_had_no_threshold_after_warm_up_never_gets_one(warmed, small):
    with unit_of_work(warmed) as session:
        plant_policy(session, keys=("TOTAL:FULL_GAME",), threshold=0.01)
        fit(session, recalibrated=True)
        found = policy(session)

    assert found.of("TOTAL:FULL_GAME").threshold == 0.01
    for key in ("MONEYLINE:FULL_GAME", "SPREAD:FULL_GAME"):
        assert found.of(key) is None or found.of(key).threshold is None


def test_a_policy_knows_no_close_of_the_future(warmed, small, new_databases):
    at = ENDS
    with unit_of_work(warmed) as session:
        fit(session, at)
        found = policy(session, at)
        closes = number(
            session, "SELECT count(*) FROM event_result WHERE received_at <= :at", at=int(at.timestamp() * 1_000_000)
        )

    assert 0 < max(market.beta_n for market in found.markets) <= closes


def test_a_market_that_runs_from_the_model_is_not_followed(warmed, small, monkeypatch):
    monkeypatch.setattr(tuning, "fit_movement", lambda *given: policy_maths.Movement(-0.4, 0.1, 50))
    with unit_of_work(warmed) as session:
        fit(session)
        assert {market.beta for market in policy(session).markets} == {0.0}


def test_a_distribution_is_fitted_to_what_was_received_and_is_a_version(warmed, small):
    with unit_of_work(warmed) as session:
        before = models.latest(session, league="nba", kind=models.DISTRIBUTION, as_of=OVER)
        told = tune.fit_distribution(session, league=NBA, at=OVER)
        after = models.latest(session, league="nba", kind=models.DISTRIBUTION, as_of=OVER)
        assert models.latest(session, league="nba", kind=models.DISTRIBUTION, as_of=OVER - HOUR) == before
        assert tune.fit_distribution(session, league=NBA, at=OVER + HOUR) is None
        assert tune.fit_distribution(session, league=League.NFL, at=OVER) is None

    assert told.model_version == after[0] != before[0]
    assert 30 <= told.games <= 72
