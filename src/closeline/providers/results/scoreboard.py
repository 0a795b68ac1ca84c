"""A scoreboard as every result feed gives it: games, each with its teams, its start and what has become of it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from closeline.domain.feeds.captures import Basis, ParsedEvent, ParsedPayload, ParsedResult, Rejected, ResultStatus
from closeline.domain.leagues import League, league_day, season_of
from closeline.providers.reasons import Reason
from closeline.providers.spellings import excerpt_of
from closeline.providers.strict_json import Json

Record = dict[str, Json]
_PLAYED = frozenset({ResultStatus.FINAL, ResultStatus.SHORTENED})


@dataclass(frozen=True, slots=True)
class Listing:
    """One game on a scoreboard: who plays, and what the feed says has become of it."""

    event: ParsedEvent
    result: ParsedResult


def parsed(provider: str, version: str, found: Iterable[Listing | Rejected]) -> ParsedPayload:
    """Return what a scoreboard says: games numbered within their day, and what could not be read.

    A game that is over before it was to begin is set aside: one of its two times is wrong.
    """
    listings: list[Listing] = []
    rejected: list[Rejected] = []
    for item in found:
        if isinstance(item, Rejected):
            rejected.append(item)
        elif item.result.status in _PLAYED and item.event.starts_at > item.result.received_at:
            rejected.append(Rejected(Reason.BAD_RESULT, item.event.place, f"over before {item.event.starts_at}", 0))
        else:
            listings.append(item)
    kept = _games(listings)
    numbers = game_numbers([event for event, _ in kept])
    return ParsedPayload(
        provider,
        version,
        tuple(replace(event, game_no=numbers[event.provider_event_id]) for event, _ in kept),
        results=tuple(result for _, results in kept for result in results),
        rejected=tuple(rejected),
    )


def _games(listings: Sequence[Listing]) -> list[tuple[ParsedEvent, tuple[ParsedResult, ...]]]:
    """Return each game once, with what is said of it.

    Of one that stands on two dates the later start and the first day count, and so does its later listing, unless an
    earlier one tells of play too: two endings in one answer contradict each other, and whoever decides must see both.
    """
    found: dict[str, list[Listing]] = {}
    for item in sorted(listings, key=lambda listing: listing.event.starts_at):
        found.setdefault(item.event.provider_event_id, []).append(item)
    games = []
    for of_game in found.values():
        first, last = of_game[0], of_game[-1]
        told = [item.result for item in of_game[:-1] if item.result.status in _PLAYED]
        games.append((replace(last.event, day=first.event.day), (*told, last.result)))
    return games


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
    neutral: bool = False, game_no: int = 1, pitchers: tuple[str | None, str | None] = (None, None),
) -> ParsedEvent:  # fmt: skip
    """Return the event of a listing; teams and pitchers are (home, away).

    Its day is the feed's, else New York's at the start.
    """
    on = day or league_day(starts_at)
    return ParsedEvent(
        name, league, on, season_of(league, on), *teams, starts_at, Basis.QUOTED, neutral=neutral, game_no=game_no,
        home_pitcher=pitchers[0], away_pitcher=pitchers[1], place=place,
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
