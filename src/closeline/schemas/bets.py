"""Bets and bankrolls of people who stake. Amounts are exact texts in whole units of their denomination, no floats."""

from datetime import date, datetime

from closeline.schemas.shape import Shape


class ShownBet(Shape):
    """A bet and where it stands; `state` is OPEN, SETTLED or VOID. What it came to is null while it is open.

    `selection` reads EVENT/MARKET[/PLAYER]/SIDE[/LINE], at the bet's own line; `price` is as it was taken, `decimal`
    what that pays. `by_hand` says that a person decided how it ended.
    """

    bet_id: str
    state: str
    league: str
    event_id: str
    selection: str
    label: str
    book: str
    price: str
    price_format: str
    decimal: float
    stake: str
    denomination: str
    placed_at: datetime
    external_id: str | None
    pick_id: str | None
    note: str
    result: str | None
    settled_fraction: float | None
    profit: str | None
    reason: str | None
    ended_at: datetime | None
    by_hand: bool


class BetStep(Shape):
    """One step in a bet's life; a settlement that replaces another names it in `supersedes`."""

    seq: int
    kind: str
    result: str | None
    settled_fraction: float | None
    profit: str | None
    reason: str | None
    rules: str | None
    evidence: str | None
    supersedes: int | None
    by_hand: bool
    actor: str
    at: datetime


class BetClose(Shape):
    """A bet against the close of its market; the figures are null where `missing` says why there is none."""

    missing: str | None
    q_close: float | None
    clv_ev: float | None
    clv_points: float | None


class BetLife(Shape):
    """A bet with every step of its life, why it is held, and what its price was worth at the close."""

    bet: ShownBet
    steps: list[BetStep]
    held: str | None
    close: BetClose | None


class BetList(Shape):
    """Bets, the newest first; `total` counts all that were asked for."""

    total: int
    bets: list[ShownBet]


class AddedBet(Shape):
    """A bet that was written down; `added` is false where it was there already."""

    added: bool
    bet: ShownBet


class HeldBet(Shape):
    """A bet that nothing decides yet, and why."""

    bet_id: str
    event_id: str
    label: str
    reason: str


class SettledBets(Shape):
    """What one settling came to: `settled` for the first time, `resettled` because a result was corrected."""

    at: datetime
    settled: list[ShownBet]
    resettled: list[ShownBet]
    held: list[HeldBet]
    reasons: dict[str, int]


class RejectedBet(Shape):
    """A row of a file that is no bet: its number in the file, why, and its cells as they came."""

    row: int
    reason: str
    detail: str
    cells: list[str]


class ImportedBets(Shape):
    """What a file came to: every row is `added`, `known` already, or rejected."""

    file: str
    rows: int
    added: int
    known: int
    rejected: list[RejectedBet]
    columns: list[str]


class ExportedBets(Shape):
    """Where the bets were written, and how many."""

    file: str
    bets: int


class Flow(Shape):
    """What moved a bankroll that is no bet: SET, DEPOSIT or WITHDRAWAL."""

    kind: str
    denomination: str
    amount: str
    at: datetime
    note: str
    added: bool


class Bankroll(Shape):
    """A bankroll. `balance` = starting + deposits - withdrawals + profit; `at_stake` of it lies on open bets.

    `roc` is profit over the starting bankroll, another figure than the ROI.
    """

    denomination: str
    starting: str
    deposits: str
    withdrawals: str
    profit: str
    balance: str
    at_stake: str
    roc: float


class Bankrolls(Shape):
    """Every bankroll that was set, one for each denomination."""

    bankrolls: list[Bankroll]


class Ratio(Shape):
    """A figure with its standard error, its distance from nought in errors, and its 95 % interval by event."""

    value: float | None
    standard_error: float | None
    z: float | None
    low: float | None
    high: float | None
    events: int


class Sharpe(Shape):
    """A mean over a standard deviation, `t` of its n observations, and its 95 % interval; null without spread."""

    n: int
    mean: float
    sd: float | None
    ratio: float | None
    t: float | None
    low: float | None
    high: float | None


class Drawdown(Shape):
    """The deepest fall from a high, and how many `days` it lasted; null `recovered_on`: it was not made good yet.

    `fraction` is the deepest fall as a share of the running peak, deposits and withdrawals left out of it; null
    without a bankroll. Its high need not be that of `depth`. `expected` and its interval come from days drawn again.
    """

    depth: str
    peak_on: date | None
    trough_on: date | None
    recovered_on: date | None
    days: int
    fraction: float | None
    fraction_days: int | None
    expected: float
    expected_low: float
    expected_high: float


class Growth(Shape):
    """The logarithm of what the bankroll was multiplied by, flows left out: in all, per bet and per year.

    `per_year` is null for fewer than thirty days.
    """

    log_growth: float
    per_bet: float
    per_year: float | None


class Expectation(Shape):
    """What n bets should have come to beside what they came to, in whole units of the denomination."""

    n: int
    without: int
    expected: float | None
    realised: float | None
    z: float | None


class CloseLine(Shape):
    """What the closes of n bets say they were worth: `expected` = sum of clv_ev times stake; the mean is per bet."""

    n: int
    without: int
    expected: float | None
    realised: float | None
    mean_clv_ev: float | None
    low: float | None
    high: float | None


class BetCohort(Shape):
    """The bets of one league, market or book."""

    kind: str
    name: str
    bets: int
    settled: int
    turnover: str
    profit: str
    win_rate: float | None
    roi: Ratio


class LedgerReport(Shape):
    """The bets of one denomination added up: what happened, with what chance alone does to it.

    `turnover` holds the stakes of settled bets, pushes with them and voids without; `roi` is profit over turnover,
    which is also called yield. Half results count as a half in wins and losses. Every resample is drawn from `seed`.
    """

    denomination: str
    bets: int
    open: int
    voids: int
    pushes: int
    settled: int
    wins: float
    losses: float
    win_rate: float | None
    turnover: str
    at_stake: str
    profit: str
    roi: Ratio
    bankroll: Bankroll | None
    sharpe_per_bet: Sharpe | None
    sharpe_annualised: Sharpe | None
    drawdown: Drawdown | None
    growth: Growth | None
    model: Expectation
    close: CloseLine
    cohorts: list[BetCohort]
    first_day: date | None
    last_day: date | None
    seed: str
    resamples: int
    notes: list[str]


class BetReport(Shape):
    """One report for each denomination: unlike ones are never added."""

    at: datetime
    ledgers: list[LedgerReport]
