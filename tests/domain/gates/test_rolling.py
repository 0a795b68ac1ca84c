"""Rolling rates: what is off is seen from two hundred games on, and what is as forecast is left alone."""

import random
from dataclasses import replace
from math import sqrt

import pytest

from closeline.domain.gates.bias import MODEL_BIAS, BaselineBias, BiasLimits, BiasSample, measured
from closeline.domain.gates.rolling import (
    HOME_WIN_RATE,
    OVERTIME_RATE,
    RollingRate,
    RollingSample,
    Told,
    rolling_rate,
)
from closeline.domain.ids import canonical_json
from tests.builders.ended import fair_games

NFL = BiasLimits(45.4, 1.0, 2.5, 0.45, 0.58)
SEEDS = range(20)


def of(n: int, came: int, chance: float = 0.5) -> tuple[Told, ...]:
    return tuple(Told(chance, place < came) for place in range(n))


def row(rolling: RollingSample, sample: BiasSample | None = None) -> BaselineBias:
    found = sample or BiasSample((1.0, -1.0) * 30)
    return measured(found, NFL, league="nfl", day="2023-11-05", before=None, rolling=rolling)


def test_the_rate_is_counted_in_games_beside_what_was_said_of_each() -> None:
    chance = random.Random(1)
    told = tuple(Told(chance.random(), chance.random() < 0.5) for _ in range(300))
    came, expected = sum(item.came for item in told), sum(item.chance for item in told)
    sd = sqrt(sum(item.chance * (1 - item.chance) for item in told))
    found = rolling_rate(told)

    assert found.n == 300
    assert found.rate == pytest.approx(came / 300)
    assert found.expected == pytest.approx(expected / 300)
    assert found.z == pytest.approx((came - expected) / sd)


@pytest.mark.parametrize(("n", "came", "off"), [
    (200, 122, True), (200, 121, False), (200, 78, True), (200, 79, False), (199, 199, False), (400, 231, True),
    (400, 230, False),
])  # fmt: skip
def test_a_rate_is_off_beyond_three_deviations_of_two_hundred_games(n: int, came: int, off: bool) -> None:
    assert rolling_rate(of(n, came)).is_off is off


def test_where_no_game_tells_there_is_no_rate_and_certainty_has_no_deviations() -> None:
    assert rolling_rate(()) == RollingRate(0, None, None, None)
    assert rolling_rate(of(300, 300, 1.0)).z is None
    assert RollingRate(300, 0.5, 0.5, float("nan")).is_off


def test_each_rate_triggers_by_itself_and_nothing_is_corrected_for_it() -> None:
    high, even = of(250, 160), of(250, 125)

    assert row(RollingSample(high, even)).triggers == (HOME_WIN_RATE,)
    assert row(RollingSample(even, high)).triggers == (OVERTIME_RATE,)
    assert row(RollingSample(even, even)).triggers == row(RollingSample()).triggers == ()
    for found in (row(RollingSample(high, high)), row(RollingSample(even, high))):
        assert (found.correction, found.damp_factor, found.structural_days) == (0.0, 1.0, 0)


def test_a_rate_that_is_off_changes_nothing_of_what_totals_say() -> None:
    biased = BiasSample((17.0, -3.0) * 30, (7.0,) * 60, 55, 60)
    plain, both = row(RollingSample(), biased), row(RollingSample(of(250, 160), of(250, 160)), biased)

    assert plain.correction == both.correction == 2.5
    assert both.triggers == (*plain.triggers, HOME_WIN_RATE, OVERTIME_RATE)
    assert MODEL_BIAS not in both.triggers


@pytest.mark.parametrize("seed", SEEDS)
def test_synthetic_games_that_end_as_often_as_said_never_trigger(seed: int) -> None:
    games = fair_games(400, seed)
    for n in range(200, 401, 20):
        found = row(RollingSample(
            tuple(Told(game.home_win, game.won) for game in games[:n]),
            tuple(Told(game.overtime or 0.0, game.went_over) for game in games[:n]),
        ))  # fmt: skip

        assert (found.triggers, found.home_win_n, found.overtime_n) == ((), n, n)


def test_a_row_written_before_rates_were_measured_reads_back_without_them() -> None:
    rates = {
        f"{what}_{name}": None for what in ("home_win", "overtime") for name in ("n", "expected", "rate", "z")
    }  # fmt: skip
    now = row(RollingSample(of(250, 160), of(250, 10, 0.05)))
    fields = {name: getattr(now, name) for name in BaselineBias.__dataclass_fields__ if name not in rates}
    before = BaselineBias.from_json(canonical_json(fields))

    assert BaselineBias.from_json(now.to_json()) == now
    assert (before.home_win_n, before.home_win_z, before.overtime_n, before.overtime_rate) == (0, None, 0, None)
    assert replace(before, **{name: getattr(now, name) for name in rates}) == now
