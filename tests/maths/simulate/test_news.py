"""News as a mixture: its mean is the plugged one's, its spread is wider by exactly what is not known."""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product

import numpy as np
import pytest

from closeline.domain.forecasts.injuries import PLAY_PROBABILITY, Absence, PlayStatus
from closeline.domain.leagues import League
from closeline.domain.markets import Side
from closeline.maths.simulate.exact import final
from closeline.maths.simulate.news import Mixture, Shift, aimed_with_news, gathered, marginals_with_news, mixture
from closeline.maths.simulate.script import Night, Overtime, Period
from closeline.maths.simulate.simulation import Marginals, Model, evaluate_exactly, prepare
from closeline.maths.simulate.sport import Rules
from tests.builders.simulated import a_model

MOST = 24
PLAYS = 10
POINTS = np.arange(3)
GAINS = np.array(list(product(POINTS, POINTS)))
SPREAD = 0.5  # variance of a team's points in a play, the same at every level
RULES = Rules(2024)
NOON = datetime(2024, 1, 14, 12, tzinfo=UTC)
OPEN = (PlayStatus.DOUBTFUL, PlayStatus.QUESTIONABLE, PlayStatus.PROBABLE)


@dataclass(frozen=True)
class EvenSport:
    """A sport whose spread does not depend on the levels: what widens it must be the news."""

    @property
    def regulation_periods(self):
        return 1

    def nights(self, levels, rules):
        pair = np.outer(_points(levels.home), _points(levels.away)).ravel()
        chances = np.repeat(pair[None, :, None], 2 * MOST + 1, axis=2)
        period = Period(np.zeros(PLAYS, dtype=np.int64), np.eye(1, PLAYS)[0])
        return (Night(1.0, GAINS, chances, (period,), Overtime(())),)


def _points(level):
    mean = np.clip(0.9 * np.exp(level), 0.3, 1.7)
    two = (SPREAD + mean**2 - mean) / 2.0
    one = mean - 2.0 * two
    return np.array([1.0 - one - two, one, two])


MODEL = Model(League.NBA, EvenSport(), 0.0, 0.0, 3.0, 2.0)


def an_absence(player="Ann", value=1.0, status=PlayStatus.QUESTIONABLE, side=Side.HOME, priced=PlayStatus.AVAILABLE):
    return Absence(side, player, value, status, NOON, priced)


def many_absences(count):
    """Open players of different values on both sides, the last of least value."""
    sides = (Side.HOME, Side.AWAY)
    return [an_absence(f"p{k}", 2.0 - 0.13 * k, OPEN[k % 3], sides[k % 2]) for k in range(count)]


def moments(joint):
    home, away = np.divmod(np.arange(joint.size), joint.shape[0])
    found = []
    for value in (home - away, home + away):
        mean = joint.ravel() @ value
        found += [mean, joint.ravel() @ (value - mean) ** 2]
    return np.array(found)


def by_margin(joint):
    home, away = np.divmod(np.arange(joint.size), joint.shape[0])
    return np.bincount(home - away + MOST, joint.ravel(), 2 * MOST + 1)


def by_hand(absences, total_share):
    """Every combination of who plays, counted one by one."""
    shifts: dict[tuple[float, float], float] = {}
    for missing in product((False, True), repeat=len(absences)):
        weight, margin, total = 1.0, 0.0, 0.0
        for absence, gone in zip(absences, missing, strict=True):
            plays = PLAY_PROBABILITY[absence.status]
            weight *= 1.0 - plays if gone else plays
            margin -= gone * absence.value_points * (1.0 if absence.side is Side.HOME else -1.0)
            total -= gone * absence.value_points * total_share
        if weight:
            key = (round(margin, 6), round(total, 6))
            shifts[key] = shifts.get(key, 0.0) + weight
    return shifts


def as_table(shifts):
    return {(round(shift.margin, 6), round(shift.total, 6)): shift.weight for shift in shifts}


@pytest.mark.parametrize("count", [0, 1, 2, 5, 6])
def test_the_mixture_is_every_combination_of_who_plays(count):
    absences = many_absences(count)

    found = mixture(absences, 0.5)

    assert as_table(found.shifts) == pytest.approx(by_hand(absences, 0.5), abs=1e-12)
    assert found.note == ""


def test_a_player_who_is_out_shifts_every_game_by_his_value():
    (shift,) = mixture([an_absence(value=4.0, status=PlayStatus.OUT)], 0.25).shifts

    assert shift == Shift(1.0, -4.0, -1.0)


def test_the_other_teams_absence_is_good_for_home_and_lowers_the_total_too():
    (shift,) = mixture([an_absence(value=4.0, status=PlayStatus.OUT, side=Side.AWAY)], 0.25).shifts

    assert shift == Shift(1.0, 4.0, -1.0)


