"""The fit of football: parameters come back from games that the model itself has played."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from closeline.maths.simulate import worlds
from closeline.maths.simulate.aim import means
from closeline.maths.simulate.exact import final
from closeline.maths.simulate.fitting.football import COLLEGE, PROFESSIONAL, Knob, fit_from
from closeline.maths.simulate.fitting.played import Played
from closeline.maths.simulate.football import Football
from closeline.maths.simulate.sport import Levels, Rules

STRONG = Levels(0.1, -0.1)


def games_of(football: Football, count: int, *, season: int = 2016, seed: int = 5, turned: bool = False) -> Played:
    """Let the model play so many games whose closing lines are its own means; turned: the favourite plays away."""
    levels = Levels(STRONG.away, STRONG.home) if turned else STRONG
    nights = football.nights(levels, Rules(season))
    scores = worlds.simulate(nights, count, seed=seed).scores.astype(np.int64)
    margin, total = means(final(nights))
    regulation = scores[:, :4].sum(axis=1)
    return Played(
        season=np.full(count, season),
        margin=np.full(count, margin),
        total=np.full(count, total),
        periods=scores[:, :4],
        overtime=scores[:, 4],
        playoff=np.zeros(count, dtype=np.bool_),
        went_on=regulation[:, 0] == regulation[:, 1],
    )


def refitted(start: Football, played: Played, early: Any = (), late: Any = (), after: Any = ()) -> Football:
    return fit_from(start, played, early, late, after)


def test_scoring_before_the_half_is_recovered() -> None:
    true = replace(PROFESSIONAL, half_field_goal=3.0, two_points=0.12)

    found = refitted(PROFESSIONAL, games_of(true, 5_000), early=(Knob("half_field_goal", 1.0), Knob("two_points", 1.0)))

    assert found.half_field_goal == pytest.approx(3.0, rel=0.15)
    assert found.two_points == pytest.approx(0.12, rel=0.2)
    assert found.touchdown == PROFESSIONAL.touchdown


def test_what_a_lead_does_to_the_last_quarter_is_recovered() -> None:
    tied = (*PROFESSIONAL.last_field_goal[:7], 6.0, *PROFESSIONAL.last_field_goal[8:])
    true = replace(PROFESSIONAL, last_field_goal=tied, both_score_late=0.5)

    found = refitted(
        PROFESSIONAL, games_of(true, 5_000), late=(Knob("last_field_goal", 1.0, 7), Knob("both_score_late", 1.0))
    )

    assert found.last_field_goal[7] == pytest.approx(6.0, rel=0.25)
    assert found.both_score_late == pytest.approx(0.5, rel=0.15)
    assert found.last_field_goal[:7] == PROFESSIONAL.last_field_goal[:7]


@pytest.mark.parametrize(("start", "count"), [(PROFESSIONAL, 20_000), (COLLEGE, 100_000)])
def test_overtime_is_recovered(start: Football, count: int) -> None:
    true = replace(start, overtime_field_goal=0.35, sudden_field_goal=0.35)
    knobs = (Knob("overtime_field_goal", 1.0), Knob("sudden_field_goal", 1.0))

    found = refitted(start, games_of(true, count), after=knobs)

    assert found.overtime_field_goal == pytest.approx(0.35, abs=0.04)
    # Colleges seldom get to where any score wins: one game in a hundred, which leaves a standard error of 0.02.
    assert found.sudden_field_goal == pytest.approx(0.35, abs=0.06)


def test_the_spread_of_totals_about_the_closing_line_is_matched() -> None:
    true = replace(COLLEGE, evening=0.2)

    found = refitted(COLLEGE, games_of(true, 8_000), early=(Knob("evening", 1.0),))

    assert found.evening == pytest.approx(0.2, abs=0.02)


def test_a_favourite_that_plays_away_teaches_the_same() -> None:
    true = replace(PROFESSIONAL, both_score_late=0.5)
    knobs = (Knob("both_score_late", 1.0),)

    home, away = (refitted(PROFESSIONAL, games_of(true, 5_000, turned=turned), late=knobs) for turned in (False, True))

    assert home.both_score_late == pytest.approx(0.5, rel=0.15)
    assert away.both_score_late == pytest.approx(0.5, rel=0.15)


def test_few_games_leave_a_parameter_near_its_start() -> None:
    true = replace(PROFESSIONAL, both_score_late=0.4)

    few, many = (
        refitted(PROFESSIONAL, games_of(true, count), late=(Knob("both_score_late", 0.2),)) for count in (20, 4_000)
    )

    assert many.both_score_late < 0.5 < 0.75 < few.both_score_late


def test_fitting_twice_gives_the_same_parameters() -> None:
    played = games_of(PROFESSIONAL, 500)
    knobs = (Knob("urgency", 1.0), Knob("both_score_late", 0.5))

    assert refitted(PROFESSIONAL, played, late=knobs) == refitted(PROFESSIONAL, played, late=knobs)


def test_games_without_their_quarters_are_refused() -> None:
    played = games_of(PROFESSIONAL, 10)
    unknown = replace(played, periods=np.full_like(played.periods, -1))

    with pytest.raises(ValueError, match="quarters"):
        fit_from(PROFESSIONAL, unknown)
