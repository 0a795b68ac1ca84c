"""Versions: what a map was fitted on, how it was asked for, and what stands under it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select

from closeline.domain.calibration import GLOBAL_SCOPE
from closeline.domain.clock import micros
from closeline.domain.ids import content_id
from closeline.store.session import Session
from closeline.store.tables.learning import calibration_segment, calibration_version

_COLUMNS = (
    "calibration_version", "tenant_id", "scope", "league", "method", "n_train", "n_evaluated", "trained_from",
    "trained_to", "evaluated_to", "created_at", "base_version", "weight", "method_asked", "training_days",
    "n_published", "sample", "actor",
)  # fmt: skip
_SAMPLES = (
    # Versions of before the shadow kept it beside the map, as the number of their league's results: more, never fewer.
    select(func.coalesce(calibration_version.c.sample, calibration_segment.c.n))
    .join(
        calibration_segment,
        calibration_segment.c.calibration_version == calibration_version.c.calibration_version,
    )
    .where(
        calibration_version.c.tenant_id == bindparam("tenant"),
        calibration_version.c.league == bindparam("league_code"),
        calibration_segment.c.market_key == bindparam("market"),
    )
    .order_by(calibration_version.c.created_at, calibration_version.c.calibration_version)
)
_KNOWN = select(calibration_version.c.calibration_version).where(
    calibration_version.c.calibration_version == bindparam("name")
)
_READ = tuple(calibration_version.c[name] for name in _COLUMNS if name != "tenant_id")
_ONE = select(*_READ).where(
    calibration_version.c.tenant_id == bindparam("tenant"),
    calibration_version.c.calibration_version == bindparam("name"),
)
_BEGINNING = (
    select(*_READ)
    .where(
        calibration_version.c.tenant_id == bindparam("tenant"),
        calibration_version.c.calibration_version >= bindparam("first"),
        calibration_version.c.calibration_version < bindparam("after"),
    )
    .order_by(calibration_version.c.calibration_version)
    .limit(2)
)
_NEWEST = (
    select(*_READ)
    .where(calibration_version.c.tenant_id == bindparam("tenant"))
    .order_by(
        calibration_version.c.created_at.desc(), calibration_version.c.scope, calibration_version.c.calibration_version
    )
    .limit(bindparam("most"))
)
_SEGMENTS = (
    select(calibration_segment)
    .where(calibration_segment.c.calibration_version == bindparam("name"))
    .order_by(calibration_segment.c.league, calibration_segment.c.market_key)
)


@dataclass(frozen=True, slots=True)
class NewCalibration:
    """A fitted calibration of one market, with the spans that it was trained and judged on.

    `sample` is how many events there were to learn from when it was fitted: what says whether a new fit is due.
    `weight` is the say of its own map beside that of `base_version`, or beside the raw probability where that is null;
    a null weight, that its own map is all there is. league and market_key are both GLOBAL for the map of every market.
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
    base_version: str | None = None
    weight: float | None = None
    method_asked: str | None = None
    training_days: int | None = None
    n_published: int | None = None
    actor: str | None = None
    tenant_id: str | None = None

    @property
    def scope(self) -> str:
        """Return the name of what the calibration governs."""
        return GLOBAL_SCOPE if self.league == GLOBAL_SCOPE else f"{self.league}/{self.market_key}"

    @property
    def calibration_version(self) -> str:
        """Return the version: the hash of the map, of what stands under it, and of what it was trained on."""
        under = () if self.weight is None else (self.base_version, self.weight, self.tenant_id)
        return content_id("calibration", self.scope, self.map_json, self.n_train, micros(self.trained_to), *under)


@dataclass(frozen=True, slots=True)
class Version:
    """A version as the record holds it; what was not kept in its time is null."""

    calibration_version: str
    scope: str
    league: str
    method: str
    n_train: int
    n_evaluated: int
    trained_from: datetime
    trained_to: datetime
    evaluated_to: datetime
    created_at: datetime
    base_version: str | None
    weight: float | None
    method_asked: str | None
    training_days: int | None
    n_published: int | None
    sample: int | None
    actor: str | None


@dataclass(frozen=True, slots=True)
class Segment:
    """A map of a version; `n` is how many graded observations it was fitted on, or results in a record of before."""

    league: str
    market_key: str
    n: int
    map_json: str


def samples(session: Session, *, tenant_id: str, league: str, market_key: str) -> list[int]:
    """Return how many events there were at each attempt to calibrate a market, in the order of the attempts."""
    parameters = {"tenant": tenant_id, "league_code": league, "market": market_key}
    return [int(row[0]) for row in session.rows(_SAMPLES, parameters)]


def last_sample(session: Session, *, tenant_id: str, league: str, market_key: str) -> int:
    """Return how many events there were when a market was last calibrated, 0 before the first time."""
    return max(samples(session, tenant_id=tenant_id, league=league, market_key=market_key), default=0)


def add(session: Session, new: NewCalibration, *, tenant_id: str, at: datetime) -> bool:
    """Append a calibration as a version; False when the very same one was there."""
    if session.scalar(_KNOWN, {"name": new.calibration_version}) is not None:
        return False
    session.append(calibration_version, _COLUMNS, [(
        new.calibration_version, tenant_id, new.scope, new.league, new.method, new.n_train, new.n_evaluated,
        micros(new.trained_from), micros(new.trained_to), micros(new.evaluated_to), micros(at), new.base_version,
        new.weight, new.method_asked, new.training_days, new.n_published, new.sample, new.actor,
    )])  # fmt: skip
    session.append(
        calibration_segment,
        ("calibration_version", "league", "market_key", "n", "map"),
        [(new.calibration_version, new.league, new.market_key, new.n_train, new.map_json)],
    )
    return True


def version(session: Session, name: str, *, tenant_id: str) -> Version | None:
    """Return a version of a tenant by its name, null where there is none."""
    rows = session.rows(_ONE, {"tenant": tenant_id, "name": name})
    return Version(*rows[0]) if rows else None


def beginning_with(session: Session, start: str, *, tenant_id: str) -> list[Version]:
    """Return the versions whose names begin so, two at most: one is the one that is meant, two say that none is."""
    # A name is of the digits 0 to 9 and a to f: g comes after them all.
    parameters = {"tenant": tenant_id, "first": start, "after": start + "g"}
    return [Version(*row) for row in session.rows(_BEGINNING, parameters)] if start else []


def newest(session: Session, *, tenant_id: str, limit: int) -> list[Version]:
    """Return the newest versions of a tenant, newest first."""
    return [Version(*row) for row in session.rows(_NEWEST, {"tenant": tenant_id, "most": limit})]


def segments_of(session: Session, name: str) -> list[Segment]:
    """Return the maps of a version: one, as long as a version governs one scope."""
    return [Segment(row.league, row.market_key, row.n, row.map) for row in session.rows(_SEGMENTS, {"name": name})]
