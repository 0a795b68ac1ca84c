"""The schedule of Major League Baseball, with line scores.

A postponed game reads "Final" in its abstract state, so only the detailed state is asked. A game that was moved or
resumed stands on both of its dates under one number: the later listing tells what became of it. The probable pitchers
are those of the event; who is not announced is not known.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from closeline.domain.feeds.captures import (
    NO_FACTS,
    GameFacts,
    ParsedPayload,
    ParsedResult,
    RawPayload,
    Rejected,
    ResultStatus,
)
from closeline.domain.leagues import League
from closeline.providers.fields import instant, time_in, whole
from closeline.providers.periods import SCORE_MAX, Ending, as_scheduled, ending
from closeline.providers.reasons import Reason
from closeline.providers.results.scoreboard import Listing, an_event, field, listed, parsed, refused
from closeline.providers.spellings import name_of
from closeline.providers.strict_json import Json, loads, looks_like_json

PROVIDER = "mlb_schedule"
_HEAD = 65_536
_MARKS: Final = (b'"dates"', b'"gamePk"')
_NINE = 9
# The detailed state up to a colon or a bracket: "Completed Early: Rain", "Suspended (Rain)".
_STATUSES = {
    "Scheduled": ResultStatus.SCHEDULED, "Pre-Game": ResultStatus.SCHEDULED, "Warmup": ResultStatus.SCHEDULED,
    "Delayed Start": ResultStatus.SCHEDULED, "In Progress": ResultStatus.LIVE, "Delayed": ResultStatus.LIVE,
    "Manager challenge": ResultStatus.LIVE, "Umpire review": ResultStatus.LIVE, "Game Over": ResultStatus.LIVE,
    "Final": ResultStatus.FINAL, "Completed Early": ResultStatus.FINAL, "Postponed": ResultStatus.POSTPONED,
    "Cancelled": ResultStatus.CANCELLED, "Canceled": ResultStatus.CANCELLED, "Suspended": ResultStatus.SUSPENDED,
    "Forfeit": ResultStatus.FORFEITED,
}  # fmt: skip
# Spring training and exhibitions.
_PRESEASON = frozenset({"S", "E"})
_SCORED = frozenset({ResultStatus.FINAL, ResultStatus.LIVE, ResultStatus.SUSPENDED})


class MlbSchedule:
    """One or more dates of the schedule."""

    name = PROVIDER
    parser_version = "mlb_schedule/2"

    def recognises(self, payload: RawPayload) -> bool:
        """Say whether this is JSON with the schedule's own keys."""
        head = payload.content[:_HEAD]
        return looks_like_json(head) and all(mark in head for mark in _MARKS)

    def parse(self, payload: RawPayload) -> ParsedPayload:
        """Read the games of every date."""
        received_at = time_in(payload.name) or payload.received_at
        return parsed(PROVIDER, self.parser_version, _listings(loads(payload.content, payload.name), received_at))


def _listings(schedule: Json, received_at: datetime) -> Iterator[Listing | Rejected]:
    for on, of_day in enumerate(listed(schedule, "dates")):
        for position, record in enumerate(listed(of_day, "games")):
            yield _listing(record, f"$.dates[{on}].games[{position}]", received_at)


def _listing(record: Json, place: str, received_at: datetime) -> Listing | Rejected:
    number, starts_at, day = whole(field(record, "gamePk")), instant(_time(field(record, "gameDate"))), _day(record)
    home, away = (name_of(field(record, "teams", side, "team", "name")) for side in ("home", "away"))
    if number is None or starts_at is None or day is None or home is None or away is None or home == away:
        return refused(Reason.BAD_RECORD, place, record)
    if field(record, "gameType") in _PRESEASON:
        return refused(Reason.PRESEASON, place, f"{away} at {home}")
    words = name_of(field(record, "status", "detailedState")) or ""
    told = _STATUSES.get(words.partition(":")[0].partition("(")[0].strip())
    if told is None:
        return refused(Reason.UNKNOWN_GAME_STATUS, place, field(record, "status"))
    event = an_event(
        League.MLB, str(number), (home, away), starts_at, place, day=day,
        game_no=whole(field(record, "gameNumber")) or 1, pitchers=(_pitcher(record, "home"), _pitcher(record, "away")),
    )  # fmt: skip
    result = ParsedResult(str(number), told, None, None, received_at, place=place, words=words)
    if told not in _SCORED:
        return Listing(event, result)
    end = _ending(record)
    if end is None:
        return refused(Reason.BAD_RESULT, place, record) if told is ResultStatus.FINAL else Listing(event, result)
    scored = replace(result, home_score=end.home, away_score=end.away, facts=_facts(record, told, end, starts_at))
    if told is ResultStatus.FINAL:
        end = as_scheduled(end, event.season, double_header=field(record, "doubleHeader") in ("Y", "S"))
        scored = replace(scored, status=end.status, periods=end.periods, overtime=end.overtime)
    return Listing(event, scored)


def _pitcher(record: Json, side: str) -> str | None:
    return name_of(field(record, "teams", side, "probablePitcher", "fullName"))


def _time(value: Json) -> Json:
    return value.replace("Z", "+00:00") if isinstance(value, str) else value


def _day(record: Json) -> date | None:
    """Return the day on which the game was to be played: a listing names the date from which it was moved."""
    for key in ("rescheduledFromDate", "resumedFromDate", "officialDate"):
        text = field(record, key)
        if isinstance(text, str):
            try:
                return date.fromisoformat(text)
            except ValueError:
                return None
    return None


def _facts(record: Json, told: ResultStatus, end: Ending, starts_at: datetime) -> GameFacts:
    """Return what is told beside the score. A resumed game ended, at the earliest, when it went on."""
    if told is ResultStatus.SUSPENDED:
        return GameFacts(at_suspension=(end.home, end.away), innings_at_suspension=_innings(record))
    scheduled = whole(field(record, "scheduledInnings"))
    facts = NO_FACTS if told is ResultStatus.LIVE else GameFacts(
        innings_completed=_innings(record), scheduled_innings=scheduled
    )  # fmt: skip
    resumed = instant(_time(field(record, "resumedFrom")))
    return facts if resumed is None else replace(facts, started_at=resumed, ended_at=starts_at)


def _innings(record: Json) -> float | None:
    """Return the innings played, the half of the last that the home team batted included; None without a line score."""
    innings = listed(record, "linescore", "innings")
    home, away = (
        sum(whole(field(inning, side, "runs")) is not None for inning in innings) for side in ("home", "away")
    )
    return None if not away else float(away) if home >= away else away - 0.5


def _ending(record: Json) -> Ending | None:
    home, away = (whole(field(record, "teams", side, "score")) for side in ("home", "away"))
    if home is None or away is None or not (0 <= home <= SCORE_MAX and 0 <= away <= SCORE_MAX):
        return None
    innings = listed(record, "linescore", "innings")
    runs = [[whole(field(inning, side, "runs")) for inning in innings] for side in ("home", "away")]
    scheduled = whole(field(record, "scheduledInnings")) or _NINE
    return ending(League.MLB, (home, away), runs[0], runs[1], overtime=len(innings) > scheduled)
