"""Following: a capture tells what it saw, and the board goes on from there."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from closeline.domain.board import Board
from closeline.domain.board.market import Sighting
from closeline.domain.clock import Clock
from closeline.domain.errors import CloselineError
from closeline.domain.ports import LiveFeed, Meter
from closeline.jobs.live.follower import Follower, Seen
from closeline.jobs.live.garbage import look_for_garbage
from closeline.jobs.live.opinions import keep_opinions
from closeline.jobs.live.warming import learn, warm
from closeline.store.database.engine import Engine
from closeline.store.session import unit_of_work

# What a capture may give to the writing of opinions: the next one waits for it.
_QUICK = timedelta(milliseconds=250)


class LiveDesk(Protocol):
    """What of a desk the board needs."""

    @property
    def engine(self) -> Engine:
        """Return the record."""
        ...

    @property
    def clock(self) -> Clock:
        """Return the desk's clock."""
        ...

    @property
    def tenant_id(self) -> str:
        """Return whose limits judge the board."""
        ...

    @property
    def feeds(self) -> tuple[LiveFeed, ...]:
        """Return the feeds whose answers will come."""
        ...

    @property
    def meter(self) -> Meter:
        """Return what counts and times."""
        ...

    @property
    def follower(self) -> Follower | None:
        """Return the one writer of the board; None on a desk that shows none."""
        ...


def follow(desk: LiveDesk, seen: Sequence[Seen | Sighting] = ()) -> Board | None:
    """Take in what captures saw, put the next board on the shelf and return it; None where there is nothing new.

    Must be called outside any transaction, and never raises. The record is asked for names at the start and from time
    to time, and given the opinions that wait, after the board is out; where it fails the board goes on without it.
    """
    follower = desk.follower
    if follower is None:
        return None
    now = desk.clock()
    if follower.learns(now):
        _learn(desk, follower)
    board = follower.take(seen, now=now)
    if follower.writes(now):
        keep_opinions(desk, budget=_QUICK)
    if board is not None:
        look_for_garbage()
    return board


def _learn(desk: LiveDesk, follower: Follower) -> None:
    """Ask the record for names; a record that is away is asked again at the next capture."""
    now, providers = desk.clock(), sorted({feed.provider for feed in desk.feeds})
    try:
        with unit_of_work(desk.engine, write=False) as session:
            if follower.is_warm:
                learn(session, follower, providers=providers, as_of=now)
            else:
                warm(session, follower, tenant_id=desk.tenant_id, providers=providers, as_of=now)
    except CloselineError as fault:
        follower.not_learned(type(fault).__name__)
        if follower.is_warm:
            # Names can wait as long as they always do: a record that is away must not hold each board up.
            follower.learned(now)
    else:
        follower.learned(now)
