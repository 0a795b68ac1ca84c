"""Starts: when events began as far as anybody has said, else when they were to begin."""

from collections.abc import Sequence
from datetime import datetime

from closeline.domain.picks.closing import StartBasis
from closeline.flow.review.closes import Start
from closeline.store import references, results
from closeline.store.session import Session


def starts_of(session: Session, events: Sequence[str], *, as_of: datetime) -> dict[str, Start]:
    """Return the start of each event that is known by `as_of`: the actual one where a feed told it.

    A game that a feed called LIVE, or over, before its start had begun by then: what was quoted later was in play.
    """
    planned = references.versions(session, events, as_of=as_of)
    told = results.begun_at(session, {name: event.starts_at for name, event in planned.items()}, as_of=as_of)
    starts = {name: Start(version.starts_at, StartBasis.SCHEDULED) for name, version in planned.items()}
    return starts | {name: Start(at, StartBasis.ACTUAL) for name, at in told.items()}
