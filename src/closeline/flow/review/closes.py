"""Closes: which price a ticket is compared with, chosen by clv-v1 and never made up.

First the reference books in their order, at the place of `consensus` what the books agree on, and last the ticket's own
book. All of them must have stood, two-sided, within the limit before the start.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from closeline.domain.errors import DevigError
from closeline.domain.leagues import League
from closeline.domain.markets import Market, Side
from closeline.domain.odds import DevigMethod, Price, default_method
from closeline.domain.picks.closing import (
    CONSENSUS,
    BookQuote,
    CloseQuality,
    ClosingLine,
    ClosingRules,
    MissingClose,
    StartBasis,
    select_close,
)
from closeline.flow.review.consensus import ConsensusClose, Voters, consensus_close
from closeline.flow.review.history import Histories
from closeline.flow.review.shapes import Shapes
from closeline.maths import distributions
from closeline.maths.clv.tilted import value_across
from closeline.maths.devig_arrays import devig_two_way

_EVEN = 2.0


@dataclass(frozen=True, slots=True)
class Start:
    """When a game began, and whether that was seen or only planned."""

    at: datetime
    basis: StartBasis


@dataclass(frozen=True, slots=True)
class Close:
    """What a ticket is compared with, or the reason why there is nothing.

    fair: P(side wins | no push) at the line by each devig method that these prices have. A consensus has fair chances
    and no price of its own; `consensus_books` names who had a say in it.
    """

    quality: CloseQuality
    reason: MissingClose | None
    line_quarters: int | None = None
    book: str | None = None
    captured_at: datetime | None = None
    seen_until: datetime | None = None
    snapshot_id: str | None = None
    price: Price | None = None
    opposite: Price | None = None
    fair: Mapping[DevigMethod, float] = field(default_factory=dict)
    consensus_books: tuple[str, ...] = ()

    @property
    def missing(self) -> bool:
        """Say that there is no close."""
        return self.reason is not None


_Selection = tuple[str, Market, Side]


@dataclass(slots=True)
class Closer:
    """Finds closes of one league's events, each selection's part of the work done once."""

    league: League
    rules: ClosingRules
    histories: Histories
    starts: Mapping[str, Start]
    shapes: Shapes
    _references: dict[tuple[_Selection, bool], ClosingLine] = field(default_factory=dict)
    _voices: dict[_Selection, tuple[BookQuote, ...]] = field(default_factory=dict)
    _pools: dict[tuple[_Selection, str | None], ConsensusClose | None] = field(default_factory=dict)
    _carried: dict[tuple[_Selection, float, float, float], float] = field(default_factory=dict)

    def under(self, rules: ClosingRules) -> "Closer":
        """Return the same by other rules; what the rules do not touch is shared."""
        return self if rules == self.rules else Closer(self.league, rules, self.histories, self.starts, self.shapes)

    def close(self, event_id: str, market: Market, side: Side, *, ticket_book: str | None) -> Close:
        """Return the close of a ticket on a selection at a book; without a book there is no last resort."""
        selection = (event_id, market, side)
        ahead = self._reference(selection, before=True)
        if ahead.quote is not None:
            return self._quoted(ahead.quality, ahead.quote, selection)
        agreed = self._agreed(selection, ticket_book)
        if agreed is not None:
            return Close(
                CloseQuality.CONSENSUS, None, agreed.line_quarters, CONSENSUS, agreed.captured_at, agreed.seen_until,
                fair=agreed.fair, consensus_books=agreed.books,
            )  # fmt: skip
        behind = self._reference(selection, before=False)
        if behind.quote is not None:
            return self._quoted(behind.quality, behind.quote, selection)
        own = self._select(selection, (), ticket_book)
        if own.quote is not None:
            return self._quoted(own.quality, own.quote, selection)
        steps = list(MissingClose)
        reasons = [found.reason or MissingClose.NO_QUOTE for found in (ahead, behind, own)]
        return Close(CloseQuality.MISSING, max(reasons, key=steps.index))

    def _reference(self, selection: _Selection, *, before: bool) -> ClosingLine:
        key = (selection, before)
        if key not in self._references:
            order = self.rules.reference_order
            place = order.index(CONSENSUS) if CONSENSUS in order else len(order)
            self._references[key] = self._select(selection, order[:place] if before else order[place + 1 :], None)
        return self._references[key]

    def _select(self, selection: _Selection, order: Sequence[str], ticket_book: str | None) -> ClosingLine:
        start = self.starts[selection[0]]
        return select_close(
            self.histories.of(*selection), starts_at=start.at, reference_order=order, ticket_book=ticket_book,
            max_age=self.rules.max_age, start_confirmed=start.basis is StartBasis.ACTUAL,
        )  # fmt: skip

    def _quoted(self, quality: CloseQuality, quote: BookQuote, selection: _Selection) -> Close:
        event_id, market, _ = selection
        fair = {method: chance for method in DevigMethod if (chance := fair_of(quote, method)) is not None}
        if default_method(self.league, market.type) not in fair:
            return Close(CloseQuality.MISSING, MissingClose.UNDERROUND)
        return Close(
            quality, None, quote.line_quarters, quote.book, quote.captured_at,
            quote.seen_before(self.starts[event_id].at), quote.snapshot_id, quote.price, quote.opposite, fair,
        )  # fmt: skip

    def _agreed(self, selection: _Selection, leave_out: str | None) -> ConsensusClose | None:
        if CONSENSUS not in self.rules.reference_order:
            return None
        if selection not in self._voices:
            self._voices[selection] = tuple(self._voices_of(selection))
        voices = self._voices[selection]
        # Who has no voice need not be left out: the pool is then everybody's.
        key = (selection, leave_out if any(quote.book == leave_out for quote in voices) else None)
        if key not in self._pools:
            _, market, side = selection
            voters = Voters(
                self.league, market, side, self.starts[selection[0]].at, self.rules.max_age,
                default_method(self.league, market.type),
            )  # fmt: skip
            self._pools[key] = consensus_close(
                voters, voices, leave_out=key[1], fair=_fair_of_all,
                translate=lambda asked: self._carry(selection, asked),
            )  # fmt: skip
        return self._pools[key]

    def _voices_of(self, selection: _Selection) -> list[BookQuote]:
        start, max_age = self.starts[selection[0]].at, self.rules.max_age
        fresh = [
            quote
            for quote in self.histories.of(*selection)
            if quote.captured_at < start and quote.age_at(start) <= max_age
        ]
        books = sorted({quote.book for quote in fresh})
        closes = [select_close(fresh, starts_at=start, reference_order=(book,), max_age=max_age) for book in books]
        return [found.quote for found in closes if found.quote is not None]

    def _carry(self, selection: _Selection, asked: Sequence[tuple[float, float, float]]) -> list[float]:
        """Return the fair chances at other lines; NaN, which has no say, where nothing carries them there."""
        event_id, market, side = selection
        # What carries a market of the game is the league's own, so its answers are of every event.
        of = selection if market.player_id else ("", market, side)
        new = [item for item in dict.fromkeys(asked) if (of, *item) not in self._carried]
        shape = self.shapes.of(event_id, market)
        if new:
            code = distributions.Side[side]
            lines, fair, wanted = ([item[place] for item in new] for place in range(3))
            found = (
                [float("nan")] * len(new)
                if shape is None
                else value_across(shape, code, wanted, _EVEN, lines, fair).fair.tolist()
            )
            self._carried.update({(of, *item): chance for item, chance in zip(new, found, strict=True)})
        return [self._carried[(of, *item)] for item in asked]


def fair_of(quote: BookQuote, method: DevigMethod) -> float | None:
    """Return P(side wins | no push) of a two-sided quote by a devig method; null where the method has no answer."""
    return None if quote.opposite is None else _fair(quote.price.decimal, quote.opposite.decimal, method)


def _fair_of_all(quotes: Sequence[BookQuote], method: DevigMethod) -> list[float | None]:
    return [fair_of(quote, method) for quote in quotes]


@lru_cache(maxsize=65_536)
def _fair(price: float, opposite: float, method: DevigMethod) -> float | None:
    try:
        chance = float(devig_two_way([price], [opposite], method)[0])
    except DevigError:
        return None
    return chance if 0.0 < chance < 1.0 else None
