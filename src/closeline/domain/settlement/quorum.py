"""When reports of feeds are a result: two feeds that agree, or one that says the same again after the quiet period.

Comes in: all that feeds have reported of one event. Goes out: the result that they bear out, or why it is held.
Always true: the order of reports does not matter, the same bytes count once as long as a feed says nothing else in
between, feeds that contradict each other decide nothing, and a missing score is never filled in.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby

from closeline.domain.feeds.captures import NO_FACTS, GameFacts, ResultStatus, is_told
from closeline.domain.settlement.game import Score
from closeline.domain.settlement.rules import SETTLEMENT_V1, SettlementRules

RESULT_DISAGREEMENT = "RESULT_DISAGREEMENT"
SCORE_MISSING = "SCORE_MISSING"
UNCONFIRMED = "UNCONFIRMED"
NO_REPORT = "NO_REPORT"

NOT_OVER = frozenset({ResultStatus.SCHEDULED, ResultStatus.LIVE})
NEEDS_SCORE = frozenset({ResultStatus.FINAL, ResultStatus.SHORTENED})
# Of these there is nothing to settle: whatever numbers a feed shows beside them mean nothing.
_WITHOUT_SCORE = frozenset({ResultStatus.POSTPONED, ResultStatus.CANCELLED})
# A game that was put off or broken off is scheduled again: only play itself denies that.
_DENIES = dict.fromkeys((ResultStatus.POSTPONED, ResultStatus.SUSPENDED), frozenset({ResultStatus.LIVE}))
# When play began and ended is told a few minutes apart by different feeds; everything else must agree.
_TIMES = frozenset({"started_at", "ended_at"})


class DecidedBy(StrEnum):
    """What made a result official."""

    ARCHIVE = "ARCHIVE"
    QUORUM = "QUORUM"
    CONFIRMED = "CONFIRMED"
    PERSON = "PERSON"


@dataclass(frozen=True, slots=True)
class Report:
    """What one feed said of one event at one moment, before it counts as anything."""

    event_id: str
    feed: str
    status: ResultStatus
    home_score: int | None
    away_score: int | None
    received_at: datetime
    payload_sha: str
    place: str = ""
    periods: tuple[Score, ...] = ()
    overtime: bool = False
    shootout: bool = False
    facts: GameFacts = NO_FACTS
    words: str = ""
    report_id: str = ""

    @property
    def score(self) -> tuple[int | None, int | None]:
        """Return the score that the status is about."""
        return (None, None) if self.status in _WITHOUT_SCORE else (self.home_score, self.away_score)

    def agrees(self, other: "Report") -> bool:
        """Say whether two reports tell one ending; what only one of them tells does not part them."""
        same = (self.status, self.score) == (other.status, other.score)
        periods = not self.periods or not other.periods or self.periods == other.periods
        # A feed that has no word for overtime does not deny it.
        silent = not (self.facts.overtime_told and other.facts.overtime_told)
        return (
            same and periods and (silent or self.overtime is other.overtime) and not _conflicts(self.facts, other.facts)
        )


@dataclass(frozen=True, slots=True)
class Claim:
    """What a feed says now: its last report, and the first since which it has said nothing else."""

    first: Report
    last: Report
    heard: tuple[Report, ...]


@dataclass(frozen=True, slots=True)
class Decided:
    """A result that its reports bear out since `at`; `report` is the one that completed the quorum."""

    report: Report
    decided_by: DecidedBy
    evidence: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """No result yet: `reason` says why, `claims` what each feed says, `since` from when it has been so."""

    reason: str
    claims: tuple[Claim, ...] = ()
    since: datetime | None = None


Verdict = Decided | Held

# The report that completed a quorum, of which kind it is, and the reports that it rests on.
_Borne = tuple[Report, DecidedBy, tuple[Report, ...]]


def decide(reports: Iterable[Report], *, now: datetime, rules: SettlementRules = SETTLEMENT_V1) -> Verdict:
    """Say what the reports of one event that were received by `now` come to."""
    claims = claims_of(report for report in reports if report.received_at <= now)
    if not claims:
        return Held(NO_REPORT)
    over = [claim for claim in claims if claim.last.status not in NOT_OVER]
    if not over:
        return Held(_latest(claims).last.status.value, claims, _latest(claims).first.received_at)
    reason = _fault(claims, over, rules)
    if reason is not None:
        return Held(reason, claims, max(claim.first.received_at for claim in claims))
    return _agreed(over, claims, rules)


def _agreed(over: Sequence[Claim], claims: tuple[Claim, ...], rules: SettlementRules) -> Verdict:
    """Return the earliest quorum of claims that all agree."""
    found = [item for claim in over if (item := _confirmed(claim, rules)) is not None]
    found += _two(over)
    if not found:
        return Held(UNCONFIRMED, claims, over[0].first.received_at)
    report, decided_by, evidence = min(found, key=lambda item: (item[0].received_at, item[1] != DecidedBy.QUORUM))
    told = _together(report, [claim.last for claim in over])
    return Decided(told, decided_by, tuple(item.report_id for item in evidence), report.received_at)


def _two(over: Sequence[Claim]) -> list[_Borne]:
    """Return the earliest two feeds that agree, none where one answer came under two names."""
    first, *others = sorted((claim.first for claim in over), key=_order)
    second = next((report for report in others if report.payload_sha != first.payload_sha), None)
    return [] if second is None else [(second, DecidedBy.QUORUM, (first, second))]


def _confirmed(claim: Claim, rules: SettlementRules) -> _Borne | None:
    """Return the report by which one feed has said the same again after the quiet period."""
    ready = claim.first.received_at + timedelta(minutes=rules.confirm_minutes)
    again = next((report for report in claim.heard if report.received_at >= ready), None)
    return None if again is None else (again, DecidedBy.CONFIRMED, (claim.first, again))


def _fault(claims: Sequence[Claim], over: Sequence[Claim], rules: SettlementRules) -> str | None:
    if any(_contradicts_itself(claim) for claim in claims):
        return RESULT_DISAGREEMENT
    if any(not one.last.agrees(two.last) for at, one in enumerate(over) for two in over[at + 1 :]):
        return RESULT_DISAGREEMENT
    told = min(claim.first.received_at for claim in over) + timedelta(minutes=rules.confirm_minutes)
    # A feed may be slow to notice the end; one that still denies it after the quiet period contradicts it.
    denied = _DENIES.get(over[0].last.status, NOT_OVER)
    if any(claim.last.status in denied and claim.last.received_at >= told for claim in claims):
        return RESULT_DISAGREEMENT
    missing = over[0].last.status in NEEDS_SCORE and None in over[0].last.score
    return SCORE_MISSING if missing else None


def _contradicts_itself(claim: Claim) -> bool:
    """Say whether a feed says two things in the same breath: one game on two dates of one answer, for example."""
    return any(report.received_at == claim.last.received_at and not report.agrees(claim.last) for report in claim.heard)


def claims_of(reports: Iterable[Report]) -> tuple[Claim, ...]:
    """Return what each feed says now, by the name of the feed; the same bytes twice running are one word."""
    by_feed: defaultdict[str, list[Report]] = defaultdict(list)
    for report in sorted(reports, key=_order):
        by_feed[report.feed].append(report)
    return tuple(_claim(_words(by_feed[feed])) for feed in sorted(by_feed))


def _words(told: Iterable[Report]) -> list[Report]:
    """Return what one feed said, without the answers that only repeat the one before; `told` is in time order."""
    words: list[Report] = []
    before: set[tuple[object, ...]] = set()
    for _, at_once in groupby(told, key=lambda report: report.received_at):
        answer = {_bytes(report): report for report in reversed(list(at_once))}
        # Bytes that come back after others are news: whoever takes a correction back says what was said at first.
        if not answer.keys() <= before:
            words += sorted(answer.values(), key=_order)
        before = set(answer)
    return words


def _bytes(report: Report) -> tuple[object, ...]:
    return (report.payload_sha, report.status, report.score, report.periods)


def _claim(told: Sequence[Report]) -> Claim:
    last = told[-1]
    same: list[Report] = []
    for report in reversed(told):
        if not report.agrees(last) and report.received_at != last.received_at:
            break
        same.append(report)
    # Within one claim, bytes that were heard already are no second word.
    heard = {_bytes(report): report for report in same}
    same = sorted(heard.values(), key=_order)
    return Claim(next(report for report in same if report.agrees(last)), last, tuple(same))


def _together(report: Report, last: Sequence[Report]) -> Report:
    """Return the report with what only others of the quorum tell."""
    told = sorted(last, key=_order)
    return replace(
        report,
        periods=next((item.periods for item in [report, *told] if item.periods), ()),
        overtime=any(item.overtime for item in told),
        shootout=any(item.shootout for item in told),
        facts=together([report.facts, *(item.facts for item in told)]),
        home_score=report.score[0],
        away_score=report.score[1],
    )


def together(told: Sequence[GameFacts]) -> GameFacts:
    """Return all that is told: the earliest start, the latest end, and of anything else whoever tells it."""
    found: dict[str, object] = {}
    for field in fields(GameFacts):
        values = [value for facts in told if is_told(value := getattr(facts, field.name))]
        if values:
            found[field.name] = _ONE.get(field.name, _first)(values)
    return GameFacts(**found)  # type: ignore[arg-type]


def _first(values: Sequence[object]) -> object:
    return values[0]


_ONE = {"started_at": min, "ended_at": max}


def _conflicts(one: GameFacts, two: GameFacts) -> bool:
    """Say whether two feeds tell different facts; a fact that one of them leaves out is no conflict."""
    return any(
        is_told(mine) and is_told(other) and mine != other
        for field in fields(GameFacts)
        if field.name not in _TIMES
        for mine, other in [(getattr(one, field.name), getattr(two, field.name))]
    )


def _latest(claims: Collection[Claim]) -> Claim:
    return max(claims, key=lambda claim: _order(claim.last))


def _order(report: Report) -> tuple[object, ...]:
    return (
        report.received_at, report.feed, report.payload_sha, report.status, str(report.score), str(report.periods),
        report.place, report.report_id,
    )  # fmt: skip
