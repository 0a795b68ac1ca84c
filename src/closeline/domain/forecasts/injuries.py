"""Injuries in words: how likely a player is to play, what his absence costs, and what of it the price knows."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from math import isfinite

from closeline.domain.clock import aware
from closeline.domain.feeds.captures import Rejected
from closeline.domain.identity.names import fold
from closeline.domain.ids import canonical_json
from closeline.domain.leagues import League
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

# Points that no single player's absence is known to cost: a larger value is a slip of the pen.
# Source: domain notes, section 5.8; college leagues, where players differ as much, have the professionals' or less.
VALUE_POINTS_MAX = {
    League.NFL: 8.0,
    League.NCAAF: 8.0,
    League.NBA: 9.0,
    League.NCAAB: 7.0,
    League.MLB: 2.0,
    League.NHL: 0.5,
}


@dataclass(frozen=True, slots=True)
class ReportedInjury:
    """What a source says of a player, in its spellings; `place` says where in the bytes it stands.

    foreign: the source itself counts the player to another league than the one that was asked for.
    """

    league: League
    team: str
    player: str
    provider_player_id: str | None
    status: PlayStatus
    detail: str
    reported_at: datetime
    place: str
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class ParsedInjuries:
    """All that one payload says of injuries. `provider` names the alias table that reads its spellings."""

    provider: str
    parser_version: str
    received_at: datetime
    reports: tuple[ReportedInjury, ...]
    rejected: tuple[Rejected, ...]


@dataclass(frozen=True, slots=True)
class PlayerValue:
    """What a player is worth to his team, in points against his replacement."""

    team_id: str
    player: str
    value_points: float


@dataclass(frozen=True, slots=True)
class PlayerValues:
    """The values of a league's players, who says so, and since when."""

    league: League
    source: str
    set_at: datetime
    values: tuple[PlayerValue, ...]

    def __post_init__(self) -> None:
        """Refuse a missing source, a value beyond the league's range and a player who is valued twice."""
        if not self.source:
            raise ValueError("source must say who values the players, was empty")
        most = VALUE_POINTS_MAX[self.league]
        for item in self.values:
            if not 0.0 <= item.value_points <= most:
                raise ValueError(f"value_points of {item.player} must lie in [0, {most:g}], was {item.value_points}")
        if len(self.by_player()) != len(self.values):
            raise ValueError("every player must be valued once, one was twice")

    def by_player(self) -> dict[tuple[str, str], PlayerValue]:
        """Return the values by team and folded name, the form in which names are compared."""
        return {(item.team_id, fold(item.player)): item for item in self.values}

    def to_json(self) -> str:
        """Return the exact text, in which the order of the values does not matter."""
        values = [
            {"team": item.team_id, "player": item.player, "value_points": item.value_points}
            for _, item in sorted(self.by_player().items())
        ]
        content = {
            "league": self.league, "source": self.source, "set_at": aware(self.set_at).isoformat(), "values": values,
        }  # fmt: skip
        return canonical_json(content)

    @classmethod
    def from_json(cls, text: str) -> "PlayerValues":
        """Read the text of `to_json`."""
        content = json.loads(text)
        values = (PlayerValue(item["team"], item["player"], item["value_points"]) for item in content["values"])
        set_at = datetime.fromisoformat(content["set_at"])
        return cls(League(content["league"]), content["source"], set_at, tuple(values))


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
