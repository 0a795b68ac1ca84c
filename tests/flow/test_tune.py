"""Tune: what is learned is a version, a gate decides about it, and what was decided on warm-up stays."""

# mypy: disable-error-code="union-attr, operator, arg-type"

from datetime import timedelta

import numpy as np
import pytest

from closeline.domain.leagues import League
from closeline.domain.markets import GAME_MARKETS
from closeline.flow import tune
from closeline.flow.tune import distribution
from closeline.flow.tune import policy as tuning
from closeline.jobs.replaying.backtest import backtest
from closeline.maths import policy as policy_maths
from closeline.store import models
from closeline.store.session import unit_of_work
from tests.builders.archives import FIRST, an_archive
from tests.builders.desks import a_desk
from tests.builders.moments import DAY, ENDS, HOUR
from tests.builders.records import TENANT, a_copy, make_seeded, number, opened, plant_policy, rows_of
from tests.builders.stories import NBA, finished_game

OVER = ENDS + 400 * HOUR


@pytest.fixture
def small(monkeypatch):
    """Let a season of sixty games be enough to learn from."""
    monkeypatch.setattr(distribution, "GAMES_LEAST", 30)
    monkeypatch.setattr(tuning, "OBSERVATIONS_LEAST", 20)
    monkeypatch.setattr(policy_maths, "PLAYED_LEAST", 5)


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
        assert tune.calibrate(session, tenant_id=TENANT, league=NBA, at=OVER) == []
        assert number(session, "SELECT count(*) FROM calibration_version WHERE method <> 'IDENTITY'") == 0


def test_a_market_with_too_few_closes_gets_no_policy(seeded):
    backtest(a_desk(seeded, [an_archive(days=4)]))
    with unit_of_work(seeded) as session:
        assert tune.fit_policy(session, tenant_id=TENANT, league=NBA, at=OVER) is None


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
