"""What became of a game: the facts that the rules ask for, each of them optional but the status."""

from dataclasses import dataclass

from closeline.domain.feeds.captures import ResultStatus
from closeline.domain.markets import Side

Score = tuple[int, int]


@dataclass(frozen=True, slots=True)
class GameRecord:
    """The facts of one game, (home, away) wherever a pair is meant. None means that nobody has said.

    `home` and `away` are the score as reported, overtime included and a shoot-out winner one goal ahead.
    `periods` are points by quarter, half, period or inning, overtime last. `innings_completed` counts half
    innings, so 8.5 means that the home team has not batted in the ninth. `hours_to_actual_start`,
    `hours_to_completion` and `hours_waited` (until now, for a game that is not over) count from the scheduled
    start. The `_at_suspension` fields are the state in which a suspended game stopped. `put_off` says that a source
    had called the game postponed before; without a start, `hours_to_completion` is then the latest that it can be.
    """

    status: ResultStatus
    home: int | None = None
    away: int | None = None
    reg_home: int | None = None
    reg_away: int | None = None
    periods: tuple[Score, ...] = ()
    overtime: bool | None = None
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
    home_at_suspension: int | None = None
    away_at_suspension: int | None = None
    minutes_at_suspension: float | None = None
    innings_at_suspension: float | None = None
    home_away_swapped: bool = False
    starters_changed: tuple[Side, ...] = ()

    @property
    def score(self) -> Score | None:
        """Return the reported score, or None while either half of it is unknown."""
        return _pair(self.home, self.away)

    @property
    def regulation_score(self) -> Score | None:
        """Return the score before overtime where the feed gives it."""
        return _pair(self.reg_home, self.reg_away)

    @property
    def score_at_suspension(self) -> Score | None:
        """Return the score at which play stopped."""
        return _pair(self.home_at_suspension, self.away_at_suspension)


def _pair(home: int | None, away: int | None) -> Score | None:
    return None if home is None or away is None else (home, away)
