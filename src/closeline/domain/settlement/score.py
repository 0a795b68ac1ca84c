"""Which points settle a market: the whole game with overtime, regulation, or a part of it."""

from dataclasses import dataclass
from typing import Final

from closeline.domain.feeds.captures import ResultStatus
from closeline.domain.leagues import League
from closeline.domain.markets import Period
from closeline.domain.settlement.game import GameRecord, Score

CALLED: Final = frozenset({ResultStatus.SHORTENED, ResultStatus.ABANDONED, ResultStatus.FORFEITED})

_REGULATION_PERIODS = {League.NFL: 4, League.NCAAF: 4, League.NBA: 4, League.NCAAB: 2, League.NHL: 3}
_PERIOD_MINUTES = {
    League.NFL: 15.0,
    League.NCAAF: 15.0,
    League.NBA: 12.0,
    League.NCAAB: 20.0,
    League.NHL: 20.0,
}
_F5_INNINGS = 5

_QUARTERS = (Period.FIRST_QUARTER, Period.SECOND_QUARTER, Period.THIRD_QUARTER, Period.FOURTH_QUARTER)
_FOUR_QUARTERS: dict[Period, tuple[int, int | None]] = {
    **{period: (number, number + 1) for number, period in enumerate(_QUARTERS)},
    Period.FIRST_HALF: (0, 2),
    Period.SECOND_HALF: (2, None),
}
_BOUNDS: dict[League, dict[Period, tuple[int, int | None]]] = {
    League.NFL: _FOUR_QUARTERS,
    League.NCAAF: _FOUR_QUARTERS,
    League.NBA: _FOUR_QUARTERS,
    League.NCAAB: {Period.FIRST_HALF: (0, 1), Period.SECOND_HALF: (1, None)},
    League.MLB: {Period.FIRST_HALF: (0, _F5_INNINGS), Period.FIRST_FIVE: (0, _F5_INNINGS)},
    League.NHL: {Period.FIRST_PERIOD: (0, 1), Period.SECOND_PERIOD: (1, 2), Period.THIRD_PERIOD: (2, 3)},
}


@dataclass(frozen=True, slots=True)
class Segment:
    """Periods `start` up to `stop` of a game with `of` in regulation; no `stop` means overtime counts."""

    start: int
    stop: int | None
    of: int

    @property
    def ends_before_regulation(self) -> bool:
        """Say whether play goes on after the segment, so that it has to be complete by itself."""
        return self.stop is not None and self.stop < self.of


def segment_of(league: League, period: Period, scheduled_innings: int = 9) -> Segment:
    """Return the periods that settle `period`; raises ValueError for one that the league does not have."""
    of = _REGULATION_PERIODS.get(league, scheduled_innings)
    if period is Period.FULL_GAME:
        return Segment(0, None, of)
    if period is Period.REGULATION:
        return Segment(0, of, of)
    if period not in _BOUNDS[league]:
        raise ValueError(f"period must be one that {league} has, was {period}")
    return Segment(*_BOUNDS[league][period], of)


def progress(game: GameRecord, league: League) -> float | None:
    """Return how many periods were played, in halves of an inning for baseball; None when nobody has said."""
    if league is League.MLB:
        return game.innings_completed
    return None if game.minutes_played is None else game.minutes_played / _PERIOD_MINUTES[league]


def final_score(game: GameRecord) -> Score | None:
    """Return the score that settles the whole game, or None when it is missing or cannot be right."""
    if game.shootout:
        return _one_goal_for_the_shootout(game)
    if game.status in CALLED and game.innings_completed is not None:
        return _last_full_inning(game, game.innings_completed)
    return game.score


def before_shootout(game: GameRecord) -> Score | None:
    """Return the level score after overtime of a game that a shoot-out decided."""
    score = final_score(game)
    return None if score is None else (min(score), min(score))


def _one_goal_for_the_shootout(game: GameRecord) -> Score | None:
    """Credit the winner with exactly one goal, however many went in."""
    score, level = game.score, game.regulation_score
    if score is None or score[0] == score[1]:
        return None
    if level is None:
        return score if abs(score[0] - score[1]) == 1 else None
    return (level[0] + (score[0] > score[1]), level[1] + (score[1] > score[0]))


def _last_full_inning(game: GameRecord, innings: float) -> Score | None:
    """Take a game called in mid-inning back to its last full one, unless the home team batted level or ahead.

    Without a line score the reported score stands: leagues report it after going back themselves.
    """
    score, full = game.score, int(innings)
    bottom_half = innings > full
    in_mid_inning = bottom_half or len(game.periods) > full
    if score is None or not in_mid_inning or len(game.periods) < full:
        return score
    if not game.periods or (bottom_half and score[0] >= score[1]):
        return score
    return total_of(game.periods[:full])


def total_of(periods: tuple[Score, ...]) -> Score:
    """Return the points of several periods together."""
    return (sum(home for home, _ in periods), sum(away for _, away in periods))


def segment_score(game: GameRecord, league: League, segment: Segment) -> Score | None:
    """Return the points of the segment as far as it was played, or None when the record does not tell."""
    if segment.stop is None:
        return _to_the_end(game, segment.start)
    if segment.start == 0 and segment.stop == segment.of:
        return _regulation(game, segment.of)
    if len(game.periods) > segment.start:
        unfinished = len(game.periods) < segment.stop and game.status is ResultStatus.FINAL
        return None if unfinished else total_of(game.periods[segment.start : segment.stop])
    played = progress(game, league)
    never_left = segment.start == 0 and played is not None and played <= segment.stop
    return game.score if never_left else None


def _to_the_end(game: GameRecord, start: int) -> Score | None:
    """Take the earlier periods from the final score: overtime then counts even where it is not listed."""
    score = final_score(game)
    if score is None or len(game.periods) < start:
        return None
    before = total_of(game.periods[:start])
    return (score[0] - before[0], score[1] - before[1])


def _regulation(game: GameRecord, of: int) -> Score | None:
    if game.regulation_score is not None:
        return game.regulation_score
    extra = game.overtime or game.shootout or len(game.periods) > of or (game.innings_completed or 0) > of
    if extra or _overtime_unknown(game):
        return total_of(game.periods[:of]) if len(game.periods) >= of else None
    return final_score(game)


def _overtime_unknown(game: GameRecord) -> bool:
    """Say whether the score may hold points of overtime: nobody told of it, nor how long was played."""
    return game.overtime is None and game.innings_completed is None and game.minutes_played is None
