"""When an answer was received: for a live feed the moment that the desk wrote down, whatever the bytes or names say.

Readers of files take the time from a name or from the newest update within. An answer's own moment is put into its
name before it is read, so that one reader serves both.
"""

from dataclasses import replace

from closeline.domain.feeds.captures import RawPayload
from closeline.providers.fields import time_text


def as_received(payload: RawPayload) -> RawPayload:
    """Return a payload whose name tells when it was received, first of all that it may tell."""
    return replace(payload, name=f"{time_text(payload.received_at)} {payload.name}")
