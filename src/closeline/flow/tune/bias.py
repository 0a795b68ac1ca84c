"""Bias: what the last four weeks say of a league's totals, one row a day, and an alert for whatever triggers.

A part of tuning that no gate decides about: the row itself is the evidence, and forecasts of the next two days obey it.
Beside them stand the rates of home wins and overtime over the last games, which correct nothing and stop whole markets.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import lru_cache

import numpy as np

from closeline.domain.events import BiasMeasured
from closeline.domain.gates import Limits
from closeline.domain.gates.bias import (
    BIAS_ACTUAL,
    BIAS_MARKET,
    MODEL_BIAS,
    OVER_RATE,
    BaselineBias,
    BiasLimits,
    BiasSample,
    measured,
)
from closeline.domain.gates.rolling import HOME_WIN_RATE, OVERTIME_RATE
from closeline.domain.ids import canonical_json
from closeline.domain.leagues import League
from closeline.domain.limits import limits_of
from closeline.domain.markets import TOTAL
from closeline.maths.distributions import ScoreDistribution, read_pair
from closeline.store import models
from closeline.store.desk import incidents
from closeline.store.desk.alerts import Alert
from closeline.store.past import bias, totals
from closeline.store.past.closes import total_means
from closeline.store.past.rolling import sample_of
from closeline.store.past.totals import FinishedTotal, TotalsBook
from closeline.store.session import Session

TRIGGERS = frozenset({BIAS_ACTUAL, BIAS_MARKET, MODEL_BIAS, OVER_RATE, HOME_WIN_RATE, OVERTIME_RATE})


def measure_bias(
    session: Session, book: TotalsBook | None = None, *, tenant_id: str, league: League, at: datetime
) -> BiasMeasured | None:
    """Write the day's row of a league's bias table from what was received by `at`, and alert of its triggers.

    Null, and nothing written, when the day has its row already or no forecast game has ended. book: what was read on
    earlier mornings; left out, all is read.
    """
    day = bias.day_of(at)
    if bias.of_days(session, league=league, days={day}):
        return None
    limits = bias_limits(limits_of(models.config(session, tenant_id=tenant_id, as_of=at)[1], league))
    book = book or TotalsBook()
    games = book.at(session, tenant_id=tenant_id, league=league, since=at - timedelta(days=limits.days), as_of=at)
    if not games:
        return None
    sample = _sample(session, games, tenant_id, league, at)
    rolling = sample_of(book.rolling.at(session, tenant_id=tenant_id, league=league, as_of=at))
    row = measured(sample, limits, league=league, day=day, before=bias.in_force(session, league, at), rolling=rolling)
    bias.add(session, row, at=at)
    incidents.tell(session, [_alert(row, trigger, limits, tenant_id, at) for trigger in row.triggers])
    for trigger in sorted(TRIGGERS - set(row.triggers)):
        incidents.close(session, trigger, scope=league, tenant_id=tenant_id, at=at)
    return BiasMeasured(league, day, row.n, ",".join(row.triggers), row.correction)


def bias_limits(limits: Limits) -> BiasLimits:
    """Return the numbers of a league's limits that judge its bias."""
    return BiasLimits(
        limits.baseline_mean_total, limits.bias_limit, limits.clamp_cap, limits.over_rate_low, limits.over_rate_high
    )


def _sample(
    session: Session, games: Sequence[FinishedTotal], tenant_id: str, league: League, at: datetime
) -> BiasSample:
    names = [game.event_id for game in games]
    graded = totals.graded_picks(session, names, tenant_id=tenant_id, as_of=at).values()
    sides = [game.said.over for game in games if game.said.over is not None]
    return BiasSample(
        tuple(game.said.mean - game.points for game in games),
        _market_errors(session, games, league, at),
        sum(sides), len(sides),
        sum(share for result, share in graded if result == "WIN"),
        sum(share for result, share in graded if result == "LOSS"),
        sum(result in ("WIN", "LOSS") for result, _ in graded),
    )  # fmt: skip


def _market_errors(session: Session, games: Sequence[FinishedTotal], league: League, at: datetime) -> tuple[float, ...]:
    _, content, _ = models.latest(session, league=league, kind=models.DISTRIBUTION, as_of=at)
    closes = [{} if game.close is None else {TOTAL.key: game.close} for game in games]
    apart = np.array([game.said.mean for game in games]) - total_means(_total(content), closes)
    return tuple(apart[np.isfinite(apart)].tolist())


@lru_cache(maxsize=16)
def _total(content: str) -> ScoreDistribution:
    return read_pair(content)[1]


def _alert(row: BaselineBias, trigger: str, limits: BiasLimits, tenant_id: str, at: datetime) -> Alert:
    text = _of_rates(row).get(trigger) or _of_totals(row, trigger, limits)
    return Alert(tenant_id, row.league, trigger, text, canonical_json(asdict(row) | {"limits": asdict(limits)}), at)


def _of_totals(row: BaselineBias, trigger: str, limits: BiasLimits) -> str:
    moved = f"totals move by {-row.correction:+.2f} from now on" if row.correction else "nothing is corrected"
    return f"{row.league} totals of the last {limits.days} days: {trigger}, {moved}"


def _of_rates(row: BaselineBias) -> dict[str, str]:
    told = {
        HOME_WIN_RATE: (row.home_win_n, row.home_win_rate, row.home_win_expected, row.home_win_z, "margin"),
        OVERTIME_RATE: (row.overtime_n, row.overtime_rate, row.overtime_expected, row.overtime_z, "full-game"),
    }
    return {
        trigger: f"{row.league} last {n} games that tell: {trigger}, {rate:.1%} where {expected:.1%} was expected, "
        f"z {z:+.2f}; no {kind} market is played"
        for trigger, (n, rate, expected, z, kind) in told.items()
        if rate is not None and expected is not None and z is not None
    }
