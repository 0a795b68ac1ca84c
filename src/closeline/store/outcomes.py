"""What became of predictions: their games' results and their markets' later prices, as arrays to learn from."""

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import bindparam, func, select

from closeline.domain.captures import ResultStatus
from closeline.domain.markets import MONEYLINE, SPREAD, TOTAL
from closeline.maths.distributions import ScoreDistribution, Side, no_push, price_across
from closeline.store import evaluations, quotes, references
from closeline.store.evaluations import Evaluation
from closeline.store.forecasts import QUOTED, SUSPECT
from closeline.store.session import Session
from closeline.store.tables.evidence import event_result
from closeline.store.tables.model import prediction
from closeline.store.tables.reference import event

Floats = NDArray[np.float64]
Days = NDArray[np.int64]

_SETTLED = (
    select(
        prediction.c.event_id, event.c.day, prediction.c.line_quarters, prediction.c.p_raw, prediction.c.q_market,
        prediction.c.p_anchor, prediction.c.predicted_clv, prediction.c.basis, prediction.c.book,
        event_result.c.home_score, event_result.c.away_score, event_result.c.received_at,
    )
    .join(event, event.c.event_id == prediction.c.event_id)
    .join(event_result, event_result.c.event_id == prediction.c.event_id)
    .where(
        prediction.c.tenant_id == bindparam("tenant"),
        prediction.c.league == bindparam("league_code"),
        prediction.c.market_key == bindparam("market"),
        prediction.c.as_of >= bindparam("since"),
        event_result.c.result_version == 1,
        event_result.c.status == ResultStatus.FINAL,
        event_result.c.received_at <= bindparam("as_of"),
    )
    .order_by(event.c.day, prediction.c.event_id)
)  # fmt: skip
_RESULTS = (
    select(func.count())
    .select_from(event_result)
    .where(
        event_result.c.event_id >= bindparam("first_id"),
        event_result.c.event_id < bindparam("after_id"),
        event_result.c.received_at <= bindparam("as_of"),
    )
)
_CHUNK = 4000


@dataclass(frozen=True, slots=True)
class Settled:
    """Predictions of one market whose games have ended; `won` is of HOME or OVER, NaN for a push. Shape (n,)."""

    events: tuple[str, ...]
    books: tuple[str, ...]
    quoted: NDArray[np.bool_]
    suspect: NDArray[np.bool_]
    days: Days
    lines: Floats
    p_raw: Floats
    q_market: Floats
    p_anchor: Floats
    predicted_clv: Floats
    won: Floats

    @property
    def decided(self) -> NDArray[np.bool_]:
        """Return which were won or lost."""
        return np.asarray(~np.isnan(self.won))


@dataclass(frozen=True, slots=True)
class Moves:
    """Where each prediction's market later closed, at the prediction's own line, and the prices it opened at.

    `q_close` is fair, of HOME or OVER given no push, NaN where there is no close; prices are decimal odds of the
    canonical and of the other side, NaN where none was quoted. `q_open` and `q_close` of derived moneylines are the
    spread's own word for who wins.
    """

    q_close: Floats
    price: Floats
    price_other: Floats


def results_count(session: Session, *, league: str, as_of: datetime) -> int:
    """Return how many results of a league were received by `as_of`."""
    # Event ids begin with the league and an underscore, whose next character is the backquote.
    parameters = {"first_id": f"{league}_", "after_id": f"{league}`", "as_of": as_of}
    return int(session.scalar(_RESULTS, parameters) or 0)


def settled(
    session: Session, *, tenant_id: str, league: str, market_key: str, since: datetime, as_of: datetime
) -> Settled:
    """Return the predictions of a market made from `since` on whose results were received by `as_of`."""
    rows = session.rows(_SETTLED, {
        "tenant": tenant_id, "league_code": league, "market": market_key, "since": since, "as_of": as_of,
    })  # fmt: skip
    home = np.array([row.home_score for row in rows], dtype=np.float64)
    away = np.array([row.away_score for row in rows], dtype=np.float64)
    lines = np.array([(row.line_quarters or 0) / 4 for row in rows], dtype=np.float64)
    beyond = home + away - lines if market_key == TOTAL.key else home - away + lines
    return Settled(
        events=tuple(row.event_id for row in rows),
        books=tuple(row.book for row in rows),
        quoted=np.array([row.basis == QUOTED for row in rows], dtype=bool),
        suspect=np.array([row.basis == SUSPECT for row in rows], dtype=bool),
        days=np.array([date.fromisoformat(row.day).toordinal() for row in rows], dtype=np.int64),
        lines=lines,
        p_raw=np.array([row.p_raw for row in rows], dtype=np.float64),
        q_market=_floats([row.q_market for row in rows]),
        p_anchor=_floats([row.p_anchor for row in rows]),
        predicted_clv=_floats([row.predicted_clv for row in rows]),
        won=np.where(beyond == 0, np.nan, (beyond > 0).astype(np.float64)),
    )


