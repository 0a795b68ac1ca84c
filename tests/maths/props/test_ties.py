"""Ties on SYNTHETIC games whose truth is known: found again by the fit, put together for any slip, kept to the digit."""

import json
import math
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from closeline.domain.errors import BadInput, CorruptRecord
from closeline.domain.props.statistics import Statistic
from closeline.maths.props.correlation import fit_correlation, normal_scores
from closeline.maths.props.distributions import PropForecast
from closeline.maths.props.families import Family
from closeline.maths.props.logs import BOX
from closeline.maths.props.scores import pit
from closeline.maths.props.ties import GAMES_LEAST, Source, Ties, Whose, fit_ties
from closeline.maths.props.totals import HALF_LIFE, total_surprises
from closeline.maths.props.worlds import PlayerNumber, draw
from tests.maths.props.features.invented import invented_logs

POINTS, ASSISTS = Statistic.POINTS, Statistic.ASSISTS
TRUE = Ties(
    (POINTS, ASSISTS), np.array([[1.0, 0.3], [0.3, 1.0]]), np.array([[-0.05, 0.12], [0.12, -0.02]]),
    np.array([[0.06, 0.04], [0.04, 0.02]]), np.array([0.35, 0.2]), 0, 0, 0,
)  # fmt: skip
PER_TEAM = 4


def everybody(per_team=PER_TEAM):
    return [
        Whose(f"{side}{place}", side, each) for side in "AB" for place in range(per_team) for each in (POINTS, ASSISTS)
    ]


def synthetic(games, seed=1, per_team=PER_TEAM):
    """Draw scores of whole games from what is true: (scores, game, team, surprise of the total)."""
    matrix = TRUE.matrix(everybody(per_team), with_total=True)
    drawn = np.random.default_rng(seed).multivariate_normal(np.zeros(len(matrix)), matrix, games)
    rows = 2 * per_team
    game = np.repeat(np.arange(games), rows)
    team = np.tile(np.repeat([0, 1], per_team), games)
    return drawn[:, 1:].reshape(games * rows, 2), game, team, np.repeat(20.0 * drawn[:, 0], rows)


def test_ties_of_synthetic_games_are_found_as_they_were_made():
    scores, *rest = synthetic(3_000)
    found = fit_ties(scores, (POINTS, ASSISTS), *rest)

    assert found.within == pytest.approx(TRUE.within, abs=0.02)
    assert found.teammates == pytest.approx(TRUE.teammates, abs=0.02)
    assert found.opponents == pytest.approx(TRUE.opponents, abs=0.02)
    assert found.total == pytest.approx(TRUE.total, abs=0.02)
    assert (found.rows, found.games, found.with_total) == (3_000 * 2 * PER_TEAM, 3_000, 3_000)


def test_pairs_of_players_are_those_that_a_loop_over_everybody_finds():
    scores, game, team, surprise = synthetic(60, per_team=3)
    keep = np.random.default_rng(2).random(len(game)) < 0.8
    scores, game, team, surprise = scores[keep], game[keep], team[keep], surprise[keep]
    found = fit_ties(scores, (POINTS, ASSISTS), game, team, surprise)
    z = (scores - scores.mean(axis=0)) / scores.std(axis=0)
    sums: dict[bool, list[np.ndarray]] = {True: [], False: []}
    for one, other in permutations(range(len(z)), 2):
        if game[one] == game[other]:
            sums[bool(team[one] == team[other])].append(np.outer(z[one], z[other]))
    teammates, opponents = np.mean(sums[True], axis=0), np.mean(sums[False], axis=0)

    # Shrinking multiplies every entry by one number between 0 and 1.
    for fitted, slow in ((found.teammates, teammates), (found.opponents, opponents)):
        kept = (fitted * slow).sum() / (slow**2).sum()
        assert 0.0 <= kept < 1.0
        assert fitted == pytest.approx(kept * slow, abs=1e-12)


def test_numbers_that_have_nothing_to_do_with_each_other_are_nearly_untied():
    generator = np.random.default_rng(3)
    _, game, team, _ = synthetic(400)
    found = fit_ties(
        generator.standard_normal((len(game), 2)), (POINTS, ASSISTS), game, team, generator.random(400)[game]
    )

    assert found.total is not None
    for part in (found.teammates, found.opponents, found.within - np.eye(2), found.total):
        assert np.abs(part).max() < 0.05


