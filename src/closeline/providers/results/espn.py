"""The scoreboard of ESPN's site: six leagues in one format.

A postponed or cancelled game comes with the state "post" like a finished one: only the status's own name, together with
`completed`, says that a game is final.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from closeline.domain.errors import UnreadableFile
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
from closeline.providers.periods import REGULATION_PERIODS, SCORE_MAX, Ending, ending
from closeline.providers.reasons import Reason
from closeline.providers.results.scoreboard import Listing, an_event, field, listed, parsed, refused
from closeline.providers.spellings import name_of
from closeline.providers.strict_json import Json, loads, looks_like_json

PROVIDER = "espn"
_HEAD = 65_536
_MARKS: Final = (b'"competitions"', b'"competitors"', b'"STATUS_')
_SLUGS = {
    "nfl": League.NFL, "college-football": League.NCAAF, "nba": League.NBA, "mens-college-basketball": League.NCAAB,
    "mlb": League.MLB, "nhl": League.NHL,
}  # fmt: skip
_FINAL = "STATUS_FINAL"
_STATUSES = {
    "STATUS_SCHEDULED": ResultStatus.SCHEDULED, "STATUS_PREGAME": ResultStatus.SCHEDULED,
    "STATUS_IN_PROGRESS": ResultStatus.LIVE, "STATUS_HALFTIME": ResultStatus.LIVE,
    "STATUS_END_PERIOD": ResultStatus.LIVE, "STATUS_END_OF_PERIOD": ResultStatus.LIVE,
    "STATUS_SHOOTOUT": ResultStatus.LIVE, "STATUS_OVERTIME": ResultStatus.LIVE,
    "STATUS_DELAYED": ResultStatus.LIVE, "STATUS_RAIN_DELAY": ResultStatus.LIVE,
    "STATUS_POSTPONED": ResultStatus.POSTPONED, "STATUS_CANCELED": ResultStatus.CANCELLED,
    "STATUS_CANCELLED": ResultStatus.CANCELLED, "STATUS_SUSPENDED": ResultStatus.SUSPENDED,
    "STATUS_ABANDONED": ResultStatus.ABANDONED, "STATUS_FORFEIT": ResultStatus.FORFEITED,
}  # fmt: skip
_SHOOTOUT_PERIOD = 5
_PRESEASON = 1


class EspnScoreboard:
    """A day or a week of one league's games, by their status."""

    name = PROVIDER
    parser_version = "espn/2"

    def recognises(self, payload: RawPayload) -> bool:
        """Say whether this is JSON with the scoreboard's own keys."""
        head = payload.content[:_HEAD]
        return looks_like_json(head) and all(mark in head for mark in _MARKS)

    def parse(self, payload: RawPayload) -> ParsedPayload:
        """Read one scoreboard. Raises UnreadableFile for one that does not say its league."""
        board = loads(payload.content, payload.name)
        league = _league_of(board)
        if league is None:
            slugs = ", ".join(_SLUGS)
            raise UnreadableFile(f"{payload.name} must name its league in leagues[0].slug as one of {slugs}, did not")
        received_at = time_in(payload.name) or payload.received_at
        found = (
            _listing(record, league, f"$.events[{position}]", received_at)
            for position, record in enumerate(listed(board, "events"))
        )
        return parsed(PROVIDER, self.parser_version, found)


def _league_of(board: Json) -> League | None:
    leagues = listed(board, "leagues")
    slug = field(leagues[0], "slug") if leagues else None
    return _SLUGS.get(slug) if isinstance(slug, str) else None


