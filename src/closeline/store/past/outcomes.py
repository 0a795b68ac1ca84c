"""What became of predictions: their games' results and their markets' later prices, as arrays to learn from."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from itertools import compress
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, BindParameter, Row, Text, bindparam, func, select, type_coerce

from closeline.domain.clock import micros
from closeline.domain.feeds.captures import ResultStatus
from closeline.domain.markets import MONEYLINE, SPREAD, TOTAL, is_of_players, market
from closeline.domain.picks.closing import CLV_V1
from closeline.maths.distributions import ScoreDistribution, Side, no_push, price_across
from closeline.store.database.kinds import of_kind
from closeline.store.forecasts import QUOTED, SUSPECT
from closeline.store.past import player_lines
from closeline.store.past.standing import again_runs, guest_runs
from closeline.store.session import Session
from closeline.store.tables.evidence import event_result, quote
from closeline.store.tables.model import market_evaluation, prediction
from closeline.store.tables.reference import event, event_version

# Asked of by its kind: a player's market is of the kind that its key begins with.
MARKET: BindParameter[str] = bindparam("market", type_=Text())
Floats = NDArray[np.float64]
Days = NDArray[np.int64]

# The latest official result counts: a version that a later one has replaced by `as_of` is not read.
_LATER = event_result.alias("later")
CORRECTED = (
    select(_LATER.c.event_id)
    .where(
        _LATER.c.event_id == event_result.c.event_id,
        _LATER.c.result_version > event_result.c.result_version,
        _LATER.c.received_at <= bindparam("as_of"),
    )
    .exists()
)
_SETTLED = (
    select(
        prediction.c.prediction_id, prediction.c.event_id, event.c.day, prediction.c.line_quarters, prediction.c.p_raw,
        prediction.c.q_market, prediction.c.p_anchor, prediction.c.predicted_clv, prediction.c.basis, prediction.c.book,
        event_result.c.home_score, event_result.c.away_score, event_result.c.received_at, prediction.c.run_id,
        prediction.c.market_key,
    )
    .join(event, event.c.event_id == prediction.c.event_id)
    .join(event_result, event_result.c.event_id == prediction.c.event_id)
    .where(
        prediction.c.tenant_id == bindparam("tenant"),
        prediction.c.league == bindparam("league_code"),
        of_kind(prediction.c.market_key, MARKET),
        prediction.c.as_of >= bindparam("since"),
        event_result.c.status == ResultStatus.FINAL,
        event_result.c.received_at <= bindparam("as_of"),
        ~CORRECTED,
    )
    .order_by(event.c.day, prediction.c.event_id, prediction.c.as_of, prediction.c.prediction_id)
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
# Times stay whole microseconds here: these two queries read whole histories, and nobody looks at their times again.
_RECEIVED = type_coerce(market_evaluation.c.received_at, BigInteger)
_LATEST_START = (
    select(type_coerce(event_version.c.starts_at, BigInteger))
    .where(event_version.c.event_id == market_evaluation.c.event_id)
    .where(type_coerce(event_version.c.received_at, BigInteger) <= bindparam("as_of"))
    .order_by(event_version.c.version.desc())
    .limit(1)
    .scalar_subquery()
)
_CLOSES = (
    select(
        market_evaluation.c.event_id, market_evaluation.c.book, market_evaluation.c.line_quarters,
        market_evaluation.c.fair_probability,
    )
    .where(
        market_evaluation.c.event_id.in_(bindparam("events", expanding=True)),
        market_evaluation.c.market_key == bindparam("market"),
        market_evaluation.c.flags == "",
        bindparam("as_of") >= _RECEIVED,
        _RECEIVED < _LATEST_START,
        _LATEST_START - bindparam("oldest") <= _RECEIVED,
    )
    .order_by(market_evaluation.c.received_at)
)  # fmt: skip
_PRICES = (
    select(quote.c.event_id, quote.c.book, quote.c.side, quote.c.price_exact)
    .where(
        quote.c.event_id.in_(bindparam("events", expanding=True)),
        quote.c.market_key == bindparam("market"),
        quote.c.availability == "PRICED",
        type_coerce(quote.c.received_at, BigInteger) <= bindparam("as_of"),
    )
    .order_by(quote.c.received_at, quote.c.quote_id)
)
_CHUNK = 4000


@dataclass(frozen=True, slots=True)
class Settled:
    """Predictions of one market whose games have ended; `won` is of HOME or OVER, NaN for a push. Shape (n,).

    Of a kind of players' markets `markets` tells them apart, and `won` is NaN too for who did not play.
    """

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
    predictions: tuple[str, ...]
    markets: tuple[str, ...] = ()

    def latest(self, count: int) -> "Settled":
        """Return the last `count` of them."""
        return Settled(*(getattr(self, field.name)[-count:] for field in fields(self)))

    def named(self, predictions: Collection[str]) -> "Settled":
        """Return those of these predictions, in their order."""
        use = np.array([name in predictions for name in self.predictions], dtype=bool)
        return Settled(*(_chosen(getattr(self, field.name), use) for field in fields(self)))

    def once(self) -> "Settled":
        """Return one of each event and line, the first forecast: several books of a line are one observation."""
        seen: set[tuple[str, str, float]] = set()
        use = np.zeros(self.days.shape, dtype=bool)
        for place, asked in enumerate(self.asked()):
            use[place] = asked not in seen
            seen.add(asked)
        return self if use.all() else Settled(*(_chosen(getattr(self, field.name), use) for field in fields(self)))

    def asked(self) -> Iterator[tuple[str, str, float]]:
        """Return the event, the market where they differ, and the line of each."""
        return zip(self.events, self.markets or ("",) * len(self.events), self.lines.tolist(), strict=True)

    @property
    def decided(self) -> NDArray[np.bool_]:
        """Return which were won or lost."""
        return np.asarray(~np.isnan(self.won))


def _chosen(column: Any, use: NDArray[np.bool_]) -> Any:  # noqa: ANN401 -- a column of names or of numbers
    return column[use] if isinstance(column, np.ndarray) else tuple(compress(column, use))


def results_count(session: Session, *, league: str, as_of: datetime) -> int:
    """Return how many results of a league were received by `as_of`."""
    # Event ids begin with the league and an underscore, whose next character is the backquote.
    parameters = {"first_id": f"{league}_", "after_id": f"{league}`", "as_of": as_of}
    return int(session.scalar(_RESULTS, parameters) or 0)


def settled(
    session: Session, *, tenant_id: str, league: str, market_key: str, since: datetime, as_of: datetime
) -> Settled:
    """Return the predictions of a market made from `since` on whose results were received by `as_of`.

    market_key: the market, or the kind of players' markets. Where several models forecast a league they are of the one
    that its record learns from.
    """
    guests = guest_runs(session, tenant_id=tenant_id, league=league, as_of=as_of)
    guests |= again_runs(session, tenant_id=tenant_id, league=league)
    rows = [row for row in session.rows(_SETTLED, {
        "tenant": tenant_id, "league_code": league, "market": market_key, "since": since, "as_of": as_of,
    }) if row.run_id not in guests]  # fmt: skip
    return Settled(
        events=tuple(row.event_id for row in rows),
        books=tuple(row.book for row in rows),
        quoted=np.array([row.basis == QUOTED for row in rows], dtype=bool),
        suspect=np.array([row.basis == SUSPECT for row in rows], dtype=bool),
        days=np.array([date.fromisoformat(row.day).toordinal() for row in rows], dtype=np.int64),
        lines=np.array([(row.line_quarters or 0) / 4 for row in rows], dtype=np.float64),
        p_raw=np.array([row.p_raw for row in rows], dtype=np.float64),
        q_market=_floats([row.q_market for row in rows]),
        p_anchor=_floats([row.p_anchor for row in rows]),
        predicted_clv=_floats([row.predicted_clv for row in rows]),
        won=won_by(session, rows, market_key, as_of=as_of),
        predictions=tuple(row.prediction_id for row in rows),
        markets=tuple(row.market_key for row in rows) if is_of_players(market_key) else (),
    )


def won_by(session: Session, rows: Sequence[Row[Any]], market_key: str, *, as_of: datetime) -> Floats:
    """Return whether HOME or OVER won of predictions of one market, or kind, whose games have ended, shape (n,).

    1 or 0, NaN for a push and for a player of whom the record holds no line: he did not play, or nobody has told.
    """
    lines = np.array([(row.line_quarters or 0) / 4 for row in rows], dtype=np.float64)
    if is_of_players(market_key):
        beyond = player_lines.numbers(session, [(row.event_id, row.market_key) for row in rows], as_of=as_of) - lines
        return np.where((beyond == 0) | np.isnan(beyond), np.nan, (beyond > 0).astype(np.float64))
    home, away = (np.array([getattr(row, name) for row in rows], np.float64) for name in ("home_score", "away_score"))
    return won_of(home, away, lines, market_key)


def won_of(home: Floats, away: Floats, lines: Floats, market_key: str) -> Floats:
    """Return whether HOME or OVER won, 1 or 0, NaN for a push. Points and lines of the canonical side, shape (n,)."""
    beyond = home + away - lines if market_key == TOTAL.key else home - away + lines
    return np.where(beyond == 0, np.nan, (beyond > 0).astype(np.float64))


def _floats(values: list[float | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def closing_probabilities(
    session: Session, known: Settled, *, market_key: str, distribution: ScoreDistribution, as_of: datetime
) -> Floats:
    """Return where each prediction's market closed, fair and at the prediction's own line, shape (n,).

    Of HOME or OVER given no push; NaN where there is no close. A moneyline that was never quoted at the open is
    followed in the spread that it was derived from: then the answer is the spread's own word for who wins.
    """
    derived = (
        (~known.quoted & ~known.suspect) if market_key == MONEYLINE.key else np.zeros(known.days.shape, dtype=bool)
    )
    lines, fair = _closes(session, known, market_key, as_of)
    if derived.any():
        spread_lines, spread_fair = _closes(session, known, SPREAD.key, as_of)
        lines, fair = np.where(derived, spread_lines, lines), np.where(derived, spread_fair, fair)
    closed = ~np.isnan(fair)
    at_line = np.full(fair.shape, np.nan)
    if closed.any():
        side = Side.OVER if market_key == TOTAL.key else Side.HOME
        at_line[closed] = no_push(price_across(distribution, lines[closed], fair[closed], known.lines[closed], side))
    return at_line


def closing_moneylines(session: Session, known: Settled, *, as_of: datetime) -> Floats:
    """Return the fair closing moneyline of HOME for each settled prediction, NaN where none was quoted."""
    return _closes(session, known, MONEYLINE.key, as_of)[1]


def _closes(session: Session, known: Settled, market_key: str, as_of: datetime) -> tuple[Floats, Floats]:
    """Return line (points) and fair probability of the last two-sided price before each start, at the same book."""
    last: dict[tuple[str, str], tuple[int | None, float]] = {}
    for start in range(0, len(known.events), _CHUNK):
        rows = session.rows(_CLOSES, {
            "events": list(known.events[start : start + _CHUNK]), "market": market_key, "as_of": micros(as_of),
            "oldest": CLV_V1.max_age // timedelta(microseconds=1),
        })  # fmt: skip
        last.update({(row[0], row[1]): (row[2], row[3]) for row in rows})
    found = [last.get(name) for name in zip(known.events, known.books, strict=True)]
    lines = _floats([None if item is None else (item[0] or 0) / 4 for item in found])
    return lines, _floats([None if item is None else item[1] for item in found])


def opening_prices(session: Session, known: Settled, *, market_key: str, as_of: datetime) -> tuple[Floats, Floats]:
    """Return the decimal odds at which each quoted market opened: of HOME or OVER, and of the other side."""
    first: dict[tuple[str, str, str], float] = {}
    for start in range(0, len(known.events), _CHUNK):
        rows = session.rows(_PRICES, {
            "events": list(known.events[start : start + _CHUNK]), "market": market_key, "as_of": micros(as_of),
        })  # fmt: skip
        for event_id, book, side, price in rows:
            first.setdefault((event_id, book, side), _decimal(price))
    sides = market(market_key).sides
    pairs = zip(known.events, known.books, known.quoted, strict=True)
    prices = np.array(
        [
            [first.get((name, book, side), np.nan) if quoted else np.nan for side in sides]
            for name, book, quoted in pairs
        ]
    ).reshape(-1, 2)
    return prices[:, 0], prices[:, 1]


@lru_cache(maxsize=4096)
def _decimal(exact: str) -> float:
    return float(Fraction(exact))
