"""A recording from tables of price changes: every book's market as its last row before a moment left it.

A table says when a price changed, not when it was looked at. A book that did not change is shown as looked at within
the last minute, as the vendor would. A market that a book withdrew is not marked in such tables, and stays.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from closeline.domain.errors import BadInput
from closeline.domain.feeds.captures import RawPayload
from closeline.domain.leagues import SPORT_KEYS, League
from closeline.providers.archives.price_changes import rows_of
from closeline.providers.simulator.recording import LENGTHS, SYNTHETIC, Ending, Record, Span, stamp, title_of
from closeline.providers.strict_json import Json

KEYS = {league: key for key, league in SPORT_KEYS.items()}
LOOKED_AT = timedelta(seconds=20)
_SIDES = {"h2h": None, "spreads": -1, "totals": 1}


@dataclass(frozen=True, slots=True)
class Stand:
    """How one book's market stood from a moment on: home's or over's price first, American."""

    at: datetime
    point: Decimal | None
    prices: tuple[int | None, int | None]


@dataclass(slots=True)
class _Line:
    """One book's market through time."""

    times: list[datetime] = field(default_factory=list)
    stands: list[Stand] = field(default_factory=list)

    def at(self, moment: datetime) -> Stand | None:
        place = bisect_right(self.times, moment)
        return self.stands[place - 1] if place else None


@dataclass(slots=True)
class _Game:
    event_id: str
    league: League
    home: str
    away: str
    told_at: list[datetime] = field(default_factory=list)
    starts: list[datetime] = field(default_factory=list)
    begins: datetime | None = None
    score: tuple[int, int] | None = None
    lines: defaultdict[tuple[str, str], _Line] = field(default_factory=lambda: defaultdict(_Line))

    def start(self, moment: datetime) -> datetime | None:
        """Return the start as it was known, None before the event was seen."""
        place = bisect_right(self.told_at, moment)
        return self.starts[place - 1] if place else None

    @property
    def ends_at(self) -> datetime:
        """Return when the final score stands; a game without one is gone when it should begin."""
        begins = self.begins or self.starts[-1]
        return begins + LENGTHS[self.league] if self.score else begins


class Series:
    """Recorded days of one or more leagues, from tables of changes and of events."""

    def __init__(self, changes: Sequence[RawPayload], events: Sequence[RawPayload], *, synthetic: bool = False) -> None:
        """Read the tables; raises BadInput for one that cannot be read or does not name its league."""
        self.synthetic = synthetic
        self._games: dict[str, _Game] = {}
        for payload in changes:
            self._add_changes(*rows_of(payload))
        for payload in events:
            self._add_scores(rows_of(payload)[1])
        if not self._games:
            raise BadInput("recording must hold a game, held none")
        self._by_sport: defaultdict[str, list[_Game]] = defaultdict(list)
        for game in sorted(self._games.values(), key=lambda each: (each.starts[0], each.event_id)):
            self._by_sport[KEYS[game.league]].append(game)

    def _add_changes(self, league: League, rows: Iterable[Mapping[str, Any]]) -> None:
        seen: dict[str, dict[datetime, datetime]] = defaultdict(dict)
        for row in sorted(rows, key=lambda each: each["snapshot_time"]):
            name, at = str(row["event_id"]), row["snapshot_time"]
            game = self._games.get(name)
            if game is None:
                game = self._games[name] = _Game(name, league, str(row["home_team"]), str(row["away_team"]))
            game.begins = row.get("commence_time_final") or game.begins
            seen[name][at] = row["commence_time"]
            line = game.lines[str(row["bookmaker"]), str(row["market"])]
            line.times.append(at)
            line.stands.append(Stand(at, _point(row["point"]), (
                _whole(row["price_home_or_over"]), _whole(row["price_away_or_under"]),
            )))  # fmt: skip
        for name, starts in seen.items():
            self._games[name].told_at = list(starts)
            self._games[name].starts = list(starts.values())

    def _add_scores(self, rows: Iterable[Mapping[str, Any]]) -> None:
        for row in rows:
            game = self._games.get(str(row["event_id"]))
            home, away = _whole(row["home_score"]), _whole(row["away_score"])
            if game is not None and home is not None and away is not None:
                game.score, game.begins = (home, away), row["commence_time"]

    def sports(self) -> Sequence[str]:
        """Return the vendor's sport keys that the recording holds."""
        return sorted(self._by_sport)

    def span(self) -> Span:
        """Return from the first row to the last final score."""
        games = self._games.values()
        return Span(min(game.told_at[0] for game in games), max(game.ends_at for game in games))

    def board(self, sport: str, at: datetime) -> list[Record]:
        """Return the events that are not over, with every book and market standing then."""
        found = []
        for game in self._by_sport.get(sport, ()):
            start = game.start(at)
            if start is not None and at < game.ends_at:
                found.append(self._event(game, start, at))
        return found

    def endings(self, sport: str, at: datetime) -> list[Ending]:
        """Return every game that was known by then, with its score once it has ended."""
        found = []
        for game in self._by_sport.get(sport, ()):
            start = game.start(at)
            if start is None:
                continue
            over = game.score is not None and at >= game.ends_at
            home, away = game.score if over and game.score else (None, None)
            begins = game.begins if over and game.begins else start
            found.append(Ending(game.event_id, game.home, game.away, begins, home, away, over))
        return found

    def _event(self, game: _Game, start: datetime, at: datetime) -> Record:
        books: defaultdict[str, list[Json]] = defaultdict(list)
        looked = stamp(at - LOOKED_AT)
        for (book, market), line in sorted(game.lines.items()):
            stand = line.at(at)
            if stand is not None:
                books[book].append({"key": market, "last_update": looked, "outcomes": _outcomes(game, market, stand)})
        return {
            "id": game.event_id, "sport_key": KEYS[game.league],
            "sport_title": title_of(game.league, synthetic=self.synthetic), "commence_time": stamp(start),
            "home_team": game.home, "away_team": game.away,
            "bookmakers": [
                {"key": book, "title": self._title(book), "last_update": looked, "markets": markets}
                for book, markets in books.items()
            ],
        }  # fmt: skip

    def _title(self, book: str) -> str:
        return f"{book} ({SYNTHETIC})" if self.synthetic else book


def _outcomes(game: _Game, market: str, stand: Stand) -> list[Json]:
    names = ("Over", "Under") if market == "totals" else (game.home, game.away)
    mirrored = _SIDES.get(market)
    found: list[Json] = []
    for place, (name, price) in enumerate(zip(names, stand.prices, strict=True)):
        if price is None:
            continue
        outcome: Record = {"name": name, "price": price}
        if mirrored is not None and stand.point is not None:
            # A spread is home's; the other side carries its own sign. Adding nought makes -0.0 read 0.0.
            outcome["point"] = stand.point * (mirrored if place else 1) + 0
        found.append(outcome)
    return found


def _point(value: float | None) -> Decimal | None:
    return None if value is None or value != value else Decimal(str(value))  # noqa: PLR0124 -- as below


def _whole(value: float | None) -> int | None:
    return None if value is None or value != value else int(value)  # noqa: PLR0124 -- what is not itself is no number
