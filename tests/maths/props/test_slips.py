"""Slips: margins that are the forecasts, joints counted by hand, and legs that cannot happen together."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import multivariate_normal

from closeline.domain.leagues import League
from closeline.domain.markets import TOTAL, Side
from closeline.domain.props.statistics import Statistic
from closeline.maths.props.correlation import fit_correlation, sum_moments
from closeline.maths.props.distributions import PropForecast
from closeline.maths.props.families import Family
from closeline.maths.props.slips import PropLeg, slip
from closeline.maths.props.worlds import PlayerNumber, draw, draw_with, ranked
from closeline.maths.simulate.legs import Leg, graded
from closeline.maths.simulate.worlds import Worlds

STAR = "nba_1"
POINTS, REBOUNDS, ASSISTS, THREES, PRA = (
    statistic.market_of(STAR)
    for statistic in (Statistic.POINTS, Statistic.REBOUNDS, Statistic.ASSISTS, Statistic.THREES, Statistic.PRA)
)
PARTS = (
    PlayerNumber(POINTS, PropForecast(24.0, 52.0)),
    PlayerNumber(REBOUNDS, PropForecast(8.0, 10.0)),
    PlayerNumber(ASSISTS, PropForecast(6.0, 8.0)),
)
TIED = np.array([[1.0, 0.15, 0.25], [0.15, 1.0, 0.1], [0.25, 0.1, 1.0]])
WORLDS = 20_000


def over(market, line):
    return PropLeg(market, Side.OVER, round(4 * line))


def under(market, line):
    return PropLeg(market, Side.UNDER, round(4 * line))


def three(seed=1, worlds=WORLDS):
    return draw(PARTS, TIED, worlds=worlds, seed=seed)


def with_pra(forecast=None, seed=1):
    """Draw the parts and their sum, with a forecast of its own that is near what the parts say."""
    own = PlayerNumber(PRA, forecast or PropForecast(38.6, 88.0))
    matrix = np.eye(4)
    matrix[:3, :3] = TIED
    return draw((*PARTS, own), matrix, worlds=WORLDS, seed=seed)


def game_worlds(seed=3, weights=None):
    """SYNTHETIC: final scores of a basketball game, by quarter."""
    scores = np.random.default_rng(seed).poisson(28.0, (WORLDS, 5, 2)).astype(np.int16)
    scores[:, 4] = 0
    return Worlds(scores, np.ones(WORLDS) if weights is None else weights)


@pytest.mark.parametrize("family", [Family.GAMMA_LATTICE, Family.NEGATIVE_BINOMIAL])
def test_every_margin_is_its_forecast(family):
    numbers = tuple(replace(number, forecast=replace(number.forecast, family=family)) for number in PARTS)
    drawn = draw(numbers, TIED, worlds=100_000, seed=5)

    for number, counts in zip(numbers, drawn.counts, strict=True):
        mass = number.forecast.pmf()
        seen = np.bincount(counts, minlength=mass.size) / 100_000
        assert np.abs(seen - mass).max() < 4 * math.sqrt(mass.max() / 100_000)
        assert counts.mean() == pytest.approx(np.arange(mass.size) @ mass, abs=4 * math.sqrt(60 / 100_000))


def test_numbers_belong_to_their_market_and_seed():
    first, again, other = three(seed=1), three(seed=1), three(seed=2)
    teammate = PlayerNumber(Statistic.POINTS.market_of("nba_2"), PropForecast(12.0, 30.0))
    wider = np.eye(4)
    wider[:3, :3] = TIED

    assert (first.counts == again.counts).all()
    assert (first.counts != other.counts).any()
    assert (draw((*PARTS, teammate), wider, worlds=WORLDS, seed=1).counts[:3] == first.counts).all()
    earlier = np.eye(4)
    earlier[1:, 1:] = TIED
    assert (draw((teammate, *PARTS), earlier, worlds=WORLDS, seed=1).counts[1:] == first.counts).all()


def test_where_all_parts_are_drawn_the_sum_is_theirs_in_every_world():
    drawn = with_pra()

    assert (drawn.of(PRA)[1] == drawn.counts[:3].sum(axis=0)).all()
    assert drawn.possible.all()


def test_a_leg_alone_has_exactly_the_chances_of_its_forecast():
    drawn = with_pra()
    for leg in (over(POINTS, 24), under(REBOUNDS, 7.5), over(PRA, 38), under(PRA, 41.5)):
        forecast = drawn.of(leg.market)[0]
        wanted = forecast.chances(leg.side, leg.line_quarters)
        [found] = slip(drawn, [leg]).chances

        assert (found.win, found.push, found.loss) == pytest.approx((wanted.win, wanted.push, wanted.loss), abs=1e-11)


def test_legs_together_keep_exactly_their_own_chances():
    legs = [over(POINTS, 24), over(REBOUNDS, 7.5), over(ASSISTS, 6), over(PRA, 38.5)]
    drawn = with_pra()
    made = slip(drawn, legs)

    for leg, found in zip(legs, made.chances, strict=True):
        wanted = drawn.of(leg.market)[0].chances(leg.side, leg.line_quarters)
        assert (found.win, found.push) == pytest.approx((wanted.win, wanted.push), abs=1e-11)
    assert (made.lift or 0.0) > 1.5
    assert made.enough


def test_unweighed_worlds_give_a_leg_its_chances_within_the_error_of_the_draw():
    drawn = three(worlds=100_000)
    for number, line in zip(PARTS, (24.5, 7.5, 5.5), strict=True):
        p = number.forecast.chances(Side.OVER, round(4 * line)).win
        seen = (drawn.of(number.market)[1] > line).mean()
        assert seen == pytest.approx(p, abs=4 * math.sqrt(p * (1 - p) / 100_000))


def test_the_joint_of_two_legs_is_that_of_the_copula():
    drawn = three(worlds=100_000)
    made = slip(drawn, [over(POINTS, 24.5), over(ASSISTS, 6.5)])

    h, k = (ndtri(1 - chances.win) for chances in made.chances)
    exact = multivariate_normal([0, 0], [[1, 0.25], [0.25, 1]]).cdf([-h, -k])
    assert made.win == pytest.approx(exact, abs=4 * made.win_error)
    assert made.win > made.independent + 4 * made.win_error


def test_the_joint_is_the_weighed_count_of_worlds():
    drawn = three()
    made = slip(drawn, [over(POINTS, 24.5), under(REBOUNDS, 7.5)])

    counted = (drawn.counts[0] > 24.5) & (drawn.counts[1] < 7.5)
    assert made.hits == counted.sum()
    assert made.win == pytest.approx(counted.mean(), abs=0.01)
    assert made.effective > 0.99 * WORLDS


@pytest.mark.parametrize(("inner", "outer"), [(25.5, 20.5), (24.0, 23.5), (30.5, 30.0)])
def test_nested_legs_give_the_smaller_one_exactly(inner, outer):
    both = slip(three(), [over(POINTS, inner), over(POINTS, outer)])

    assert both.win == both.chances[0].win
    assert both.win == pytest.approx(PARTS[0].forecast.chances(Side.OVER, round(4 * inner)).win, abs=1e-11)


def test_points_alone_carry_the_sum_over_its_line():
    """Whoever has more than 30 points has more than 30 points, rebounds and assists."""
    made = slip(with_pra(), [over(POINTS, 30.5), over(PRA, 30.5)])

    assert made.win == made.chances[0].win


def test_legs_that_exclude_each_other_never_win_together():
    assert slip(three(), [over(POINTS, 24.5), under(POINTS, 24.5)]).win == 0.0
    assert slip(with_pra(), [over(POINTS, 36.5), under(PRA, 35.5)]).win == 0.0


def test_a_player_has_no_more_from_threes_than_points():
    numbers = (PARTS[0], PlayerNumber(THREES, PropForecast(3.0, 3.2, Family.NEGATIVE_BINOMIAL)))
    drawn = draw(numbers, [[1.0, 0.3], [0.3, 1.0]], worlds=WORLDS, seed=7)
    made = slip(drawn, [over(THREES, 5.5), under(POINTS, 17.5)])

    assert made.win == 0.0
    assert made.possible < 1.0
    assert made.chances[0].win == pytest.approx(numbers[1].forecast.chances(Side.OVER, 22).win, abs=1e-11)
    # The bare copula would have sold it.
    assert ((drawn.counts[1] > 5.5) & (drawn.counts[0] < 17.5)).any()


def test_the_sum_has_its_own_forecast_and_is_never_the_sum_of_three_lines():
    own = PropForecast(42.0, 95.0)
    made = slip(with_pra(own), [over(PRA, 38.5), over(POINTS, 24.5)])

    assert made.chances[0].win == pytest.approx(own.chances(Side.OVER, 154).win, abs=1e-11)
    parts = sum_moments([24, 8, 6], np.sqrt([52, 10, 8]), TIED)
    from_parts = PropForecast(parts.mean, parts.variance).chances(Side.OVER, 154).win
    assert abs(made.chances[0].win - from_parts) > 0.1
    assert made.chances[1].win == pytest.approx(PARTS[0].forecast.chances(Side.OVER, 98).win, abs=1e-11)


def test_a_sum_without_all_its_parts_is_drawn_itself_and_never_below_them():
    numbers = (PARTS[0], PlayerNumber(PRA, PropForecast(38.0, 88.0)))
    drawn = draw(numbers, [[1.0, 0.8], [0.8, 1.0]], worlds=WORLDS, seed=9)
    made = slip(drawn, [over(POINTS, 30.5), under(PRA, 30.5)])

    assert made.win == 0.0
    assert 0.9 < made.possible < 1.0


def test_legs_whose_own_chances_contradict_each_other_are_refused():
    low = with_pra(PropForecast(22.0, 20.0))

    with pytest.raises(ValueError, match="contradict each other"):
        slip(low, [over(POINTS, 24.5), over(PRA, 24.5)])


def test_the_game_s_total_goes_with_a_player_s_points():
    game = game_worlds()
    matrix = np.array([[1.0, 0.45], [0.45, 1.0]])
    drawn = draw_with(PARTS[:1], matrix, game, seed=4)
    total = game.final().sum(axis=1)
    grades = graded(game, League.NBA, [Leg(TOTAL, Side.OVER, 4 * 224 + 2)])
    made = slip(drawn, [over(POINTS, 24.5)], grades)

    assert np.corrcoef(ranked(total, game.weights, 0), drawn.counts[0])[0, 1] == pytest.approx(0.45, abs=0.03)
    assert made.chances[0].win == pytest.approx(PARTS[0].forecast.chances(Side.OVER, 98).win, abs=1e-11)
    assert made.chances[1].win == pytest.approx((total > 224.5).mean(), abs=1e-11)
    assert (made.lift or 0.0) > 1.1
    apart = slip(draw_with(PARTS[:1], np.eye(2), game, seed=4), [over(POINTS, 24.5)], grades)
    assert apart.lift == pytest.approx(1.0, abs=4 * apart.win_error / apart.independent)


def test_weights_of_the_game_s_worlds_are_kept():
    heavy = np.random.default_rng(2).uniform(0.2, 1.8, WORLDS)
    heavy[game_worlds().final().sum(axis=1) > 224.5] *= 1.5
    game = game_worlds(weights=heavy / heavy.mean())
    grades = graded(game, League.NBA, [Leg(TOTAL, Side.UNDER, 4 * 224 + 2)])
    made = slip(draw_with(PARTS[:1], [[1.0, 0.4], [0.4, 1.0]], game, seed=4), [over(POINTS, 24.5)], grades)

    assert made.chances[1].win == pytest.approx(grades.mean(grades.win[0]), abs=1e-11)
    assert made.chances[0].win == pytest.approx(PARTS[0].forecast.chances(Side.OVER, 98).win, abs=1e-11)
    scores = ranked(game.final().sum(axis=1), game.weights, 1)
    assert np.average(scores, weights=game.weights) == pytest.approx(0.0, abs=1e-3)


def test_value_is_what_settling_every_world_comes_to():
    sits = PropForecast(12.0, 30.0, plays=0.6)
    teammate = Statistic.POINTS.market_of("nba_2")
    numbers = (replace(PARTS[0], forecast=replace(PARTS[0].forecast, plays=0.9)), PlayerNumber(teammate, sits))
    drawn = draw(numbers, [[1.0, -0.2], [-0.2, 1.0]], worlds=WORLDS, seed=2)
    legs = [over(POINTS, 24), over(teammate, 11.5)]
    made = slip(drawn, legs)

    # Brute force by hand: in each world and each way of sitting out, the ticket's units under settlement-v1, 2.6.
    brute = np.float64(0.0)
    for first, second, chance in ((1, 1, 0.54), (1, 0, 0.36), (0, 1, 0.06), (0, 0, 0.04)):
        lost = first * (drawn.counts[0] < 24) + second * (drawn.counts[1] < 11.5) > 0
        won = first * second * (drawn.counts[0] > 24) * (drawn.counts[1] > 11.5) > 0
        brute += chance * np.mean(np.where(lost, -1.0, np.where(won, 4.5, 0.0)))
    assert made.value(5.5) == pytest.approx(brute, abs=0.06)
    assert made.value(5.5) == pytest.approx(0.54 * made.win * 4.5 - sum(s.chance * s.lose for s in made.sittings))
    assert math.fsum(sitting.chance for sitting in made.sittings) == pytest.approx(1.0)


def test_a_leg_of_the_game_stands_when_the_player_sits_out():
    game = game_worlds()
    doubtful = (replace(PARTS[0], forecast=replace(PARTS[0].forecast, plays=0.55)),)
    drawn = draw_with(doubtful, [[1.0, 0.4], [0.4, 1.0]], game, seed=4)
    made = slip(drawn, [over(POINTS, 24.5)], graded(game, League.NBA, [Leg(TOTAL, Side.OVER, 4 * 224 + 2)]))
    total, points = game.final().sum(axis=1), drawn.counts[0]

    # Without him the ticket is lost where the total is, and void where it is not.
    with_him = np.where((points > 24.5) & (total > 224.5), 2.4, -1.0).mean()
    assert made.value(3.4) == pytest.approx(0.55 * with_him - 0.45 * (total < 224.5).mean(), abs=0.02)
    assert [(sitting.all_play, sitting.chance) for sitting in made.sittings] == [
        (True, 0.55),
        (False, pytest.approx(0.45)),
    ]


def test_subsets_say_what_stands_when_the_others_push():
    made = slip(three(), [over(POINTS, 24), over(ASSISTS, 6)])
    alone, _, both = made.subsets

    assert alone.win == made.chances[0].win
    assert alone.no_push == pytest.approx(1 - made.chances[0].push)
    assert both.win == made.win


def test_fitted_correlations_can_be_drawn_with():
    x = np.random.default_rng(3).multivariate_normal(np.zeros(3), TIED, 30)
    drawn = draw(PARTS, fit_correlation(x).matrix, worlds=500, seed=1)

    assert drawn.counts.shape == (3, 500)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: draw((), np.eye(0), worlds=10, seed=1), "at least one and differ"),
        (lambda: draw(PARTS[:1] * 2, np.eye(2), worlds=10, seed=1), "at least one and differ"),
        (lambda: draw(PARTS[:1], np.eye(2), worlds=10, seed=1), "must have shape"),
        (lambda: draw(PARTS[:1], np.eye(1), worlds=0, seed=1), "worlds must be at least 1"),
        (lambda: draw(PARTS[:2], np.ones((2, 2)), worlds=10, seed=1), "positive definite"),
        (lambda: draw((PARTS[0], replace(PARTS[1], forecast=PropForecast(8.0, 10.0, plays=0.5))), np.eye(2), worlds=9, seed=1), "one chance to play"),
        (lambda: draw([PlayerNumber(POINTS, PropForecast(9.0, 9.0, Family.GAMMA))], np.eye(1), worlds=9, seed=1), "to have mass"),
        (lambda: PlayerNumber(TOTAL, PropForecast(8.0, 10.0)), "must be of one player"),
        (lambda: over(POINTS, 24.25), "half or whole line"),
        (lambda: PropLeg(POINTS, Side.HOME, 98), "OVER or UNDER"),
        (lambda: slip(three(worlds=9), []), "legs must be from 1 to 6"),
        (lambda: slip(three(worlds=9), [over(POINTS, 24.5)] * 2), "legs must differ"),
        (lambda: slip(three(worlds=9), [over(PRA, 24.5)]), "among the numbers that were drawn"),
        (lambda: slip(three(worlds=50), [over(POINTS, 70.5)]), "too rare"),
        (lambda: slip(three(worlds=9), [over(POINTS, 24.5)], graded(game_worlds(), League.NBA, [Leg(TOTAL, Side.OVER, 900)])), "the game must have 9 worlds"),
        (lambda: slip(draw_with(PARTS[:1], np.eye(2), game_worlds(), seed=1), [over(POINTS, 24.5)], graded(game_worlds(), League.NBA, [Leg(TOTAL, Side.OVER, 897)])), "half or whole lines"),
    ],
)  # fmt: skip
def test_what_makes_no_slip_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