def test_combinations_that_shift_alike_are_told_as_one():
    absences = [an_absence("Ann"), an_absence("Bob")]

    found = as_table(mixture(absences, 0.5).shifts)

    assert found == pytest.approx({(0.0, 0.0): 0.55**2, (-1.0, -0.5): 2 * 0.55 * 0.45, (-2.0, -1.0): 0.45**2})


def test_unlikely_combinations_are_pooled_without_moving_the_mean():
    chances = PLAY_PROBABILITY | {PlayStatus.DOUBTFUL: 1e-4, PlayStatus.PROBABLE: 1.0 - 1e-4}
    absences = [an_absence(f"p{k}", 1.0 + 0.1 * k, status) for k, status in enumerate([OPEN[0], OPEN[2], OPEN[0]])]

    found = mixture(absences, 0.5, chances)

    expected = -sum((1.0 - chances[absence.status]) * absence.value_points for absence in absences)
    assert len(found.shifts) == 4 + 1
    assert found.mean == pytest.approx((expected, 0.5 * expected), abs=1e-12)
    assert sum(shift.weight for shift in found.shifts) == pytest.approx(1.0, abs=1e-12)


def test_beyond_six_open_players_those_that_matter_least_are_plugged_and_named():
    absences = [*many_absences(6), an_absence("small", 0.2), an_absence("tiny", 0.1, side=Side.AWAY)]

    found = mixture(absences, 0.5)
    narrower = mixture(absences[:6], 0.5)

    assert found.plugged == ("small", "tiny")
    assert found.note == "plugged at their mean: small, tiny"
    assert len(found.shifts) == 64
    assert found.mean == pytest.approx((narrower.mean[0] - 0.45 * 0.2 + 0.45 * 0.1, narrower.mean[1] - 0.45 * 0.15))
    assert found.variance == pytest.approx(narrower.variance)


def test_the_open_players_are_those_of_most_variance_and_not_those_of_most_value():
    sure_star = an_absence("star", 3.0, PlayStatus.PROBABLE)  # 9 * 0.09 = 0.81
    coins = [an_absence(f"coin{k}", 2.0) for k in range(6)]  # 4 * 0.2475 = 0.99 each

    assert mixture([sure_star, *coins], 0.5).plugged == ("star",)


@pytest.mark.parametrize("count", [4, 8, 20])
def test_news_told_by_fewer_shifts_has_the_same_mean_and_variances(count):
    news = mixture(many_absences(6), 0.5)

    fewer = gathered(news, count)

    assert len(fewer.shifts) == count
    assert sum(shift.weight for shift in fewer.shifts) == pytest.approx(1.0, abs=1e-12)
    assert fewer.mean == pytest.approx(news.mean, abs=1e-12)
    assert fewer.variance == pytest.approx(news.variance, rel=1e-12)


def test_news_told_by_eight_shifts_gives_the_same_chances():
    news = mixture(many_absences(6), 0.5)

    exact, fewer = (aimed_with_news(MODEL, RULES, 1.0, 18.0, n.shifts).final for n in (news, gathered(news, 8)))
    plugged = prepare(MODEL, RULES, 1.0 + news.mean[0], 18.0 + news.mean[1]).final

    missed, plug_missed = (np.abs(np.cumsum(by_margin(joint) - by_margin(exact))).max() for joint in (fewer, plugged))
    assert missed < 0.05 * plug_missed


def test_news_of_few_shifts_is_told_whole():
    news = mixture(many_absences(2), 0.5)

    assert gathered(news, 4) is news


def test_fewer_shifts_than_can_tell_the_news_are_refused():
    with pytest.raises(ValueError, match="at least 4"):
        gathered(mixture(many_absences(6), 0.5), 3)


def test_players_plugged_before_stay_named():
    news = mixture(many_absences(8), 0.5)

    assert len(news.plugged) == 2
    assert gathered(news, 8).plugged == news.plugged


def test_what_the_price_reckons_with_is_not_taken_off_twice():
    (shift,) = mixture([an_absence(value=4.0, status=PlayStatus.OUT, priced=PlayStatus.QUESTIONABLE)], 1.0).shifts

    assert (shift.margin, shift.total) == pytest.approx((-4.0 * 0.55, -4.0 * 0.55))


def test_a_player_cleared_to_play_is_good_news():
    (shift,) = mixture([an_absence(value=4.0, status=PlayStatus.AVAILABLE, priced=PlayStatus.DOUBTFUL)], 0.0).shifts

    assert (shift.margin, shift.total) == pytest.approx((3.6, 0.0))


def test_a_report_that_says_nothing_new_moves_no_mean_but_stays_open():
    found = mixture([an_absence(value=4.0, priced=PlayStatus.QUESTIONABLE)], 0.5)

    assert found.mean == pytest.approx((0.0, 0.0), abs=1e-12)
    assert found.variance[0] == pytest.approx(16.0 * 0.55 * 0.45)


