"""Alarms: what a whole slate's findings say that no candidate's does, once each for as long as it lasts."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from closeline.domain.gates import integrity
from closeline.domain.gates.candidate import Action, Finding
from closeline.domain.ids import canonical_json
from closeline.domain.leagues import League
from closeline.store.desk import incidents
from closeline.store.desk.alerts import Alert
from closeline.store.desk.candidates import Judged
from closeline.store.session import Session

DIRECTION_MISMATCH = "DIRECTION_MISMATCH"
INTEGRITY_BLOCKED = "INTEGRITY_BLOCKED"
SLATE_SKEW = "SLATE_SKEW"
# Of fewer candidates a twentieth is one, and one bad line is no reason to look at the feed.
CANDIDATES_LEAST = 20
BLOCKED_MOST = 0.05


def raise_alarms(
    session: Session, judged: Sequence[Judged], *, tenant_id: str, league: League, at: datetime
) -> None:  # fmt: skip
    """Open what a slate's findings say is wrong, and end what is right again."""
    if not judged:
        return
    counted = Counter(_of_interest(finding for item in judged for finding in item.findings))
    blocked, skewed, turned = (counted[kind] for kind in (INTEGRITY_BLOCKED, SLATE_SKEW, DIRECTION_MISMATCH))
    found: dict[str, str] = {}
    if len(judged) >= CANDIDATES_LEAST:
        if blocked > BLOCKED_MOST * len(judged):
            found[INTEGRITY_BLOCKED] = f"{blocked} of {len(judged)} lines of {league} cannot be trusted"
        else:
            incidents.close(session, INTEGRITY_BLOCKED, scope=league, tenant_id=tenant_id, at=at)
    if skewed:
        found[SLATE_SKEW] = f"nearly every total of {league} leans one way: {skewed} are LEANs at most"
    else:
        incidents.close(session, SLATE_SKEW, scope=league, tenant_id=tenant_id, at=at)
    if turned:
        found[DIRECTION_MISMATCH] = f"a sheet of {league} has home and away turned round: {turned} markets are blocked"
    for kind, text in found.items():
        inputs = canonical_json({"candidates": len(judged), "found": counted[kind]})
        incidents.meet(session, Alert(tenant_id, league, kind, text, inputs, at), scope=league)


def _of_interest(findings: Iterable[Finding]) -> Iterable[str]:
    for finding in findings:
        if finding.gate == integrity.GATE and finding.action is Action.BLOCK:
            yield INTEGRITY_BLOCKED
        elif finding.reason in (SLATE_SKEW, DIRECTION_MISMATCH):
            yield finding.reason
