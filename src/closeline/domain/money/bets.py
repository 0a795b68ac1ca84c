"""Bets: what somebody staked, at which price, and what became of it, as steps that are only ever added to.

A bet's terms are its own: the line and the price that its book gave. What a pick said, then or later, changes nothing.
Its state is the fold of its steps; a settlement that replaces another names it and leaves it where it is.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from closeline.domain.clock import micros
from closeline.domain.errors import BadInput
from closeline.domain.ids import content_id
from closeline.domain.leagues import League
from closeline.domain.markets import (
    PLAYER_TYPES,
    Market,
    MarketType,
    Period,
    Selection,
    Side,
    line_quarters,
    line_text,
)
from closeline.domain.money import rounded
from closeline.domain.money.denominations import denomination
from closeline.domain.odds import Price
from closeline.domain.settlement.outcomes import WHOLE_STAKE, Grading, Result

_BOOK = re.compile(r"[a-z0-9_.-]{1,60}")
_PARTS_MIN = 3
_PARTS_MAX = 5


class StepKind(StrEnum):
    """What a step in a bet's life is."""

    PLACED = "PLACED"
    SETTLED = "SETTLED"
    VOIDED = "VOIDED"


class BetState(StrEnum):
    """Where a bet stands."""

    OPEN = "OPEN"
    SETTLED = "SETTLED"
    VOID = "VOID"


