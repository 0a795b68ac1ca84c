"""The parts of a rating forecast: each is what its states say, and together they are the forecast."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from closeline.domain.forecasts.adjustments import AdjustmentName, moved_by
from closeline.maths.ratings import (
    GroupParameters,
    RatingFilter,
    RatingParameters,
    RestParameters,
    Slate,
    TrackParameters,
)
from closeline.maths.ratings.parts import parts
from closeline.maths.simulate.streams import stream

BASE, HOME, REST, PARK, STARTER = (
    AdjustmentName.BASE_RATING,
    AdjustmentName.HOME_EDGE,
    AdjustmentName.REST,
    AdjustmentName.PARK,
    AdjustmentName.STARTER,
)
PITCHER = GroupParameters(-0.5, 0.05, 1e-4, 0.9, 0.01)
MARGIN = TrackParameters(
    result_variance=140.0,
    close_variance=19.0,
    level=GroupParameters(3.0, 0.02, 1e-5, 1.0, 0.002),
    team=GroupParameters(0.0, 0.3, 0.004, 0.7, 0.15),
    newcomer_mean=-4.0,
    rest=RestParameters(short=1, long=3, longest=8, prior_variance=0.01),
    venue=GroupParameters(0.0, 0.005, 1e-5, 0.8, 0.001),
    pitcher=PITCHER,
)
TOTAL = replace(MARGIN, result_variance=300.0, level=GroupParameters(198.0, 0.1, 1e-4, 1.0, 0.01), newcomer_mean=0.0)
PARAMETERS = RatingParameters("nba", MARGIN, TOTAL, "seasons 1-2", "made up")
PLAIN = replace(MARGIN, rest=None, venue=None, pitcher=None)
DAY = date(2024, 1, 10).toordinal()
TEAMS = ("ann", "bob", "cat", "dan", "eve")
ARMS = ("p1", "p2", "p3", "p4")


def a_slate(day=DAY + 41, season=1, home=("ann",), away=("bob",), neutral=None, arms=(), other_arms=()):
    return Slate(day, season, home, away, neutral or (False,) * len(home), arms, other_arms)


def a_learned_filter(parameters=PARAMETERS, days=20):
    """A filter that has learned two games every other day, with pitchers, grounds and gaps of all lengths."""
    ratings, random = RatingFilter(parameters), stream("parts", days)
    for number in range(days):
        home, away, more, other = (TEAMS[k] for k in random.permutation(len(TEAMS))[:4])
        arms = tuple(ARMS[k] for k in random.permutation(4))
        slate = a_slate(DAY + 2 * number, 1, (home, more), (away, other), (False, number % 3 == 0), arms[:2], arms[2:])
        ratings.learn(slate, random.normal(4, 12, 2).round(), random.normal(200, 17, 2).round())
    return ratings


def state(ratings, track, name):
    found = ratings._tracks[track]
    return float(found.mean[found.place[name]])


def by_name(adjustments):
    return {adjustment.name: (adjustment.margin_points, adjustment.total_points) for adjustment in adjustments}


SLATES = [
    a_slate(DAY + 39, 1, ("ann", "cat"), ("bob", "dan"), (False, True), ("p1", "p2"), ("p3", "p4")),
    a_slate(DAY + 40, 1, ("eve", "new"), ("cat", "ann"), (False, False), ("p1", None), (None, "unseen")),
    a_slate(DAY + 300, 2, ("bob", "ann"), ("new", "eve"), (False, True)),
]


@pytest.mark.parametrize("slate", SLATES)
def test_the_parts_sum_to_the_forecast(slate):
    ratings = a_learned_filter()

    forecast, found = ratings.predict(slate), parts(ratings, slate)

    for game, adjustments in enumerate(found):
        wanted = (forecast.margin_mean[game], forecast.total_mean[game])
        assert moved_by(adjustments) == pytest.approx(wanted, abs=1e-9)
        assert adjustments[0].name is BASE


def test_the_base_rating_is_the_teams_with_average_starters_and_the_level_of_the_total():
    ratings = a_learned_filter()

    (found,) = parts(ratings, a_slate())

    margin = state(ratings, "margin", "team:ann") - state(ratings, "margin", "team:bob")
    teams = state(ratings, "total", "team:ann") + state(ratings, "total", "team:bob")
    total = state(ratings, "total", "level:") + teams + 2 * PITCHER.prior_mean
    assert by_name(found)[BASE] == pytest.approx((margin, total), abs=1e-9)


def test_the_home_edge_is_the_leagues_and_no_part_of_the_total():
    ratings = a_learned_filter()

    (found,) = parts(ratings, a_slate())

    assert by_name(found)[HOME] == pytest.approx((state(ratings, "margin", "level:"), 0.0), abs=1e-12)


def test_the_ground_is_what_the_home_team_adds_to_the_edge():
    ratings = a_learned_filter()

    (found,) = parts(ratings, a_slate())

    own = state(ratings, "margin", "venue:ann"), state(ratings, "total", "venue:ann")
    assert abs(own[0]) > 0.01
    assert by_name(found)[PARK] == pytest.approx(own, abs=1e-9)


def test_a_neutral_ground_has_neither_edge_nor_park():
    (found,) = parts(a_learned_filter(), a_slate(neutral=(True,)))

    assert not {HOME, PARK} & set(by_name(found))


def test_a_starter_counts_against_an_average_one():
    ratings = a_learned_filter()

    (found,) = parts(ratings, a_slate(arms=("p1",), other_arms=("p2",)))

    margin = state(ratings, "margin", "pitcher:p1") - state(ratings, "margin", "pitcher:p2")
    both = state(ratings, "total", "pitcher:p1") + state(ratings, "total", "pitcher:p2")
    assert by_name(found)[STARTER] == pytest.approx((margin, both - 2 * PITCHER.prior_mean), abs=1e-9)


def test_starters_whom_nobody_knows_are_no_part():
    (found,) = parts(a_learned_filter(), a_slate(arms=("unseen",), other_arms=(None,)))

    assert STARTER not in by_name(found)


def test_a_team_that_played_yesterday_pays_for_it():
    ratings = RatingFilter(PARAMETERS)
    ratings.learn(a_slate(DAY, 1, ("cat",), ("bob",)), np.array([5.0]), np.array([210.0]))
    ratings.learn(a_slate(DAY + 1, 1, ("ann",), ("bob",)), np.array([15.0]), np.array([190.0]))
    tired = state(ratings, "margin", "short_rest:"), state(ratings, "total", "short_rest:")

    (found,) = parts(ratings, a_slate(DAY + 2, 1, ("dan",), ("bob",)))

    assert tired[0] < 0.0
    assert by_name(found)[REST] == pytest.approx((-tired[0], tired[1]), abs=1e-9)


def test_a_league_without_grounds_rests_and_starters_has_only_teams_and_the_edge():
    ratings = a_learned_filter(
        replace(PARAMETERS, margin=PLAIN, total=replace(TOTAL, rest=None, venue=None, pitcher=None))
    )

    (found,) = parts(ratings, a_slate())

    assert [adjustment.name for adjustment in found] == [BASE, HOME]


def test_no_two_parts_share_a_source():
    (found,) = parts(a_learned_filter(), a_slate(DAY + 39, arms=("p1",), other_arms=("p2",)))

    assert len({adjustment.source for adjustment in found}) == len(found) > 3


def test_a_new_season_pulls_the_parts_toward_their_priors():
    ratings = a_learned_filter()

    (now,), (later,) = (parts(ratings, a_slate(day, season)) for day, season in ((DAY + 41, 1), (DAY + 300, 2)))

    assert by_name(later)[BASE][0] == pytest.approx(MARGIN.team.carry_over * by_name(now)[BASE][0], abs=1e-9)


def test_parts_leave_the_filter_as_it_was():
    ratings = a_learned_filter()
    before = ratings.state_hash()

    parts(ratings, SLATES[2])

    assert ratings.state_hash() == before


def test_parts_of_a_day_that_has_been_learned_are_refused():
    with pytest.raises(ValueError, match="later than the last day learned"):
        parts(a_learned_filter(), a_slate(DAY))
