"""Tables of price changes: a row for every change that a poller saw in a book's market, with the moment it saw it.

Real moments and real books. A row says that the two prices stood then, and nothing of the time until the next one. What
stands at or after the start is of the game in play and is left out, so that it can never be taken for a close. A second
table holds the events themselves, with their last known start and their score.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from closeline.domain.errors import BadInput
from closeline.domain.feeds.captures import (
    Basis,
    ParsedEvent,
    ParsedPayload,
    ParsedQuote,
    ParsedResult,
    ParsedStart,
    Phase,
    RawPayload,
    Rejected,
    ResultStatus,
)
from closeline.domain.leagues import League, season_of
from closeline.providers.archives.quotes import Offer, readings
from closeline.providers.archives.tables import parquet_columns, read_table
from closeline.providers.archives.times import day_of, result
from closeline.providers.foreign import reading
from closeline.providers.reasons import Reason
from closeline.providers.results.scoreboard import game_numbers
from closeline.providers.spellings import excerpt_of, name_of
from closeline.providers.the_odds_api.feed import PROVIDER
from closeline.providers.the_odds_api.markets import key_of

if TYPE_CHECKING:
    import polars as pl

_LEAGUE = re.compile(rf"(?<![a-z])({'|'.join(League)})(?![a-z])")
_EVENT = ("event_id", "commence_time", "home_team", "away_team")
_PRICE = ("bookmaker", "market", "snapshot_time", "point", "price_home_or_over", "price_away_or_under")
_SCORE = ("home_score", "away_score")
_POINTS_MAX = 1000


class PriceChanges:
    """A table of price changes of one league; its name says which."""

    name = "price_changes"
    parser_version = "price_changes/1"

    def recognises(self, payload: RawPayload) -> bool:
        """Say whether this is a parquet file with the columns of price changes."""
        return {*_EVENT, *_PRICE} <= parquet_columns(payload)

    def parse(self, payload: RawPayload) -> ParsedPayload:
        """Read every row; raises BadInput where the file does not name its league."""
        league = _league_of(payload.name)
        with reading("table of price changes", payload.name):
            rows = _rows(read_table(payload), ("commence_time", "snapshot_time", "commence_time_final", "last_update"))
        told = _Told(league)
        for number, row in enumerate(rows, start=1):
            told.read(row, f"row {number}")
        return told.payload(self.parser_version)


class PriceEvents:
    """The events of a table of price changes: starts as they were last known, and scores."""

    name = "price_events"
    parser_version = "price_events/1"

    def recognises(self, payload: RawPayload) -> bool:
        """Say whether this is a parquet file with the columns of those events."""
        return {*_EVENT, *_SCORE, "last_pregame_snapshot"} <= parquet_columns(payload)

    def parse(self, payload: RawPayload) -> ParsedPayload:
        """Read every row; one without a score says nothing. Raises BadInput where the file does not name its league."""
        league = _league_of(payload.name)
        with reading("table of events", payload.name):
            rows = _rows(read_table(payload), ("commence_time",))
        events: dict[str, ParsedEvent] = {}
        results: list[ParsedResult] = []
        rejected: list[Rejected] = []
        for number, row in enumerate(rows, start=1):
            event = _event(league, row, f"row {number}")
            ended = None if event is None else _result(event, row)
            if event is None or event.provider_event_id in events:
                reason = Reason.BAD_RECORD if event is None else Reason.DUPLICATE_RECORD
                rejected.append(Rejected(reason, f"row {number}", excerpt_of([row[name] for name in _EVENT]), 0))
            elif isinstance(ended, Rejected):
                rejected.append(ended)
            elif ended is not None:
                events[event.provider_event_id] = event
                results.append(ended)
        return ParsedPayload(
            PROVIDER,
            self.parser_version,
            _numbered(list(events.values())),
            (),
            tuple(results),
            tuple(rejected),
            archive=True,
        )


Row = Mapping[str, Any]


def rows_of(payload: RawPayload) -> tuple[League, Iterator[Row]]:
    """Return the league of such a table and its rows as they stand; raises BadInput for what cannot be read."""
    league = _league_of(payload.name)
    times = ("commence_time", "snapshot_time", "commence_time_final", "last_update")
    with reading("table of price changes", payload.name):
        return league, _rows(read_table(payload), times)


def _league_of(name: str) -> League:
    found = set(_LEAGUE.findall(name.lower()))
    if len(found) != 1:
        raise BadInput(f"{name} must name its league, such as 'nfl_2025.parquet', named {len(found)}; rename it")
    return League(found.pop())


def _rows(frame: "pl.DataFrame", times: Sequence[str]) -> Iterator[Row]:
    """Yield the rows with their times in UTC; a time without a zone is UTC."""
    import polars as pl
    from polars import selectors

    utc = pl.Datetime("us", "UTC")
    frame = frame.with_columns(pl.col(name).cast(utc) for name in times if name in frame.columns)
    return frame.with_columns(selectors.float().fill_nan(None)).iter_rows(named=True)


def _event(league: League, row: Row, place: str) -> ParsedEvent | None:
    """Return the event of a row, null where it lacks its id, a team or its start."""
    name, home, away = (name_of(row[column]) for column in ("event_id", "home_team", "away_team"))
    start = row["commence_time"]
    if name is None or home is None or away is None or home == away or start is None:
        return None
    day = day_of(start)
    return ParsedEvent(name, league, day, season_of(league, day), home, away, start, Basis.QUOTED, place=place)


def _result(event: ParsedEvent, row: Row) -> ParsedResult | Rejected | None:
    """Return a final score; without either half nobody has said that the game was played."""
    scores = [row[name] for name in _SCORE]
    if scores == [None, None]:
        return None
    if not all(isinstance(score, int | float) and 0 <= score < _POINTS_MAX and score % 1 == 0 for score in scores):
        return Rejected(Reason.BAD_RESULT, f"{event.place} home_score", excerpt_of(scores), 0)
    home, away = map(int, scores)
    at = result(event.day, event.starts_at)
    return ParsedResult(event.provider_event_id, ResultStatus.FINAL, home, away, at, place=event.place)


def _numbered(events: Sequence[ParsedEvent]) -> tuple[ParsedEvent, ...]:
    numbers = game_numbers(events)
    return tuple(replace(event, game_no=numbers[event.provider_event_id]) for event in events)


@dataclass(frozen=True, slots=True)
class _Sight:
    """What one response said of an event's start."""

    at: datetime
    starts_at: datetime
    place: str