@dataclass(frozen=True, slots=True)
class Bet:
    """A bet with the terms it was made on; `stake` is in the smallest amounts of its `denomination`.

    `external_id` is the book's own number or whatever keeps two equal bets apart; `pick_id` names the pick that it
    followed, if any. Neither of the two settles anything. Raises BadInput for terms that no bet can have.
    """

    tenant_id: str
    selection: Selection
    book: str
    price: Price
    stake: int
    denomination: str
    placed_at: datetime
    external_id: str | None = None
    pick_id: str | None = None
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse a stake of nothing, a nameless book and what is no denomination."""
        denomination(self.denomination)
        if type(self.stake) is not int or self.stake <= 0:
            raise BadInput(f"stake must be a whole number of smallest amounts above 0, was {self.stake!r}")
        if not _BOOK.fullmatch(self.book):
            raise BadInput(f"book must be 1 to 60 of a-z, 0-9, '_', '.' and '-', was {self.book[:60]!a}")
        if self.price.assumed:
            raise BadInput("price must be the one that was taken, was an assumed one")

    @property
    def league(self) -> League:
        """Return the league of the bet's event."""
        return League(self.selection.event_id.partition("_")[0])

    @property
    def bet_id(self) -> str:
        """Return the bet's name, the hash of all its terms: written down twice it is one bet.

        The exact price counts and not its spelling: +150, 2.5 and 3/2 are one price.
        """
        exact = self.price.exact
        return content_id(
            "bet", self.tenant_id, self.selection.selection_id, self.book, f"{exact.numerator}/{exact.denominator}",
            self.stake, self.denomination, micros(self.placed_at), self.external_id or "",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One step in a bet's life, by its number from 1.

    Of a settlement: `fraction_quarters` is 2 for half a result, `profit` is in smallest amounts, `ended_at` is when the
    game began on whose day the profit counts, `evidence` names the version of the result, `supersedes` the step that
    this one replaces. `by_hand` says that a person decided it: no result replaces it.
    """

    seq: int
    kind: StepKind
    at: datetime
    actor: str
    result: Result | None = None
    fraction_quarters: int | None = None
    profit: int | None = None
    reason: str | None = None
    rules: str | None = None
    evidence: str | None = None
    ended_at: datetime | None = None
    supersedes: int | None = None
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """A bet and where its steps leave it; `last` is the step that holds, null while the bet is open."""

    bet: Bet
    steps: tuple[Step, ...]

    @property
    def last(self) -> Step | None:
        """Return the last step that ended the bet."""
        return next((step for step in reversed(self.steps) if step.kind is not StepKind.PLACED), None)

    @property
    def state(self) -> BetState:
        """Return where the bet stands: a void is a void whoever called it."""
        last = self.last
        if last is None:
            return BetState.OPEN
        return BetState.VOID if last.result is Result.VOID else BetState.SETTLED

    @property
    def profit(self) -> int:
        """Return what the bet has brought so far, in smallest amounts: nothing while it is open."""
        return (self.last.profit if self.last else None) or 0

    @property
    def closed_by_hand(self) -> bool:
        """Say whether a person has the last word."""
        return self.last is not None and self.last.by_hand


def profit_of(bet: Bet, units: Fraction) -> int:
    """Return a bet's profit in smallest amounts from its profit per unit risked, rounded once, halves from zero."""
    return rounded(bet.stake * units)


def settled_step(
    standing: Standing, grading: Grading, *, at: datetime, actor: str, rules: str, evidence: str, ended_at: datetime,
    by_hand: bool = False,
) -> Step | None:  # fmt: skip
    """Return the step by which a bet settles, or settles otherwise than before; null where it says nothing new."""
    last = standing.last
    profit = profit_of(standing.bet, grading.units)
    reason = grading.reason or ",".join(grading.flags) or None
    said = (grading.result, grading.fraction_quarters, profit, reason)
    if last is not None and (last.result, last.fraction_quarters, last.profit, last.reason) == said:
        return None
    return Step(
        len(standing.steps) + 1, StepKind.SETTLED, at, actor, grading.result, grading.fraction_quarters, profit, reason,
        rules, evidence, ended_at, last.seq if last else None, by_hand,
    )  # fmt: skip


def voided_step(standing: Standing, *, at: datetime, actor: str, why: str, ended_at: datetime) -> Step:
    """Return the step by which a person calls a bet off: the stake goes back."""
    last = standing.last
    return Step(
        len(standing.steps) + 1, StepKind.VOIDED, at, actor, Result.VOID, WHOLE_STAKE, 0, why, None, None, ended_at,
        last.seq if last else None, by_hand=True,
    )  # fmt: skip


def selection_named(text: str) -> Selection:
    """Read a selection from its name, `EVENT/MARKET[/PLAYER]/SIDE[/LINE]`; raises BadInput that says what is wrong."""
    try:
        found = _selection(text.strip().split("/"))
    except (ValueError, OverflowError) as fault:
        form = "EVENT/MARKET[/PLAYER]/SIDE[/LINE] such as nba_heat_celtics_2023_11_15/SPREAD:FULL_GAME/HOME/-3.5"
        raise BadInput(f"selection must be {form}, was {text[:120]!a}: {fault}") from None
    return found


def _selection(parts: list[str]) -> Selection:
    if not all(part.isprintable() for part in parts):
        raise ValueError("every character must be readable")
    if not _PARTS_MIN <= len(parts) <= _PARTS_MAX:
        raise ValueError(f"must have {_PARTS_MIN} to {_PARTS_MAX} parts, had {len(parts)}")
    event, kind, *rest = parts
    League(event.partition("_")[0])
    name, _, period = kind.partition(":")
    player = rest.pop(0) if rest[0] not in set(Side) else ""
    of = Market(MarketType(name), Period(period or Period.FULL_GAME), player)
    if of.type in PLAYER_TYPES and not player:
        raise ValueError(f"a bet on {of.type} must name the player")
    if not 1 <= len(rest) <= 2:
        raise ValueError(f"must end with a side and at most one line, ended with {'/'.join(rest) or 'neither'}")
    return Selection(event, of, Side(rest[0]), line_quarters(rest[1]) if len(rest) > 1 else None)


def with_line(selection: Selection, line: str) -> Selection:
    """Return a selection at another line; raises BadInput where the market has none or the line is no line."""
    try:
        return Selection(selection.event_id, selection.market, selection.side, line_quarters(line))
    except (ValueError, OverflowError) as fault:
        raise BadInput(f"line must be in quarter points such as -3.5, was {line[:20]!a}: {fault}") from None


def bet_label(bet: Bet) -> str:
    """Write what a bet is on, without its event: `SPREAD HOME -3.5`, `PLAYER_PRA nba_203999 OVER 30.5`."""
    of = bet.selection
    period = "" if of.market.period is Period.FULL_GAME else f" {of.market.period}"
    line = line_text(of.line_quarters, signed=of.market.type is MarketType.SPREAD)
    return " ".join(filter(None, (f"{of.market.type}{period}", of.market.player_id, str(of.side), line)))


def must_be_open(standing: Standing) -> None:
    """Raise BadInput for a bet that a person has closed already."""
    if standing.closed_by_hand:
        message = "was closed by hand; record it again with its own external id"
        raise BadInput(f"bet {standing.bet.bet_id} must not be closed by hand already, {message}")
