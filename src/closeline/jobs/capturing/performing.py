"""Performing: the calls are made, with no transaction open; what waits in the spool is brought along, oldest first."""

from collections.abc import Iterator

from closeline.domain.feeds.polling import Call
from closeline.domain.feeds.wants import Kind
from closeline.jobs.capturing import adrift, spooling
from closeline.jobs.capturing.outing import Brought, Outing, coverage_of, read
from closeline.jobs.desk import Desk
from closeline.jobs.live.follower import Seen
from closeline.jobs.live.following import follow

_SHOWN = frozenset({Kind.ODDS, Kind.EVENT_ODDS, Kind.EVENTS})


def perform(desk: Desk, outing: Outing) -> list[Brought]:
    """Make the calls one after the other and read what they bring; nothing raises but a call inside a transaction."""
    adrift.learn(desk, outing)
    return [*spooling.waiting(desk), *_made(desk, outing)]


def _made(desk: Desk, outing: Outing) -> Iterator[Brought]:
    for planned in outing:
        assert desk.fetch is not None, "a desk must have a fetcher to go out"
        brought = read(desk, Call(planned, desk.fetch.fetch(planned.item)))
        desk.adrift.heard(brought.call, desk.quota)
        # The board goes on from here, before anything is written: a record that is away does not stop it.
        if brought.parsed is not None and planned.want.kind in _SHOWN:
            follow(desk, [Seen(brought.parsed, brought.call.received_at, coverage_of(brought.call))])
        yield brought
