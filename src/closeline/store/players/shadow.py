"""Shadow: what a model in force and its challenger said of the same player's number, kept as it was said.

Nothing here is a prediction: no gate, no pick and no grade reads it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import Row, bindparam, func, or_, select

from closeline.domain.clock import micros
from closeline.domain.ids import content_id
from closeline.domain.odds import OddsFormat, Price
from closeline.store.session import Session
from closeline.store.tables.prop_models import prop_shadow

_COLUMNS = (
    "tenant_id", "shadow_id", "league", "event_id", "market_key", "first_version", "first_mean", "first_variance",
    "first_family", "second_version", "second_mean", "second_variance", "second_family", "games", "plays",
    "line_quarters", "book", "over_exact", "under_exact", "as_of", "recorded_at",
)  # fmt: skip
# The same word about the same line, said again at another price or moment, is the same word.
_NOT_SAID = ("book", "over_exact", "under_exact", "as_of", "recorded_at")
_BOTH = (prop_shadow.c.first_version, prop_shadow.c.second_version)
_PAIRS = (
    select(prop_shadow)
    .where(
        prop_shadow.c.tenant_id == bindparam("tenant"),
        or_(
            (_BOTH[0] == bindparam("one")) & (_BOTH[1] == bindparam("other")),
            (_BOTH[0] == bindparam("other")) & (_BOTH[1] == bindparam("one")),
        ),
        prop_shadow.c.recorded_at <= bindparam("as_of"),
    )
    .order_by(prop_shadow.c.event_id, prop_shadow.c.market_key, prop_shadow.c.as_of, prop_shadow.c.shadow_id)
)
_COUNTS = (
    select(*_BOTH, func.count().label("rows"), func.max(prop_shadow.c.recorded_at).label("last_at"))
    .where(prop_shadow.c.tenant_id == bindparam("tenant"))
    .group_by(*_BOTH)
    .order_by(*_BOTH)
)


@dataclass(frozen=True, slots=True)
class Said:
    """What one model said of a number, given that he plays."""

    version: str
    mean: float
    variance: float
    family: str


@dataclass(frozen=True, slots=True)
class ShadowLine:
    """The line that was on offer when both spoke, and the price of each side."""

    line_quarters: int
    book: str
    over: Price
    under: Price


@dataclass(frozen=True, slots=True)
class Pair:
    """What two models said of one player's number: `first` was in force, `second` its challenger.

    as_of: what was known to both; recorded_at: when it was written down. line: null where nobody priced him.
    """

    event_id: str
    market_key: str
    first: Said
    second: Said
    games: int
    plays: float | None
    line: ShadowLine | None
    as_of: datetime
    recorded_at: datetime

    def of(self, version: str) -> Said:
        """Return what one of the two said."""
        return self.first if self.first.version == version else self.second


@dataclass(frozen=True, slots=True)
class Kept:
    """How many pairs are kept of two versions, and since when the last of them."""

    first: str
    second: str
    rows: int
    last_at: datetime


def add(session: Session, pairs: Sequence[Pair], *, tenant_id: str, league: str) -> int:
    """Append the pairs that say something new and return how many did."""
    rows = {row[1]: row for row in (_row(item, tenant_id, league) for item in pairs)}
    keys = ("tenant_id", "shadow_id")
    return session.append_new(prop_shadow, _COLUMNS, rows.values(), keys, ignoring=_NOT_SAID) if rows else 0


def of_versions(session: Session, one: str, other: str, *, tenant_id: str, as_of: datetime) -> list[Pair]:
    """Return what two versions said side by side, whichever was in force, in order of event, market and moment."""
    asked = {"tenant": tenant_id, "one": one, "other": other, "as_of": as_of}
    return [_pair(row) for row in session.rows(_PAIRS, asked)]


def counts(session: Session, *, tenant_id: str) -> list[Kept]:
    """Return how many pairs are kept, by versions."""
    rows = session.rows(_COUNTS, {"tenant": tenant_id})
    return [Kept(row.first_version, row.second_version, row.rows, row.last_at) for row in rows]


def _row(item: Pair, tenant_id: str, league: str) -> tuple[Any, ...]:
    line, first, second = item.line, item.first, item.second
    quarters = None if line is None else line.line_quarters
    said = (
        first.version, first.mean, first.variance, first.family, second.version, second.mean, second.variance,
        second.family, item.games, item.plays, quarters,
    )  # fmt: skip
    name = content_id("shadow", tenant_id, item.event_id, item.market_key, *said)
    book, over, under = (None,) * 3 if line is None else (line.book, _text(line.over), _text(line.under))
    return (
        tenant_id, name, league, item.event_id, item.market_key, *said, book, over, under, micros(item.as_of),
        micros(item.recorded_at),
    )  # fmt: skip


def _pair(row: Row[*tuple[Any, ...]]) -> Pair:
    line = None
    if row.line_quarters is not None:
        line = ShadowLine(row.line_quarters, row.book, _price(row.over_exact), _price(row.under_exact))
    return Pair(
        row.event_id, row.market_key,
        Said(row.first_version, row.first_mean, row.first_variance, row.first_family),
        Said(row.second_version, row.second_mean, row.second_variance, row.second_family),
        row.games, row.plays, line, row.as_of, row.recorded_at,
    )  # fmt: skip


def _text(price: Price) -> str:
    return f"{price.exact.numerator}/{price.exact.denominator}"


def _price(text: str) -> Price:
    return Price(text, OddsFormat.FRACTIONAL, Fraction(text))
