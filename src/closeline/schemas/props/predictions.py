"""What is forecast of players on a day, and one player's whole distribution."""

from datetime import date, datetime

from closeline.schemas.shape import Shape


class ModelUsed(Shape):
    """The model behind a statistic. hindsight: its games reach to the day that is asked about, or beyond it."""

    statistic: str
    version: str
    family: str
    trained_from: date
    trained_to: date
    hindsight: bool


class PlayerNumber(Shape):
    """One player's number in one game, given that he plays; status is READY or INSUFFICIENT_DATA.

    With too few games there is no forecast: the numbers are null. low, high: the central 80 % interval, whole numbers.
    plays: the chance that he does; `plays_basis` is REPORT, PRIOR (a price names him) or UNKNOWN, where it is null.
    line: what is quoted for him, null where nothing is.
    """

    player_id: str
    player: str
    team: str
    opponent: str
    home: bool | None
    event_id: str
    starts_at: datetime
    statistic: str
    status: str
    games: int
    plays: float | None
    plays_basis: str
    mean: float | None
    sd: float | None
    cv: float | None
    low: float | None
    high: float | None
    line: float | None


class Unplaced(Shape):
    """A player whom a price names, and of whom no team is known."""

    player_id: str
    player: str
    event_id: str


class Predictions(Shape):
    """Everybody who is expected to play on a day, each statistic apart; `notes` say what a reader must know."""

    day: date
    as_of: datetime
    games: int
    models: list[ModelUsed]
    players: list[PlayerNumber]
    unplaced: list[Unplaced]
    notes: list[str]


class LineChance(Shape):
    """What a line comes to, given that he plays; over + push + under = 1. quoted: by a book that the desk goes by."""

    line: float
    over: float
    push: float
    under: float
    quoted: bool


class PlayerDistribution(Shape):
    """A player's whole distribution: P(X = k) for k from 0 on, and the chances at lines about its middle."""

    player: PlayerNumber
    model: ModelUsed
    as_of: datetime
    median: int | None
    mass: list[float]
    lines: list[LineChance]
    notes: list[str]
