"""Players: what a game's log says of whom a ticket is about, at each moment at which it may be asked.

Who is missing in a log did not play only where the log is whole: where those in it scored every point of the final and
played all its minutes. Else nobody has said anything, and the ticket waits.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from closeline.domain.markets import Market
from closeline.domain.props.statistics import Statistic, statistic_of
from closeline.domain.settlement import SETTLEMENT_V1, PlayerRecord
from closeline.store.past.player_lines import GameLog, PlayerLine
from closeline.store.results import EventResult

UNTOLD = PlayerRecord(None)
ABSENT = PlayerRecord(None, seconds_played=0.0)
# Whoever was on the court at all was there for as long as settlement-v1 asks for.
_LEAST_SECONDS = SETTLEMENT_V1.basketball_seconds


def record_of(log: GameLog, result: EventResult, of: Market, *, by: datetime) -> PlayerRecord:
    """Return a player's line by what was told by a moment; nothing of one on whom two sources contradict each other."""
    told, statistic = log.of(of.player_id, by=by), statistic_of(of)
    if told and statistic is not None:
        last = list({line.provider: line for line in told}.values())
        same = all(line.says_the_same(last[0]) for line in last)
        return _played(last[-1], statistic) if same else UNTOLD
    if result.home_score is None or result.away_score is None:
        return UNTOLD
    return ABSENT if log.is_complete(result.home_score + result.away_score, by=by) else UNTOLD


def _played(line: PlayerLine, statistic: Statistic) -> PlayerRecord:
    """Return a line as settlement takes it: less than a whole minute on the court is a second at least."""
    seconds = max(line.seconds, _LEAST_SECONDS) if line.took_part else None
    return PlayerRecord(line.value(statistic), seconds_played=seconds)


@dataclass(frozen=True, slots=True)
class Moments:
    """When a log may be asked: as the window for corrections closes, and after it as often as something was told."""

    closes: datetime
    at: datetime

    def of(self, log: GameLog) -> Sequence[datetime]:
        """Return the moments, oldest first."""
        first = min(self.closes, self.at)
        return (first, *log.moments(after=first, until=self.at))


def numbered(result: EventResult, log: GameLog, of: Market, *, by: datetime) -> EventResult:
    """Return the result under the number of what a grade rests on: its own version, and the player's lines by then."""
    return replace(result, result_version=result.result_version + len(log.of(of.player_id, by=by)))
