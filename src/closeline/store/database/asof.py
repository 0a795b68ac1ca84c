"""What was known at a moment: the guard that every modelling read passes through."""

from collections.abc import Iterable
from datetime import datetime

from closeline.domain.errors import LookAhead


def known(received: Iterable[datetime], *, as_of: datetime, what: str) -> None:
    """Raise LookAhead when anything was received after `as_of`."""
    latest = max(received, default=None)
    if latest is not None and latest > as_of:
        message = f"{what} must have been received by {as_of.isoformat()}, was received {latest.isoformat()}"
        raise LookAhead(message)