def test_counts_through_their_own_forecasts_give_back_the_copula_that_they_were_drawn_with():
    numbers = [
        PlayerNumber(each.market_of("nba_1"), PropForecast(mean, variance))
        for each, mean, variance in ((POINTS, 24.0, 52.0), (ASSISTS, 9.0, 12.0))
    ]
    counts = draw(numbers, TRUE.within, worlds=40_000, seed=4).counts
    lots = np.random.default_rng(4).random(counts.shape)
    scores = np.column_stack([
        normal_scores(pit(Family.GAMMA_LATTICE, [item.forecast.mean] * len(y), [item.forecast.variance] * len(y), y, v))
        for item, y, v in zip(numbers, counts, lots, strict=True)
    ])  # fmt: skip

    # What spreads a number over its own mass blurs the tie a little, never the other way.
    assert 0.28 < fit_correlation(scores).matrix[0, 1] < 0.305


def test_a_matrix_stands_in_the_order_of_the_numbers_with_the_total_first():
    whose = [Whose("A1", "A", ASSISTS), Whose("B1", "B", POINTS), Whose("A2", "A", POINTS), Whose("A1", "A", POINTS)]
    found = TRUE.matrix(whose, with_total=True)

    assert found[0].tolist() == [1.0, 0.2, 0.35, 0.35, 0.35]
    assert found[1:, 1].tolist() == [1.0, 0.04, 0.12, 0.3]
    assert np.array_equal(found, found.T)
    assert np.linalg.eigvalsh(found)[0] > 0.0
    assert np.array_equal(TRUE.matrix(whose, with_total=False), found[1:, 1:])


def test_what_was_not_fitted_is_refused_with_the_mend():
    with pytest.raises(BadInput, match="fitted on PRA, was on POINTS, ASSISTS; train them together"):
        TRUE.matrix([Whose("A1", "A", Statistic.PRA)], with_total=False)
    scores, game, team, _ = synthetic(40)
    unknown = np.where(game < GAMES_LEAST - 1, 1.0 * game, math.nan)
    found = fit_ties(scores, (POINTS, ASSISTS), game, team, unknown)
    assert (found.total, found.with_total) == (None, GAMES_LEAST - 1)
    with pytest.raises(BadInput, match=f"must rest on {GAMES_LEAST} games, had {GAMES_LEAST - 1}"):
        found.matrix([Whose("A1", "A", POINTS)], with_total=True)
    with pytest.raises(ValueError, match="scores must be finite"):
        fit_ties(np.where(scores > 1.0, math.nan, scores), (POINTS, ASSISTS), game, team, unknown)


def test_ties_are_kept_to_the_digit_and_another_form_is_refused():
    scores, *rest = synthetic(50)
    found = fit_ties(scores, (POINTS, ASSISTS), *rest)
    text = replace(found, source=Source(("m1", "m2"), "abc", (2024,), 20_000, 20_100)).to_json()
    read = Ties.from_json(text)

    assert read.to_json() == text
    assert read.within == pytest.approx(found.within, abs=1e-9)
    assert (read.statistics, read.source.seasons, read.source.last_day) == ((POINTS, ASSISTS), (2024,), 20_100)
    with pytest.raises(CorruptRecord, match="must have the form"):
        Ties.from_json(json.dumps(json.loads(text) | {"form": "prop-ties-0"}))


FEW = 3  # the invented teams are small


def slow_surprises(logs):
    """Go through the games in order of day with a list for each team."""
    points = logs.box[BOX.index("pts")]
    sides: dict[int, dict[int, list[float]]] = {}
    for row in np.flatnonzero(logs.played).tolist():
        sides.setdefault(int(logs.game[row]), {}).setdefault(int(logs.team[row]), []).append(float(points[row]))
    day = {int(game): int(at) for game, at in zip(logs.game, logs.day, strict=True)}
    past: dict[int, list[float]] = {}
    found = [math.nan] * len(logs.games)
    for game in sorted(sides, key=lambda each: (day[each], each)):
        if len(sides[game]) != 2 or any(len(held) < FEW for held in sides[game].values()):
            continue
        total = sum(map(sum, sides[game].values()))
        means = []
        for team in sides[game]:
            weights = [0.5 ** (age / HALF_LIFE) for age in range(len(past.get(team, [])))]
            if weights:
                means.append(sum(w * t for w, t in zip(weights, past[team][::-1], strict=True)) / sum(weights))
        if len(means) == 2:
            found[game] = total - sum(means) / 2
        for team in sides[game]:
            past.setdefault(team, []).append(total)
    return found


def test_the_surprise_of_a_total_is_what_a_slow_walk_finds_and_knows_nothing_of_later_games():
    logs = invented_logs(3, seasons=1, days=45)
    found = total_surprises(logs, players_least=FEW)

    assert np.isfinite(found).sum() > 5
    assert found == pytest.approx(slow_surprises(logs), abs=1e-9, nan_ok=True)
    box = logs.box.copy()
    middle = int(np.median(logs.day))
    box[BOX.index("pts"), logs.day > middle] += 7.0
    changed = total_surprises(replace(logs, box=box), players_least=FEW)
    early = np.unique(logs.game[logs.day <= middle])
    assert np.array_equal(changed[early], found[early], equal_nan=True)
