"""The fit of basketball: both sides of what it matches agree, and it finds the league that made the games."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from closeline.maths.simulate import worlds
from closeline.maths.simulate.aim import means
from closeline.maths.simulate.basketball import Basketball
from closeline.maths.simulate.exact import final
from closeline.maths.simulate.fitting.basketball import fit
from closeline.maths.simulate.fitting.basketball_moments import binned, expected, observed
from closeline.maths.simulate.fitting.played import Played
from closeline.maths.simulate.sport import Levels, Rules

RULES = Rules(2016)


def a_league(**changes: Any) -> Basketball:
    """Build a league of two short halves."""
    league = Basketball(
        plays=(6.0, 6.0), overtime_plays=4.0, pace_sd=0.8, pace_share=0.5, scoring=0.45, threes=0.25,
        edge=(1.0, 1.0), restoring=(0.005, 0.01), tie_two=0.45, tie_three=0.4, winner=0.4, sealed=0.6, reach=6.0,
        free_throw=0.75, hurried=0.6, most=50, overtime_most=40,
    )  # fmt: skip
    return replace(league, **changes)


def a_short_league(**changes: Any) -> Basketball:
    """Build a league of one short period, quick to fit."""
    short = a_league(plays=(7.0,), edge=(1.0,), restoring=(0.005,), most=36, overtime_most=30)
    return replace(short, **changes)


def games_of(league: Basketball, each: int) -> Played:
    """Let teams of a dozen pairs of levels play so many games each, closed at their exact means."""
    parts = []
    for seed, (common, apart) in enumerate((c, a) for c in (-0.1, 0.0, 0.1) for a in (-0.3, 0.02, 0.1, 0.2)):
        game = league.nights(Levels(common + apart, common - apart), RULES)
        drawn = worlds.simulate(game, each, seed)
        parts.append((np.full((each, 2), means(final(game))), drawn.scores.astype(np.int64)))
    lines, scores = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    overtime = scores[:, -1]
    flags = overtime.sum(axis=1) > 0
    seasons = np.full(len(lines), 2016)
    return Played(seasons, lines[:, 0], lines[:, 1], scores[:, :-1], overtime, np.zeros_like(flags), flags)


def test_played_games_have_the_moments_that_their_league_expects() -> None:
    games = games_of(a_league(), 3_000)
    bins = binned(games)

    wanted, errors = observed(games, bins)
    found = expected(a_league(), bins)

    # Some errors are made smaller, so that they weigh more in the fit: 4 honest ones are up to 8 times as many.
    assert np.abs((found.flat() - wanted.flat()) / errors.flat())[:-1].max() < 32.0
    np.testing.assert_allclose(found.spread, wanted.spread, rtol=0.03)
    np.testing.assert_allclose(found.totals, wanted.totals, rtol=0.03)
    np.testing.assert_allclose(found.margins, wanted.margins, rtol=0.03)
    np.testing.assert_allclose(found.share, wanted.share, atol=0.003)
    np.testing.assert_allclose(found.slopes, wanted.slopes, atol=0.02)
    np.testing.assert_allclose(found.near, wanted.near, atol=0.006)
    np.testing.assert_allclose(found.extra, wanted.extra, rtol=0.03)
    np.testing.assert_allclose(found.leads, wanted.leads, atol=0.03)


def test_the_league_that_made_the_games_is_found_again() -> None:
    made = a_short_league(threes=0.35, restoring=(0.012,))
    games = games_of(made, 3_000)

    found = fit(games, start=a_short_league(), evaluations=3)

    assert found.restoring[0] == pytest.approx(0.012, abs=0.003)
    assert found.threes == pytest.approx(0.35, abs=0.06)
    assert found.plays == (7.0,)
    bins = binned(games)
    ours, theirs, before = (expected(league, bins).spread[0] for league in (found, made, a_short_league()))
    assert abs(ours - theirs) < 0.4 * abs(before - theirs)


def test_games_with_an_unknown_period_teach_nothing_and_the_others_the_same_every_time() -> None:
    games = games_of(a_short_league(threes=0.4), 300)
    hidden = games.periods.copy()
    hidden[::2, 0, 0] = -1
    half = games.only(np.arange(len(hidden)) % 2 == 1)

    found = fit(replace(games, periods=hidden), start=a_short_league(), evaluations=2)

    assert found == fit(half, start=a_short_league(), evaluations=2)
    assert found.threes == float(f"{found.threes:.6g}") != a_short_league().threes


def test_too_few_games_or_a_third_period_are_refused() -> None:
    games = games_of(a_short_league(), 25)
    with pytest.raises(ValueError, match="must be at least 240"):
        fit(games.only(np.arange(300) < 200), start=a_short_league())
    with pytest.raises(ValueError, match=r"overtimes 10, were 2[0-9]+ and 0"):
        fit(games.only(~games.went_on), start=a_short_league())
    with pytest.raises(ValueError, match="2 or 4 periods, had 3"):
        fit(replace(games, periods=np.zeros((300, 3, 2), dtype=np.int64)))