class _Told:
    """What has been read of a table of changes so far."""

    def __init__(self, league: League) -> None:
        self._league = league
        self._events: dict[str, tuple[datetime, ParsedEvent]] = {}
        self._sights: dict[str, dict[datetime, _Sight]] = {}
        self._quotes: list[ParsedQuote] = []
        self._rejected: list[Rejected] = []
        self._in_play: dict[str, tuple[str, int]] = {}
        self._met: set[tuple[str, str, str, datetime]] = set()

    def read(self, row: Row, place: str) -> None:
        """Add one row: an event, what was said of its start, and two prices."""
        event, seen_at = _event(self._league, row, place), row["snapshot_time"]
        book = name_of(row["bookmaker"])
        if event is None or seen_at is None or book is None:
            self._refuse(Reason.BAD_RECORD, row, place)
            return
        name = event.provider_event_id
        first = self._events.get(name)
        if first is None or seen_at < first[0]:
            self._events[name] = (seen_at, event)
        self._sights.setdefault(name, {}).setdefault(seen_at, _Sight(seen_at, event.starts_at, place))
        key = (name, book, str(row["market"]), seen_at)
        if key in self._met:
            self._refuse(Reason.DUPLICATE_PRICE, row, place)
            return
        self._met.add(key)
        if _in_play(row, seen_at, event.starts_at):
            where, count = self._in_play.get(name, (place, 0))
            self._in_play[name] = (where, count + _prices(row))
            return
        self._quote(name, book, row, seen_at, place)

    def _quote(self, name: str, book: str, row: Row, seen_at: datetime, place: str) -> None:
        key = key_of(str(row["market"]))
        if key is None or len(key.market.sides) != len(_SCORE):
            self._refuse(Reason.UNSUPPORTED_MARKET, row, place)
            return
        prices = (row["price_home_or_over"], row["price_away_or_under"])
        offer = Offer(Phase.LIVE, key.market, row["point"], prices, place, book)
        if prices == (None, None):
            return
        for found in readings(offer, name, seen_at):
            if isinstance(found, ParsedQuote):
                self._quotes.append(replace(found, source_updated_at=row.get("last_update")))
            else:
                self._rejected.append(found)

    def _refuse(self, reason: Reason, row: Row, place: str) -> None:
        self._rejected.append(
            Rejected(reason, place, excerpt_of([row[name] for name in (*_EVENT, *_PRICE)]), _prices(row))
        )

    def payload(self, parser_version: str) -> ParsedPayload:
        """Return all of it; one rejection for each event tells how many prices in play were left out."""
        self._rejected += [
            Rejected(Reason.IN_PLAY, place, f"{name}: every price at or after the start", count)
            for name, (place, count) in self._in_play.items()
        ]
        starts = tuple(start for name in self._events for start in self._starts(name))
        events = _numbered([event for _, event in self._events.values()])
        return ParsedPayload(
            PROVIDER,
            parser_version,
            events,
            tuple(self._quotes),
            (),
            tuple(self._rejected),
            archive=True,
            starts=starts,
        )

    def _starts(self, name: str) -> Iterator[ParsedStart]:
        """Yield every change of an event's start after the first that was told, when it was told."""
        known = self._events[name][1].starts_at
        for at, sight in sorted(self._sights[name].items()):
            if sight.starts_at != known:
                known = sight.starts_at
                yield ParsedStart(name, known, at, sight.place)


def _in_play(row: Row, seen_at: datetime, starts_at: datetime) -> bool:
    """Say whether a row is of the game in play: by the last start that was told, else by its own."""
    final = row.get("commence_time_final") or starts_at
    return bool(row.get("in_play")) or bool(seen_at >= final)


def _prices(row: Row) -> int:
    return sum(row[name] is not None for name in ("price_home_or_over", "price_away_or_under"))
