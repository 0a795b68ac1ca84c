"""What the verbs ask of the outside world."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from closeline.domain.board import Board
from closeline.domain.board.editions import Edition, ShelfHealth
from closeline.domain.feeds.captures import ParsedPayload, RawPayload
from closeline.domain.feeds.fetching import Fetched, RawItem
from closeline.domain.feeds.spool import SpoolState
from closeline.domain.feeds.wants import Want
from closeline.domain.forecasts.injuries import ParsedInjuries
from closeline.domain.leagues import League
from closeline.domain.publishing.delivery import MessageKind, Receipt


class Fetcher(Protocol):
    """Brings bytes from outside. Raises InsideTransaction when a transaction is open, and for nothing else."""

    def fetch(self, item: RawItem) -> Fetched:
        """Make one call, with its retries, and say what came of it."""
        ...


class LiveFeed(Protocol):
    """A source that is asked over the network: two pure functions, what to fetch and how to read it."""

    name: str
    provider: str

    def required_items(self, want: Want) -> Sequence[RawItem]:
        """Return the calls that answer a want; none where this feed cannot answer it."""
        ...

    def parse(self, payload: RawPayload) -> ParsedPayload:
        """Read the bytes; what cannot be read is rejected with its place, never guessed."""
        ...


class InjuryFeed(Protocol):
    """A source of injury reports that is asked over the network; its bytes do not say of which league they are."""

    name: str
    provider: str

    def required_items(self, want: Want) -> Sequence[RawItem]:
        """Return the calls that answer a want of injuries; none where this feed cannot answer it."""
        ...

    def parse(self, payload: RawPayload, league: League) -> ParsedInjuries:
        """Read the reports of the league that was asked for; what cannot be read is rejected with its place."""
        ...


class BoardShelf(Protocol):
    """Where the newest board lies, for everybody who shows it. It never stops a capture: what fails here is counted."""

    def put(self, board: Board) -> None:
        """Make this board the newest; an older version than the one there is left out."""
        ...

    def newest(self) -> Board | None:
        """Return the newest board; None before the first."""
        ...

    def edition(self) -> Edition | None:
        """Return the newest board with its bytes, made once; None before the first. It never waits for a network."""
        ...

    def health(self) -> ShelfHealth:
        """Say how the shelf does."""
        ...


class Spool(Protocol):
    """Where bytes wait that the record could not take. Bounded: what does not fit is refused and counted."""

    def put(self, name: str, content: bytes) -> bool:
        """Lay bytes aside under a name, once; False when there is no room left."""
        ...

    def names(self) -> Sequence[str]:
        """Return what waits, in the order of the names."""
        ...

    def get(self, name: str) -> bytes | None:
        """Return bytes that wait, null when they are gone."""
        ...

    def remove(self, name: str) -> None:
        """Let go of bytes that are in the record now."""
        ...

    def spoil(self, name: str) -> None:
        """Take bytes out of the row that nobody can use any more, and keep them for a person."""
        ...

    def state(self) -> SpoolState:
        """Say how full it is."""
        ...


class Meter(Protocol):
    """Counts and times what the desk does, for whoever watches it. Outcomes are "ok" or the name of a fault."""

    def call(self, provider: str, outcome: str, seconds: float) -> None:
        """Tell of a call to the outside world."""
        ...

    def job(self, job: str, outcome: str, seconds: float) -> None:
        """Tell of a job that ran."""
        ...

    def cache(self, operation: str, outcome: str, seconds: float) -> None:
        """Tell of a board that was put up or looked up."""
        ...

    def transaction(self, kind: str, outcome: str, seconds: float) -> None:
        """Tell of a transaction that ended; its kind is "read" or "write"."""
        ...

    def batch(self, what: str, rows: int, outcome: str, seconds: float) -> None:
        """Tell of rows of one kind that were written together, or were not."""
        ...


class Unmetered:
    """Counts nothing: for backtests, tests and single commands."""

    def call(self, provider: str, outcome: str, seconds: float) -> None:
        """Let a call go by."""

    def job(self, job: str, outcome: str, seconds: float) -> None:
        """Let a job go by."""

    def cache(self, operation: str, outcome: str, seconds: float) -> None:
        """Let a board go by."""

    def transaction(self, kind: str, outcome: str, seconds: float) -> None:
        """Let a transaction go by."""

    def batch(self, what: str, rows: int, outcome: str, seconds: float) -> None:
        """Let a batch go by."""


UNMETERED = Unmetered()


Part = Mapping[str, str | int | float | bool | None]


class Executor(Protocol):
    """Does one kind of work for many parts, wherever there is room for it; where never changes a bit of the answers."""

    def map(self, work: str, parts: Sequence[Part]) -> list[Part]:
        """Return the answer to each part, in the order of the parts; raises the first fault that a part met."""
        ...


@dataclass(frozen=True, slots=True)
class Gauge:
    """A figure as it stands now; labels are (name, value) pairs."""

    name: str
    text: str
    value: float
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel is asked to carry: fixed bytes under a name.

    answers: of a notice, the message that it is about, null where nobody knows it. edited: what that one says from now.
    """

    pick_id: str
    payload: str
    kind: MessageKind = MessageKind.POST
    answers: Receipt | None = None
    edited: str = ""

    @property
    def name(self) -> str:
        """Return the message's own name, the same at every attempt."""
        return self.pick_id if self.kind is MessageKind.POST else f"{self.pick_id}.{self.kind.lower()}"


class Channel(Protocol):
    """A place where picks are published. `repeatable`: the same message sent twice arrives there once."""

    name: str
    repeatable: bool

    def send(self, message: Message) -> Receipt:
        """Carry a message and return the channel's own id for it; raises SurelyNotSent or OutcomeUnknown."""
        ...


@dataclass(frozen=True, slots=True)
class Sighting:
    """One message that an observer saw in a channel's chat; edits of it are no sightings. `number` counts on."""

    number: int
    chat: str
    message_id: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Look:
    """What an observer saw since it looked last. `whole` is false where it could not look to the end.

    proved: whether it knows by itself that it sees all that we write there; else what it saw before has to show it.
    """

    sightings: tuple[Sighting, ...]
    until: int
    whole: bool
    fault: str = ""
    proved: bool = False


class Observer(Protocol):
    """Somebody who reads a channel as its readers do, and so can say whether a message arrived."""

    channel: str

    def look(self, after: int) -> Look:
        """Return what was seen after a number; it never raises for what goes wrong outside."""
        ...
