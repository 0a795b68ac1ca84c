"""Again: what would have come of candidates under other limits, judged from what was known at their moment."""

from dataclasses import dataclass
from datetime import datetime

from closeline.domain.gates import Limits, judge
from closeline.domain.leagues import League
from closeline.domain.picks import Decision
from closeline.flow.gate import better_side
from closeline.flow.gate.surroundings import look_around
from closeline.store import forecasts
from closeline.store.past.standing import own_runs
from closeline.store.session import Session


@dataclass(frozen=True, slots=True)
class Twice:
    """A candidate under two sets of limits."""

    prediction_id: str
    event_id: str
    market_key: str
    as_of: datetime
    before: Decision
    after: Decision


def judged_twice(
    session: Session, *, tenant_id: str, league: League, as_of: datetime, before: Limits, after: Limits
) -> list[Twice]:  # fmt: skip
    """Judge the house's candidates of a moment by two sets of limits, side by side; nothing is written.

    Both are judged now, from the same rows: what differs between them is the limits and nothing else.
    """
    own = own_runs(session, tenant_id=tenant_id, league=league)
    found = forecasts.of_moment(session, tenant_id=tenant_id, league=league, as_of=as_of)
    predictions = [item for item in found if item.run_id not in own]
    if not predictions:
        return []
    told: list[dict[str, Decision]] = []
    for limits in (before, after):
        around = look_around(session, predictions, limits, tenant_id, league, as_of)
        told.append({
            item.prediction_id: judge(better_side(item, around), limits)[1].decision for item in predictions
        })  # fmt: skip
    first, second = told
    return [
        Twice(
            item.prediction_id, item.event_id, item.market_key, as_of, first[item.prediction_id],
            second[item.prediction_id],
        )
        for item in predictions
    ]  # fmt: skip
