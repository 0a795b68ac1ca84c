"""A call to the outside world: what is asked, and what came of it as a value, whatever went wrong."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from closeline.domain.feeds.captures import RawPayload


@dataclass(frozen=True, slots=True)
class RawItem:
    """Something that a feed wants fetched: a path below its host, and what is asked of it. Never a key.

    `credits_most` is what the call can cost at worst; it is reserved before the call is made.
    """

    feed: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    credits_most: int = 0

    @property
    def address(self) -> str:
        """Return path and query for people to read."""
        asked = "&".join(f"{name}={value}" for name, value in self.query)
        return f"{self.path}?{asked}" if asked else self.path


class CallOutcome(StrEnum):
    """What came of a call; every one but OK brings nothing to read."""

    OK = "OK"
    BAD_KEY = "BAD_KEY"
    OUT_OF_CREDITS = "OUT_OF_CREDITS"
    NOT_ON_PLAN = "NOT_ON_PLAN"
    NOT_FOUND = "NOT_FOUND"
    BAD_REQUEST = "BAD_REQUEST"
    TOO_FAST = "TOO_FAST"
    SERVER_FAULT = "SERVER_FAULT"
    TIMED_OUT = "TIMED_OUT"
    UNREACHABLE = "UNREACHABLE"
    TOO_BIG = "TOO_BIG"
    UNREADABLE = "UNREADABLE"
    REDIRECTED = "REDIRECTED"
    HOST_REFUSED = "HOST_REFUSED"
    CIRCUIT_OPEN = "CIRCUIT_OPEN"


@dataclass(frozen=True, slots=True)
class Allowance:
    """What the vendor says of our credits, each None where it did not."""

    remaining: int | None = None
    used: int | None = None
    last: int | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """A call that was made, or was not allowed. `payload` is there exactly when the outcome is OK.

    `fault` is one line for people, with every key masked; `error_code` is the vendor's own word where it gave one.
    """

    item: RawItem
    outcome: CallOutcome
    asked_at: datetime
    received_at: datetime
    payload: RawPayload | None = None
    allowance: Allowance = Allowance()
    status: int | None = None
    error_code: str = ""
    fault: str = ""
    attempts: int = 1
    retry_after_seconds: float | None = None
