"""Tending: the board goes on by time alone, what waits is written, and how the board does is told to the record."""

from collections.abc import Mapping, Sequence

from closeline.domain.board.health import BoardHealth
from closeline.domain.events import Event
from closeline.jobs.live.following import LiveDesk, follow
from closeline.jobs.live.opinions import keep_opinions
from closeline.store.quotes import opinions
from closeline.store.session import Session

Arguments = Mapping[str, str | int | float | bool | None]


def due(desk: LiveDesk, arguments: Arguments) -> bool:
    """Say whether this desk makes a board."""
    del arguments
    return desk.follower is not None


def plan(session: Session, desk: LiveDesk, arguments: Arguments) -> None:
    """Plan nothing: what there is to do is in memory."""
    del session, desk, arguments


def perform(desk: LiveDesk, planned: None = None) -> BoardHealth:
    """Let time alone make the next board, write down what waits, and return how the board does."""
    del planned
    follow(desk)
    if desk.follower is None:
        return BoardHealth()
    keep_opinions(desk)
    return desk.follower.health()


def keep(session: Session, desk: LiveDesk, arguments: Arguments, found: BoardHealth) -> Sequence[Event]:
    """Write down how the board does, for whoever asks the record alone."""
    del arguments
    opinions.keep_health(session, found, at=desk.clock())
    return ()
