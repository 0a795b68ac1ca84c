"""Naming: the events that a feed has read become events of the record, or are refused with the reason. Pure.

It fails closed. A spelling that nobody has mapped is a question, an id that comes back for other teams is set aside,
and so is a second id for a game that is known: two feeds' words for one game never meet by luck. Two sources that
exchange home and away contradict each other, and the second is set aside; only where one of them says that the site is
neutral does it mean nothing, and the second is turned round.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from closeline.domain.feeds.captures import Basis, ParsedEvent, ParsedParticipant
from closeline.domain.identity import AliasTable
from closeline.domain.identity.turning import turned_event
from closeline.domain.leagues import League, event_id

# Two starts of one pair nearer than this are one game, unless they are marked as a double-header (invariant D8).
SAME_GAME = timedelta(hours=3)
# Nobody begins the second game of a double-header so soon after the first, whatever numbers a feed gives them.
TOO_SOON = timedelta(hours=1)
# An id that comes back this much later, when its game was to have begun, means another game: no game is put off so far
# without anybody saying so.
REUSED_AFTER = timedelta(days=14)
# Leagues whose teams meet twice on one day.
DOUBLE_HEADERS = frozenset({League.MLB})


class NameReason(StrEnum):
    """Why an event is not named."""

    UNKNOWN_TEAM = "UNKNOWN_TEAM"
    SAME_TEAM_TWICE = "SAME_TEAM_TWICE"
    OTHER_TEAMS = "OTHER_TEAMS"
    DUPLICATE_EVENT = "DUPLICATE_EVENT"
    DIRECTION_MISMATCH = "DIRECTION_MISMATCH"


class QuestionKind(StrEnum):
    """What an unknown spelling is of."""

    TEAM = "TEAM"
    PLAYER = "PLAYER"


@dataclass(frozen=True, slots=True)
class Question:
    """A name that no alias reads, for a person to decide; suggestions are never applied by themselves."""

    league: League
    spelling: str
    suggestions: tuple[str, ...]
    place: str
    kind: QuestionKind = QuestionKind.TEAM


@dataclass(frozen=True, slots=True)
class KnownEvent:
    """An event that is known already. `names` are this provider's own ids for it.

    `begun` says that its start had come when the payload was received, and nobody had put it off; `over` that its final
    score was known then, since `over_at`. `start_basis` says whether the start was quoted: an assumed one proves
    nothing. `neutral` says that a source has called its site neutral.
    """

    event_id: str
    league: League
    home: str
    away: str
    starts_at: datetime
    names: tuple[str, ...] = ()
    begun: bool = False
    over: bool = False
    start_basis: Basis = Basis.QUOTED
    neutral: bool = False
    over_at: datetime | None = None

    @property
    def game_no(self) -> int:
        """Return the number of the game on its day, as its id tells it."""
        return game_number(self.event_id)


@dataclass(frozen=True, slots=True)
class NamedEvent:
    """An event of a feed with its name in the record, home and away as the record has them.

    `turned` says that the feed has them the other way round: what else it says of the event is to be turned too.
    """

    event_id: str
    home: str
    away: str
    parsed: ParsedEvent
    turned: bool = False

    @property
    def game_no(self) -> int:
        """Return the number of the game on its day."""
        return game_number(self.event_id)


@dataclass(frozen=True, slots=True)
class Named:
    """What became of the events of a payload, by the provider's own id; questions may be asked twice in one payload."""

    events: Mapping[str, NamedEvent]
    refused: Mapping[str, NameReason] = field(default_factory=dict)
    questions: tuple[Question, ...] = ()

    @property
    def turned(self) -> frozenset[str]:
        """Return the provider's own ids of the events that it has the other way round than the record."""
        return frozenset(own_id for own_id, item in self.events.items() if item.turned)


def game_number(name: str) -> int:
    """Return the number of the game that an event id tells, 1 where it tells none."""
    return int(name.rpartition("_g")[2]) if "_g" in name[-4:] else 1


def name_events(
    parsed: Sequence[ParsedEvent], aliases: AliasTable, known: Iterable[KnownEvent], *, provider: str,
    archive: bool = False,
) -> Named:  # fmt: skip
    """Name the events that a payload tells of, in its order.

    known: every event that one of them could be: those that the provider's ids have meant, and those of the league
    around their days. archive: an archive names its games by itself, so nothing is compared with other sources.
    """
    register = _Register(known, provider=provider)
    events: dict[str, NamedEvent] = {}
    refused: dict[str, NameReason] = {}
    questions: list[Question] = []
    for event in parsed:
        home = aliases.resolve(event.league, provider, event.home)
        away = aliases.resolve(event.league, provider, event.away)
        if home is None or away is None:
            refused[event.provider_event_id] = NameReason.UNKNOWN_TEAM
            questions += [
                Question(event.league, name, aliases.suggest(name, league=event.league), event.place)
                for name, team in ((event.home, home), (event.away, away))
                if team is None
            ]
            continue
        name = NameReason.SAME_TEAM_TWICE if home == away else register.name_of(event, home, away, archive=archive)
        if isinstance(name, NameReason):
            refused[event.provider_event_id] = name
            continue
        if register.is_turned(name, home):
            named = NamedEvent(name, away, home, turned_event(event), turned=True)
        else:
            named = NamedEvent(name, home, away, event)
        events[event.provider_event_id] = named
        register.add(named)
    return Named(events, refused, tuple(questions))


