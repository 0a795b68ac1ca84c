"""Injuries in words: how likely a player is to play, what his absence costs, and what of it the price knows."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from math import isfinite

from closeline.domain.clock import aware
from closeline.domain.markets import TEAM_SIDES, Side


class PlayStatus(StrEnum):
    """What a report says of a player."""

    OUT = "OUT"
    DOUBTFUL = "DOUBTFUL"
    QUESTIONABLE = "QUESTIONABLE"
    PROBABLE = "PROBABLE"
    AVAILABLE = "AVAILABLE"


# Chances that a player of each status plays: starting values, to be estimated again for each league.
# Source: domain notes, section 5.8.
PLAY_PROBABILITY = {
    PlayStatus.OUT: 0.0,
    PlayStatus.DOUBTFUL: 0.1,
    PlayStatus.QUESTIONABLE: 0.55,
    PlayStatus.PROBABLE: 0.9,
    PlayStatus.AVAILABLE: 1.0,
}


@dataclass(frozen=True, slots=True)
class Absence:
    """A player who may be missing: his team's side, his value (points against his replacement), his status.

    priced: the status that the mean already reckons with. A rating that knows no reports reckons with a player
    who is available; a quote reckons with the report that was out when it was made.
    """

    side: Side
    player: str
    value_points: float
    status: PlayStatus
    known_at: datetime
    priced: PlayStatus = PlayStatus.AVAILABLE

    def __post_init__(self) -> None:
        """Refuse a side that is no team, a nameless player, a value below 0 and a time without a zone."""
        if self.side not in TEAM_SIDES:
            raise ValueError(f"side must be HOME or AWAY, was {self.side}")
        if not self.player:
            raise ValueError("player must have a name, was empty")
        if not (isfinite(self.value_points) and self.value_points >= 0.0):
            # Whoever is worse than his replacement is not missed: more likely a sign is wrong.
            raise ValueError(f"value_points must be finite and not negative, was {self.value_points}")
        aware(self.known_at)


@dataclass(frozen=True, slots=True)
class InjuryNews:
    """Absences beside a price: those with something that it cannot know, and those dropped because it knows all."""

    kept: tuple[Absence, ...]
    dropped: tuple[Absence, ...]


def injury_news(reports: Iterable[Absence], quotes_at: datetime) -> InjuryNews:
    """Return the last report of every player, those newer than the quotes with the status that the quotes know.

    A star who was questionable when the price was made and is out now is news only for the rest of the way.
    Raises ValueError when `quotes_at` has no zone.  Source: domain notes, section 5.8.
    """
    taken = aware(quotes_at)
    kept: list[Absence] = []
    dropped: list[Absence] = []
    for history in _histories(reports):
        last = history[-1]
        known = [report.status for report in history if aware(report.known_at) <= taken]
        if aware(last.known_at) <= taken:
            dropped.append(last)
        else:
            kept.append(replace(last, priced=known[-1] if known else last.priced))
    return InjuryNews(tuple(kept), tuple(dropped))


def _histories(reports: Iterable[Absence]) -> list[list[Absence]]:
    """Return the reports of every player, oldest first, players in the order of side and name."""
    found: dict[tuple[Side, str], list[Absence]] = {}
    for report in reports:
        found.setdefault((report.side, report.player), []).append(report)
    return [sorted(found[player], key=lambda report: aware(report.known_at)) for player in sorted(found)]
