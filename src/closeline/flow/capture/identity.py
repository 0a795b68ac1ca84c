"""Identity: what a payload calls events and players becomes the names of the record, or a question."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from closeline.domain.feeds.captures import ParsedEvent, ParsedPayload, ResultStatus
from closeline.domain.identity import AliasTable
from closeline.domain.identity.naming import SAME_GAME, KnownEvent, Question, name_events, unmapped
from closeline.store import results
from closeline.store.references import NewEvent, identity
from closeline.store.results import reports
from closeline.store.session import Session

_PLAYED = frozenset({ResultStatus.FINAL, ResultStatus.SHORTENED, ResultStatus.FORFEITED})
_PUT_OFF = frozenset({ResultStatus.POSTPONED, ResultStatus.SUSPENDED})
# How far from their first day games of one pair are looked for, where a feed brings an id that nobody knows.
_AROUND = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Resolved:
    """The events of a payload by the provider's own id, why others have none, and what a person must be asked.

    `turned` are the ids of those that the provider has the other way round than the record, on a neutral site.
    """

    events: Mapping[str, NewEvent]
    unknown: Mapping[str, str]
    questions: tuple[Question, ...]
    turned: frozenset[str] = frozenset()


def resolve(session: Session, parsed: ParsedPayload, aliases: AliasTable, at: datetime) -> Resolved:
    """Name the events of a payload; what cannot be named is refused with its reason."""
    received = _received(parsed, at)
    known = _known_events(session, parsed, aliases, received)
    named = name_events(parsed.events, aliases, known, provider=parsed.provider, archive=parsed.archive)
    events = {
        own_id: _new_event(item.parsed, item.event_id, item.home, item.away, received[own_id])
        for own_id, item in named.events.items()
    }
    refused = {own_id: str(reason) for own_id, reason in named.refused.items()}
    listed = unmapped(parsed.participants, aliases, provider=parsed.provider)
    return Resolved(events, refused, (*named.questions, *listed), named.turned)


def _known_events(
    session: Session, parsed: ParsedPayload, aliases: AliasTable, received: Mapping[str, datetime]
) -> list[KnownEvent]:
    """Return every event that one of a payload's could be, as its provider knows it."""
    own_ids = [event.provider_event_id for event in parsed.events]
    uses = identity.uses_of(session, provider=parsed.provider, names=own_ids)
    leagues = sorted({event.league for event in parsed.events})
    days = sorted({event.day for event in parsed.events})
    around: dict[str, KnownEvent] = {}
    if parsed.archive:
        around = identity.known_on(session, leagues=leagues, days=[day.isoformat() for day in days])
    elif any(own_id not in uses for own_id in own_ids):
        teams = {
            team
            for event in parsed.events
            for name in (event.home, event.away)
            if (team := aliases.resolve(event.league, parsed.provider, name)) is not None
        }
        first, last = (days[0] - _AROUND).isoformat(), (days[-1] + _AROUND).isoformat()
        around = identity.known_between(session, leagues=leagues, first=first, last=last, teams=sorted(teams))
    used = sorted({name for names in uses.values() for name in names})
    found = around | identity.known_named(session, [name for name in used if name not in around])
    names = identity.own_ids(session, sorted(found), provider=parsed.provider)
    known = [_with_names(item, names.get(item.event_id, ())) for item in found.values()]
    moved = {} if parsed.archive else _moved(parsed.events, uses, {item.event_id: item for item in known})
    return _judged(session, known, moved, received) if moved else known


def _with_names(item: KnownEvent, names: Sequence[str]) -> KnownEvent:
    return replace(item, names=tuple(names))


def _moved(
    events: Sequence[ParsedEvent], uses: Mapping[str, Sequence[str]], known: Mapping[str, KnownEvent]
) -> dict[str, str]:
    """Return the events whose ids now come with quite another start, with the id that says so."""
    return {
        name: event.provider_event_id
        for event in events
        for name in uses.get(event.provider_event_id, ())
        if abs(event.starts_at - known[name].starts_at) >= SAME_GAME
    }


def _judged(
    session: Session, known: Sequence[KnownEvent], moved: Mapping[str, str], received: Mapping[str, datetime]
) -> list[KnownEvent]:
    """Say of events whose start is told anew whether they had begun, and whether they were over, at that telling."""
    moments = {name: received[own_id] for name, own_id in moved.items()}
    latest = max(moments.values())
    ended = results.of_events(session, sorted(moments), as_of=latest)
    told = reports.reports_of(session, sorted(moments), as_of=latest)
    first_told = identity.first_told(session, sorted(moments))
    judged = []
    for item in known:
        moment = moments.get(item.event_id)
        if moment is None:
            judged.append(item)
            continue
        result, said = ended.get(item.event_id), [report.status for report in told.get(item.event_id, ())]
        status = result.status if result is not None else said[-1] if said else None
        put_off = status in _PUT_OFF
        judged.append(replace(
            item, begun=not put_off and (item.starts_at <= moment or first_told[item.event_id] > moment),
            over=result is not None and status in _PLAYED, over_at=None if result is None else result.received_at,
        ))  # fmt: skip
    return judged


def receipts(parsed: ParsedPayload) -> Iterator[tuple[str, datetime]]:
    """Yield the provider's own id and the moment of everything that was received of an event."""
    yield from ((quote.provider_event_id, quote.received_at) for quote in parsed.quotes)
    yield from ((result.provider_event_id, result.received_at) for result in parsed.results)
    yield from ((start.provider_event_id, start.received_at) for start in parsed.starts)
    yield from ((item.provider_event_id, item.received_at) for item in parsed.suspended)


def _received(parsed: ParsedPayload, at: datetime) -> dict[str, datetime]:
    received = {event.provider_event_id: at for event in parsed.events}
    for name, received_at in receipts(parsed):
        received[name] = min(received.get(name, at), received_at)
    return received


def _new_event(event: ParsedEvent, name: str, home: str, away: str, received_at: datetime) -> NewEvent:
    game_no = int(name.rpartition("_g")[2]) if "_g" in name[-4:] else 1
    return NewEvent(
        name, event.league, event.season, event.day.isoformat(), home, away, game_no, event.provider_event_id,
        event.starts_at, event.start_basis, event.neutral, event.home_pitcher, event.away_pitcher, event.place,
        received_at, event.playoff,
    )  # fmt: skip
