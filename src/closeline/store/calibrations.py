"""Calibrations as a system of record: versions, their maps, and the events that say which one is in force."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select

from closeline.domain.clock import micros
from closeline.domain.ids import canonical_json, content_id
from closeline.store.session import Session
from closeline.store.tables.learning import calibration_event, calibration_segment, calibration_version

_VERSION_COLUMNS = (
    "calibration_version", "tenant_id", "scope", "league", "method", "n_train", "n_evaluated", "trained_from",
    "trained_to", "evaluated_to", "created_at",
)  # fmt: skip
_EVENT_COLUMNS = (
    "tenant_id", "scope", "seq", "calibration_version", "status", "reasons", "evidence", "actor", "at",
)  # fmt: skip
_EVENTS = (
    select(calibration_event.c.scope, calibration_event.c.calibration_version, calibration_event.c.status)
    .join(
        calibration_version,
        calibration_version.c.calibration_version == calibration_event.c.calibration_version,
    )
    .where(
        calibration_event.c.tenant_id == bindparam("tenant"),
        calibration_version.c.league == bindparam("league_code"),
        calibration_event.c.at <= bindparam("as_of"),
    )
    .order_by(calibration_event.c.scope, calibration_event.c.seq)
)
_SEGMENTS = select(calibration_segment).where(
    calibration_segment.c.calibration_version.in_(bindparam("names", expanding=True))
)
_LAST_SEQ = select(func.max(calibration_event.c.seq)).where(
    calibration_event.c.tenant_id == bindparam("tenant"), calibration_event.c.scope == bindparam("scope_name")
)
_LAST_SAMPLE = (
    select(func.max(calibration_segment.c.n))
    .join(
        calibration_version,
        calibration_version.c.calibration_version == calibration_segment.c.calibration_version,
    )
    .where(
        calibration_version.c.tenant_id == bindparam("tenant"),
        calibration_segment.c.league == bindparam("league_code"),
        calibration_segment.c.market_key == bindparam("market"),
    )
)
_KNOWN = select(calibration_version.c.calibration_version).where(
    calibration_version.c.calibration_version == bindparam("name")
)
_HISTORY = (
    select(
        calibration_event,
        calibration_version.c.method,
        calibration_version.c.n_train,
        calibration_version.c.n_evaluated,
    )
    .join(
        calibration_version,
        calibration_version.c.calibration_version == calibration_event.c.calibration_version,
    )
    .where(calibration_event.c.tenant_id == bindparam("tenant"))
    .order_by(calibration_event.c.at, calibration_event.c.scope, calibration_event.c.seq)
)


@dataclass(frozen=True, slots=True)
class ActiveMap:
    """The calibration map in force for one market."""

    calibration_version: str
    map_json: str


@dataclass(frozen=True, slots=True)
class NewCalibration:
    """A fitted calibration of one market, with the spans that it was trained and judged on.

    `sample` is how many results the league had when it was fitted: what says whether a new fit is due.
    """

    league: str
    market_key: str
    method: str
    map_json: str
    n_train: int
    n_evaluated: int
    trained_from: datetime
    trained_to: datetime
    evaluated_to: datetime
    sample: int

    @property
    def scope(self) -> str:
        """Return the name of what the calibration governs."""
        return f"{self.league}/{self.market_key}"

    @property
    def calibration_version(self) -> str:
        """Return the version: the hash of the map and of what it was trained on."""
        return content_id("calibration", self.scope, self.map_json, self.n_train, micros(self.trained_to))


@dataclass(frozen=True, slots=True)
class Judgement:
    """One line of a calibration's history."""

    scope: str
    calibration_version: str
    status: str
    method: str
    n_train: int
    n_evaluated: int
    reasons: tuple[str, ...]
    at: datetime


def active(session: Session, *, tenant_id: str, league: str, as_of: datetime) -> dict[str, ActiveMap]:
    """Return the maps in force at `as_of` by market key: the fold of the calibration events."""
    in_force: dict[str, str] = {}
    for row in session.rows(_EVENTS, {"tenant": tenant_id, "league_code": league, "as_of": as_of}):
        if row.status == "ACTIVE":
            in_force[row.scope] = row.calibration_version
        elif row.status == "RETIRED" and in_force.get(row.scope) == row.calibration_version:
            del in_force[row.scope]
    rows = session.rows(_SEGMENTS, {"names": list(in_force.values())}) if in_force else ()
    return {row.market_key: ActiveMap(row.calibration_version, row.map) for row in rows}


def last_sample(session: Session, *, tenant_id: str, league: str, market_key: str) -> int:
    """Return how many results a league had when a market was last calibrated, 0 before the first time."""
    parameters = {"tenant": tenant_id, "league_code": league, "market": market_key}
    return int(session.scalar(_LAST_SAMPLE, parameters) or 0)


def add(session: Session, new: NewCalibration, *, tenant_id: str, at: datetime) -> bool:
    """Append a calibration as a version; False when the very same one was there."""
    if session.scalar(_KNOWN, {"name": new.calibration_version}) is not None:
        return False
    session.append(calibration_version, _VERSION_COLUMNS, [(
        new.calibration_version, tenant_id, new.scope, new.league, new.method, new.n_train, new.n_evaluated,
        micros(new.trained_from), micros(new.trained_to), micros(new.evaluated_to), micros(at),
    )])  # fmt: skip
    session.append(
        calibration_segment,
        ("calibration_version", "league", "market_key", "n", "map"),
        [(new.calibration_version, new.league, new.market_key, new.sample, new.map_json)],
    )
    return True


def judge(
    session: Session, *, tenant_id: str, scope: str, version: str, status: str, reasons: Sequence[str],
    evidence: object, at: datetime,
) -> None:  # fmt: skip
    """Append what became of a calibration; the event is the only place where its status lives."""
    seq = int(session.scalar(_LAST_SEQ, {"tenant": tenant_id, "scope_name": scope}) or 0) + 1
    row = (
        tenant_id,
        scope,
        seq,
        version,
        status,
        canonical_json(list(reasons)),
        canonical_json(evidence),
        "SYSTEM",
        micros(at),
    )
    session.append(calibration_event, _EVENT_COLUMNS, [row])


def history(session: Session, *, tenant_id: str) -> list[Judgement]:
    """Return every judgement on every calibration, oldest first."""
    return [
        Judgement(
            row.scope, row.calibration_version, row.status, row.method, row.n_train, row.n_evaluated,
            tuple(json.loads(row.reasons)), row.at,
        )
        for row in session.rows(_HISTORY, {"tenant": tenant_id})
    ]  # fmt: skip
