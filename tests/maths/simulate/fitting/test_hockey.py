"""Fitting hockey: what games were made from is found again in their period scores."""

from dataclasses import replace

import numpy as np
import pytest

from closeline.maths.simulate import worlds
from closeline.maths.simulate.aim import means
from closeline.maths.simulate.exact import Window, final, joint
from closeline.maths.simulate.fitting.hockey import GOALS, START, carried, fit, log_likelihood, record_of
from closeline.maths.simulate.fitting.played import Played
from closeline.maths.simulate.hockey import Hockey
from closeline.maths.simulate.sport import Levels, Rules

RULES = Rules(2013)
TRUTH = replace(
    START,
    period_rates=(2.0, 3.0, 2.5),
    trailing=(1.15, 1.15, 1.15),
    leading=(0.85, 0.85, 0.85),
    caution=0.6,
    pull_minutes=(1.5, 3.0, 1.0),
)


def games_of(hockey: Hockey, games: int, bias: float = 0.0) -> Played:
    """Build games of one pair of teams, whose lines are off by `bias` goals of the total."""
    drawn = worlds.simulate(hockey.nights(Levels(0.15, 0.05), RULES), games, seed=5)
    home, away = drawn.final().T
    return Played(
        season=np.full(games, RULES.season),
        margin=np.full(games, (home - away).mean()),
        total=np.full(games, (home + away).mean() + bias),
        periods=drawn.scores[:, :3].astype(np.int64),
        overtime=drawn.scores[:, 3].astype(np.int64),
        playoff=np.zeros(games, dtype=bool),
        went_on=drawn.scores[:, 3].sum(axis=1) > 0,
    )


def test_what_the_games_were_made_from_is_found_again() -> None:
    found = fit(games_of(TRUTH, 60_000), bins=(1, 1), steps=9)
    first, second, third = found.period_rates
    assert (second / first, third / first) == pytest.approx((1.5, 1.25), rel=0.05)
    assert found.caution == pytest.approx(0.6, abs=0.1)
    assert found.trailing == pytest.approx(TRUTH.trailing, abs=0.04)
    assert found.leading == pytest.approx(TRUTH.leading, abs=0.04)


def test_the_average_team_of_the_games_has_level_zero() -> None:
    found = fit(games_of(TRUTH, 5_000), bins=(1, 1), steps=1)
    home, away = means(final(found.nights(Levels(0.05, -0.05), RULES)))
    margin, total = means(final(TRUTH.nights(Levels(0.15, 0.05), RULES)))
    assert (home, away) == pytest.approx((margin, total), abs=0.1)


def test_a_bias_of_all_lines_does_not_bend_what_is_learned() -> None:
    straight, bent = (fit(games_of(TRUTH, 2_000, bias), bins=(1, 1), steps=2) for bias in (0.0, 0.3))
    assert straight.period_rates == pytest.approx(bent.period_rates, rel=1e-4)


def test_games_with_a_period_unknown_are_left_out() -> None:
    games = games_of(TRUTH, 2_000)
    unknown = games.periods.copy()
    unknown[1_000:, 1] = -1
    first_half = games.only(np.arange(2_000) < 1_000)
    assert fit(replace(games, periods=unknown), bins=(1, 1), steps=1) == fit(first_half, bins=(1, 1), steps=1)


def test_no_games_are_refused() -> None:
    games = games_of(TRUTH, 10)
    with pytest.raises(ValueError, match="there must be games"):
        fit(games.only(games.season < RULES.season))


def test_a_fit_is_kept_to_six_digits() -> None:
    found = fit(games_of(TRUTH, 1_000), bins=(2, 1), steps=1)
    numbers = [*found.period_rates, found.caution, found.empty_net]
    assert numbers == [float(f"{number:.6g}") for number in numbers]
    assert numbers != [round(number, 2) for number in numbers]


@pytest.mark.parametrize("period", [0, 1, 2])
def test_scores_carried_by_lead_are_those_of_the_exact_evaluator(period: int) -> None:
    (night,) = TRUTH.nights(Levels(0.15, 0.05), RULES)
    before = joint((night,), Window(0, period))
    leads = np.arange(-13, 14)
    weights = np.array([np.trace(before, offset=-lead) for lead in leads])
    likely = carried(night.chances[None], night.periods[period].plays, leads)[0]
    expected = joint((night,), Window(period, period + 1))[:GOALS, :GOALS]
    np.testing.assert_allclose(np.tensordot(weights, likely, 1)[:GOALS, :GOALS], expected, atol=1e-7)


def test_the_likelihood_prefers_what_the_games_were_made_from() -> None:
    record = record_of(games_of(TRUTH, 20_000), (1, 1))
    best = log_likelihood(record, TRUTH)
    for other in (replace(TRUTH, caution=0.9), replace(TRUTH, empty_net=8.0), START):
        assert log_likelihood(record, other) < best - 3.0
