"""Too good: more wins near even money than anybody has ever had are a leak, a wrong grade or a selection."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from closeline.domain.ids import canonical_json
from closeline.domain.picks import Decision
from closeline.store.desk import endings, incidents
from closeline.store.desk.alerts import Alert
from closeline.store.desk.endings import Ending
from closeline.store.session import Session

TOO_GOOD = "TOO_GOOD"
WIN_RATE_MOST = 0.60
DECIDED_LEAST = 100
WINDOW = timedelta(days=30)
# Decimal prices within which a win is about as likely as a loss: -143 to +130.
EVEN_FROM, EVEN_TO = 1.70, 2.30


@dataclass(frozen=True, slots=True)
class Record:
    """Wins and losses of picks near even money, pushes and voids left out."""

    wins: int
    losses: int

    @property
    def too_good(self) -> bool:
        """Say whether so many wins are beyond what is attainable."""
        decided = self.wins + self.losses
        return decided >= DECIDED_LEAST and self.wins > WIN_RATE_MOST * decided


def watch(session: Session, *, tenant_id: str, league: str, at: datetime) -> bool:
    """Raise TOO_GOOD for a league whose PICKs of the last 30 days won more than can be; True where it was raised."""
    found = record_of(endings.of_tenant(session, tenant_id=tenant_id, league=league, as_of=at), at)
    if not found.too_good:
        return False
    rate = found.wins / (found.wins + found.losses)
    text = f"{league}: {rate:.1%} of the last {found.wins + found.losses} PICKs near even money won; look for a fault"
    inputs = canonical_json({"losses": found.losses, "wins": found.wins})
    return incidents.meet(session, Alert(tenant_id, league, TOO_GOOD, text, inputs, at), scope=league)


def record_of(items: Sequence[Ending], at: datetime) -> Record:
    """Return the record of the PICKs near even money that were graded within the window before `at`."""
    results = [
        item.grade.result
        for item in items
        if item.decision == Decision.PICK and item.grade is not None and EVEN_FROM <= item.price <= EVEN_TO
        and at - item.grade.graded_at <= WINDOW
    ]  # fmt: skip
    return Record(results.count("WIN"), results.count("LOSS"))