def test_a_player_reported_twice_is_refused():
    with pytest.raises(ValueError, match="reported once"):
        mixture([an_absence(), an_absence(status=PlayStatus.OUT)], 0.5)


@pytest.mark.parametrize("share", [1.01, -1.01, float("nan")])
def test_a_share_of_the_total_beyond_the_whole_value_is_refused(share):
    with pytest.raises(ValueError, match="total_share must lie"):
        mixture([], share)


def test_a_game_with_news_has_the_expected_mean():
    found = mixture(many_absences(4), 0.5)

    game = aimed_with_news(MODEL, RULES, 1.0, 18.0, found.shifts)

    near = 5e-4 * np.sqrt(2 * PLAYS * SPREAD)  # how near every single game is aimed
    margin, _, total, _ = moments(game.final)
    assert margin == pytest.approx(1.0 + found.mean[0], abs=near)
    assert total == pytest.approx(18.0 + found.mean[1], abs=near)


def test_a_game_with_news_is_wider_than_the_plugged_one_by_exactly_the_variance_of_the_news():
    found = mixture(many_absences(4), 0.5)

    wide = moments(aimed_with_news(MODEL, RULES, 1.0, 18.0, found.shifts).final)
    narrow = moments(prepare(MODEL, RULES, 1.0 + found.mean[0], 18.0 + found.mean[1]).final)

    assert found.variance[0] > 1.0
    assert wide[[1, 3]] - narrow[[1, 3]] == pytest.approx(np.array(found.variance), rel=3e-3)


def test_the_law_of_total_variance_holds_to_the_last_digit():
    shifts = mixture(many_absences(3), 0.5).shifts

    wide = moments(aimed_with_news(MODEL, RULES, 0.0, 18.0, shifts).final)
    each = np.array([moments(prepare(MODEL, RULES, shift.margin, 18.0 + shift.total).final) for shift in shifts])

    weights = np.array([shift.weight for shift in shifts])
    mean = weights @ each
    between = weights @ (each[:, [0, 2]] - mean[[0, 2]]) ** 2
    assert wide[[0, 2]] == pytest.approx(mean[[0, 2]], abs=1e-12)
    assert wide[[1, 3]] == pytest.approx(mean[[1, 3]] + between, abs=1e-9)


def test_the_nights_of_a_game_with_news_are_one_game():
    game = aimed_with_news(MODEL, RULES, 1.0, 18.0, mixture(many_absences(2), 0.5).shifts)

    assert sum(night.weight for night in game.game) == pytest.approx(1.0, abs=1e-12)
    assert final(game.game) == pytest.approx(game.final, abs=1e-12)


def test_shifts_that_are_no_whole_are_refused():
    with pytest.raises(ValueError, match="sum to 1"):
        aimed_with_news(MODEL, RULES, 1.0, 18.0, [Shift(0.5, 0.0, 0.0)])


def test_news_that_no_team_could_survive_is_refused():
    with pytest.raises(ValueError, match="model can reach"):
        aimed_with_news(a_model(), RULES, 1.0, 18.0, [Shift(1.0, -60.0, -10.0)])


def on_margins(shift, sd=2.0):
    """Return a fitted margin a little narrower than the model's, moved by a shift; totals likewise."""
    laid = {}
    for name, low, high, mean in (
        ("margin", -MOST, MOST, 1.0 + shift.margin),
        ("total", 0, 2 * MOST, 18.0 + shift.total),
    ):
        mass = np.exp(-0.5 * ((np.arange(low, high + 1) - mean) / sd) ** 2)
        laid[name] = mass / mass.sum()
    return Marginals(laid["margin"], (-MOST, MOST), laid["total"], (0, 2 * MOST))


def test_weighed_to_mixed_marginals_a_game_keeps_the_width_of_the_news():
    news = Mixture((Shift(0.45, -4.0, -2.0), Shift(0.55, 0.0, 0.0)))
    game = aimed_with_news(MODEL, RULES, 1.0, 18.0, news.shifts)
    model = Model(League.NBA, EvenSport(), 0.0, 0.0, 1e6, 2.0)

    wanted = marginals_with_news([on_margins(shift) for shift in news.shifts], news.shifts)
    _, variance, _, _ = moments(evaluate_exactly(model, game, wanted).final)

    assert variance == pytest.approx(2.0**2 + news.variance[0], rel=1e-3)


def test_marginals_of_different_supports_do_not_mix():
    here = on_margins(Shift(1.0, 0.0, 0.0))
    there = Marginals(here.margin[1:], (1 - MOST, MOST), here.total, here.total_support)

    with pytest.raises(ValueError, match="one support"):
        marginals_with_news([here, there], [Shift(0.5, 0.0, 0.0)] * 2)


def test_marginals_whose_weights_are_no_whole_do_not_mix():
    with pytest.raises(ValueError, match="sum to 1"):
        marginals_with_news([on_margins(Shift(1.0, 0.0, 0.0))], [Shift(0.9, 0.0, 0.0)])
