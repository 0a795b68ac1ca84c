"""Moments: times as people type them."""

from datetime import datetime

from closeline.domain.clock import aware
from closeline.domain.errors import BadInput


def moment(text: str, option: str) -> datetime:
    """Read a time with its zone; raises BadInput, by the name of the option, for anything else."""
    try:
        return aware(datetime.fromisoformat(text))
    except ValueError:
        message = f"{option} must be a time with its zone, such as 2026-11-22T17:30:00+00:00, was {text[:40]!a}"
        raise BadInput(message) from None
