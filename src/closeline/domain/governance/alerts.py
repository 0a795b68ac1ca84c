"""Alerts: every kind that there is, how bad it is, who is told, where its mend stands, and what it does by itself."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad something is: to be known, to be looked at today, to be looked at now."""

    INFO = "INFO"
    WARNING = "WARNING"
    CRITICAL = "CRITICAL"


class Route(StrEnum):
    """Where an incident is told when it opens.

    LIST: `closeline alerts list`, `closeline status` and the API. LOG: one line of the program's log, at the level of
    its severity. ERROR_LOG: that line is an error, which is what whoever is on call is woken by.
    """

    LIST = "LIST"
    LOG = "LOG"
    ERROR_LOG = "ERROR_LOG"


class Ends(StrEnum):
    """How an incident ends: by the rule that opened it, when all is right, or by a person's acknowledgement."""

    BY_RULE = "BY_RULE"
    BY_HAND = "BY_HAND"


ROUTES: dict[Severity, tuple[Route, ...]] = {
    Severity.INFO: (Route.LIST,),
    Severity.WARNING: (Route.LIST, Route.LOG),
    Severity.CRITICAL: (Route.LIST, Route.LOG, Route.ERROR_LOG),
}


@dataclass(frozen=True, slots=True)
class AlertKind:
    """A kind of alert. acts: what it sets going without anybody; empty where it only tells."""

    kind: str
    severity: Severity
    meaning: str
    ends: Ends = Ends.BY_HAND
    acts: str = ""

    @property
    def routes(self) -> tuple[Route, ...]:
        """Return where it is told."""
        return ROUTES[self.severity]

    @property
    def runbook(self) -> str:
        """Return where its mend is written."""
        return f"docs/operations.md#{self.kind.lower()}"


_INFO, _WARNING, _CRITICAL = Severity.INFO, Severity.WARNING, Severity.CRITICAL
_RULE = Ends.BY_RULE
_SWITCH = "kill switch on the league, lifted by the same rule"
_MODE = "the mode, and with it what may be published"
_CAPPED = "the gate makes LEANs of the league's picks"

