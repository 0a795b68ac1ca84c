"""A settlement case that a person writes, and what the rules make of it."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from closeline.schemas.shape import Shape

_WRITTEN = ConfigDict(frozen=True, extra="forbid", strict=True)
Amount = int | float | str
ByPeriod = list[int | None] | None
Score = Annotated[int | None, Field(ge=0, le=400)]


class WrittenGame(Shape):
    """What became of a game; a fact that is left out is one that nobody has said.

    Points by period stand in `periods`, home first in each pair, or in the two lists of one side each.
    """

    model_config = _WRITTEN

    status: str
    home: Score = None
    away: Score = None
    reg_home: Score = None
    reg_away: Score = None
    periods: list[list[int]] = Field(default_factory=list, max_length=40)
    periods_home: ByPeriod = None
    periods_away: ByPeriod = None
    innings_home: ByPeriod = None
    innings_away: ByPeriod = None
    ot: bool | None = None
    shootout: bool = False
    minutes_played: float | None = None
    innings_completed: float | None = None
    scheduled_innings: int = 9
    hours_to_actual_start: float | None = None
    hours_to_completion: float | None = None
    hours_waited: float | None = None
    same_game_week: bool | None = None
    same_local_date: bool | None = None
    put_off: bool = False
    postseason: bool = False
    home_at_suspension: Score = None
    away_at_suspension: Score = None
    minutes_at_suspension: float | None = None
    innings_at_suspension: float | None = None
    home_away_swapped: bool = False
    # Another ground, home and away as they were: bets stand, and the rules ask for nothing of the kind.
    venue_changed: bool = False
    starters_changed: list[str] = Field(default_factory=list)


class WrittenPlayer(Shape):
    """A player's final line; a fact that is left out is one that nobody has said."""

    model_config = _WRITTEN

    value: int | None = None
    seconds_played: float | None = None
    snaps: int | None = None
    plate_appearances: int | None = None
    started: bool | None = None


class WrittenVersion(Shape):
    """An official value and how many hours after the final it was published."""

    model_config = _WRITTEN

    value: int
    hours_after_final: float


class WrittenCase(Shape):
    """A bet with what became of its game or its player, a parlay of such bets, or a dead heat.

    The price is `american` or `decimal`. A leg may name its `result` instead of a game. `rules` names a rule set or
    changes fields of the first one.
    """

    model_config = _WRITTEN

    op: str | None = None
    rules: str | dict[str, Any] | None = None
    league: str | None = None
    market: str | None = None
    period: str | None = None
    side: str | None = None
    line: Amount | None = None
    american: Amount | None = None
    decimal: Amount | None = None
    pitcher_rule: str | None = None
    nhl_team_total_includes_shootout: bool | None = None
    game: WrittenGame | None = None
    stat: str | None = None
    # Overtime counts for players, so that only `player.value` is asked for.
    stat_in_regulation: int | None = None
    role: str | None = None
    player: WrittenPlayer | None = None
    versions: list[WrittenVersion] | None = None
    places: int | None = None
    tied: int | None = None
    legs: "Annotated[list[WrittenCase], Field(max_length=20)] | None" = None
    sgp_decimal: Amount | None = None
    reprice_available: bool | None = None
    reprice_decimal: Amount | None = None
    result: str | None = None
    settled_fraction: float | None = None


class Settlement(Shape):
    """What a case came to: `result` is null, with the reason, while the rules call it not final.

    `units` is profit per unit risked at the bet's own price; `settled_fraction` is 0.5 for half results. `differs`
    names what is not as the file expects it, and is null where the file expects nothing.
    """

    name: str
    rules: str
    result: str | None
    settled_fraction: float | None
    units: float | None
    reason: str | None
    flags: list[str]
    legs: list[str]
    versions: list[str]
    differs: list[str] | None


class Settlements(Shape):
    """The cases of a file in order; of those that say what they expect, `differ` came to something else.

    `not_compared` are expected figures that a settlement does not have.
    """

    cases: list[Settlement]
    compared: int
    differ: int
    not_compared: list[str]
