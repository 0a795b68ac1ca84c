"""A call that is planned, and the same call once it was made: what the polling of feeds hands from step to step."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from closeline.domain.clock import micros
from closeline.domain.feeds.fetching import Fetched, RawItem
from closeline.domain.feeds.wants import Want
from closeline.domain.ids import content_id


class Purpose(StrEnum):
    """Why a call is made. Only CLOSE may be paid from the closing reserve."""

    CLOSE = "CLOSE"
    PLANNED = "PLANNED"
    ASKED = "ASKED"
    PROBE = "PROBE"


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """One call that is due. `reservation` names what was set aside for it in the quota ledger, empty where it is free.

    `interval_seconds` is how long it will be until the league is asked for this again, null where nobody planned it.
    `token` is of the claim under which it goes out.
    """

    feed: str
    want: Want
    item: RawItem
    purpose: Purpose
    slot: str
    reservation: str = ""
    interval_seconds: int | None = None
    token: int = 0

    @property
    def scope(self) -> str:
        """Return what only one process at a time is out for."""
        league = self.want.league or ""
        return f"{self.feed}:{self.want.kind}:{league}:{self.want.day or ''}{self.want.event}{self.want.competition}"


@dataclass(frozen=True, slots=True)
class Call:
    """A planned call with what came of it. The record names it, so that what was spooled is kept once."""

    planned: PlannedCall
    fetched: Fetched

    @property
    def poll_id(self) -> str:
        """Return the name of the poll."""
        item = self.planned.item
        asked = micros(self.fetched.asked_at)
        return content_id("poll", self.planned.feed, item.address, self.planned.slot, asked, self.planned.reservation)

    @property
    def received_at(self) -> datetime:
        """Return when the answer was received."""
        return self.fetched.received_at
