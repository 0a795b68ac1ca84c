"""From the games of an archive to a payload: ids, times, quotes and results, alike for every format."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from closeline.domain.feeds.captures import (
    Basis,
    GameFacts,
    ParsedEvent,
    ParsedPayload,
    ParsedQuote,
    ParsedResult,
    Phase,
    Rejected,
)
from closeline.domain.leagues import League
from closeline.domain.markets import Period
from closeline.providers.archives import times as archive_times
from closeline.providers.archives.quotes import Offer, price_count, readings
from closeline.providers.periods import Ending, as_scheduled
from closeline.providers.reasons import Reason
from closeline.providers.spellings import excerpt_of


@dataclass(frozen=True, slots=True)
class ArchiveGame:
    """One game as an archive holds it. Without a start it is assumed; without a number it is counted."""

    league: League
    day: date
    season: int
    home: str
    away: str
    place: str
    offers: Sequence[Offer] = ()
    ending: Ending | None = None
    starts_at: datetime | None = None
    neutral: bool = False
    game_no: int | None = None
    home_pitcher: str | None = None
    away_pitcher: str | None = None
    playoff: bool | None = None


Pair = tuple[League, date, str, str]


def rejected_record(reason: Reason, place: str, record: object, offers: Iterable[Offer] = ()) -> Rejected:
    """Return the rejection of a whole record with all the prices that it holds."""
    return Rejected(reason, place, excerpt_of(record), sum(map(price_count, offers)))


def payload_of(
    games: Iterable[ArchiveGame], rejected: Sequence[Rejected], *, provider: str, parser_version: str
) -> ParsedPayload:
    """Return what an archive says; games that stand in it twice are rejected the second time."""
    refused = list(rejected)
    kept = list(_without_repeats(games, refused))
    opens = archive_times.opens((game.league, game.day, event.starts_at) for event, game in kept)
    quotes: list[ParsedQuote] = []
    for event, game in kept:
        _read_offers(event, game.offers, opens[game.league, game.day], quotes, refused)
    return ParsedPayload(
        provider,
        parser_version,
        tuple(event for event, _ in kept),
        tuple(quotes),
        tuple(_results(kept)),
        tuple(refused),
        archive=True,
    )


def _without_repeats(
    games: Iterable[ArchiveGame], refused: list[Rejected]
) -> Iterator[tuple[ParsedEvent, ArchiveGame]]:
    met: Counter[Pair] = Counter()
    ids: set[str] = set()
    for game in games:
        pair = (game.league, game.day, game.away, game.home)
        met[pair] += 1
        event = _event(game, game.game_no or met[pair])
        if event.provider_event_id in ids:
            record = event.provider_event_id
            refused.append(rejected_record(Reason.DUPLICATE_RECORD, game.place, record, game.offers))
            continue
        ids.add(event.provider_event_id)
        yield event, game


def _event(game: ArchiveGame, game_no: int) -> ParsedEvent:
    starts_at = game.starts_at
    return ParsedEvent(
        f"{game.league}:{game.day}:{game.away}@{game.home}:{game_no}",
        game.league,
        game.day,
        game.season,
        game.home,
        game.away,
        archive_times.assumed_start(game.day) if starts_at is None else starts_at,
        Basis.ASSUMED if starts_at is None else Basis.QUOTED,
        game.neutral,
        game_no,
        game.home_pitcher,
        game.away_pitcher,
        game.place,
        game.playoff,
    )


def _read_offers(
    event: ParsedEvent,
    offers: Iterable[Offer],
    opened: datetime,
    quotes: list[ParsedQuote],
    refused: list[Rejected],
) -> None:
    closed = archive_times.close(event.starts_at)
    for offer in offers:
        at = opened if offer.phase is Phase.OPEN else closed
        if offer.market.period is Period.SECOND_HALF:
            at = archive_times.half_time(event.starts_at)
        for reading in readings(offer, event.provider_event_id, at):
            if isinstance(reading, ParsedQuote):
                quotes.append(reading)
            else:
                refused.append(reading)


def _results(kept: Sequence[tuple[ParsedEvent, ArchiveGame]]) -> Iterator[ParsedResult]:
    numbers = Counter((game.league, game.day, game.away, game.home) for _, game in kept)
    for event, game in kept:
        if game.ending is None:
            continue
        double = numbers[game.league, game.day, game.away, game.home] > 1 or event.game_no > 1
        end = as_scheduled(game.ending, game.season, double_header=double)
        yield ParsedResult(
            event.provider_event_id,
            end.status,
            end.home,
            end.away,
            archive_times.result(event.day, event.starts_at),
            end.periods,
            end.overtime,
            place=event.place,
            facts=GameFacts(innings_completed=end.innings, overtime_told=end.overtime_told),
        )
