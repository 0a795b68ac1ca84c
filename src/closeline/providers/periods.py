"""How a game ended, from the cells of a score table."""

from collections.abc import Sequence
from dataclasses import dataclass

from closeline.domain.feeds.captures import ResultStatus
from closeline.domain.leagues import League

Points = int | None

SCORE_MAX = 300
_INNINGS = 9
# Double-headers of these two seasons were scheduled for seven innings (rule of the 2020 and 2021 seasons).
_SEVEN_INNING_SEASONS = frozenset({2020, 2021})
_SEVEN = 7

REGULATION_PERIODS = {
    League.NFL: 4,
    League.NCAAF: 4,
    League.NBA: 4,
    League.NCAAB: 2,
    League.MLB: _INNINGS,
    League.NHL: 3,
}


@dataclass(frozen=True, slots=True)
class Ending:
    """A final score with its periods, (home, away), overtime last where it was played.

    `innings` are those of a game called early, half of the last where the home team did not bat in it.
    `overtime_told` says whether the source has a word for overtime; without it a bare score may hold some.
    """

    home: int
    away: int
    periods: tuple[tuple[int, int], ...] = ()
    overtime: bool = False
    status: ResultStatus = ResultStatus.FINAL
    innings: float | None = None
    overtime_told: bool = False


def ending(
    league: League,
    score: tuple[Points, Points],
    home_periods: Sequence[Points],
    away_periods: Sequence[Points],
    *,
    overtime: bool = False,
    extra_told: tuple[Points, Points] = (None, None),
) -> Ending | None:
    """Return how a game ended, or None without a possible final score.

    Periods that cannot add up to the score are left out: overtime is what regulation lacks, and it is played
    only when regulation ends level. extra_told: its points, where the source tells them too.
    """
    home, away = score
    if home is None or away is None or not (0 <= home <= SCORE_MAX and 0 <= away <= SCORE_MAX):
        return None
    played = _played(home_periods, away_periods)
    level = sum(pair[0] for pair in played) == sum(pair[1] for pair in played)
    extra = (home - sum(pair[0] for pair in played), away - sum(pair[1] for pair in played))
    if not played or min(extra) < 0 or (any(extra) and not level) or _contradicts(extra, extra_told):
        return Ending(home, away, (), overtime)
    if len(played) < REGULATION_PERIODS[league]:
        spared = league is League.MLB and home_periods[len(played) - 1] is None
        return _cut_short(league, (home, away), played, extra, innings=len(played) - spared / 2)
    return Ending(home, away, (*played, extra) if level else played, overtime or level)


def _contradicts(extra: tuple[int, int], told: tuple[Points, Points]) -> bool:
    """Say whether what regulation lacks is not what the source says was scored after it."""
    return None not in told and extra != told


def _played(home: Sequence[Points], away: Sequence[Points]) -> tuple[tuple[int, int], ...]:
    """Return the periods up to the last that was begun; a home half not batted counts nothing."""
    pairs = list(zip(home, away, strict=True))
    while pairs and pairs[-1] == (None, None):
        pairs.pop()
    if any(visitors is None or min(hosts or 0, visitors) < 0 for hosts, visitors in pairs):
        return ()
    return tuple((hosts or 0, visitors or 0) for hosts, visitors in pairs)


def _cut_short(
    league: League, score: tuple[int, int], played: tuple[tuple[int, int], ...], extra: tuple[int, int], *,
    innings: float,
) -> Ending:  # fmt: skip
    if league is not League.MLB or any(extra):
        return Ending(*score)
    return Ending(*score, played, status=ResultStatus.SHORTENED, innings=innings)


def as_scheduled(end: Ending, season: int, *, double_header: bool) -> Ending:
    """Return a seven-inning game as final where seven innings were what was scheduled."""
    seven = double_header and season in _SEVEN_INNING_SEASONS and len(end.periods) >= _SEVEN
    if end.status is ResultStatus.SHORTENED and seven:
        return Ending(end.home, end.away, end.periods, end.overtime)
    return end
