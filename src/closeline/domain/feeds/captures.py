"""What a feed asks for, what comes back, and what it says once read.

A feed is two pure functions: `required_items` (what to fetch) and `parse` (bytes to what they say).
Parsed teams keep the provider's spelling: a name becomes an id only where the alias table is read.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from closeline.domain.leagues import League
from closeline.domain.markets import Market, Side
from closeline.domain.odds import Price
from closeline.domain.props.boxes import Box


class Phase(StrEnum):
    """Which part of an archive's day a capture takes in."""

    OPEN = "OPEN"
    CLOSE = "CLOSE"
    RESULT = "RESULT"
    LIVE = "LIVE"


class Basis(StrEnum):
    """Whether a time or a price was quoted by the source or assumed by rule."""

    QUOTED = "QUOTED"
    ASSUMED = "ASSUMED"


class ResultStatus(StrEnum):
    """What a feed says has become of an event."""

    SCHEDULED = "SCHEDULED"
    LIVE = "LIVE"
    FINAL = "FINAL"
    SHORTENED = "SHORTENED"
    POSTPONED = "POSTPONED"
    CANCELLED = "CANCELLED"
    SUSPENDED = "SUSPENDED"
    ABANDONED = "ABANDONED"
    FORFEITED = "FORFEITED"


@dataclass(frozen=True, slots=True)
class RawPayload:
    """Bytes as they were received, before anybody has read them."""

    name: str
    content: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True)
class ParsedEvent:
    """An event as a feed describes it. `place` says where in the bytes; `playoff` is null where the feed is silent."""

    provider_event_id: str
    league: League
    day: date
    season: int
    home: str
    away: str
    starts_at: datetime
    start_basis: Basis
    neutral: bool = False
    game_no: int = 1
    home_pitcher: str | None = None
    away_pitcher: str | None = None
    place: str = ""
    playoff: bool | None = None


@dataclass(frozen=True, slots=True)
class ParsedStart:
    """Another start of an event than the one that was told before, and when it was told."""

    provider_event_id: str
    starts_at: datetime
    received_at: datetime
    place: str


@dataclass(frozen=True, slots=True)
class ParsedQuote:
    """One side of one market at one book. `received_at` is null when it is the payload's own time.

    `player` is the source's spelling where the market is a player's, else empty. `alternate` says that the line is one
    of many beside the main one: it belongs to no series of the market.
    """

    provider_event_id: str
    phase: Phase
    book: str
    market: Market
    side: Side
    line_quarters: int | None
    price: Price
    received_at: datetime
    source_updated_at: datetime | None = None
    place: str = ""
    player: str = ""
    alternate: bool = False


@dataclass(frozen=True, slots=True)
class ParsedSuspension:
    """What a book shows without a price: one side, a whole market where `side` is None, all of it without `market` too.

    `player` is the source's spelling where the market is a player's, else empty.
    """

    provider_event_id: str
    book: str
    market: Market | None
    side: Side | None
    received_at: datetime
    source_updated_at: datetime | None = None
    place: str = ""
    player: str = ""


@dataclass(frozen=True, slots=True)
class ParsedSport:
    """A competition that a feed lists: its own key, of which league, and whether it is played now."""

    league: League
    key: str
    active: bool
    preseason: bool = False


@dataclass(frozen=True, slots=True)
class ParsedShown:
    """A market that a book has shown of an event lately; at what price, another question says."""

    provider_event_id: str
    book: str
    market: Market


@dataclass(frozen=True, slots=True)
class ParsedParticipant:
    """A team of a league, as a feed spells it."""

    league: League
    name: str
    place: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """What an answer was asked for: what it leaves out of that was not on offer at that moment.

    `books` are those that were asked for, None where all of them were; `events` the provider's own ids, None where the
    whole league was. An answer without coverage says nothing by leaving something out. `alternates` says that lines
    beside the main ones were asked for, too.
    """

    league: League
    markets: tuple[Market, ...]
    books: tuple[str, ...] | None = None
    events: tuple[str, ...] | None = None
    alternates: bool = False


@dataclass(frozen=True, slots=True)
class GameFacts:
    """What a result feed may tell of a game beside its score; None means that it did not say.

    `regulation` is the (home, away) score before overtime. `innings_completed` counts half innings, so 8.5 means that
    the home team has not batted in the ninth. The `_at_suspension` facts are the state in which play stopped.
    """

    started_at: datetime | None = None
    ended_at: datetime | None = None
    regulation: tuple[int, int] | None = None
    minutes_played: float | None = None
    innings_completed: float | None = None
    scheduled_innings: int | None = None
    at_suspension: tuple[int, int] | None = None
    minutes_at_suspension: float | None = None
    innings_at_suspension: float | None = None
    home_away_swapped: bool = False
    starters_changed: tuple[Side, ...] = ()
    # Whether the feed tells of overtime at all: a score without that word may or may not hold some.
    overtime_told: bool = False


NO_FACTS = GameFacts()


def is_told(fact: object) -> bool:
    """Say whether a feed told a fact of `GameFacts`; nought points or minutes are told, False and nobody are not."""
    return fact is not None and fact is not False and fact != ()


@dataclass(frozen=True, slots=True)
class ParsedResult:
    """How an event ended. Periods are (home, away) points, overtime last where it was played.

    `words` are the feed's own for the status, kept for the person who looks at what was held.
    """

    provider_event_id: str
    status: ResultStatus
    home_score: int | None
    away_score: int | None
    received_at: datetime
    periods: tuple[tuple[int, int], ...] = ()
    overtime: bool = False
    shootout: bool = False
    place: str = ""
    facts: GameFacts = NO_FACTS
    words: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that cannot be used: why, where it stands, and how many prices it held."""

    reason: str
    place: str
    excerpt: str
    prices: int = 1


@dataclass(frozen=True, slots=True)
class ParsedPayload:
    """All that one payload says. `provider` names the alias table that reads its spellings.

    `starts` are later than what `events` say, in order of time: a table of many moments tells an event's start again.
    `suspended` is what was shown without a price: no price is lost by it, and none may be made up for it. `sports`,
    `shown` and `participants` are of answers that hold no event's prices: which competitions there are, which markets
    of an event are on offer, and who plays. `boxes` are what players did, in games of which some may be no events.
    """

    provider: str
    parser_version: str
    events: tuple[ParsedEvent, ...] = ()
    quotes: tuple[ParsedQuote, ...] = ()
    results: tuple[ParsedResult, ...] = ()
    rejected: tuple[Rejected, ...] = field(default=())
    archive: bool = False
    starts: tuple[ParsedStart, ...] = ()
    suspended: tuple[ParsedSuspension, ...] = ()
    sports: tuple[ParsedSport, ...] = ()
    shown: tuple[ParsedShown, ...] = ()
    participants: tuple[ParsedParticipant, ...] = ()
    boxes: tuple[Box, ...] = ()


class Feed(Protocol):
    """A format that can be recognised and read."""

    name: str

    def recognises(self, payload: RawPayload) -> bool:
        """Say whether these bytes are of this format."""
        ...

    def parse(self, payload: RawPayload) -> ParsedPayload:
        """Read the bytes; what cannot be read is rejected with its place, never guessed."""
        ...
