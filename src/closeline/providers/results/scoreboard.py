"""A scoreboard as every result feed gives it: games, each with its teams, its start and what has become of it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from closeline.domain.captures import Basis, ParsedEvent, ParsedPayload, ParsedResult, Rejected
from closeline.domain.leagues import League, league_day, season_of
from closeline.providers.reasons import Reason
from closeline.providers.spellings import excerpt_of
from closeline.providers.strict_json import Json

Record = dict[str, Json]


@dataclass(frozen=True, slots=True)
class Listing:
    """One game on a scoreboard: who plays, and what the feed says has become of it."""

    event: ParsedEvent
    result: ParsedResult


def parsed(provider: str, version: str, found: Iterable[Listing | Rejected]) -> ParsedPayload:
    """Return what a scoreboard says: games numbered within their day, and what could not be read."""
    listings: list[Listing] = []
    rejected: list[Rejected] = []
    for item in found:
        if isinstance(item, Rejected):
            rejected.append(item)
        else:
            listings.append(item)
    kept = _once_each(listings)
    numbers = game_numbers([item.event for item in kept])
    return ParsedPayload(
        provider,
        version,
        tuple(replace(item.event, game_no=numbers[item.event.provider_event_id]) for item in kept),
        results=tuple(item.result for item in kept),
        rejected=tuple(rejected),
    )


def _once_each(listings: Sequence[Listing]) -> list[Listing]:
    """Keep one listing of each game: of one that is listed on two dates, the later one, on its first day."""
    kept: dict[str, Listing] = {}
    for item in sorted(listings, key=lambda listing: listing.event.starts_at):
        before = kept.get(item.event.provider_event_id)
        event = item.event if before is None else replace(item.event, day=before.event.day)
        kept[event.provider_event_id] = Listing(event, item.result)
    return list(kept.values())


def game_numbers(events: Sequence[ParsedEvent]) -> dict[str, int]:
    """Return the number of each game among those of its pair and day: the feed's own, else by start."""
    counted: Counter[tuple[League, date, str, str]] = Counter()
    numbers: dict[str, int] = {}
    for event in sorted(events, key=lambda each: (each.starts_at, each.provider_event_id)):
        pair = (event.league, event.day, event.home, event.away)
        counted[pair] += 1
        numbers[event.provider_event_id] = max(event.game_no, counted[pair])
    return numbers


def an_event(
    league: League, name: str, teams: tuple[str, str], starts_at: datetime, place: str, *, day: date | None = None,
    neutral: bool = False, game_no: int = 1,
) -> ParsedEvent:  # fmt: skip
    """Return the event of a listing; teams are (home, away). Its day is the feed's, else New York's at the start."""
    on = day or league_day(starts_at)
    return ParsedEvent(
        name, league, on, season_of(league, on), *teams, starts_at, Basis.QUOTED, neutral=neutral, game_no=game_no,
        place=place,
    )  # fmt: skip


def refused(reason: Reason, place: str, record: Json) -> Rejected:
    """Return a listing that cannot be used; no price is lost with it."""
    return Rejected(reason, place, excerpt_of(record), 0)


def field(record: Json, *names: str) -> Json:
    """Return what stands below these keys, one after the other, or None where any of them is missing."""
    for name in names:
        record = record.get(name) if isinstance(record, dict) else None
    return record


def listed(record: Json, *names: str) -> list[Json]:
    """Return the list below these keys, empty where there is none."""
    found = field(record, *names)
    return found if isinstance(found, list) else []
