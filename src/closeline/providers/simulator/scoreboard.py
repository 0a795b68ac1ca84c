"""A scoreboard of results in the shape of ESPN's site: a day of one league's games, with its status in words."""

import re
from datetime import UTC, datetime, timedelta

from closeline.domain.leagues import SPORT_KEYS, League, league_day
from closeline.providers.simulator.answering import Answer
from closeline.providers.simulator.asking import SCOREBOARDS, Call
from closeline.providers.simulator.recording import LENGTHS, Ending, Record, Recording, stamp
from closeline.providers.strict_json import Json

_KEYS = {league: key for key, league in SPORT_KEYS.items()}
_DAYS = re.compile(r"(\d{8})(?:-(\d{8}))?")
_PERIODS = {League.NCAAB: 2, League.MLB: 9, League.NHL: 3}
# The page counts games by its own numbers, not by another vendor's ids.
_ID_DIGITS = 9


def scoreboard(recording: Recording, call: Call) -> Answer:
    """Return the games of the days that were asked for, by New York's calendar; of today where none was named."""
    league = SCOREBOARDS.get(call.sport)
    if league is None:
        return Answer(404, {"code": 404, "message": "Not Found"})
    first, last = _days(call)
    games: list[Json] = [
        _game(ending, league, call.at)
        for ending in recording.endings(_KEYS[league], call.at)
        if first <= league_day(ending.starts_at).strftime("%Y%m%d") <= last
    ]
    slug = call.sport.partition("/")[2]
    # An answer of another minute is another answer, even where no game has changed: as the vendor's are.
    head: Record = {"leagues": [{"slug": slug, "synthetic": recording.synthetic}], "timestamp": stamp(call.at)}
    return Answer(200, {**head, "events": games})


def _days(call: Call) -> tuple[str, str]:
    found = _DAYS.fullmatch(call.query.get("dates", ""))
    if found is None:
        today = league_day(call.at).strftime("%Y%m%d")
        return today, today
    return found[1], found[2] or found[1]


def _game(ending: Ending, league: League, at: datetime) -> Record:
    name = str(int(ending.event_id[:12], 16) % 10**_ID_DIGITS)
    kind = _status(ending, league, at)
    competitors: list[Json] = [
        _competitor("home", ending.home, ending.home_points, league, won=_won(ending.home_points, ending.away_points)),
        _competitor("away", ending.away, ending.away_points, league, won=_won(ending.away_points, ending.home_points)),
    ]
    starts_at = ending.starts_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")
    return {
        "id": name, "date": starts_at, "name": f"{ending.away} at {ending.home}", "competitions": [{
            "id": name, "neutralSite": False, "timeValid": True, "competitors": competitors,
            "status": {"period": _PERIODS.get(league, 4) if ending.over else 0, "displayClock": "0:00", "type": kind},
        }],
    }  # fmt: skip


def _status(ending: Ending, league: League, at: datetime) -> Record:
    if ending.over:
        return {"id": "3", "name": "STATUS_FINAL", "state": "post", "completed": True, "detail": "Final"}
    if ending.starts_at <= at < ending.starts_at + LENGTHS[league] + timedelta(hours=1):
        return {"id": "2", "name": "STATUS_IN_PROGRESS", "state": "in", "completed": False, "detail": "In progress"}
    if at >= ending.starts_at:
        return {"id": "6", "name": "STATUS_POSTPONED", "state": "post", "completed": False, "detail": "Postponed"}
    return {"id": "1", "name": "STATUS_SCHEDULED", "state": "pre", "completed": False, "detail": "Scheduled"}


def _won(own: int | None, other: int | None) -> bool:
    return own is not None and other is not None and own > other


def _competitor(side: str, team: str, points: int | None, league: League, *, won: bool) -> Record:
    found: Record = {
        "homeAway": side, "winner": won, "score": str(points or 0), "team": {"displayName": team},
    }  # fmt: skip
    if points is not None:
        found["linescores"] = _periods(points, _PERIODS.get(league, 4))
    return found


def _periods(points: int, periods: int) -> list[Json]:
    """Share a final score over the periods: recordings do not say them, and none is more likely than another.

    Only the sum is the recording's; whoever needs real periods must not take them from here.
    """
    share, left = divmod(points, periods)
    return [{"value": share + (number < left)} for number in range(periods)]