_KINDS = (
    # What comes in.
    AlertKind("FEED_STALE", _CRITICAL, "a league with games soon has had no new prices for too long", _RULE, _SWITCH),
    AlertKind("FEED_UNREADABLE", _WARNING, "a feed answered with what cannot be read", _RULE),
    AlertKind("PROVIDER_DOWN", _CRITICAL, "the last polls of a league's prices all failed", _RULE, _SWITCH),
    AlertKind("PROVIDER_KEY_REFUSED", _CRITICAL, "a feed refused our key", _RULE, "the feed is asked nothing more"),
    AlertKind("PROVIDER_REQUEST_REFUSED", _WARNING, "a feed cannot read a request", _RULE, "not asked again soon"),
    AlertKind("PROVIDER_NOT_ON_PLAN", _INFO, "the plan at a feed lacks something", _RULE, "it is not asked for"),
    AlertKind("PROVIDER_ID_MISSING", _WARNING, "a game begins soon of which a feed knows nothing", _RULE),
    AlertKind("QUOTA_LOW", _WARNING, "few credits are left", _RULE, _MODE),
    AlertKind("QUOTA_SPENT", _CRITICAL, "no credits are left", _RULE, "only what is free is asked"),
    AlertKind("QUOTA", _CRITICAL, "so few credits are left that nothing may be published", _RULE, _SWITCH),
    AlertKind("QUOTA_DISAGREES", _WARNING, "a feed counts credits otherwise", _RULE, "the lower count holds"),
    AlertKind("CLOCK_WAS_AHEAD", _WARNING, "the record holds a time that is ahead of this clock", _RULE),
    AlertKind("SCHEDULE_SILENT", _WARNING, "no schedule of a league was answered for long", _RULE),
    AlertKind("SPOOL_REFUSED", _CRITICAL, "answers found no room while the record was away"),
    AlertKind("PUBLISHING_EDGE_ONLY", _WARNING, "only picks of tier A and B are published", _RULE, _MODE),
    AlertKind("PUBLISHING_OFF", _CRITICAL, "nothing of a league is published", _RULE, _MODE),
    AlertKind("DISK_LOW", _CRITICAL, "the disk of the record is nearly full", _RULE, _SWITCH),
    # Names.
    AlertKind("MAPPING_DRIFT", _WARNING, "a feed writes names that nobody has mapped", _RULE, "those games wait"),
    AlertKind("OTHER_TEAMS", _WARNING, "a feed's id was of another game before", acts="the game is set aside"),
    AlertKind("DUPLICATE_EVENT", _WARNING, "a feed has two ids for one game", acts="the second is set aside"),
    AlertKind("DIRECTION_MISMATCH", _CRITICAL, "home and away are turned round", acts="it is set aside or blocked"),
    # What is made of it.
    AlertKind("SIM_FAIL", _CRITICAL, "a forecast failed", _RULE, "nothing of that slate is proposed"),
    AlertKind("INTEGRITY_BLOCKED", _CRITICAL, "over a twentieth of a slate has lines that cannot be trusted", _RULE,
              "each such line is blocked"),
    AlertKind("SLATE_SKEW", _WARNING, "nearly every total of a day leans one way", _RULE, _CAPPED),
    AlertKind("MODEL_BIAS", _CRITICAL, "a league's totals are off for three days", _RULE, f"{_CAPPED}; {_SWITCH}"),
    AlertKind("BIAS_ACTUAL", _WARNING, "totals run off what was played", _RULE, "totals are corrected"),
    AlertKind("BIAS_MARKET", _WARNING, "totals run off the market", _RULE, "totals are corrected"),
    AlertKind("OVER_RATE", _WARNING, "too many totals lean one way", _RULE, "totals are corrected"),
    AlertKind("HOME_WIN_RATE", _WARNING, "homes win more or less than was said", _RULE, "no margin market is played"),
    AlertKind("OVERTIME_RATE", _WARNING, "overtimes are not as many as was said", _RULE, "no full game is played"),
    AlertKind("CALIBRATION_DEACTIVATED", _CRITICAL, "a calibration did worse than none", acts="it is out of force"),
    AlertKind("PROP_MODEL_DEGRADED", _WARNING, "a model of players is not what it says, game after game", _RULE),
    AlertKind("DRIFT", _WARNING, "the last picks do worse than those before"),
    AlertKind("TOO_GOOD", _CRITICAL, "more is won than can be: a leak, a wrong grade or a selection"),
    # How it goes out and ends.
    AlertKind("PICK_INVALIDATED", _WARNING, "a published pick is not worth its price any more", _RULE,
              "a newer forecast is asked for"),
    AlertKind("DELIVERY_UNCERTAIN", _WARNING, "whether a message arrived nobody knows", _RULE,
              "it is looked for every minute"),
    AlertKind("DELIVERY_DOUBLED", _WARNING, "a message stands in a channel twice"),
    AlertKind("DELIVERY_MISSED", _WARNING, "a message was not sent before its deadline"),
    AlertKind("CLOSE_SNAPSHOT_MISSING", _WARNING, "a game has no closing price", acts="its picks have no CLV"),
    AlertKind("RESULT_DISAGREEMENT", _WARNING, "feeds disagree about a result", acts="the event waits for a person"),
    AlertKind("RESULT_MISSING", _WARNING, "a game of long ago has no result", _RULE, "its picks wait"),
    AlertKind("GRADE_LATE", _WARNING, "a pick has no grade six hours after its game", _RULE),
    AlertKind("GRADING_LATE", _CRITICAL, "several picks of a league are graded late", _RULE, _SWITCH),
    AlertKind("CORRECTION_AFTER_WINDOW", _WARNING, "a result was corrected after its window", acts="the grade stays"),
    # The program itself.
    AlertKind("JOB_DEAD", _CRITICAL, "a job failed every time and is not tried again"),
    AlertKind("JOB_OVERDUE", _CRITICAL, "a job runs past its deadline", acts="what it brings home late is refused"),
)  # fmt: skip

ALERTS: dict[str, AlertKind] = {item.kind: item for item in _KINDS}
_UNLISTED = "a kind without a line in the table of alerts"


def kind_of(kind: str) -> AlertKind:
    """Return what is known of a kind; one that the table lacks is told as a warning and ends by hand."""
    return ALERTS.get(kind) or AlertKind(kind, Severity.WARNING, _UNLISTED)
