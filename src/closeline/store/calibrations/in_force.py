"""Which map is in force at a moment: the fold of the steps that were recorded by then."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from closeline.domain.calibration import GLOBAL_SCOPE, Step, standing
from closeline.domain.markets import is_of_players, kind_of
from closeline.maths.calibrate import EffectiveMap, read_effective
from closeline.store.session import Session
from closeline.store.tables.learning import calibration_event, calibration_segment, calibration_version

_STEPS = (
    select(calibration_event.c.scope, calibration_event.c.calibration_version, calibration_event.c.status)
    .join(
        calibration_version,
        calibration_version.c.calibration_version == calibration_event.c.calibration_version,
    )
    .where(
        calibration_event.c.tenant_id == bindparam("tenant"),
        calibration_version.c.league.in_((bindparam("league_code"), GLOBAL_SCOPE)),
        calibration_event.c.at <= bindparam("as_of"),
    )
    .order_by(calibration_event.c.scope, calibration_event.c.seq)
)
_MAPS = (
    select(
        calibration_version.c.calibration_version, calibration_version.c.base_version, calibration_version.c.weight,
        calibration_segment.c.market_key, calibration_segment.c.map,
    )
    .join(
        calibration_segment,
        calibration_segment.c.calibration_version == calibration_version.c.calibration_version,
    )
    .where(calibration_version.c.calibration_version.in_(bindparam("names", expanding=True)))
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ActiveMap:
    """The calibration map in force for one market: its own, and the global one under it where it was blended with one.

    weight: the say of its own map on the logit scale; 1 for one that stands alone.
    """

    calibration_version: str
    map_json: str
    base_json: str | None = None
    weight: float = 1.0

    def read(self) -> EffectiveMap:
        """Return the map as it is applied."""
        return read_effective(self.map_json, self.base_json, self.weight)


def active(session: Session, *, tenant_id: str, league: str, as_of: datetime) -> dict[str, ActiveMap]:
    """Return the maps of a league in force at `as_of` by market key, and the one for every other market as GLOBAL."""
    steps: defaultdict[str, list[Step]] = defaultdict(list)
    for row in session.rows(_STEPS, {"tenant": tenant_id, "league_code": league, "as_of": as_of}):
        # The reasons tell roll-backs from other ends; which version is in force does not depend on them.
        steps[row.scope].append(Step(row.calibration_version, row.status))
    names = [name for taken in steps.values() if (name := standing(taken).active) is not None]
    return {item[0]: item[1] for item in maps_of(session, names).values()}


def maps_of(session: Session, names: Iterable[str]) -> dict[str, tuple[str, ActiveMap]]:
    """Return the market key and the map of each version, by its name."""
    wanted = list(names)
    if not wanted:
        return {}
    rows = session.rows(_MAPS, {"names": wanted})
    under = sorted({row.base_version for row in rows if row.base_version})
    bases = {row.calibration_version: row.map for row in session.rows(_MAPS, {"names": under})} if under else {}
    return {
        row.calibration_version: (row.market_key, ActiveMap(
            row.calibration_version, row.map, bases.get(row.base_version), 1.0 if row.weight is None else row.weight,
        ))
        for row in rows
    }  # fmt: skip


def map_of(maps: Mapping[str, ActiveMap], market_key: str) -> ActiveMap | None:
    """Return the map of a market by its kind: its own, else the one of every market of a game, else none.

    What was learned of games' forecasts says nothing of a prop model's.
    """
    kind = kind_of(market_key)
    return maps.get(kind) or (None if is_of_players(kind) else maps.get(GLOBAL_SCOPE))


def effective_of(session: Session, name: str) -> EffectiveMap:
    """Return the map of a version as it is applied; KeyError for no such version."""
    return maps_of(session, [name])[name][1].read()
