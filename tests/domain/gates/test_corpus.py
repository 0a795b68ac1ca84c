"""A corpus of generated candidates, hostile ones among them: no crash, and nothing unsafe that is played.

What is unsafe is said here once more, in other words than the rules' own, straight from the numbers of the domain notes.
"""

import random
from dataclasses import replace
from math import inf, isfinite, nan
from time import perf_counter

import pytest

from closeline.domain.gates import Baseline, Candidate, Limits, Parts, Projection, Slate, Standing, judge
from closeline.domain.leagues import League
from closeline.domain.markets import MONEYLINE, SPREAD, TOTAL, Market, MarketType, Period, Selection, Side
from closeline.domain.picks import Decision
from tests.builders.candidates import limits

MARKETS = (MONEYLINE, SPREAD, TOTAL, Market(MarketType.TOTAL, Period.FIRST_HALF))
HOSTILE = (nan, inf, -inf, -1.0, 0.0, 1.0, 1e308, 1e-308, -0.0)
LIMITS = {league: limits(league) for league in League}


class Corpus:
    """Candidates from a seed: mostly plausible, about one number in fifty hostile."""

    def __init__(self, seed: int, hostile: float = 0.02) -> None:
        self._random, self._hostile = random.Random(seed), hostile

    def __iter__(self):
        return self

    def __next__(self) -> tuple[Candidate, Limits]:
        pick = self._random.choice
        league, of = pick(list(League)), pick(MARKETS)
        limit = LIMITS[league]
        return self._candidate(limit, Selection("game", of, pick(of.sides), self._line(of, limit))), limit

    def _number(self, low: float, high: float) -> float:
        if self._random.random() < self._hostile:
            return self._random.choice(HOSTILE)
        return self._random.uniform(low, high)

    def _true(self, share: float = 0.95) -> bool:
        return self._random.random() < share

    def _maybe(self, value):
        return value if self._true(0.8) else None

    def _line(self, of: Market, limit: Limits) -> int | None:
        if not of.has_line:
            return None
        low, high = (limit.total_low, limit.total_high) if of.type is MarketType.TOTAL else (-30, 30)
        return (
            round(4 * self._random.uniform(low - 2, high + 2))
            if self._true(0.98)
            else self._random.randint(-9999, 9999)
        )

    def _candidate(self, limit: Limits, selection: Selection) -> Candidate:
        number = self._number
        q_market = number(0.3, 0.7)
        return Candidate(
            selection=selection, two_sided=self._true(), quoted=self._true(), booksum=number(0.97, 1.13),
            decimal=number(1.4, 3.0), american=self._random.randint(-900, 900), quote_age_minutes=number(0, 80),
            minutes_to_start=number(-30, 3000), opener_disagreement=self._maybe(number(-2, 2)),
            suspect=not self._true(), calibration_active=self._true(), market_rated=self._true(),
            p_calibrated=number(0.3, 0.8), q_market=q_market, p_push=number(0, 0.1), beta=self._maybe(number(0, 1)),
            threshold=self._maybe(number(0, 0.03)), predicted_clv=self._maybe(number(-0.05, 0.15)),
            p_sd=self._maybe(number(0, 0.1)),
            standing=Standing(
                not self._true(0.98), self._true(0.98), self._true(0.98), not self._true(0.98), None, not self._true(0.98)
            ),
            projection=self._maybe(self._projection(limit, selection.market)), parts=self._maybe(self._parts(limit)),
            baseline=self._maybe(Baseline("", 90, number(-2, 2), number(-2, 2), 1.0, self._random.randint(0, 4))),
            slate=self._maybe(Slate(self._random.randint(0, 15), number(0, 1))),
        )  # fmt: skip

    def _projection(self, limit: Limits, of: Market) -> Projection:
        number, of_total = self._number, of.type is MarketType.TOTAL
        mean = (limit.total_low + limit.total_high) / 2 if of_total else number(-5, 5)
        sd = limit.reference_total_sd if of_total else limit.reference_margin_sd
        soft, _, far = limit.deviation(of_total=of_total)
        return Projection(
            mean, sd * number(0.8, 1.7), self._maybe(mean + number(-far, far)), self._maybe(mean + number(-soft, soft)),
            self._maybe(number(0.2, 0.8)), self._maybe(mean * number(0.99, 1.01)), 1.0,
        )  # fmt: skip

    def _parts(self, limit: Limits) -> Parts:
        number, moved = self._number, self._number(-0.8, 0.8) * limit.adjustments_max
        return Parts(
            number(50, 200), moved, moved, number(-2, 2), number(-2, 2), number(0, 1), number(0, 1), number(0, 2),
            ("one",) if not self._true(0.98) else (), ("INJURIES",) if not self._true(0.98) else (),
        )  # fmt: skip


def oldest(minutes_to_start: float) -> float:
    """Give the age in minutes up to which a quote is fresh, as the domain notes have it."""
    hours = minutes_to_start / 60
    return 360 if hours > 24 else 60 if hours > 3 else 10 if hours > 0.5 else 3


def unsafe(candidate: Candidate, decision: Decision) -> str:
    """Say what is wrong with playing a candidate; nothing where it is not played or nothing is wrong."""
    if decision is Decision.NO_PLAY:
        return ""
    numbers = (
        candidate.decimal, candidate.booksum, candidate.minutes_to_start, candidate.quote_age_minutes, candidate.q_market,
    )  # fmt: skip
    checks = {
        "a number that is none": all(isfinite(value) for value in numbers),
        "no two-sided quote of the market": candidate.two_sided and candidate.quoted,
        "a quote that is not fresh": candidate.quote_age_minutes <= oldest(candidate.minutes_to_start),
        "a game that has started": candidate.minutes_to_start > 0,
        "a booksum without a margin": 1.0 <= candidate.booksum <= 1.12,
        "a suspended or unmapped quote": candidate.standing.mapped and not candidate.standing.suspended,
        "a pick without a calibration": candidate.calibration_active or decision is Decision.LEAN,
    }
    return next((name for name, holds in checks.items() if not holds), "")


