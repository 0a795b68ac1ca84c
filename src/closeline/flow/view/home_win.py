"""Who wins: the one probability that every game has, scored against the market at its open and at its close."""

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from closeline.domain.leagues import League
from closeline.domain.markets import MONEYLINE, TOTAL, Market
from closeline.maths import record_figures as figures
from closeline.maths.distributions import read_pair
from closeline.maths.record_figures import Mean
from closeline.maths.simulate.streams import stream
from closeline.store import models
from closeline.store.past import outcomes
from closeline.store.past.outcomes import Settled
from closeline.store.session import Session

Floats = NDArray[np.float64]
Probabilities = tuple[Floats, Floats]


@dataclass(frozen=True, slots=True)
class HomeWin:
    """Log-loss of the home win, of the same games: at the open, by the ratings, as published, at the close.

    The differences from the open carry their 95 % interval, clustered by day. `left_out_suspect` games had an opener
    that contradicted itself or the ratings; `everything` is the same with them: nothing is published there, so what
    stands for the published probability is the open itself.
    """

    open: float | None
    rating: float | None
    published: float | None
    close: float | None
    n: int
    open_source: str
    close_source: str
    left_out: int
    left_out_suspect: int
    rating_minus_open: Mean
    published_minus_open: Mean
    everything: "HomeWin | None" = None


def home_win(session: Session, league: League, settled: Settled, now: datetime) -> HomeWin:
    """Score the settled moneyline predictions of a league; a quoted close goes before the spread's word for it."""
    close = outcomes.closing_moneylines(session, settled, as_of=now)
    quoted_closes = ~np.isnan(close)
    close = np.where(quoted_closes, close, q_close(session, league, MONEYLINE, settled, now))
    known = settled.decided & ~np.isnan(settled.q_market) & ~np.isnan(close)
    sure = known & ~settled.suspect
    everything = _home_win_of(league, settled, close, known, quoted_closes)
    return replace(_home_win_of(league, settled, close, sure, quoted_closes), everything=everything)


def _home_win_of(
    league: League, settled: Settled, close: Floats, use: NDArray[np.bool_], quoted_closes: NDArray[np.bool_]
) -> HomeWin:
    won, days, q_open = settled.won[use], settled.days[use], settled.q_market[use]
    stands = np.isnan(settled.p_anchor[use]) | settled.suspect[use]
    published = np.where(stands, q_open, settled.p_anchor[use])
    loss = figures.losses(q_open, won)
    name = f"home win of {won.size}"
    return HomeWin(
        open=figures.mean_log_loss(q_open, won),
        rating=figures.mean_log_loss(settled.p_raw[use], won),
        published=figures.mean_log_loss(published, won),
        close=figures.mean_log_loss(close[use], won),
        n=int(use.sum()),
        open_source=_sources(settled.quoted[use] | settled.suspect[use]),
        close_source=_sources(quoted_closes[use]),
        left_out=int((~use).sum()),
        left_out_suspect=int((settled.suspect & ~use).sum()),
        rating_minus_open=figures.mean_with_interval(
            figures.losses(settled.p_raw[use], won) - loss, days, stream("rating", league, name)
        ),
        published_minus_open=figures.mean_with_interval(
            figures.losses(published, won) - loss, days, stream("published", league, name)
        ),
    )


def _sources(quoted: NDArray[np.bool_]) -> str:
    counts = (("moneyline", int(quoted.sum())), ("spread", int((~quoted).sum())))
    return ", ".join(f"{name} {count}" for name, count in counts if count) or "none"


def q_close(session: Session, league: League, market: Market, settled: Settled, now: datetime) -> Floats:
    """Return where each prediction's market closed, fair and at its own line, shape (n,), NaN where it did not."""
    content = models.latest(session, league=league, kind=models.DISTRIBUTION, as_of=now)[1]
    margin, total = read_pair(content)
    return outcomes.closing_probabilities(
        session, settled, market_key=market.key, distribution=total if market == TOTAL else margin, as_of=now
    )


def home_wins(settled: Settled) -> Probabilities:
    """Return (published probability, won) of every home win: one observation a game, so that none depends on another.

    Where no policy stood yet the market's own probability is what would have been published.
    """
    p = np.where(np.isnan(settled.p_anchor), settled.q_market, settled.p_anchor)
    use = settled.decided & ~settled.suspect & ~np.isnan(p)
    return (p[use], settled.won[use])
