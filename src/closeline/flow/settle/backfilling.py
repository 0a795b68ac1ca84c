"""Backfilling: the graded picks of some days by another rule set; each new grade stands beside the one it names.

What the other rules say the same of is written too: a day that was graded anew is graded anew as a whole.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from closeline.domain.errors import NotFound
from closeline.domain.leagues import League
from closeline.domain.picks.voids import NO_RESULT
from closeline.domain.settlement import RULES_CHANGED, SETTLEMENT_RULES
from closeline.flow.settle.rulebook import rules_named
from closeline.flow.settle.standing import standings
from closeline.store import references
from closeline.store.desk import grades, picks
from closeline.store.desk.grades import Grade
from closeline.store.session import Session


@dataclass(frozen=True, slots=True)
class Days:
    """League days, both ends included; null is open."""

    first: date | None = None
    last: date | None = None

    def hold(self, day: str) -> bool:
        """Say whether a day, as events name it, is one of them."""
        after = self.first is None or self.first.isoformat() <= day
        return after and (self.last is None or day <= self.last.isoformat())


@dataclass(frozen=True, slots=True)
class Regrade:
    """A grade by other rules, and the one that stood."""

    before: Grade
    after: Grade

    @property
    def differs(self) -> bool:
        """Say whether the rules decide otherwise, and not only by another name."""
        said = ("result", "settled_fraction_quarters", "units_micros", "reason")
        return any(getattr(self.before, name) != getattr(self.after, name) for name in said)


def by_rules(
    session: Session, rules: str, *, tenant_id: str, league: League, days: Days, at: datetime
) -> list[Regrade]:  # fmt: skip
    """Return what a rule set makes of every pick that a result graded, on some days, and that it has not graded yet.

    Raises NotFound for rules that no configuration has ever held.
    """
    _must_be_known(session, rules, tenant_id, at)
    items = picks.published(session, tenant_id=tenant_id, league=league)
    known = references.versions(session, sorted({item.selection.event_id for item, _ in items}), as_of=at)
    chosen = [(item, when) for item, when in items if days.hold(known[item.selection.event_id].day)]
    given = grades.versions(session, [item.pick_id for item, _ in chosen], tenant_id=tenant_id)
    # What was withdrawn stays void, whatever rules are asked.
    standing = {name: marks[-1] for name, marks in given.items() if marks[-1].result_version != NO_RESULT}
    graded = [(replace(item, settlement_rules=rules), when) for item, when in chosen if item.pick_id in standing]
    found = []
    for stood in standings(session, graded, tenant_id=tenant_id, at=at):
        before = standing[stood.pick.pick_id]
        if stood.grade is None or stood.grade.name in {item.name for item in given[stood.pick.pick_id]}:
            continue
        found.append(Regrade(before, replace(stood.grade, supersedes=before.name, cause=RULES_CHANGED)))
    return found


def _must_be_known(session: Session, rules: str, tenant_id: str, at: datetime) -> None:
    known = rules_named(session, {rules}, tenant_id=tenant_id, at=at)
    if rules not in known:
        names = ", ".join(sorted({*known, *SETTLEMENT_RULES}))
        raise NotFound(f"rules must be a version that a configuration has held, {rules[:60]!a} was not; known: {names}")