def unmapped(participants: Iterable[ParsedParticipant], aliases: AliasTable, *, provider: str) -> tuple[Question, ...]:
    """Return a question for each team that a provider lists by a spelling that no alias reads."""
    return tuple(
        Question(item.league, item.name, aliases.suggest(item.name, league=item.league), item.place)
        for item in participants
        if aliases.resolve(item.league, provider, item.name) is None
    )


def remember(known: Iterable[KnownEvent], named: Named) -> tuple[KnownEvent, ...]:
    """Return what is known once a payload was named: for a desk that must go on without its record."""
    found = {item.event_id: item for item in known}
    for own_id, item in named.events.items():
        before = found.get(item.event_id)
        names = (*(before.names if before else ()), own_id)
        found[item.event_id] = KnownEvent(
            item.event_id, item.parsed.league, item.home, item.away, item.parsed.starts_at, tuple(dict.fromkeys(names)),
            start_basis=item.parsed.start_basis, neutral=item.parsed.neutral or (before is not None and before.neutral),
        )  # fmt: skip
    return tuple(found.values())


class _Register:
    """The events that are known, found by id and by pair."""

    def __init__(self, known: Iterable[KnownEvent], *, provider: str) -> None:
        self.provider = provider
        self._events: dict[str, KnownEvent] = {item.event_id: item for item in known}
        self._by_name: dict[str, list[str]] = {}
        for item in self._events.values():
            for name in item.names:
                self._by_name.setdefault(name, []).append(item.event_id)

    def add(self, named: NamedEvent) -> None:
        """Remember an event that was named."""
        event, name = named.parsed, named.event_id
        before = self._events.get(name)
        names = (*(before.names if before else ()), event.provider_event_id)
        if before is None:
            before = KnownEvent(
                name, event.league, named.home, named.away, event.starts_at, start_basis=event.start_basis
            )
        self._events[name] = replace(
            before, starts_at=event.starts_at, names=names, neutral=before.neutral or event.neutral
        )
        self._by_name.setdefault(event.provider_event_id, []).append(name)

    def is_turned(self, name: str, home: str) -> bool:
        """Say whether an event that is known has another home team than this."""
        known = self._events.get(name)
        return known is not None and known.home != home

    def name_of(self, event: ParsedEvent, home: str, away: str, *, archive: bool) -> str | NameReason:
        """Return the id that an event has or gets, or why it gets none."""
        uses = [self._events[name] for name in self._by_name.get(event.provider_event_id, ())]
        if any({use.home, use.away} != {home, away} or _contradict(event, home, use) for use in uses):
            return NameReason.OTHER_TEAMS
        if uses:
            last = min(uses, key=lambda use: abs(event.starts_at - use.starts_at))
            if archive or not _is_another(event, last):
                return last.event_id
        elif not archive:
            met = self._met(event, home, away)
            if met is not None:
                return met
        return self._free(event, home, away, {use.event_id for use in uses})

    def _met(self, event: ParsedEvent, home: str, away: str) -> str | NameReason | None:
        """Return the game that a new id must be of, or why it cannot be; None where the pair has none so near."""
        if event.start_basis is Basis.ASSUMED:
            return None
        near = [
            item
            for item in self._events.values()
            if item.league is event.league
            and {item.home, item.away} == {home, away}
            and item.start_basis is Basis.QUOTED
            and abs(event.starts_at - item.starts_at) < SAME_GAME
        ]
        for item in sorted(near, key=lambda item: (abs(event.starts_at - item.starts_at), item.event_id)):
            if _is_marked(event, item):
                continue
            if _contradict(event, home, item):
                return NameReason.DIRECTION_MISMATCH
            return NameReason.DUPLICATE_EVENT if item.names else item.event_id
        return None

    def _free(self, event: ParsedEvent, home: str, away: str, used: set[str]) -> str:
        # Two ids of one provider for one pair on one day are a double-header: the first seen is the first game.
        game_no = event.game_no
        name = event_id(event.league, away, home, event.day, game_no)
        while name in used or not self._is_free(name, event.provider_event_id):
            game_no += 1
            name = event_id(event.league, away, home, event.day, game_no)
        return name

    def _is_free(self, name: str, own_id: str) -> bool:
        known = self._events.get(name)
        return known is None or not known.names or (own_id in known.names)


def _contradict(event: ParsedEvent, home: str, other: KnownEvent) -> bool:
    """Say whether two sources exchange home and away where it means something: the word of one for neutral will do."""
    return other.home != home and not (event.neutral or other.neutral)


def _is_another(event: ParsedEvent, last: KnownEvent) -> bool:
    """Say whether an id now means another game than the one that it meant: one over cannot begin again.

    A start before the final score was known is that of the game which ended: one put off, whose start is told at last.
    """
    apart = abs(event.starts_at - last.starts_at)
    again = last.over_at is None or event.starts_at > last.over_at
    return (last.over and apart >= SAME_GAME and again) or (last.begun and apart > REUSED_AFTER)


def _is_marked(event: ParsedEvent, other: KnownEvent) -> bool:
    """Say whether two games that are near each other are told to be two."""
    apart = abs(event.starts_at - other.starts_at)
    return event.league in DOUBLE_HEADERS and event.game_no != other.game_no and apart >= TOO_SOON
