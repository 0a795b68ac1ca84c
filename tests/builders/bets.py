"""SYNTHETIC bets, made by hand: sound defaults, and whatever a test is about."""

from datetime import datetime
from fractions import Fraction

from closeline.domain.markets import SPREAD, Market, MarketType, Selection, Side
from closeline.domain.money.bets import Bet, Standing, Step, StepKind, settled_step
from closeline.domain.money.denominations import UNITS
from closeline.domain.odds import OddsFormat, Price
from closeline.domain.settlement import Grading, Result
from closeline.domain.settlement.outcomes import WHOLE_STAKE, grading, void
from tests.builders.moments import HOUR, OPENS, START
from tests.builders.payloads import GAME
from tests.builders.records import TENANT

UNIT = 1_000_000
PLAYER = "nba_1"


def american(text: str) -> Price:
    return Price.quoted(text, OddsFormat.AMERICAN)


def on_spread(line: int = -14, side: Side = Side.HOME, event: str = GAME) -> Selection:
    return Selection(event, SPREAD, side, line)


def on_player(
    line: int = 122, side: Side = Side.OVER, event: str = GAME, of: MarketType = MarketType.PLAYER_PRA,
    player: str = PLAYER,
) -> Selection:  # fmt: skip
    return Selection(event, Market(of, player_id=player), side, line)


def a_bet(
    selection: Selection | None = None, *, price: str = "-110", stake: int = UNIT, book: str = "book_a",
    denomination: str = UNITS, placed_at: datetime = OPENS + HOUR, external_id: str | None = None,
    pick_id: str | None = None, note: str = "", tenant_id: str = TENANT,
) -> Bet:  # fmt: skip
    return Bet(
        tenant_id, selection or on_spread(), book, american(price), stake, denomination, placed_at, external_id,
        pick_id, note,
    )  # fmt: skip


def placed(bet: Bet) -> Standing:
    return Standing(bet, (Step(1, StepKind.PLACED, bet.placed_at, "ann"),))


def ended(bet: Bet, halves: int | None, *, at: datetime = START) -> Standing:
    """Give a bet that came to so many halves of its stake: 2 a win, -1 half a loss, 0 a push, None a void."""
    graded = void("CANCELLED") if halves is None else grading(halves, bet.price.exact)
    return settled(placed(bet), graded, at=at)


def settled(before: Standing, graded: Grading, *, at: datetime = START) -> Standing:
    step = settled_step(
        before, graded, at=at + 5 * HOUR, actor="ann", rules="settlement-v1", evidence="e@1", ended_at=at
    )
    assert step is not None
    return Standing(before.bet, (*before.steps, step))


def won(units: Fraction) -> Grading:
    return Grading(Result.WIN if units > 0 else Result.LOSS, WHOLE_STAKE, units)
