"""Boards of the past: the events that a board at a moment shows, and what their quotes were by then."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select

from closeline.domain.board import Availability, EventCard, LiveQuote
from closeline.domain.board.market import LEAVES_AFTER, Sighting
from closeline.domain.board.sighted import REMEMBERS
from closeline.domain.errors import CloselineError
from closeline.domain.feeds.captures import ResultStatus
from closeline.domain.identity.naming import KnownEvent
from closeline.domain.leagues import League
from closeline.store import references, results
from closeline.store.polls import captures
from closeline.store.quotes import AnySeries, State, of_events, states
from closeline.store.quotes.rows import market_of
from closeline.store.references import identity
from closeline.store.results import reports
from closeline.store.session import Session
from closeline.store.tables.evidence import raw_payload
from closeline.store.tables.reference import event, event_version

# What begins later than this is on no board yet, and nothing that is asked for today is about it.
AHEAD = timedelta(days=60)
# What made-up payloads say of themselves, in their name or in their text.
SYNTHETIC = "SYNTHETIC"
_PLAYED = frozenset({ResultStatus.FINAL, ResultStatus.SHORTENED, ResultStatus.FORFEITED})
_PUT_OFF = frozenset({ResultStatus.POSTPONED, ResultStatus.SUSPENDED})
_LATER = event_version.alias("later")
_UPCOMING = (
    select(
        event.c.event_id, event.c.league, event.c.home_team_id, event.c.away_team_id, event_version.c.starts_at,
        event_version.c.version,
    )
    .join(event_version, event_version.c.event_id == event.c.event_id)
    .where(
        event_version.c.version
        == select(func.max(_LATER.c.version))
        .where(_LATER.c.event_id == event.c.event_id, _LATER.c.received_at <= bindparam("as_of"))
        .scalar_subquery(),
        event_version.c.starts_at >= bindparam("since"),
        event_version.c.starts_at <= bindparam("until"),
    )
    .order_by(event_version.c.starts_at, event.c.event_id)
)  # fmt: skip

_TOLD_BY = (
    select(event_version.c.payload_sha, raw_payload.c.name)
    .join(raw_payload, raw_payload.c.payload_sha == event_version.c.payload_sha)
    .where(event_version.c.event_id.in_(bindparam("events", expanding=True)))
    .distinct()
)


def upcoming(session: Session, *, as_of: datetime) -> list[EventCard]:
    """Return the events that begin after a moment or have just begun, by what was known then, in order of start."""
    asked = {"as_of": as_of, "since": as_of - LEAVES_AFTER, "until": as_of + AHEAD}
    rows = session.rows(_UPCOMING, asked)
    names = references.team_names(session, sorted({team for row in rows for team in (row[2], row[3])}))
    return [
        EventCard(
            row.event_id, League(row.league), names[row.home_team_id], names[row.away_team_id], row.starts_at,
            row.version,
        )
        for row in rows
    ]  # fmt: skip


def is_synthetic(session: Session, cards: Sequence[EventCard]) -> bool:
    """Say whether any league's events were made up, by the bytes that told of the first of each: they say so."""
    firsts = {card.league: card.event_id for card in reversed(cards)}
    rows = session.rows(_TOLD_BY, {"events": sorted(firsts.values())}) if firsts else ()
    return any(_says_so(session, row.payload_sha, row.name) for row in rows)


def _says_so(session: Session, payload_sha: str, name: str) -> bool:
    if name.lower().startswith(SYNTHETIC.lower()):
        return True
    try:
        return SYNTHETIC.encode() in captures.payload(session, payload_sha).content
    except CloselineError:
        # Bytes that retention let go of say nothing any more.
        return False


def known_to(session: Session, providers: Collection[str], *, as_of: datetime) -> dict[str, list[KnownEvent]]:
    """Return the events around a moment as each provider knows them: those past too, whose ids may come back.

    They are the ones that a capture compares new events with, so that a board names what comes as the record does.
    """
    if not providers:
        return {}
    rows = session.rows(_UPCOMING, {"as_of": as_of, "since": as_of - REMEMBERS, "until": as_of + AHEAD})
    names = [row.event_id for row in rows]
    known = identity.known_named(session, names)
    past = _judged(session, [item for item in known.values() if item.starts_at <= as_of], as_of)
    found = [past.get(name, item) for name, item in known.items()]
    own = {provider: identity.own_ids(session, names, provider=provider) for provider in providers}
    return {
        provider: [replace(item, names=ids.get(item.event_id, ())) for item in found] for provider, ids in own.items()
    }


def _judged(session: Session, known: Sequence[KnownEvent], as_of: datetime) -> dict[str, KnownEvent]:
    """Say of events whose start has come whether they began, as far as nobody put them off, and are over."""
    ended = results.of_events(session, sorted(item.event_id for item in known), as_of=as_of)
    open_ = sorted(item.event_id for item in known if item.event_id not in ended)
    told = reports.reports_of(session, open_, as_of=as_of)
    status = {name: said[-1].status for name, said in told.items() if said}
    status |= {name: result.status for name, result in ended.items()}
    return {
        item.event_id: replace(
            item, begun=status.get(item.event_id) not in _PUT_OFF,
            over=item.event_id in ended and status[item.event_id] in _PLAYED,
            over_at=ended[item.event_id].received_at if item.event_id in ended else None,
        )
        for item in known
    }  # fmt: skip


def sightings(session: Session, cards: Sequence[EventCard], *, as_of: datetime) -> list[Sighting]:
    """Return what was seen of events by a moment, oldest first, and at last how every series stood then."""
    names = [card.event_id for card in cards]
    seen: defaultdict[datetime, list[LiveQuote]] = defaultdict(list)
    last: dict[AnySeries, LiveQuote] = {}
    for item in of_events(session, names, as_of=as_of):
        at = item.received_at
        quote = LiveQuote(item.event_id, item.book, item.market, item.side, item.line_quarters, item.price, at, at)
        seen[at].append(quote)
        last[quote.series] = quote
    standing = states(session, names, as_of=as_of)
    for series, state in standing.items():
        # The past of players' quotes is not read whole: their movement begins with the price that stands.
        if series not in last and (first := _standing(series, state, None)) is not None:
            seen[state.changed_at].append(replace(first, seen_at=state.changed_at))
    final: defaultdict[str, list[LiveQuote]] = defaultdict(list)
    for series, state in standing.items():
        if (now := _standing(series, state, last.get(series))) is not None:
            final[state.feed].append(now)
    told = [Sighting(at, quotes=tuple(quotes)) for at, quotes in sorted(seen.items())]
    stands = [Sighting(as_of, quotes=tuple(quotes), teller=feed) for feed, quotes in sorted(final.items())]
    return [Sighting(as_of, cards=tuple(cards)), *told, *stands]


def _standing(series: AnySeries, state: State, last: LiveQuote | None) -> LiveQuote | None:
    """Return a series as it stands; one that is off keeps its last price beside its availability."""
    event_id, book, market_key, player_id, side = series
    if state.availability is not Availability.PRICED or state.price is None:
        if last is None:
            return None
        return replace(last, availability=state.availability, changed_at=state.changed_at, seen_at=state.seen_at)
    return LiveQuote(
        event_id, book, market_of(market_key), side, state.line_quarters, state.price, state.changed_at, state.seen_at,
        player_id=player_id,
    )  # fmt: skip
