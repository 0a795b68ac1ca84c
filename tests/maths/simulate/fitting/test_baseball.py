"""The fit of baseball finds again what it was simulated with."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from closeline.maths.simulate import exact, worlds
from closeline.maths.simulate.aim import means
from closeline.maths.simulate.baseball import Baseball
from closeline.maths.simulate.fitting.baseball import fit
from closeline.maths.simulate.fitting.played import Played
from closeline.maths.simulate.sport import Levels, Rules

PAIRS = [Levels(home, away) for home in (-0.3, -0.1, 0.1, 0.3) for away in (-0.25, 0.0, 0.25)]
EACH = 500
ROUNDS = 2


def a_league() -> Baseball:
    falling = (0.15, 0.07, 0.03, 0.012, 0.005, 0.002, 0.001, 0.0004, 0.0002, 0.0001, 0.00004, 0.00002, 0.00001)
    innings = (1.2, 0.8, 1.0, 1.05, 1.0, 1.05, 1.0, 0.95, 0.95)
    grips = np.array([1.0, 1.0, 1.0, 1.0, 1.0, 0.8, 0.6, 0.4, 0.4])
    return Baseball(
        mean=0.5, innings=innings, extra=1.2, shapes=((0.2, *falling[1:]), falling, falling),
        grips=tuple(grips * 9 / (grips @ np.array(innings))), swings=(0.3,) * 5 + (0.2, 0.1, 0.0, 0.0),
        edges=(0.0,) * 6 + (0.06, 0.12, 0.18), press=0.3, walk_off=(0.15, 0.06, 0.03), runner=(0.3, 0.2, *falling[2:]),
    )  # fmt: skip


@lru_cache(maxsize=1)
def some_games() -> Played:
    drawn, lines = [], []
    for number, levels in enumerate(PAIRS):
        game = a_league().nights(levels, Rules(2012))
        drawn.append(worlds.simulate(game, EACH, number).scores.astype(np.int64))
        lines.append(means(exact.final(game)))
    scores = np.concatenate(drawn)
    margin, total = np.repeat(np.array(lines), EACH, axis=0).T
    periods, count = scores[:, :9], len(scores)
    went_on = periods[:, :, 0].sum(axis=1) == periods[:, :, 1].sum(axis=1)
    season, playoff = np.full(count, 2012), np.zeros(count, dtype=np.bool_)
    return Played(season, margin, total, periods, scores[:, 9], playoff, went_on)


@lru_cache(maxsize=1)
def the_fit() -> Baseball:
    return fit(some_games(), ROUNDS)


def test_the_runs_of_every_inning_are_found_again() -> None:
    found, true = the_fit(), a_league()

    assert found.mean == pytest.approx(true.mean, rel=0.03)
    assert found.innings == pytest.approx(true.innings, rel=0.05)
    assert found.extra == pytest.approx(true.extra, rel=0.15)


def test_an_inning_of_its_own_shape_keeps_it() -> None:
    first, middle, late = the_fit().shapes
    assert first[0] - middle[0] == pytest.approx(0.05, abs=0.025)
    assert late[0] == pytest.approx(middle[0], abs=0.02)


def test_starters_nights_leads_and_pressing_are_found_again() -> None:
    found, true = the_fit(), a_league()

    assert found.grips[-1] / found.grips[0] == pytest.approx(0.4, abs=0.15)
    assert found.swings[0] == pytest.approx(true.swings[0], abs=0.06)
    assert found.edges[-1] == pytest.approx(true.edges[-1], abs=0.07)
    assert found.press == pytest.approx(true.press, abs=0.2)


def test_the_home_runs_that_end_games_are_counted() -> None:
    assert the_fit().walk_off == pytest.approx(a_league().walk_off, abs=0.03)


def test_parameters_are_written_in_six_digits() -> None:
    found = the_fit()
    written = [found.mean, found.press, *found.innings, *(chance for shape in found.shapes for chance in shape)]
    assert written == [float(f"{number:.6g}") for number in written]


def test_lines_with_a_constant_bias_give_the_same_parameters() -> None:
    games = some_games().only(np.arange(len(PAIRS) * EACH) % 8 == 0)
    biased = replace(games, margin=games.margin + 0.4, total=games.total - 0.3)

    fair, found = fit(games, 1), fit(biased, 1)
    assert found.innings == pytest.approx(fair.innings, abs=1e-4)
    assert found.mean == pytest.approx(fair.mean, abs=1e-4)


def test_games_with_unknown_innings_are_left_out_and_too_few_are_refused() -> None:
    games = some_games()
    unknown = games.periods.copy()
    unknown[499:, 3] = -1

    with pytest.raises(ValueError, match="at least 500 games with all innings, had 499"):
        fit(replace(games, periods=unknown))
