"""Answers that hold no price: the list of sports, the teams of one, and the markets that books show of an event."""

import re
from collections.abc import Iterator

from closeline.domain.feeds.captures import ParsedEvent, ParsedParticipant, ParsedShown, ParsedSport
from closeline.domain.leagues import PRESEASON_KEYS, SPORT_KEYS
from closeline.domain.markets import Market, MarketType
from closeline.providers.reasons import Reason
from closeline.providers.spellings import name_of
from closeline.providers.strict_json import Json
from closeline.providers.the_odds_api.markets import key_of

# A list of teams does not say of which sport it is: only the address does, after which the payload is named.
_ASKED = re.compile(r"sports[/_](\w+?)[/_]participants")
_OF_SHOWN = frozenset({"key", "last_update"})


def is_sport(record: Json) -> bool:
    """Say whether a record describes a sport and not an event of it."""
    return isinstance(record, dict) and "has_outrights" in record and "group" in record and "id" not in record


def sport_of(record: Json) -> ParsedSport | None:
    """Return a sport of the six leagues, or of their preseasons; None for any other."""
    key = record.get("key") if isinstance(record, dict) else None
    league = None if not isinstance(key, str) else SPORT_KEYS.get(key) or PRESEASON_KEYS.get(key)
    if not isinstance(record, dict) or not isinstance(key, str) or league is None:
        return None
    return ParsedSport(league, key, record.get("active") is True, key in PRESEASON_KEYS)


def is_participant(record: Json) -> bool:
    """Say whether a record describes who plays and not an event."""
    return isinstance(record, dict) and "full_name" in record and "sport_key" not in record


def participant_of(record: Json, name: str, place: str) -> ParsedParticipant | Reason:
    """Return a team of the sport that a payload's name tells, or why it cannot be used."""
    asked = _ASKED.search(name)
    league = None if asked is None else SPORT_KEYS.get(asked[1])
    team = name_of(record.get("full_name")) if isinstance(record, dict) else None
    if league is None:
        return Reason.UNKNOWN_LEAGUE
    return Reason.BAD_RECORD if team is None else ParsedParticipant(league, team, place)


def is_shown(bookmakers: Json) -> bool:
    """Say whether books tell which markets they show, and not at what price: a name and a time is all there is."""
    books = bookmakers if isinstance(bookmakers, list) else []
    markets = [market for book in books for market in _markets(book)]
    return bool(markets) and all(isinstance(market, dict) and set(market) <= _OF_SHOWN for market in markets)


def shown(event: ParsedEvent, bookmakers: Json) -> Iterator[ParsedShown]:
    """Yield the markets that Closeline knows of all that books show, each book's once; both teams' totals are two."""
    for book in bookmakers if isinstance(bookmakers, list) else []:
        name = name_of(book.get("key")) if isinstance(book, dict) else None
        found = (market for record in _markets(book) for market in _known(event, record))
        for market in dict.fromkeys(found) if name is not None else ():
            yield ParsedShown(event.provider_event_id, name or "", market)


def _markets(book: Json) -> list[Json]:
    markets = book.get("markets") if isinstance(book, dict) else None
    return markets if isinstance(markets, list) else []


def _known(event: ParsedEvent, record: Json) -> Iterator[Market]:
    name = record.get("key") if isinstance(record, dict) else None
    key = key_of(name, event.league) if isinstance(name, str) else None
    if key is None or key.alternate:
        return
    yield key.market
    if key.type is MarketType.TEAM_TOTAL_HOME:
        yield Market(MarketType.TEAM_TOTAL_AWAY, key.period)
