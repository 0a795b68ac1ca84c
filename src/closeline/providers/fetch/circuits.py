"""Circuits: a host that fails again and again is left alone for a while, and then asked once.

Three things open one. Faults in a row open it for a minute; a key that opens nothing for a quarter of an hour; credits
that are used up shut it, for four hours, to calls that cost some: the free ones still say when there are more.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from closeline.domain.feeds.fetching import Allowance, CallOutcome

FAULTS = frozenset({CallOutcome.SERVER_FAULT, CallOutcome.TIMED_OUT, CallOutcome.UNREACHABLE, CallOutcome.TOO_FAST})


@dataclass(frozen=True, slots=True)
class Cooling:
    """How many faults in a row open a circuit, and how long each kind of opening lasts."""

    faults_max: int = 5
    after_faults: timedelta = timedelta(minutes=1)
    after_bad_key: timedelta = timedelta(minutes=15)
    after_last_credit: timedelta = timedelta(hours=4)


class Circuit:
    """The circuit of one host, for all threads that call it."""

    def __init__(self, cooling: Cooling) -> None:
        """Begin closed."""
        self._cooling = cooling
        self._lock = Lock()
        self._faults = 0
        self._opened: tuple[datetime, timedelta] | None = None
        self._drained_at: datetime | None = None
        self._probing = False

    def refusal(self, now: datetime, *, costs: bool) -> str:
        """Return why a call may not be made, and until when where that is known; empty when it may.

        After the cool-down the first caller gets through as the probe, and the others wait for what it brings.
        """
        with self._lock:
            if costs and self._is_cooling(self._drained_at, self._cooling.after_last_credit, now):
                until = _until(self._drained_at, self._cooling.after_last_credit)
                return f"credits must be left for a call that costs some, were used up; left alone {until}"
            if self._opened is None:
                return ""
            if self._probing or self._is_cooling(*self._opened, now):
                until = "while another asks it" if self._probing else _until(*self._opened)
                return f"host must have answered lately, failed again and again; left alone {until}"
            self._probing = True
            return ""

    def record(self, now: datetime, outcome: CallOutcome, allowance: Allowance) -> None:
        """Take in what came of a call that was allowed."""
        with self._lock:
            self._probing = False
            if outcome is CallOutcome.OUT_OF_CREDITS:
                self._drained_at = now
            elif allowance.remaining:
                self._drained_at = None
            if outcome is CallOutcome.BAD_KEY:
                self._opened = (now, self._cooling.after_bad_key)
            elif outcome not in FAULTS:
                self._faults, self._opened = 0, None
            else:
                self._faults += 1
                if self._opened is not None or self._faults >= self._cooling.faults_max:
                    self._opened = (now, self._cooling.after_faults)

    @staticmethod
    def _is_cooling(since: datetime | None, lasts: timedelta, now: datetime) -> bool:
        # A clock that was set back must not keep a circuit open for ever.
        return since is not None and timedelta(0) <= now - since < lasts


def _until(since: datetime | None, lasts: timedelta) -> str:
    return "" if since is None else f"until {since + lasts:%Y-%m-%d %H:%M:%S} UTC"
