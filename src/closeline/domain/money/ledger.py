"""The ledger added up: exact sums of bets and of the bankroll behind them, in the smallest amounts of one denomination.

Turnover is what was staked on settled bets, pushes with it and voids without. Profit over turnover is the ROI, which is
also called yield; profit over the starting bankroll is the ROC, another figure. What is paid in or out is no profit.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from closeline.domain.clock import micros
from closeline.domain.errors import BadInput
from closeline.domain.ids import content_id
from closeline.domain.leagues import league_day
from closeline.domain.money.bets import BetState, Standing
from closeline.domain.money.denominations import denomination
from closeline.domain.settlement.outcomes import WHOLE_STAKE, Result

_DAY = timedelta(days=1)


class FlowKind(StrEnum):
    """What moves a bankroll that is not a bet."""

    SET = "SET"
    DEPOSIT = "DEPOSIT"
    WITHDRAWAL = "WITHDRAWAL"


@dataclass(frozen=True, slots=True)
class CashFlow:
    """Money that came to a bankroll or went from it; SET is the one that it starts with. `amount` is above nought."""

    tenant_id: str
    kind: FlowKind
    denomination: str
    amount: int
    at: datetime
    note: str = ""
    external_id: str = ""

    def __post_init__(self) -> None:
        """Refuse nothing, and less than nothing."""
        denomination(self.denomination)
        if type(self.amount) is not int or self.amount <= 0:
            raise BadInput(f"amount must be a whole number of smallest amounts above 0, was {self.amount!r}")

    @property
    def signed(self) -> int:
        """Return what it adds to the bankroll."""
        return -self.amount if self.kind is FlowKind.WITHDRAWAL else self.amount

    @property
    def entry_id(self) -> str:
        """Return its name, the hash of what it says: said twice it counts once."""
        return content_id(
            "bankroll", self.tenant_id, self.kind, self.denomination, self.amount, micros(self.at), self.external_id
        )


@dataclass(frozen=True, slots=True)
class Tally:
    """Bets added up. `wins` and `losses` count half results as a half; sums are in smallest amounts."""

    bets: int
    open: int
    voids: int
    pushes: int
    settled: int
    wins: Fraction
    losses: Fraction
    turnover: int
    profit: int
    at_stake: int

    @property
    def roi(self) -> Fraction | None:
        """Return profit over turnover, which is the yield; null without turnover."""
        return Fraction(self.profit, self.turnover) if self.turnover else None

    @property
    def win_rate(self) -> Fraction | None:
        """Return wins over wins and losses; null where there is neither."""
        decided = self.wins + self.losses
        return self.wins / decided if decided else None


def tally(standings: Iterable[Standing]) -> Tally:
    """Add bets of one denomination up; a void counts in nothing but its own number. Raises ValueError for a mixture."""
    found = list(standings)
    _must_be_alike(found)
    counted = [item for item in found if counts(item)]
    weight = {item.bet.bet_id: _weight(item) for item in counted}
    return Tally(
        bets=len(found),
        open=sum(item.state is BetState.OPEN for item in found),
        voids=sum(item.state is BetState.VOID for item in found),
        pushes=sum(_result(item) is Result.PUSH for item in counted),
        settled=len(counted),
        wins=sum((weight[item.bet.bet_id] for item in counted if _result(item) is Result.WIN), Fraction(0)),
        losses=sum((weight[item.bet.bet_id] for item in counted if _result(item) is Result.LOSS), Fraction(0)),
        turnover=sum(item.bet.stake for item in counted),
        profit=sum(item.profit for item in counted),
        at_stake=sum(item.bet.stake for item in found if item.state is BetState.OPEN),
    )


def counts(standing: Standing) -> bool:
    """Say whether a bet is in turnover and profit: settled, pushes with it, and no void."""
    return standing.state is BetState.SETTLED


def _result(standing: Standing) -> Result | None:
    return standing.last.result if standing.last else None


def _weight(standing: Standing) -> Fraction:
    last = standing.last
    assert last is not None
    return Fraction(last.fraction_quarters or WHOLE_STAKE, WHOLE_STAKE)


@dataclass(frozen=True, slots=True)
class Bankroll:
    """What a bankroll came to. `balance` = starting + deposits - withdrawals + profit, open stakes still in it."""

    starting: int
    deposits: int
    withdrawals: int
    profit: int

    @property
    def balance(self) -> int:
        """Return what there is."""
        return self.starting + self.deposits - self.withdrawals + self.profit

    @property
    def roc(self) -> Fraction:
        """Return profit over the starting bankroll: not the ROI."""
        return Fraction(self.profit, self.starting)


def bankroll(flows: Sequence[CashFlow], profit: int) -> Bankroll | None:
    """Add the flows of one denomination up; null where no bankroll was set."""
    sums: dict[FlowKind, int] = defaultdict(int)
    for flow in flows:
        sums[flow.kind] += flow.amount
    if not sums[FlowKind.SET]:
        return None
    return Bankroll(sums[FlowKind.SET], sums[FlowKind.DEPOSIT], sums[FlowKind.WITHDRAWAL], profit)


@dataclass(frozen=True, slots=True)
class Day:
    """One league day: what flowed, which counts from its beginning, and the profits of it, one for each moment.

    Bets whose games began at one moment are one step: in which of them money was won first, nobody can say.
    `opening` is the bankroll at its beginning with the day's flow, null where none was set.
    """

    day: date
    opening: int | None
    steps: tuple[int, ...]

    @property
    def profit(self) -> int:
        """Return what the day brought."""
        return sum(self.steps)


def days_of(standings: Iterable[Standing], flows: Sequence[CashFlow] = ()) -> tuple[Day, ...]:
    """Return every league day from the first settled bet's to the last one's, idle days with them, oldest first."""
    moments: dict[datetime, int] = defaultdict(int)
    for item in standings:
        if counts(item) and item.last is not None and item.last.ended_at is not None:
            moments[item.last.ended_at] += item.profit
    if not moments:
        return ()
    steps: dict[date, list[int]] = defaultdict(list)
    for moment in sorted(moments):
        steps[league_day(moment)].append(moments[moment])
    first, last = min(steps), max(steps)
    span = [first + number * _DAY for number in range((last - first).days + 1)]
    openings = _openings(span, steps, flows)
    return tuple(Day(day, opening, tuple(steps.get(day, ()))) for day, opening in zip(span, openings, strict=True))


def _openings(
    span: Sequence[date], steps: dict[date, list[int]], flows: Sequence[CashFlow]
) -> Sequence[int | None]:  # fmt: skip
    """Return the bankroll at the beginning of each day: what had flowed by then, and the profit of the days before.

    The starting bankroll is there from the first day on, whenever it was written down.
    """
    start = sum(flow.signed for flow in flows if flow.kind is FlowKind.SET)
    if not start:
        return [None] * len(span)
    moved: dict[date, int] = defaultdict(int)
    for flow in flows:
        if flow.kind is not FlowKind.SET:
            moved[max(league_day(flow.at), span[0])] += flow.signed
    found: list[int | None] = []
    held = start
    for day in span:
        held += moved.get(day, 0)
        found.append(held)
        held += sum(steps.get(day, ()))
    return found


def _must_be_alike(standings: Sequence[Standing]) -> None:
    codes = sorted({item.bet.denomination for item in standings})
    if len(codes) > 1:
        raise ValueError(f"bets must be of one denomination to be added up, were of {', '.join(codes)}")
