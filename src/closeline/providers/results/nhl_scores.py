"""The scores of the National Hockey League by day.

The winner of a shoot-out has one goal more in the score. Goals by period are counted from the list of goals, and left
out where they do not add up.
"""

from collections import Counter
from datetime import date, datetime
from typing import Final

from closeline.domain.feeds.captures import GameFacts, ParsedPayload, ParsedResult, RawPayload, Rejected, ResultStatus
from closeline.domain.leagues import League
from closeline.providers.fields import instant, time_in, whole
from closeline.providers.periods import REGULATION_PERIODS, SCORE_MAX, Ending, ending
from closeline.providers.reasons import Reason
from closeline.providers.results.scoreboard import Listing, an_event, field, listed, parsed, refused
from closeline.providers.spellings import name_of
from closeline.providers.strict_json import Json, loads, looks_like_json

PROVIDER = "nhl_scores"
_HEAD = 65_536
_MARKS: Final = (b'"games"', b'"gameState"', b'"startTimeUTC"')
_PLAY = {
    "FUT": ResultStatus.SCHEDULED, "PRE": ResultStatus.SCHEDULED, "LIVE": ResultStatus.LIVE, "CRIT": ResultStatus.LIVE,
    "FINAL": ResultStatus.FINAL, "OFF": ResultStatus.FINAL,
}  # fmt: skip
# What the schedule says goes before the state of play.
_SCHEDULE = {
    "PPD": ResultStatus.POSTPONED, "CNCL": ResultStatus.CANCELLED, "SUSP": ResultStatus.SUSPENDED,
}  # fmt: skip
_PRESEASON = 1
_PLAIN_SCHEDULE = frozenset({None, "OK", "TBD"})


class NhlScores:
    """The games of a day."""

    name = PROVIDER
    parser_version = "nhl_scores/2"

    def recognises(self, payload: RawPayload) -> bool:
        """Say whether this is JSON with the day's own keys."""
        head = payload.content[:_HEAD]
        return looks_like_json(head) and all(mark in head for mark in _MARKS)

    def parse(self, payload: RawPayload) -> ParsedPayload:
        """Read the games of a day."""
        received_at = time_in(payload.name) or payload.received_at
        games = listed(loads(payload.content, payload.name), "games")
        found = (_listing(record, f"$.games[{position}]", received_at) for position, record in enumerate(games))
        return parsed(PROVIDER, self.parser_version, found)


def _listing(record: Json, place: str, received_at: datetime) -> Listing | Rejected:
    number, start = whole(field(record, "id")), field(record, "startTimeUTC")
    starts_at = instant(start.replace("Z", "+00:00") if isinstance(start, str) else start)
    home, away = (name_of(field(record, f"{side}Team", "abbrev")) for side in ("home", "away"))
    number = number or _long(field(record, "id"))
    if number is None or starts_at is None or home is None or away is None or home == away:
        return refused(Reason.BAD_RECORD, place, record)
    if whole(field(record, "gameType")) == _PRESEASON:
        return refused(Reason.PRESEASON, place, f"{away} at {home}")
    words = f"{field(record, 'gameState')} {field(record, 'gameScheduleState') or ''}".strip()
    told = _status(record)
    if told is None:
        return refused(Reason.UNKNOWN_GAME_STATUS, place, words)
    event = an_event(
        League.NHL, str(number), (home, away), starts_at, place, day=_day(record),
        neutral=field(record, "neutralSite") is True,
    )  # fmt: skip
    if told is not ResultStatus.FINAL:
        return Listing(event, ParsedResult(str(number), told, None, None, received_at, place=place, words=words))
    end, last = _ending(record), field(record, "periodDescriptor", "periodType")
    if end is None or last not in ("REG", "OT", "SO"):
        return refused(Reason.BAD_RESULT, place, record)
    return Listing(event, ParsedResult(
        str(number), told, end.home, end.away, received_at, end.periods, last != "REG", last == "SO", place,
        GameFacts(overtime_told=True), f"{words} {last}",
    ))  # fmt: skip


def _long(value: object) -> int | None:
    # Numbers of this feed have ten digits.
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**12 else None


def _status(record: Json) -> ResultStatus | None:
    schedule, play = field(record, "gameScheduleState"), field(record, "gameState")
    if isinstance(schedule, str) and schedule in _SCHEDULE:
        return _SCHEDULE[schedule]
    known = schedule is None or schedule in _PLAIN_SCHEDULE
    return _PLAY.get(play) if known and isinstance(play, str) else None


def _day(record: Json) -> date | None:
    text = field(record, "gameDate")
    try:
        return date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _ending(record: Json) -> Ending | None:
    home, away = (whole(field(record, f"{side}Team", "score")) for side in ("home", "away"))
    if home is None or away is None or not (0 <= home <= SCORE_MAX and 0 <= away <= SCORE_MAX):
        return None
    goals = listed(record, "goals")
    regulation = REGULATION_PERIODS[League.NHL]
    by_period: list[list[int | None]] = [[], []]
    if goals:
        teams = [name_of(field(record, f"{side}Team", "abbrev")) for side in ("home", "away")]
        counted = Counter((whole(field(goal, "period")), _team(goal)) for goal in goals)
        by_period = [[counted[number + 1, team] for number in range(regulation)] for team in teams]
    return ending(League.NHL, (home, away), by_period[0], by_period[1])


def _team(goal: Json) -> str | None:
    """Return a team's letters: some listings wrap them as {"default": "BOS"}."""
    return name_of(field(goal, "teamAbbrev", "default")) or name_of(field(goal, "teamAbbrev"))
