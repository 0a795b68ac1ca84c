"""Standing: where every published pick that has no grade stands, and why it is held where it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from closeline.domain.feeds.captures import ResultStatus
from closeline.domain.leagues import League
from closeline.domain.settlement import Grading, NotFinal, SettlementRules
from closeline.domain.settlement.quorum import NO_REPORT, Held, Report, claims_of, decide
from closeline.flow.settle.grading import Circumstances, Ticket, graded, settled_of
from closeline.flow.settle.players import Moments, numbered
from closeline.flow.settle.rulebook import rules_named
from closeline.store import references, results
from closeline.store.desk import grades, picks
from closeline.store.desk.grades import Grade, LineTrack
from closeline.store.desk.picks import Pick
from closeline.store.past import player_lines
from closeline.store.past.player_lines import NOBODY, GameLog
from closeline.store.references import EventVersion
from closeline.store.results import EventResult, reports
from closeline.store.session import Session

RULES_UNKNOWN = "RULES_UNKNOWN"
# An ending of these can be told by a feed, and the six hours of the agreement run from then.
ENDINGS = frozenset({
    ResultStatus.FINAL, ResultStatus.SHORTENED, ResultStatus.CANCELLED, ResultStatus.ABANDONED, ResultStatus.FORFEITED,
})  # fmt: skip
_WAITING = frozenset({ResultStatus.POSTPONED, ResultStatus.SUSPENDED})
_STILL_WAITING = _WAITING | {ResultStatus.SCHEDULED}


@dataclass(frozen=True, slots=True)
class Known:
    """All that the record holds by one moment of the events of some picks."""

    versions: Mapping[str, list[EventVersion]]
    results: Mapping[str, list[EventResult]]
    reports: Mapping[str, list[Report]]
    players: Mapping[str, GameLog] = field(default_factory=dict)

    def final_at(self, event_id: str) -> datetime | None:
        """Return when an ending of the event was first told, by a feed or as a result."""
        told = [*self.reports.get(event_id, ()), *self.results.get(event_id, ())]
        return min((item.received_at for item in told if item.status in ENDINGS), default=None)


@dataclass(frozen=True, slots=True)
class Standing:
    """A published pick and the grade that it can have now, or else why it is held."""

    pick: Pick
    published_at: datetime
    grade: Grade | None
    held: str | None
    final_at: datetime | None
    result: EventResult | None
    starts_at: datetime


def known_of(session: Session, events: Sequence[str], *, at: datetime, of_players: Sequence[str] = ()) -> Known:
    """Read what was received of events by a moment, and of some of them what their players did."""
    return Known(
        references.histories(session, events, as_of=at),
        results.histories(session, events, as_of=at),
        reports.reports_of(session, events, as_of=at),
        player_lines.logs_of(session, of_players, as_of=at),
    )


def standings(
    session: Session, items: Sequence[tuple[Pick, datetime]], *, tenant_id: str, at: datetime
) -> list[Standing]:
    """Return where published picks stand at a moment, as if none of them had been graded."""
    if not items:
        return []
    of_players = sorted({item.selection.event_id for item, _ in items if item.selection.market.player_id})
    known = known_of(session, sorted({item.selection.event_id for item, _ in items}), at=at, of_players=of_players)
    told = [item.pick_id for item, _ in items if item.selection.event_id in known.results]
    tracks = grades.tracks(session, told, tenant_id=tenant_id, as_of=at)
    rules = rules_named(session, {item.settlement_rules for item, _ in items}, tenant_id=tenant_id, at=at)
    return [
        _standing(item, published_at, known, tracks.get(item.pick_id), rules.get(item.settlement_rules), at)
        for item, published_at in items
    ]


def waiting(session: Session, *, tenant_id: str, league: League, at: datetime) -> list[Standing]:
    """Return where the published picks of a league stand that have no grade."""
    found = picks.waiting(session, tenant_id=tenant_id, league=league)
    return standings(session, found, tenant_id=tenant_id, at=at)


def _standing(
    item: Pick, published_at: datetime, known: Known, track: LineTrack | None, rules: SettlementRules | None,
    at: datetime,
) -> Standing:  # fmt: skip
    event_id = item.selection.event_id
    history, told = known.results.get(event_id, []), known.reports.get(event_id, [])
    settled: tuple[Grading, EventResult] | str
    if rules is None:
        settled = RULES_UNKNOWN
    elif not history:
        settled = unreported(told, at)
    else:
        log = known.players.get(event_id, NOBODY)
        around = Circumstances(known.versions[event_id], history, published_at, at, log)
        settled = first_settled(item, around, told, rules)
    grade = None
    if rules is not None and not isinstance(settled, str):
        grade = graded(item, settled[1], settled[0], track, at=at, rules=rules)
    last = history[-1] if history else None
    held = settled if isinstance(settled, str) else None
    starts_at = known.versions[event_id][-1].starts_at
    return Standing(item, published_at, grade, held, known.final_at(event_id), last, starts_at)


def first_settled(
    item: Ticket, around: Circumstances, told: Sequence[Report], rules: SettlementRules
) -> tuple[Grading, EventResult] | str:
    """Return what the last version that counts makes of a pick, and which one that is; or why it is held.

    A version after the window for corrections counts only where none before it settles anything. A player's ticket
    counts the lines of his log in the same way, and the number of the version that comes back counts them too.
    """
    reason = ""
    for counted in range(counting(around.results, rules), len(around.results) + 1):
        then = replace(around, results=around.results[:counted])
        result = then.results[-1]
        played = _taken_up(result, told, around.at)
        for by in _moments(item, around, rules):
            settled = settled_of(item, result, then, rules, by) if played is None else NotFinal(played)
            if not isinstance(settled, NotFinal):
                return settled, _numbered(item, result, around, by)
            reason = settled.reason
    return reason


def _moments(item: Ticket, around: Circumstances, rules: SettlementRules) -> Sequence[datetime]:
    if not item.selection.market.player_id:
        return (around.at,)
    return Moments(window_closes(around.results, rules), around.at).of(around.players)


def _numbered(item: Ticket, result: EventResult, around: Circumstances, by: datetime) -> EventResult:
    of = item.selection.market
    return numbered(result, around.players, of, by=by) if of.player_id else result


def window_closes(history: Sequence[EventResult], rules: SettlementRules) -> datetime:
    """Return until when a later version of a result replaces grades."""
    opened = next((item.received_at for item in history if item.status in ENDINGS), history[-1].received_at)
    return opened + timedelta(hours=rules.correction_window_hours)


def counting(history: Sequence[EventResult], rules: SettlementRules) -> int:
    """Return how many versions of a result, oldest first, were borne out before the window for corrections closed."""
    closes = window_closes(history, rules)
    return sum(item.received_at <= closes for item in history)


def unreported(told: Sequence[Report], at: datetime) -> str:
    """Return why an event without a result has none."""
    verdict = decide(told, now=at)
    # A quorum that is there and was not written down yet: the next sweep does it.
    return verdict.reason if isinstance(verdict, Held) else NO_REPORT


def _taken_up(result: EventResult, told: Sequence[Report], at: datetime) -> str | None:
    """Return why a game that was put off or broken off must not be given up: some feed says that it is played."""
    if result.status not in _WAITING:
        return None
    moved_on = [
        claim
        for claim in claims_of(told)
        if claim.last.status not in _STILL_WAITING and claim.first.received_at > result.received_at
    ]
    if not moved_on:
        return None
    verdict = decide(told, now=at)
    return verdict.reason if isinstance(verdict, Held) else moved_on[0].last.status.value
