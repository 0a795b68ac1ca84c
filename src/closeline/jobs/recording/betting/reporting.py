"""Reporting: the ledger added up exactly, and beside it what chance alone does to such figures.

Sums are of whole smallest amounts; only statistics are floats. Every resample is drawn from a seed that is made of the
bets themselves, so the same ledger gives the same report.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from closeline.domain.ids import content_id
from closeline.domain.markets import kind_of
from closeline.domain.money.bets import Standing
from closeline.domain.money.denominations import amount_text, as_number
from closeline.domain.money.ledger import CashFlow, Day, Tally, counts, days_of, tally
from closeline.domain.settlement.props import DNP
from closeline.flow.review.bets import valued_bets
from closeline.flow.review.values import Figures
from closeline.jobs.recording.betting.bankrolls import bankroll_shape
from closeline.jobs.recording.betting.course import annualised, drawdown, growth
from closeline.jobs.recording.betting.remarks import remarks
from closeline.maths.bootstrap import clustered_mean_interval
from closeline.maths.simulate.streams import stream
from closeline.maths.staking.returns import (
    RESAMPLES,
    Expectation,
    expected_beside_realised,
    roi,
    sharpe_per_bet,
    win_push_lose,
)
from closeline.schemas import bets as shapes
from closeline.store.desk import bets
from closeline.store.session import Session

_COHORTS: Mapping[str, Callable[[Standing], str]] = {
    "league": lambda item: item.bet.league,
    "market": lambda item: kind_of(item.bet.selection.market.key),
    "book": lambda item: item.bet.book,
}


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What the record adds to bets: the chances that their picks had, and what their closes say, by bet."""

    chances: Mapping[str, tuple[float, float]]
    closes: Mapping[str, Figures]


def report(
    session: Session, *, tenant_id: str, at: datetime, denomination: str | None = None, close: bool = True
) -> shapes.BetReport:
    """Report on the ledger as it stood at a moment, one denomination after the other; `close` looks for closes."""
    every = [
        item for item in bets.standings(session, tenant_id=tenant_id, as_of=at)
        if denomination in (None, item.bet.denomination)
    ]  # fmt: skip
    flows = [item for item in bets.flows(session, tenant_id=tenant_id) if item.at <= at]
    settled = [item.bet for item in every if counts(item)]
    valued = valued_bets(session, settled, tenant_id=tenant_id, at=at) if close and settled else {}
    known = Knowledge(
        bets.chances(session, tenant_id=tenant_id),
        {name: item.figures for name, item in valued.items() if item.figures is not None},
    )
    codes = sorted({item.bet.denomination for item in every})
    return shapes.BetReport(at=at, ledgers=[
        ledger_report(
            [item for item in every if item.bet.denomination == code],
            [flow for flow in flows if flow.denomination == code], known,
        )
        for code in codes
    ])  # fmt: skip


def ledger_report(every: Sequence[Standing], flows: Sequence[CashFlow], known: Knowledge) -> shapes.LedgerReport:
    """Report on the bets of one denomination, of which there must be one at least."""
    code = every[0].bet.denomination
    settled = [item for item in every if counts(item)]
    days, total = days_of(every, flows), tally(every)
    seed = seed_of(settled, flows)
    money = bankroll_shape(code, list(flows), total.profit, total.at_stake)
    found = shapes.LedgerReport(
        denomination=code, bets=total.bets, open=total.open, voids=total.voids, pushes=total.pushes,
        settled=total.settled, wins=float(total.wins), losses=float(total.losses), win_rate=_rate(total),
        turnover=amount_text(total.turnover, code), at_stake=amount_text(total.at_stake, code),
        profit=amount_text(total.profit, code), roi=_roi(settled, code), bankroll=money,
        sharpe_per_bet=_sharpe(settled, code, seed), sharpe_annualised=annualised(days, seed),
        drawdown=drawdown(days, code, seed), growth=growth(days, total.settled), model=_model(every, code, known),
        close=_close(settled, code, known, seed), cohorts=_cohorts(every, code),
        first_day=days[0].day if days else None, last_day=days[-1].day if days else None, seed=seed,
        resamples=RESAMPLES, notes=[],
    )  # fmt: skip
    return found.model_copy(update={"notes": remarks(found, len(days), even=_even(settled), ruined=_ruined(days))})


def seed_of(settled: Sequence[Standing], flows: Sequence[CashFlow]) -> str:
    """Return the seed of a ledger: the hash of what was settled, as what, and of what flowed."""
    said = sorted(f"{item.bet.bet_id}:{item.profit}" for item in settled)
    return content_id("bets-report", *said, *sorted(flow.entry_id for flow in flows))


def _rate(total: Tally) -> float | None:
    return None if total.win_rate is None else float(total.win_rate)