def _floats(values: list[float | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def moves(
    session: Session, known: Settled, *, market_key: str, distribution: ScoreDistribution, as_of: datetime
) -> Moves:
    """Return where the markets of settled predictions closed, carried to each prediction's own line."""
    closes: list[Evaluation | None] = []
    prices: list[tuple[float, float]] = []
    for start in range(0, len(known.events), _CHUNK):
        chunk = slice(start, start + _CHUNK)
        found = _closes(session, known, chunk, market_key, as_of)
        closes += found
        prices += _opening_prices(session, known, chunk, market_key, as_of)
    fair = _floats([None if item is None else item.fair_probability for item in closes])
    lines = _floats([None if item is None else (item.line_quarters or 0) / 4 for item in closes])
    side = Side.OVER if market_key == TOTAL.key else Side.HOME
    closed = ~np.isnan(fair)
    at_line = np.full(fair.shape, np.nan)
    if closed.any():
        at_line[closed] = no_push(price_across(distribution, lines[closed], fair[closed], known.lines[closed], side))
    price = np.array(prices, dtype=np.float64).reshape(-1, 2)
    return Moves(at_line, price[:, 0], price[:, 1])


def _closes(
    session: Session, known: Settled, chunk: slice, market_key: str, as_of: datetime
) -> list[Evaluation | None]:
    events = known.events[chunk]
    starts = {name: item.starts_at for name, item in references.versions(session, events, as_of=as_of).items()}
    last: dict[tuple[str, str, str], Evaluation] = {}
    for item in evaluations.of_events(session, events, as_of=as_of):
        if item.is_reference and item.received_at < starts[item.event_id]:
            last[(item.event_id, item.book, item.market_key)] = item
    # A moneyline that was never quoted at the open is followed in the market that it was derived from.
    keys = [market_key if quoted or market_key != MONEYLINE.key else SPREAD.key for quoted in known.quoted[chunk]]
    return [last.get((name, book, key)) for name, book, key in zip(events, known.books[chunk], keys, strict=True)]


def _opening_prices(
    session: Session, known: Settled, chunk: slice, market_key: str, as_of: datetime
) -> list[tuple[float, float]]:
    first: dict[tuple[str, str, str], float] = {}
    for item in quotes.of_events(session, known.events[chunk], as_of=as_of):
        if item.market.key == market_key:
            first.setdefault((item.event_id, item.book, item.side), item.price.decimal)
    canonical, other = ("OVER", "UNDER") if market_key == TOTAL.key else ("HOME", "AWAY")
    return [
        (first.get((name, book, canonical), np.nan), first.get((name, book, other), np.nan))
        if quoted
        else (np.nan, np.nan)
        for name, book, quoted in zip(known.events[chunk], known.books[chunk], known.quoted[chunk], strict=True)
    ]


def closing_moneylines(session: Session, known: Settled, *, as_of: datetime) -> Floats:
    """Return the fair closing moneyline of HOME for each settled prediction, NaN where none was quoted."""
    found: list[float] = []
    for start in range(0, len(known.events), _CHUNK):
        events = known.events[start : start + _CHUNK]
        starts = {name: item.starts_at for name, item in references.versions(session, events, as_of=as_of).items()}
        last = {
            item.event_id: item.fair_probability
            for item in evaluations.of_events(session, events, as_of=as_of)
            if item.market_key == MONEYLINE.key and item.is_reference and item.received_at < starts[item.event_id]
        }
        found += [last.get(name, np.nan) for name in events]
    return np.array(found, dtype=np.float64)