def faults_of(count: int, seed: int) -> tuple[list[str], dict[Decision, int], float]:
    """Judge so many candidates; give what was unsafe, how often each decision fell, and microseconds for each."""
    found, decisions, spent = [], dict.fromkeys(Decision, 0), 0.0
    for _, (candidate, limit) in zip(range(count), Corpus(seed), strict=False):
        began = perf_counter()
        findings, final = judge(candidate, limit)
        spent += perf_counter() - began
        decisions[final.decision] += 1
        fault = unsafe(candidate, final.decision)
        if fault or not 0.0 < final.p_final < 1.0 or len(findings) != 14:
            found.append(f"{fault}: {candidate}")
    return found, decisions, 1e6 * spent / count


def test_of_ten_thousand_candidates_none_crashes_and_none_unsafe_is_played():
    found, decisions, _ = faults_of(10_000, 1)

    assert found == []
    assert min(decisions.values()) > 20


@pytest.mark.campaign
def test_of_a_million_candidates_none_crashes_and_none_unsafe_is_played(capsys):
    found, decisions, each = faults_of(1_000_000, 2)
    with capsys.disabled():
        print(f"\n1,000,000 candidates: {decisions}, {each:.1f} microseconds each")

    assert found == []


@pytest.mark.parametrize("fault", ["two_sided", "quoted"])
def test_the_corpus_would_find_a_desk_without_its_guards(fault, monkeypatch):
    """A corpus that never goes near the danger proves nothing: with the guard gone it must find something unsafe."""
    from closeline.domain import gates
    from closeline.domain.gates.candidate import passed

    gone = {"two_sided": "line_integrity", "quoted": "no_market_no_pick"}[fault]
    left = tuple((lambda candidate, limit: passed("gone")) if rule.__name__ == gone else rule for rule in gates.GATES)
    monkeypatch.setattr(gates, "GATES", left)

    assert faults_of(5_000, 3)[0] != []


# How each number of the limits is made stricter.
STRICTER = {
    "lower": (
        "total_high", "spread_max", "moneyline_max", "booksum_high", "outlier_points", "opener_disagreement_points_max",
        "margin_mean_max", "adjustments_max", "slate_share_max", "total_soft", "total_hard", "total_block",
        "margin_soft", "margin_hard", "margin_block", "variance_soft", "variance_hard", "edge_implausible",
    ),
    "higher": ("total_low", "booksum_low", "edge_lean", "edge_pick", "ev_lean", "ev_pick"),
}  # fmt: skip
RANK = {Decision.NO_PLAY: 0, Decision.LEAN: 1, Decision.PICK: 2}


@pytest.mark.parametrize(("direction", "name"), [(way, name) for way, names in STRICTER.items() for name in names])
def test_a_stricter_limit_never_turns_a_refusal_into_a_play(direction, name):
    for number, (candidate, limit) in zip(range(400), Corpus(4, hostile=0.0), strict=False):
        by = 0.5 + 0.49 * (number % 7) / 7
        stricter = replace(limit, **{name: getattr(limit, name) * (by if direction == "lower" else 2 - by)})

        assert RANK[judge(candidate, stricter)[1].decision] <= RANK[judge(candidate, limit)[1].decision]


def test_closing_a_market_or_a_league_only_takes_away():
    for _, (candidate, limit) in zip(range(300), Corpus(5), strict=False):
        for closed in (
            replace(limit, publishing=False),
            replace(limit, closed_markets=(candidate.selection.market.key,)),
        ):
            assert judge(candidate, closed)[1].decision is Decision.NO_PLAY


def test_rules_are_pure_and_their_order_changes_no_verdict(monkeypatch):
    from closeline.domain import gates

    corpus = [case for _, case in zip(range(500), Corpus(6), strict=False)]
    first = [judge(*case)[1] for case in corpus]
    assert repr([judge(*case)[1] for case in corpus]) == repr(first)
    monkeypatch.setattr(gates, "GATES", gates.GATES[::-1])
    for case, before in zip(corpus, first, strict=True):
        after = judge(*case)[1]

        assert (after.decision, after.tier, set(after.reasons)) == (before.decision, before.tier, set(before.reasons))
        assert after.p_final == pytest.approx(before.p_final, rel=1e-12, nan_ok=True)


def test_both_sides_of_a_market_sum_to_one_after_every_multiplier():
    for _, (candidate, limit) in zip(range(2_000), Corpus(7, hostile=0.0), strict=False):
        selection = candidate.selection
        other = replace(
            candidate, p_calibrated=1 - candidate.p_calibrated, q_market=1 - candidate.q_market,
            selection=Selection(selection.event_id, selection.market, _other(selection.side), selection.line_quarters),
        )  # fmt: skip
        one, two = judge(candidate, limit)[1], judge(other, limit)[1]

        assert one.trust == two.trust
        assert one.p_final + two.p_final == pytest.approx(1.0, abs=1e-12)


def _other(side: Side) -> Side:
    return {Side.HOME: Side.AWAY, Side.AWAY: Side.HOME, Side.OVER: Side.UNDER, Side.UNDER: Side.OVER}[side]
