"""Drift: whether the last picks do worse than those before them, by more than chance, and an alert when they do.

Compared are the closing-line value and the Brier score above the market's, of the last 300 graded PICKs and of all
before them, voids before play left out; errors are clustered by league day. The test is one-sided at 3.29 standard
errors, which is one in two thousand on one night; nights overlap, so a whole year of them raises a false alert more
often: docs/record_keeping.md has the measured share. It says that somebody must look, and changes nothing.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from closeline.domain.ids import canonical_json
from closeline.domain.picks import Decision
from closeline.flow.view.performance.sums import played
from closeline.maths.bootstrap import clustered_standard_error
from closeline.store.desk import alerts, endings, incidents
from closeline.store.desk.alerts import Alert
from closeline.store.desk.endings import Ending
from closeline.store.session import Session

DRIFT = "DRIFT"
LAST = 300
Z_MIN = 3.29
# One alert of a kind is enough for so long: the window of the next nights holds nearly the same picks.
QUIET = timedelta(days=28)

Floats = NDArray[np.float64]
Days = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Shift:
    """How the last picks differ from those before; z above nought is worse. Means are per pick."""

    figure: str
    mean_last: float
    mean_before: float
    n_last: int
    n_before: int
    z: float


def shift(figure: str, values: Floats, days: Days, *, higher_is_worse: bool) -> Shift | None:
    """Return the shift between the last 300 values and those before, shape (n,), in order; null for too few.

    days: of each value, the clusters. At least 300 must stand before the last, or there is nothing to compare with.
    """
    assert values.shape == days.shape
    if values.size < 2 * LAST:
        return None
    before, last = values[:-LAST], values[-LAST:]
    errors = clustered_standard_error(before, days[:-LAST]), clustered_standard_error(last, days[-LAST:])
    spread = math.hypot(*errors)
    if not spread > 0.0:
        return None
    moved = float(last.mean() - before.mean())
    worse = moved if higher_is_worse else -moved
    return Shift(figure, float(last.mean()), float(before.mean()), LAST, int(before.size), worse / spread)


def watch(session: Session, *, tenant_id: str, league: str, at: datetime) -> list[Alert]:
    """Compare a league's last picks with those before, as known at a moment, and alert of what is worse.

    Returns the alerts that were raised: none within four weeks of the last of the same figure.
    """
    found = [item for item in shifts(session, tenant_id=tenant_id, league=league, at=at) if item.z >= Z_MIN]
    told = alerts.since(session, tenant_id=tenant_id, league=league, after=at - QUIET, as_of=at)
    said = {item.text.partition(":")[0] for item in told if item.kind == DRIFT}
    raised = [_alert(item, tenant_id, league, at) for item in found if _subject(league, item) not in said]
    incidents.tell(session, raised)
    return raised


def shifts(session: Session, *, tenant_id: str, league: str, at: datetime) -> list[Shift]:
    """Return the shifts of a league's graded PICKs, in the order in which they were graded, as known at a moment."""
    items = [
        item
        for item in endings.of_tenant(session, tenant_id=tenant_id, league=league, as_of=at)
        if item.decision == Decision.PICK and played(item)
    ]
    items.sort(key=lambda item: (item.grade.graded_at if item.grade else at, item.pick_id))
    closed = [item for item in items if item.track is not None and item.track.clv_prob is not None]
    scored = [item for item in items if item.grade and item.grade.brier is not None]
    clv = np.array([item.track.clv_prob for item in closed if item.track], dtype=np.float64)
    excess = np.array([_excess(item) for item in scored], dtype=np.float64)
    both = (
        shift("closing-line value", clv, _days(closed), higher_is_worse=False),
        shift("Brier score above the market's", excess, _days(scored), higher_is_worse=True),
    )
    return [item for item in both if item is not None]


def _excess(item: Ending) -> float:
    grade = item.grade
    return math.nan if grade is None else (grade.brier or 0.0) - (grade.brier_market or 0.0)


def _days(items: Sequence[Ending]) -> Days:
    return np.array([date.fromisoformat(item.day).toordinal() for item in items], dtype=np.int64)


def _subject(league: str, found: Shift) -> str:
    return f"{league} {found.figure}"


def _alert(found: Shift, tenant_id: str, league: str, at: datetime) -> Alert:
    text = (
        f"{_subject(league, found)}: {found.mean_last:+.4f} over the last {found.n_last} PICKs, "
        f"{found.mean_before:+.4f} over the {found.n_before} before, {found.z:.2f} standard errors worse"
    )
    return Alert(tenant_id, league, DRIFT, text, canonical_json(asdict(found) | {"z_min": Z_MIN}), at)