def _roi(settled: Sequence[Standing], code: str) -> shapes.Ratio:
    """Return the ROI of settled bets; its resamples are drawn from the bets alone: the same ones say the same."""
    if not settled:
        return shapes.Ratio(value=None, standard_error=None, z=None, low=None, high=None, events=0)
    found = roi(
        [as_number(item.profit, code) for item in settled], [as_number(item.bet.stake, code) for item in settled],
        [item.bet.selection.event_id for item in settled], generator=stream("bets", "roi", seed_of(settled, ())),
    )  # fmt: skip
    # The figure itself is the exact one; the floats are for what surrounds it.
    exact = tally(settled).roi
    return shapes.Ratio(
        value=None if exact is None else float(exact), standard_error=found.standard_error, z=found.z, low=found.low,
        high=found.high, events=found.clusters,
    )  # fmt: skip


def _sharpe(settled: Sequence[Standing], code: str, seed: str) -> shapes.Sharpe | None:
    if not settled:
        return None
    returns = [as_number(item.profit, code) / as_number(item.bet.stake, code) for item in settled]
    events = [item.bet.selection.event_id for item in settled]
    found = sharpe_per_bet(returns, events, generator=stream("bets", "sharpe", seed))
    return shapes.Sharpe.model_validate(found)


def _model(every: Sequence[Standing], code: str, known: Knowledge) -> shapes.Expectation:
    """Return what the chances of picks promised of the bets on just what was picked, at the bets' own prices.

    A bet on a player who did not play is among them: its pick's push has the chance of that in it, so that the bets on
    those who played alone promise too little. A quarter line is two bets, whose chances no pick tells apart: those are
    left out.
    """
    ended = [item for item in every if counts(item) or _sat_out(item)]
    told = [
        (item, known.chances[item.bet.bet_id])
        for item in ended
        if item.bet.bet_id in known.chances and (item.bet.selection.line_quarters or 0) % 2 == 0
    ]
    pairs = [win_push_lose(p * (1.0 - push), push, item.bet.price.decimal) for item, (p, push) in told]
    found = expected_beside_realised(
        [mean for mean, _ in pairs], [variance for _, variance in pairs],
        [as_number(item.bet.stake, code) for item, _ in told], [as_number(item.profit, code) for item, _ in told],
    )  # fmt: skip
    return _expectation(found, sum(map(counts, every)) - sum(counts(item) for item, _ in told))


def _sat_out(item: Standing) -> bool:
    return item.last is not None and item.last.reason == DNP and bool(item.bet.selection.market.player_id)


def _expectation(found: Expectation | None, without: int) -> shapes.Expectation:
    if found is None:
        return shapes.Expectation(n=0, without=without, expected=None, realised=None, z=None)
    return shapes.Expectation(
        n=found.n, without=without, expected=found.expected, realised=found.realised, z=found.z
    )  # fmt: skip


def _close(settled: Sequence[Standing], code: str, known: Knowledge, seed: str) -> shapes.CloseLine:
    told = [(item, known.closes[item.bet.bet_id].ev) for item in settled if item.bet.bet_id in known.closes]
    without = len(settled) - len(told)
    if not told:
        return shapes.CloseLine(
            n=0, without=without, expected=None, realised=None, mean_clv_ev=None, low=None, high=None
        )  # fmt: skip
    values = np.array([value for _, value in told])
    events = [item.bet.selection.event_id for item, _ in told]
    mean = clustered_mean_interval(values, events, generator=stream("bets", "close", seed))
    stakes = np.array([as_number(item.bet.stake, code) for item, _ in told])
    several = mean.clusters > 1
    return shapes.CloseLine(
        n=len(told), without=without, expected=float(values @ stakes),
        realised=as_number(sum(item.profit for item, _ in told), code), mean_clv_ev=mean.mean,
        low=mean.low if several else None, high=mean.high if several else None,
    )  # fmt: skip


def _cohorts(every: Sequence[Standing], code: str) -> list[shapes.BetCohort]:
    found = []
    for kind, named in _COHORTS.items():
        parts: dict[str, list[Standing]] = defaultdict(list)
        for item in every:
            parts[named(item)].append(item)
        found += [_cohort(kind, name, parts[name], code) for name in sorted(parts)]
    return found


def _cohort(kind: str, name: str, part: Sequence[Standing], code: str) -> shapes.BetCohort:
    total = tally(part)
    settled = [item for item in part if counts(item)]
    return shapes.BetCohort(
        kind=kind, name=name, bets=total.bets, settled=total.settled, turnover=amount_text(total.turnover, code),
        profit=amount_text(total.profit, code), win_rate=_rate(total), roi=_roi(settled, code),
    )  # fmt: skip


def _even(settled: Sequence[Standing]) -> bool:
    """Say whether the prices lie near even money in the middle: from 1.8 to 2.2."""
    return bool(settled) and 1.8 <= float(np.median([item.bet.price.decimal for item in settled])) <= 2.2


def _ruined(days: Sequence[Day]) -> bool:
    return any(day.opening is not None and day.opening <= 0 for day in days)
