"""What a calibration learns from: every candidate that was evaluated and whose game has ended, each once.

Of the raw probability of HOME or OVER, before any map, anchor or compression. Pushes and voids are counted, not used.
The published ones are the same observations, marked: who learns from them alone learns from what was chosen.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from closeline.flow.tune.calibration.scopes import Scope
from closeline.store.past import outcomes, published
from closeline.store.past.outcomes import Settled
from closeline.store.session import Session

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Observations:
    """Decided observations of a scope in the order of time, shape (n,), and the counts of what was left out."""

    events: tuple[str, ...]
    days: NDArray[np.int64]
    p_raw: Floats
    won: Floats
    published: NDArray[np.bool_]
    pushes: int
    pushes_published: int
    voids: int
    duplicates: int


@dataclass(frozen=True, slots=True)
class _Market:
    known: Settled
    published: NDArray[np.bool_]
    voids: int
    duplicates: int


def observed(
    session: Session, scope: Scope, *, tenant_id: str, since: datetime, as_of: datetime, counting: bool = True
) -> Observations:
    """Return the observations of predictions made from `since` on whose results were received by `as_of`.

    counting: also what was published and what came to nothing; a shadow is judged without.
    """
    parts = [_market(session, tenant_id, league, key, since, as_of, counting=counting) for league, key in scope.markets]
    parts = [part for part in parts if part.known.events or part.voids]
    if not parts:
        none = np.zeros(0)
        return Observations((), np.zeros(0, dtype=np.int64), none, none, np.zeros(0, dtype=bool), 0, 0, 0, 0)
    keep = np.concatenate([part.known.decided for part in parts])
    days = np.concatenate([part.known.days for part in parts])[keep]
    marked = np.concatenate([part.published for part in parts])
    order = np.argsort(days, kind="stable")
    names = [name for part in parts for name in part.known.events]
    kept = [names[place] for place in np.flatnonzero(keep)]
    return Observations(
        tuple(kept[place] for place in order), days[order],
        np.concatenate([part.known.p_raw for part in parts])[keep][order],
        np.concatenate([part.known.won for part in parts])[keep][order],
        marked[keep][order], int((~keep).sum()), int((marked & ~keep).sum()),
        sum(part.voids for part in parts), sum(part.duplicates for part in parts),
    )  # fmt: skip


def _market(
    session: Session, tenant_id: str, league: str, key: str, since: datetime, as_of: datetime, *, counting: bool
) -> _Market:
    everything = outcomes.settled(session, tenant_id=tenant_id, league=league, market_key=key, since=since, as_of=as_of)
    known = everything.once()
    duplicates = len(everything.events) - len(known.events)
    if not counting:
        return _Market(known, np.zeros(len(known.events), dtype=bool), 0, duplicates)
    names = published.published(session, tenant_id=tenant_id, league=league, market_key=key, as_of=as_of)
    chosen = {asked for asked, name in zip(everything.asked(), everything.predictions, strict=True) if name in names}
    marked = [asked in chosen for asked in known.asked()]
    voids = published.voids(session, tenant_id=tenant_id, league=league, market_key=key, since=since, as_of=as_of)
    return _Market(known, np.array(marked, dtype=bool), voids, duplicates)
