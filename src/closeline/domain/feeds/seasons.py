"""Seasons: a league without games soon is before its season, out of it, between two rounds, or unheard of. Pure.

August must not look like an outage, and an outage must not look like August: only who was asked of late and listed no
game says that there is none.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from closeline.domain.feeds.captures import ParsedSport
from closeline.domain.leagues import League

# A schedule that was answered so long ago says nothing of today.
HEARD_WITHIN = timedelta(hours=12)


class Rest(StrEnum):
    """Why a league has no game soon."""

    PRESEASON = "PRESEASON"
    OUT_OF_SEASON = "OUT_OF_SEASON"
    NO_GAMES = "NO_GAMES"
    UNHEARD = "UNHEARD"


def rest(league: League, sports: Sequence[ParsedSport] | None, heard_at: datetime, now: datetime) -> Rest:
    """Return why a league has no game soon.

    sports: the competitions that are listed, null where no list is known; heard_at: when a schedule was last answered.
    """
    if now - heard_at > HEARD_WITHIN:
        return Rest.UNHEARD
    if sports is None:
        return Rest.NO_GAMES
    played = [sport for sport in sports if sport.league is league and sport.active]
    if any(sport.preseason for sport in played):
        return Rest.PRESEASON
    return Rest.NO_GAMES if played else Rest.OUT_OF_SEASON


def preseasons(league: League, sports: Sequence[ParsedSport] | None) -> tuple[str, ...]:
    """Return the keys under which games of a league are played now that are none of its season."""
    return tuple(sport.key for sport in sports or () if sport.league is league and sport.active and sport.preseason)