def _listing(record: Json, league: League, place: str, received_at: datetime) -> Listing | Rejected:
    games = listed(record, "competitions")
    game = games[0] if len(games) == 1 else None
    name, starts_at = name_of(field(record, "id")), _start(field(record, "date"))
    sides = _sides(game)
    home, away = (name_of(field(sides.get(side), "team", "displayName")) for side in ("home", "away"))
    if name is None or starts_at is None or home is None or away is None or home == away:
        return refused(Reason.BAD_RECORD, place, record)
    if whole(field(record, "season", "type")) == _PRESEASON:
        return refused(Reason.PRESEASON, place, f"{away} at {home}")
    status = field(record, "status") or field(game, "status")
    kind = field(status, "type")
    told = _status(kind)
    if told is None:
        return refused(Reason.UNKNOWN_GAME_STATUS, place, kind)
    event = an_event(league, name, (home, away), starts_at, place, neutral=field(game, "neutralSite") is True)
    words = f"{field(kind, 'name')} completed={str(field(kind, 'completed')).lower()} {field(kind, 'detail') or ''}"
    if told not in (ResultStatus.FINAL, ResultStatus.LIVE, ResultStatus.SUSPENDED):
        return Listing(event, ParsedResult(name, told, None, None, received_at, place=place, words=words.strip()))
    end = _ending(league, sides, status)
    if end is None and told is ResultStatus.FINAL:
        return refused(Reason.BAD_RESULT, place, record)
    return Listing(event, _result(name, told, end, league, status, received_at, place, words.strip()))


def _result(
    name: str, told: ResultStatus, end: Ending | None, league: League, status: Json, received_at: datetime, place: str,
    words: str,
) -> ParsedResult:  # fmt: skip
    if end is None:
        return ParsedResult(name, told, None, None, received_at, place=place, words=words)
    final = told is ResultStatus.FINAL
    shootout = league is League.NHL and end.overtime and whole(field(status, "period")) == _SHOOTOUT_PERIOD
    facts = GameFacts(at_suspension=(end.home, end.away)) if told is ResultStatus.SUSPENDED else NO_FACTS
    if final:
        facts = GameFacts(innings_completed=end.innings, overtime_told=whole(field(status, "period")) is not None)
    return ParsedResult(
        name, end.status if final else told, end.home, end.away, received_at, end.periods if final else (),
        end.overtime and final, shootout and final, place, facts, words,
    )  # fmt: skip


def _start(value: Json) -> datetime | None:
    """Return a start: the feed writes UTC without seconds."""
    return instant(value.replace("Z", "+00:00") if isinstance(value, str) else value)


def _sides(game: Json) -> dict[str, Json]:
    """Return the two competitors by home and away; none where the feed does not say it of exactly two."""
    competitors = listed(game, "competitors")
    sides = {str(field(item, "homeAway")): item for item in competitors}
    return sides if len(competitors) == len(sides) and set(sides) == {"home", "away"} else {}


def _status(kind: Json) -> ResultStatus | None:
    name, completed = field(kind, "name"), field(kind, "completed")
    if not isinstance(name, str) or not isinstance(completed, bool):
        return None
    if name.startswith(_FINAL):
        # What is called final but not completed is still being looked at.
        return ResultStatus.FINAL if completed else ResultStatus.LIVE
    return _STATUSES.get(name)


def _ending(league: League, sides: dict[str, Json], status: Json) -> Ending | None:
    scores = [whole(field(sides[side], "score")) for side in ("home", "away")]
    if scores[0] is None or scores[1] is None or not all(0 <= (score or 0) <= SCORE_MAX for score in scores):
        return None
    home, away = (list(_points(sides[side])) for side in ("home", "away"))
    regulation = max(REGULATION_PERIODS[league], min(len(away), len(home)) if league is League.MLB else 0)
    longest = min(max(len(home), len(away)), regulation)
    padded = [(points + [None] * longest)[:longest] for points in (home, away)]
    periods = whole(field(status, "period")) or 0
    return ending(league, (scores[0], scores[1]), padded[0], padded[1], overtime=periods > REGULATION_PERIODS[league])


def _points(side: Json) -> Iterator[int | None]:
    yield from (whole(field(item, "value")) for item in listed(side, "linescores"))
