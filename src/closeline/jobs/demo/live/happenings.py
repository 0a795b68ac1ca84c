"""What has happened since somebody last looked: lines for people, and sums for the end.

Everything is read from the record and the board, as any other reader would; nothing is told by the jobs themselves.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from closeline.domain.events import SYSTEM_CHAIN
from closeline.domain.feeds.fetching import CallOutcome
from closeline.domain.feeds.wants import Kind
from closeline.flow import view
from closeline.flow.view import Ended
from closeline.jobs.desk import Desk
from closeline.store import events
from closeline.store.desk import alerts
from closeline.store.polls import calls
from closeline.store.polls.calls import Poll
from closeline.store.session import Session, unit_of_work

_MOST = 1000
_NO_LEAGUE = "ALL"


@dataclass(frozen=True, slots=True)
class Answered:
    """One call as the simulator answered it: which faults it met, and what it cost there."""

    at: datetime
    endpoint: str
    sport: str
    status: int
    cost: int
    faults: tuple[str, ...]


@dataclass(slots=True)
class Sums:
    """What the demonstration came to so far. `changed` quotes were kept, `same` ones were only seen again."""

    polls: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    credits: int = 0
    changed: int = 0
    same: int = 0
    quarantined: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    alerts: Counter[str] = field(default_factory=Counter)
    boards: int = 0
    published: int = 0
    results: int = 0


class Happenings:
    """Reads on where it stopped the last time."""

    def __init__(self, desk: Desk, begins: datetime) -> None:
        """Begin to look at a moment; what the record held before is no news."""
        self.sums = Sums()
        self._desk, self._since = desk, begins
        self._board = 0
        self._leagues = tuple(sorted(desk.leagues))
        with unit_of_work(desk.engine, write=False) as session:
            self._seqs = {chain: len(events.since(session, chain=chain, after=0)) for chain in self._chains}
            self._seen = {item.pick.pick_id: _state(item) for item in self._ended(session)}

    @property
    def _chains(self) -> tuple[str, ...]:
        return (SYSTEM_CHAIN, self._desk.tenant_id)

    def answered(self, call: Answered) -> None:
        """Take in a call from the simulator's side."""
        self.sums.credits += call.cost
        self.sums.faults.update(call.faults)

    def lines(self) -> Iterator[str]:
        """Yield what happened since the last time, a line each."""
        now = self._desk.clock()
        with unit_of_work(self._desk.engine, write=False) as session:
            yield from self._polls(session)
            yield from self._alerts(session, now)
            yield from self._results(session)
            yield from self._picks(session)
        self._since = now
        board = self._desk.board.newest() if self._desk.board is not None else None
        if board is not None and board.version != self._board:
            self.sums.boards += 1
            self._board = board.version
            best = max((row.ev for row in board.rows if row.ev is not None), default=None)
            shown = "" if best is None else f", best {best:+.1%}"
            yield f"board {board.version}: {len(board.events)} games, {len(board.rows)} prices{shown}"

    def _polls(self, session: Session) -> Iterator[str]:
        made = calls.since(session, self._since, most=_MOST)
        for poll in reversed(made):
            self._count(poll)
            if poll.outcome is not CallOutcome.OK:
                yield f"{_name(poll)}: {poll.outcome}, {poll.attempts} tried: {poll.fault}"
            elif poll.kind is Kind.ODDS:
                aside = f", {poll.quarantined} set aside" if poll.quarantined else ""
                yield f"{_name(poll)}: {poll.accepted} changed, {poll.unchanged} the same{aside}"

    def _count(self, poll: Poll) -> None:
        sums = self.sums
        sums.polls += 1
        sums.changed += poll.accepted
        sums.same += poll.unchanged
        sums.quarantined += poll.quarantined
        if poll.outcome is not CallOutcome.OK:
            sums.refused[poll.outcome] += 1

    def _alerts(self, session: Session, now: datetime) -> Iterator[str]:
        for league in (*self._leagues, _NO_LEAGUE):
            for item in alerts.since(
                session, tenant_id=self._desk.tenant_id, league=league, after=self._since, as_of=now
            ):
                self.sums.alerts[item.kind] += 1
                yield f"ALERT {item.kind} {league}: {item.text}"

    def _results(self, session: Session) -> Iterator[str]:
        for chain in self._chains:
            for event in events.since(session, chain=chain, after=self._seqs[chain]):
                self._seqs[chain] = event.seq
                count = int(event.body.get("results") or 0) if event.name == "ResultsCaptured" else 0
                if count:
                    self.sums.results += count
                    yield f"{event.body['league']}: {count} results are final"

    def _picks(self, session: Session) -> Iterator[str]:
        for item in self._ended(session):
            name = item.pick.pick_id
            closed, graded = self._seen.get(name, (False, False))
            if name not in self._seen:
                self.sums.published += 1
                yield f"{item.pick.decision} published: {_told(item)}"
            self._seen[name] = _state(item)
            if item.track is not None and not closed:
                yield f"close of {name[:8]}: {_closed(item)}"
            if item.grade is not None and not graded:
                yield f"grade of {name[:8]}: {item.grade.result}"

    def ended(self) -> list[Ended]:
        """Return every published pick of the record, with its close and its grade."""
        with unit_of_work(self._desk.engine, write=False) as session:
            return self._ended(session)

    def _ended(self, session: Session) -> list[Ended]:
        tenant = self._desk.tenant_id
        return [item for league in self._leagues for item in view.published(session, tenant_id=tenant, league=league)]


def _name(poll: Poll) -> str:
    return f"{poll.feed} {poll.league or 'all'} {poll.kind.lower()}"


def _state(item: Ended) -> tuple[bool, bool]:
    return item.track is not None, item.grade is not None


def _told(item: Ended) -> str:
    pick, of = item.pick, item.pick.selection
    return f"{pick.pick_id[:8]} {of.event_id} {of.market.key} {of.side} at {pick.price.text} ({pick.book})"


def _closed(item: Ended) -> str:
    track = item.track
    if track is None or track.clv_prob is None:
        return f"none ({track.missing_reason if track else 'not reviewed'})"
    where = f"{track.close_price} at {track.close_book}" if track.close_price else f"{track.close_book or 'unknown'}"
    return f"{where}, {100 * track.clv_prob:+.2f} points of probability"
