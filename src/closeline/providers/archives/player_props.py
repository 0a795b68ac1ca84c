"""Lines on players: a row for each book's line on a player's number, as one answer a day of The Odds API showed it.

Main lines and others stand in it together, under one key. Of one book, player and market at one moment the line counts
whose two prices lie nearest to even once the margin is out, the lower of two as near; all others are ALTERNATE_LINE. A
line with one price is a one-sided offer. What became of the player is not read: results come from box scores.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from closeline.domain.errors import UnreadableFile
from closeline.domain.feeds.captures import (
    Basis,
    ParsedEvent,
    ParsedPayload,
    ParsedQuote,
    Phase,
    RawPayload,
    Rejected,
)
from closeline.domain.leagues import League, season_of
from closeline.domain.markets import NUMBER_SIDES
from closeline.providers.archives.player_games import columns_of, has_most, must_have
from closeline.providers.archives.quotes import Offer, readings
from closeline.providers.archives.tables import must_be_plain, read_table
from closeline.providers.archives.times import day_of
from closeline.providers.foreign import reading
from closeline.providers.reasons import Reason
from closeline.providers.spellings import excerpt_of, name_of
from closeline.providers.the_odds_api.feed import PROVIDER
from closeline.providers.the_odds_api.markets import Shape, key_of

if TYPE_CHECKING:
    import polars as pl

_EVENT = ("event_id", "commence_time", "home_team", "away_team")
_TIMES = ("commence_time", "snapshot_time")
_PRICES = ("over_odds", "under_odds")
REQUIRED = (*_EVENT, "player", "market", "bookmaker", "snapshot_time", "line", *_PRICES)
_EVEN = Fraction(1, 2)
_YEARS = range(1946, 2200)  # from the league's first season, and so far that no calendar ends

Row = dict[str, Any]
# What one book shows of one player's number at one moment.
_Ladder = tuple[str, str, str, str, datetime]


class PlayerProps:
    """A table of lines on players of the National Basketball Association, parquet or CSV."""

    name = "player_props"
    parser_version = "player_props/1"

    def recognises(self, payload: RawPayload) -> bool:
        """Say whether this is a table of lines on players by its columns, even if it lacks some of them."""
        return "player" in columns_of(payload) and has_most(payload, REQUIRED)

    def parse(self, payload: RawPayload) -> ParsedPayload:
        """Read every row; raises BadInput in one line naming the columns that are missing."""
        must_have(payload, REQUIRED, "player props")
        with reading("table of player props", payload.name):
            rows = list(_rows(payload))
        told = _Told()
        for number, row in enumerate(rows, start=1):
            told.read(row, f"row {number}")
        return ParsedPayload(
            PROVIDER,
            self.parser_version,
            tuple(told.events.values()),
            tuple(told.quotes()),
            (),
            tuple(told.rejected),
            archive=True,
        )


def _rows(payload: RawPayload) -> Iterator[Row]:
    """Yield the rows with their times in UTC, and numbers that are numbers; a time without a zone is UTC."""
    import polars as pl
    from polars import selectors

    frame = read_table(payload).select(REQUIRED)
    _check_kinds(frame, payload.name)
    utc = pl.Datetime("us", "UTC")
    for name in _TIMES:
        if frame[name].dtype == pl.String:
            frame = frame.with_columns(pl.col(name).str.to_datetime(time_unit="us", time_zone="UTC", strict=False))
    frame = frame.with_columns(pl.col(name).cast(utc) for name in _TIMES)
    empty = [pl.col(name).replace("", None) for name in ("line", *_PRICES) if frame[name].dtype == pl.String]
    return frame.with_columns(*empty).with_columns(selectors.float().fill_nan(None)).iter_rows(named=True)


def _check_kinds(frame: "pl.DataFrame", name: str) -> None:
    """Raise UnreadableFile for a column that is not of its kind: whatever a cast made of it would be made up."""
    import polars as pl

    must_be_plain(frame, name)
    for column, kind in frame.schema.items():
        if column in _TIMES and not (kind in (pl.String, pl.Null) or kind == pl.Datetime):
            raise UnreadableFile(f"{name} must hold times in the column {column}, held {kind}")
        if column in ("line", *_PRICES) and not (kind in (pl.String, pl.Null) or kind.is_numeric()):
            raise UnreadableFile(f"{name} must hold numbers in the column {column}, held {kind}")


class _Told:
    """What has been read of a table so far; which line of a ladder is the main one shows only at its end."""

    def __init__(self) -> None:
        self.events: dict[str, ParsedEvent] = {}
        self.rejected: list[Rejected] = []
        self._ladders: defaultdict[_Ladder, list[tuple[ParsedQuote, ...]]] = defaultdict(list)
        self._met: set[tuple[_Ladder, object]] = set()

    def read(self, row: Row, place: str) -> None:
        """Add one row: an event, and the prices of one line."""
        event, seen_at = _event(row, place), row["snapshot_time"]
        book, player = name_of(row["bookmaker"]), name_of(row["player"])
        known = self.events.get(event.provider_event_id, event) if event is not None else None
        if event is None or known is None or seen_at is None or book is None:
            self._refuse(Reason.BAD_RECORD, row, place)
        elif player is None:
            self._refuse(Reason.UNKNOWN_PLAYER, row, place)
        elif (event.home, event.away) != (known.home, known.away) or event.starts_at != known.starts_at:
            self._refuse(Reason.BAD_RECORD, row, place)
        elif seen_at >= event.starts_at:
            self._refuse(Reason.IN_PLAY, row, place)
        elif (key := key_of(str(row["market"]))) is None or key.shape is not Shape.PLAYER_NUMBERS:
            self._refuse(Reason.UNSUPPORTED_MARKET, row, place)
        else:
            self.events.setdefault(event.provider_event_id, event)
            offer = Offer(Phase.LIVE, key.market, row["line"], tuple(row[name] for name in _PRICES), place, book)
            self._line(offer, event.provider_event_id, player, row, alternate=key.alternate)

    def _line(self, offer: Offer, event: str, player: str, row: Row, *, alternate: bool) -> None:
        seen_at = row["snapshot_time"]
        ladder = (event, offer.book, offer.market.key, player, seen_at)
        if (ladder, row["line"]) in self._met:
            self._refuse(Reason.DUPLICATE_PRICE, row, offer.place)
            return
        self._met.add((ladder, row["line"]))
        if offer.prices == (None, None):
            # A line that nobody priced is no offer, and no price may be made up for a player's.
            self._refuse(Reason.BAD_RECORD, row, offer.place)
            return
        found = list(readings(offer, event, seen_at))
        self.rejected += [item for item in found if isinstance(item, Rejected)]
        quotes = tuple(
            replace(item, player=player, alternate=alternate) for item in found if isinstance(item, ParsedQuote)
        )
        if quotes:
            self._ladders[ladder].append(quotes)

    def quotes(self) -> Iterator[ParsedQuote]:
        """Yield every price; those beside the main line of their ladder say so."""
        for lines in self._ladders.values():
            main = main_line(lines)
            for line in lines:
                yield from line if line is main else (replace(quote, alternate=True) for quote in line)

    def _refuse(self, reason: Reason, row: Row, place: str) -> None:
        count = sum(row[name] is not None for name in _PRICES)
        self.rejected.append(Rejected(reason, place, excerpt_of([str(row[name]) for name in REQUIRED]), count))


def main_line(lines: Sequence[tuple[ParsedQuote, ...]]) -> tuple[ParsedQuote, ...] | None:
    """Return the main line of a ladder, each line given as its prices; None where none can be told.

    It has two prices, and what is left of them without the margin lies nearest to even; the lower of two as near. A
    single line is the main one whatever prices it has.
    """
    if len(lines) == 1:
        return None if lines[0][0].alternate else lines[0]
    paired = [line for line in lines if len(line) == len(NUMBER_SIDES) and not line[0].alternate]
    return min(paired, key=lambda line: (abs(_fair_over(line) - _EVEN), line[0].line_quarters), default=None)


def _fair_over(line: Sequence[ParsedQuote]) -> Fraction:
    """Return the chance of Over that a pair of prices holds, its margin taken out in proportion."""
    over, under = (quote.price.exact for quote in line)
    return under / (over + under)


def _event(row: Row, place: str) -> ParsedEvent | None:
    """Return the event of a row, null where it lacks its id, a team or its start."""
    name, home, away = (name_of(row[column]) for column in ("event_id", "home_team", "away_team"))
    start = row["commence_time"]
    if name is None or home is None or away is None or home == away or start is None or start.year not in _YEARS:
        return None
    day = day_of(start)
    season = season_of(League.NBA, day)
    return ParsedEvent(name, League.NBA, day, season, home, away, start, Basis.QUOTED, place=place)
