"""Of one event, or of the past: what a person asks for who names more than a league."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from closeline.domain.errors import BadInput
from closeline.domain.feeds.cadence import Game
from closeline.domain.feeds.event_odds import OPEN_LEAD, Priced
from closeline.domain.feeds.fetching import CallOutcome
from closeline.domain.feeds.wants import Kind, Want
from closeline.domain.leagues import League
from closeline.domain.markets import GAME_MARKETS, Market
from closeline.jobs.capturing.outing import read_back
from closeline.jobs.desk import Desk
from closeline.store.polls import calls
from closeline.store.references import identity
from closeline.store.session import Session

OF_EVENT = frozenset({Kind.EVENT_ODDS, Kind.EVENT_MARKETS, Kind.HISTORICAL_EVENT_ODDS})
OF_PAST = frozenset({Kind.HISTORICAL_ODDS, Kind.HISTORICAL_EVENTS, Kind.HISTORICAL_EVENT_ODDS})
# What books showed so long ago they may show no more.
SHOWN_WITHIN = timedelta(days=1)
_LOOKED_AT = 50
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asks for: a kind of thing, and of which league, event (by the record's id) or moment."""

    kind: Kind
    league: League | None = None
    event: str = ""
    at: str = ""


def instant_of(asked: Asked) -> str:
    """Return the moment that is asked about, empty for the present; raises BadInput for what is none."""
    if asked.kind not in OF_PAST:
        return ""
    if not _INSTANT.fullmatch(asked.at):
        raise BadInput(f"--at must be a moment such as 2025-11-29T22:45:00Z for the past, was {asked.at or 'missing'}")
    return asked.at


def priced(session: Session, desk: Desk, known: Sequence[Game]) -> Iterator[tuple[Priced, tuple[Want, ...]]]:
    """Yield the games whose event a feed can be asked about for the desk's markets, with the wants that do so.

    A feed that has two ids for a game is asked by both: the one that it has given up is not found, and costs nothing.
    """
    if not desk.event_markets or not known:
        return
    now = desk.clock()
    asked = calls.addresses_asked(session, Kind.EVENT_ODDS, after=now - OPEN_LEAD - SHOWN_WITHIN, as_of=now)
    for feed in desk.feeds:
        names = identity.own_ids(session, [game.event_id for game in known], provider=feed.provider)
        for game in known:
            ids = names.get(game.event_id, ())
            wants = tuple(Want(Kind.EVENT_ODDS, game.league, desk.event_markets, own_id) for own_id in ids)
            items = [item for want in wants for item in feed.required_items(want)]
            if items:
                tried, answered = zip(
                    *(asked.get((feed.name, item.address), (None, None)) for item in items), strict=True
                )
                yield Priced(game, sum(item.credits_most for item in items), _first(answered), _first(tried)), wants


def _first(moments: Sequence[datetime | None]) -> datetime | None:
    """Return the first of several moments, null where one of them never was."""
    found = [moment for moment in moments if moment is not None]
    return min(found) if len(found) == len(moments) else None


def wants(session: Session, desk: Desk, asked: Asked) -> Iterator[Want]:
    """Yield what is asked of an event, by the ids of those who price it; raises BadInput where nobody knows it."""
    at, found = instant_of(asked), identity.known_named(session, [asked.event]).get(asked.event)
    if found is None:
        raise BadInput(f"--event must be an event of the record, was {asked.event or 'missing'}; see closeline board")
    own_ids: list[str] = []
    for feed in desk.feeds:
        if feed.required_items(Want(Kind.ODDS, found.league, GAME_MARKETS)):
            own_ids += identity.own_ids(session, [asked.event], provider=feed.provider).get(asked.event, ())
    if not own_ids:
        mend = f"run closeline capture run --kind events --league {found.league}"
        raise BadInput(f"--event must be known to a feed of prices, {asked.event} was not; {mend}")
    for own_id in own_ids:
        markets = shown(session, desk, found.league, own_id) if asked.kind is Kind.EVENT_ODDS else ()
        yield Want(asked.kind, found.league, tuple(markets) or desk.event_markets or GAME_MARKETS, own_id, at=at)


def shown(session: Session, desk: Desk, league: League, own_id: str) -> Sequence[Market]:
    """Return the markets that books have shown of an event of late: nothing else need be paid for. None if unasked."""
    for poll in reversed(calls.of_league(session, league, Kind.EVENT_MARKETS, most=_LOOKED_AT)):
        fresh = poll.outcome is CallOutcome.OK and desk.clock() - poll.received_at <= SHOWN_WITHIN
        parsed = read_back(session, desk, poll) if fresh and f"/{own_id}/" in poll.address else None
        if parsed is not None:
            return sorted({item.market for item in parsed.shown if item.provider_event_id == own_id})
    return ()
