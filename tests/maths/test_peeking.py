"""Figures that may be looked at daily: against literal products, dense grids, and bettors who have no edge at all."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.special import ndtri
from scipy.stats import binom

from closeline.maths import peeking

DAYS = 365
PICKS_A_DAY_MAX = 12
SHARED_WITHIN_A_DAY = 0.3
BETTORS_AT_ONCE = 1000
# The ordinary interval is not asked before it has a month of days: sooner, it would be wrong even more often.
ORDINARY_FROM_DAY = 30


# ------------------------------------------------------------------------------------------------- synthetic bettors


def standard_scores(generator, shared):
    """Draw one score for one pick of each bettor and day, with the part that all picks of the day share."""
    own = generator.standard_normal(shared.shape)
    return math.sqrt(SHARED_WITHIN_A_DAY) * shared + math.sqrt(1 - SHARED_WITHIN_A_DAY) * own


def picks_of(generator, counts, draw):
    """Add up what `draw(scores, generator)` gives for each pick: outcomes and their bounds."""
    shared = generator.standard_normal(counts.shape)
    sums, lows, highs = np.zeros(counts.shape), np.zeros(counts.shape), np.zeros(counts.shape)
    for number in range(PICKS_A_DAY_MAX):
        outcome, low, high = draw(standard_scores(generator, shared), generator)
        played = number < counts
        sums += played * outcome
        lows += played * low
        highs += played * high
    return peeking.DailySums(sums, counts.astype(float), lows, highs)


def counts_of(generator, bettors, days=DAYS, *, most=PICKS_A_DAY_MAX):
    return generator.integers(1, most + 1, (bettors, days))


def units(*, edge=0.0):
    def draw(scores, generator):
        prices = generator.uniform(1.5, 5.0, scores.shape)
        won = scores < ndtri((1.0 + edge) / prices)
        return np.where(won, prices - 1.0, -1.0), -1.0, prices - 1.0

    return draw


def closing_line_value(*, mean=0.0, deviation=0.03, bound=1.0):
    def draw(scores, generator):
        return np.clip(mean + deviation * scores, -bound, bound), -bound, bound

    return draw


def closing_line_value_of_prices(*, mean=0.0, deviation=0.03):
    """Draw values whose bounds are what the price leaves: the closing probability is between 0 and 1."""

    def draw(scores, generator):
        asked = 1.0 / generator.uniform(1.5, 5.0, scores.shape)
        return np.clip(mean + deviation * scores, -asked, 1.0 - asked), -asked, 1.0 - asked

    return draw


def bettors_of(draw, bettors, seed, *, most=PICKS_A_DAY_MAX):
    generator = np.random.default_rng(seed)
    for start in range(0, bettors, BETTORS_AT_ONCE):
        counts = counts_of(generator, min(BETTORS_AT_ONCE, bettors - start), most=most)
        yield picks_of(generator, counts, draw)


def chasers(bettors, seed, *, days=DAYS):
    """Play twelve fair picks on the day after a loss, and else one: what the past decides, the past may decide."""
    generator, kept = np.random.default_rng(seed), []
    counts = np.ones((bettors, 1), dtype=np.int64)
    for _ in range(days):
        kept.append(picks_of(generator, counts, units()))
        counts = np.where(kept[-1].sums < 0, PICKS_A_DAY_MAX, 1)
    parts = [(day.sums, day.counts, day.lows, day.highs) for day in kept]
    yield peeking.DailySums(*(np.concatenate(part, axis=1) for part in zip(*parts, strict=True)))


def ordinary_bounds(record):
    """Return mean - and + 1.96 standard errors clustered by day, of every day so far, after each day."""
    days = np.arange(1, record.sums.shape[-1] + 1)
    picks = record.counts.cumsum(axis=-1)
    mean = record.sums.cumsum(axis=-1) / picks
    squares = (record.sums**2).cumsum(axis=-1) - 2 * mean * (record.sums * record.counts).cumsum(axis=-1)
    squares += mean**2 * (record.counts**2).cumsum(axis=-1)
    error = np.sqrt(np.maximum(squares, 0.0) * days / np.maximum(days - 1, 1)) / picks
    return mean - 1.96 * error, mean + 1.96 * error


def looked_at_daily(records):
    """Return the shares ever flagged by the sequence and by the ordinary interval, each above nought and on either side.

    The last share is that of the ordinary interval on the last day alone, either side, which is how it is meant.
    """
    kept = []
    for record in records:
        above, below = peeking.edge_shown(record)[:, -1], peeking.edge_shown(record.mirrored())[:, -1]
        low, high = (bound[:, ORDINARY_FROM_DAY - 1 :] for bound in ordinary_bounds(record))
        edge, outside = low > 0, (low > 0) | (high < 0)
        kept.append(np.stack([above, above | below, edge.any(axis=1), outside.any(axis=1), outside[:, -1]]))
    return np.concatenate(kept, axis=1).mean(axis=1)


def first_flags(records):
    """Return day and picks at which each bettor was first flagged, infinite for never.

    And the share that the ordinary interval flags if it is looked at on the last day alone.
    """
    days, picks, ordinary = [], [], []
    for record in records:
        shown = peeking.edge_shown(record)
        first = shown.argmax(axis=1)
        until = np.take_along_axis(record.counts.cumsum(axis=1), first[:, None], axis=1)[:, 0]
        days.append(np.where(shown[:, -1], first + 1.0, np.inf))
        picks.append(np.where(shown[:, -1], until, np.inf))
        ordinary.append(ordinary_bounds(record)[0][:, -1] > 0)
    return np.concatenate(days), np.concatenate(picks), np.concatenate(ordinary).mean()


def alone(records, row):
    return peeking.DailySums(*(part[row] for part in (records.sums, records.counts, records.lows, records.highs)))


def at_most(share, bettors):
    """Return the share that is passed once in a thousand times if the truth is `share`: 5.7 % for 5 % of 10,000."""
    return binom.ppf(0.999, bettors, share) / bettors


WITHOUT_EDGE = {
    "units, prices 1.5 to 5": lambda n: bettors_of(units(), n, 11),
    "units, more picks after a loss": lambda n: chasers(n, 12),
    "CLV, bounds -1 and 1": lambda n: bettors_of(closing_line_value(), n, 13),
    "CLV, bounds of the price": lambda n: bettors_of(closing_line_value_of_prices(), n, 14),
    "CLV, cut at 15 points": lambda n: bettors_of(closing_line_value(bound=0.15), n, 15),
}

WITH_EDGE = {
    "CLV +2.5 points, bounds -1 and 1": lambda n: bettors_of(closing_line_value(mean=0.025), n, 21),
    "CLV +2.5 points, bounds of the price": lambda n: bettors_of(closing_line_value_of_prices(mean=0.025), n, 22),
    "CLV +2.5 points, cut at 15 points": lambda n: bettors_of(closing_line_value(mean=0.025, bound=0.15), n, 23),
    "the same, one pick a day": lambda n: bettors_of(closing_line_value(mean=0.025, bound=0.15), n, 24, most=1),
    "CLV +0.5 points, cut at 15 points": lambda n: bettors_of(closing_line_value(mean=0.005, bound=0.15), n, 25),
    "units +5 %": lambda n: bettors_of(units(edge=0.05), n, 26),
    "units +10 %": lambda n: bettors_of(units(edge=0.10), n, 27),
    "units +20 %": lambda n: bettors_of(units(edge=0.20), n, 28),
}


# ---------------------------------------------------------------------------------------------- the promise, measured


@pytest.mark.parametrize("kind", WITHOUT_EDGE)
def test_of_bettors_without_an_edge_looking_daily_flags_one_in_twenty_at_most(kind):
    above, either, *_ = looked_at_daily(WITHOUT_EDGE[kind](1000))

    assert above <= at_most(0.025, 1000)
    assert either <= at_most(0.05, 1000)


def test_the_true_mean_of_bettors_with_an_edge_is_kept_on_every_day():
    record = next(bettors_of(units(edge=0.10), 1000, 16))
    above, below = peeking.capital(record, 0.10), peeking.capital(record.mirrored(), -0.10)

    excluded = (np.maximum(above, below) >= 2 / 0.05).any(axis=1)
    assert excluded.mean() <= at_most(0.05, 1000)


@pytest.mark.parametrize("kind", WITHOUT_EDGE)
def test_the_ordinary_interval_looked_at_daily_flags_far_more_than_it_says(kind):
    *_, ordinary, once = looked_at_daily(WITHOUT_EDGE[kind](1000))

    assert once <= at_most(0.05, 1000) < 0.20 < ordinary


def test_the_bound_of_the_campaign_sees_six_and_a_half_in_a_hundred():
    passed = binom.sf(at_most(0.05, 10_000) * 10_000, 10_000, 0.065)

    assert passed > 0.999


def ever_flagged_on_windows(record, length, *, step=1):
    """Return the share ever shown an edge by somebody whose series begins anew with each window of so many days."""
    ever = np.zeros(record.sums.shape[0], dtype=bool)
    for end in range(length, record.sums.shape[-1] + 1, step):
        parts = (record.sums, record.counts, record.lows, record.highs)
        ever |= peeking.edge_shown(peeking.DailySums(*(part[:, end - length : end] for part in parts)))[:, -1]
    return float(ever.mean())


def three_fair_years(bettors, seed):
    generator = np.random.default_rng(seed)
    return picks_of(generator, counts_of(generator, bettors, 3 * DAYS), units())


def test_a_window_that_restarts_breaks_the_promise_that_the_first_day_keeps():
    record = three_fair_years(200, 11)

    assert peeking.edge_shown(record)[:, -1].mean() <= 0.05
    assert ever_flagged_on_windows(record, 30, step=3) > 0.10


@pytest.mark.campaign
def test_a_thousand_fair_bettors_on_windows_that_restart():
    record = three_fair_years(1000, 12)
    print(f"\nfrom the first day on: {peeking.edge_shown(record)[:, -1].mean():.2%}")
    for length in (30, 90, 365):
        share = ever_flagged_on_windows(record, length)
        print(f"windows of {length} days: {share:.2%}")
        assert share > 0.10


@pytest.mark.campaign
def test_ten_thousand_bettors_without_an_edge():
    print(f"\n{'synthetic bettors without an edge':34s} bettors  days  sequence >0  either  ordinary >0  either   once")
    for kind, records in WITHOUT_EDGE.items():
        above, either, ordinary_above, ordinary, once = looked_at_daily(records(10_000))
        row = f"{above:11.2%}  {either:6.2%}  {ordinary_above:11.2%}  {ordinary:6.2%}  {once:5.2%}"
        print(f"{kind:34s} {10_000:7d}  {DAYS:4d}  {row}")

        assert above <= at_most(0.025, 10_000)
        assert either <= at_most(0.05, 10_000)
        assert ordinary > 0.20


@pytest.mark.campaign
def test_what_two_thousand_bettors_with_an_edge_wait():
    title = "bettors  flagged in a year  half by day / pick  nine in ten  ordinary, once"
    print(f"\n{'synthetic bettors with an edge':38s} {title}")
    for kind, records in WITH_EDGE.items():
        days, picks, ordinary = first_flags(records(2000))
        halves = [np.quantile(of, share, method="higher") for share in (0.5, 0.9) for of in (days, picks)]
        waits = f"{halves[0]:6.0f} / {halves[1]:<9.0f}  {halves[2]:5.0f} / {halves[3]:<5.0f}"
        print(f"{kind:38s} {2000:7d}  {np.isfinite(days).mean():17.1%}  {waits}  {ordinary:13.1%}")

        # What stays true at every look is found later, never oftener, than by looking once at the end.
        assert np.isfinite(days).mean() <= ordinary + 0.01


@pytest.mark.campaign
def test_how_much_wider_the_interval_is_that_may_be_looked_at():
    print(f"\n{'half width after a year, 200 bettors each':38s} always valid  ordinary  ratio")
    for kind, records in (WITHOUT_EDGE | WITH_EDGE).items():
        record = next(records(200))
        found = [peeking.interval(alone(record, row)) for row in range(200)]
        ours = np.median([one.high - one.low for one in found]) / 2
        low, high = (bound[:, -1] for bound in ordinary_bounds(record))
        usual = np.median(high - low) / 2
        print(f"{kind:38s} {ours:12.4f}  {usual:8.4f}  {ours / usual:5.1f}")

        assert ours > usual


def test_a_steady_edge_over_the_close_is_found_within_two_months_of_picks():
    days, picks, _ = first_flags(WITH_EDGE["CLV +2.5 points, cut at 15 points"](400))

    assert np.quantile(picks, 0.9, method="higher") <= 300
    assert days.max() <= 60


def test_the_widest_bounds_find_the_same_edge_within_the_year():
    days, _, _ = first_flags(WITH_EDGE["CLV +2.5 points, bounds -1 and 1"](400))

    assert np.quantile(days, 0.9, method="higher") <= 200


def test_bets_that_peek_at_their_own_day_break_the_promise(monkeypatch):
    honest = peeking._bets_per_edge
    monkeypatch.setattr(peeking, "_bets_per_edge", lambda record: honest(record) * (1 + 0.1 * np.sign(record.sums)))

    _, either, *_ = looked_at_daily(WITHOUT_EDGE["units, prices 1.5 to 5"](1000))

    assert either > at_most(0.05, 1000)


# ------------------------------------------------------------------------------------------------- the arithmetic


def a_record(*, sums=(0.4, -0.2, 0.5), counts=None, low=-1.0, high=1.0):
    counts = np.ones(len(sums)) if counts is None else np.asarray(counts, dtype=float)
    return peeking.DailySums(np.asarray(sums, dtype=float), counts, low * counts, high * counts)


@st.composite
def records(draw, *, days_min=1):
    days = draw(st.integers(days_min, 25))
    numbers = {"min_size": days, "max_size": days}
    counts = np.array(draw(st.lists(st.integers(0, 5), **numbers)), dtype=float)
    assume(counts.any())
    lows = -counts * np.array(draw(st.lists(st.floats(0.05, 2), **numbers)))
    highs = counts * np.array(draw(st.lists(st.floats(0.05, 5), **numbers)))
    where = np.array(draw(st.lists(st.floats(0, 1), **numbers)))
    return peeking.DailySums(lows + where * (highs - lows), counts, lows, highs)


def capital_by_hand(record, mean):
    """Multiply day by day, one bet after the other, in the words of the formula."""
    fortunes = []
    for edge in peeking.EDGES_PER_DEVIATION:
        worth, surprises, played, won, picks = 1.0, 0.0, 0, 0.0, 0.0
        fortune = []
        for total, count, low, high in zip(record.sums, record.counts, record.lows, record.highs, strict=True):
            if high > low:
                largest = (high - low) ** 2 / (4 * count)
                bet = edge / math.sqrt(largest * (1 + surprises) / (1 + played))
                if count * mean > low:
                    bet = min(bet, peeking.LOSS_SHARE_MAX / (count * mean - low))
                worth *= 1 + bet * (total - count * mean)
                surprises += (total - count * won / (1 + picks)) ** 2 / largest
                played += 1
            won, picks = won + total, picks + count
            fortune.append(worth)
        fortunes.append(fortune)
    return np.mean(fortunes, axis=0)


@given(records(), st.floats(-2, 5))
def test_the_capital_is_the_product_of_its_factors(record, mean):
    assert peeking.capital(record, mean) == pytest.approx(capital_by_hand(record, mean), rel=1e-9)


@given(records(), st.floats(-2, 5))
def test_the_capital_stays_positive_and_falls_as_the_claim_rises(record, mean):
    below, above = peeking.capital(record, mean), peeking.capital(record, mean + 0.01)

    assert (above > 0).all()
    assert (above <= below * (1 + 1e-9)).all()


@given(records(days_min=2), st.data())
def test_no_bet_knows_its_own_day_or_a_later_one(record, data):
    day = data.draw(st.integers(0, record.sums.size - 1))
    otherwise = record.sums.copy()
    otherwise[day:] = record.highs[day:]
    changed = peeking.DailySums(otherwise, record.counts, record.lows, record.highs)

    assert (peeking._bets_per_edge(changed)[: day + 1] == peeking._bets_per_edge(record)[: day + 1]).all()


@given(records())
def test_a_fair_day_leaves_the_capital_where_it_was_on_average(record):
    # Whatever the past, a last day of two outcomes with mean nought: worth before = expected worth after.
    ends = [peeking.DailySums(*(np.append(part, last) for part, last in zip((record.sums, record.counts, record.lows, record.highs), (end, 2.0, -2.0, 6.0), strict=True))) for end in (-2.0, 6.0)]  # fmt: skip
    lost, won = (peeking.capital(end)[-1] for end in ends)

    assert 0.75 * lost + 0.25 * won == pytest.approx(peeking.capital(record)[-1], rel=1e-9)


@settings(max_examples=30)
@given(records(days_min=3), st.sampled_from([0.5, 0.8, 0.95]))
def test_the_interval_is_what_a_dense_grid_leaves(record, level):
    grid = np.linspace(*peeking._means_possible(record), 400)
    above = np.array([peeking.capital(record, mean).max() for mean in grid])
    below = np.array([peeking.capital(record.mirrored(), -mean).max() for mean in grid])

    found = peeking.interval(record, level=level)

    step = grid[1] - grid[0] + 1e-9
    out_low, out_high = grid[above >= 2 / (1 - level)], grid[below >= 2 / (1 - level)]
    assert found.low == pytest.approx(out_low.max() if out_low.size else grid[0], abs=step)
    assert found.high == pytest.approx(out_high.min() if out_high.size else grid[-1], abs=step)
    assert (np.diff(above) <= 1e-9 * above[:-1]).all()


@settings(max_examples=30)
@given(records(days_min=2), st.sampled_from([0.3, 0.8, 0.95]))
def test_the_sequence_says_after_each_day_what_the_interval_said_then(record, level):
    sequence = peeking.daily_intervals(record, level=level)

    first = int(np.flatnonzero(record.counts)[0])
    for day in range(first, record.sums.size):
        then = peeking.interval(record.until(day + 1), level=level)
        now = sequence.mean[day], sequence.low[day], sequence.high[day]
        assert now == pytest.approx((then.mean, then.low, then.high), abs=1e-9)
    assert np.isnan([sequence.mean[:first], sequence.low[:first], sequence.high[:first]]).all()


@given(records(), st.sampled_from([0.3, 0.8, 0.95]))
def test_the_quick_answer_is_that_of_the_interval(record, level):
    assume(abs(peeking.capital(record).max() * (1 - level) / 2 - 1) > 1e-6)
    # All outcomes above nought: the interval starts above it without any proof.
    assume(peeking._means_possible(record)[0] < 0)

    sequence = peeking.daily_intervals(record, level=level)

    assert (sequence.low > 0).tolist() == peeking.edge_shown(record, level=level).tolist()


def test_many_records_at_once_are_each_record_alone():
    together = next(bettors_of(units(edge=0.2), 5, 3))
    apart = [alone(together, row) for row in range(5)]

    assert peeking.capital(together) == pytest.approx(np.array([peeking.capital(one) for one in apart]), rel=1e-12)
    assert peeking.edge_shown(together).tolist() == [peeking.edge_shown(one).tolist() for one in apart]


@given(records())
def test_the_mirrored_record_has_the_mirrored_interval(record):
    here, there = peeking.interval(record, level=0.5), peeking.interval(record.mirrored(), level=0.5)

    assert (there.mean, there.low, there.high) == pytest.approx((-here.mean, -here.high, -here.low), abs=1e-12)


def test_a_mean_that_changed_leaves_no_single_mean():
    found = peeking.interval(a_record(sums=[0.9] * 60 + [-0.9] * 200))

    assert found.low > found.high
    assert found.shows_edge
    assert found.capital < 2


# ------------------------------------------------------------------------------------------------- ends and refusals


def test_picks_are_added_up_by_day_in_whatever_order_they_come():
    values, days, highs = np.array([1.5, -1.0, 0.4, -1.0]), np.array([7, 3, 7, 9]), np.array([1.5, 2.0, 0.4, 4.0])
    order = np.array([2, 0, 3, 1])

    record = peeking.by_day(values, days, high=highs)
    shuffled = peeking.by_day(values[order], days[order], high=highs[order])

    assert record.sums.tolist() == pytest.approx([-1.0, 1.9, -1.0])
    assert record.counts.tolist() == [1, 2, 1]
    assert record.lows.tolist() == [-1, -2, -1]
    assert record.highs.tolist() == pytest.approx([2.0, 1.9, 4.0])
    assert peeking.interval(shuffled) == peeking.interval(record)


def test_one_day_excludes_nothing():
    found = peeking.interval(peeking.by_day([0.9, 0.9], [5, 5]))

    assert found.mean == pytest.approx(0.9)
    assert (found.low, found.high, found.n, found.days) == (-1.0, 1.0, 2, 1)
    assert not found.shows_edge


@given(st.floats(-0.9, 0.9), st.integers(60, 120))
def test_equal_outcomes_close_in_on_their_mean(value, days):
    found = peeking.interval(a_record(sums=[value] * days))

    assert -1 < found.low <= value + 1e-9
    assert value - 1e-9 <= found.high < 1
    assert found.high - found.low < 0.5


def test_a_day_without_picks_changes_nothing():
    with_a_rest = a_record(sums=[0.0, 0.4, 0.0, -0.2, 0.5], counts=[0, 1, 0, 1, 1])

    assert peeking.capital(with_a_rest)[[1, 3, 4]] == pytest.approx(peeking.capital(a_record()), rel=1e-12)
    assert math.isnan(peeking.daily_intervals(with_a_rest).mean[0])


def test_outcomes_that_were_certain_beforehand_prove_nothing():
    assert peeking.capital(a_record(sums=[0.0] * 9, low=0.0, high=0.0)).tolist() == pytest.approx([1.0] * 9)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: peeking.by_day([], []), "values must hold at least one pick, was empty"),
        (lambda: peeking.by_day([1.2], [1]), r"outcomes must be within their bounds \[-1.0, 1.0\], was 1.2"),
        (lambda: peeking.by_day([math.nan], [1]), "must be within their bounds .*, was nan"),
        (lambda: a_record(sums=[0.2, -1.5]), r"within their bounds \[-1.0, 1.0\], was -1.5"),
        (lambda: a_record(sums=[]), "days must be at least 1, was 0"),
        (lambda: a_record(sums=[0.0], counts=[-1]), "counts must be at least 0, was -1"),
        (lambda: peeking.interval(a_record(sums=[0.0], counts=[0])), "picks must be at least 1, was 0"),
        (lambda: peeking.interval(a_record(), level=1.0), "level must be between 0 and 1, was 1.0"),
        (lambda: peeking.edge_shown(a_record(), level=0.0), "level must be between 0 and 1, was 0.0"),
        (lambda: peeking.flagged_after_many([1.0], level=2.0), "level must be between 0 and 1, was 2.0"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_words(call, words):
    with pytest.raises(ValueError, match=words):
        call()


# ------------------------------------------------------------------------------------------------- many records


def test_after_many_records_the_same_capital_is_worth_less():
    assert peeking.flagged_after_many([25.0]) == (True,)
    assert peeking.flagged_after_many([25.0, 1.0, 0.3]) == (False, False, False)
    assert peeking.flagged_after_many([40.0, 1.0, 16.0]) == (True, False, True)
    assert peeking.flagged_after_many([30.0, 1.0, 14.9]) == (True, False, False)
    assert peeking.flagged_after_many([math.nan, math.inf]) == (False, True)
    assert peeking.flagged_after_many([]) == ()


@given(st.lists(st.floats(0, 1e4), min_size=1, max_size=12), st.sampled_from([0.05, 0.1, 0.5]))
def test_the_flags_are_those_of_the_largest_set_that_supports_itself(e_values, level):
    many = len(e_values)
    sets = [k for k in range(1, many + 1) if sorted(e_values)[-k] >= many / (level * k)]
    least = sorted(e_values)[-max(sets)] if sets else math.inf

    assert peeking.flagged_after_many(e_values, level=level) == tuple(value >= least for value in e_values)


def test_of_many_cohorts_without_an_edge_a_false_flag_is_rare():
    capitals = [peeking.capital(record)[:, -1] for record in bettors_of(units(), 1000, 31)]
    cohorts = np.concatenate(capitals).reshape(100, 10)
    wrong = [any(peeking.flagged_after_many(list(ten))) for ten in cohorts]

    assert np.mean(wrong) <= at_most(0.10, 100)
