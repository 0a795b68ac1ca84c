"""What a recording is: the vendor's own objects as they stood at any moment, whatever they are rebuilt from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from closeline.domain.leagues import League
from closeline.providers.strict_json import Json

Record = dict[str, Json]

SYNTHETIC = "SYNTHETIC"
TITLES = {
    League.NFL: "NFL", League.NCAAF: "NCAAF", League.NBA: "NBA", League.NCAAB: "NCAAB", League.MLB: "MLB",
    League.NHL: "NHL",
}  # fmt: skip
# From the start to the final score, as a recording without that moment is played back; the simulator's assumption.
LENGTHS = {
    League.NFL: timedelta(hours=3, minutes=15), League.NCAAF: timedelta(hours=3, minutes=30),
    League.NBA: timedelta(hours=2, minutes=20), League.NCAAB: timedelta(hours=2, minutes=10),
    League.MLB: timedelta(hours=3), League.NHL: timedelta(hours=2, minutes=40),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when a recording tells."""

    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Ending:
    """How a game stands on a scoreboard at a moment; points are None before the start."""

    event_id: str
    home: str
    away: str
    starts_at: datetime
    home_points: int | None
    away_points: int | None
    over: bool


class Recording(Protocol):
    """Recorded days. Every method is pure: the same moment gives the same answer."""

    synthetic: bool

    def sports(self) -> Sequence[str]:
        """Return the vendor's sport keys that the recording holds."""
        ...

    def span(self) -> Span:
        """Return from when to when it tells."""
        ...

    def board(self, sport: str, at: datetime) -> list[Record]:
        """Return the events that are not over, as the vendor's objects, with every book and market standing then."""
        ...

    def endings(self, sport: str, at: datetime) -> list[Ending]:
        """Return every game that was known by then, with its score where it has one."""
        ...


def stamp(moment: datetime) -> str:
    """Return a time as the vendor writes it: UTC in whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def title_of(league: League, *, synthetic: bool) -> str:
    """Return a sport's title, which says so where its games were never played."""
    return f"{TITLES[league]} ({SYNTHETIC})" if synthetic else TITLES[league]
