"""How picks ended: the closing line that they met, and the grade that the rules gave them."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from datetime import datetime

from sqlalchemy import Table, bindparam, select

from closeline.domain.clock import micros
from closeline.store.session import Session
from closeline.store.tables.desk import grade, line_track, pick


@dataclass(frozen=True, slots=True)
class LineTrack:
    """Open, best and close of a pick's market, and what the close says of the price that was taken.

    `clv_prob` = q_close - q_publish at the pick's own line, both fair; `clv_ev` is the expected return at the close,
    margin included. All are null, with the reason, where there is no close: a close is never imputed.
    """

    tenant_id: str
    pick_id: str
    track_version: int
    rules: str
    quality: str
    missing_reason: str | None
    open_line_quarters: int | None
    open_price: str | None
    best_line_quarters: int | None
    best_price: str | None
    close_line_quarters: int | None
    close_price: str | None
    close_price_opposite: str | None
    close_snapshot_id: str | None
    q_close: float | None
    clv_points: float | None
    clv_prob: float | None
    clv_ev: float | None
    predicted_clv: float
    beat_close: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Grade:
    """What a pick came to under one version of the rules and of the result. Units are at the real price, risk one."""

    tenant_id: str
    pick_id: str
    rules: str
    result_version: int
    result: str
    settled_fraction_quarters: int
    units_micros: int
    reason: str | None
    p_final: float
    q_market: float
    q_close: float | None
    brier: float | None
    log_loss: float | None
    brier_market: float | None
    supersedes: int | None
    graded_at: datetime


_TRACKS = (
    select(line_track)
    .where(
        line_track.c.tenant_id == bindparam("tenant"),
        line_track.c.pick_id.in_(bindparam("names", expanding=True)),
    )
    .order_by(line_track.c.pick_id, line_track.c.track_version)
)
_GRADES = (
    select(grade)
    .where(grade.c.tenant_id == bindparam("tenant"), grade.c.pick_id.in_(bindparam("names", expanding=True)))
    .order_by(grade.c.pick_id, grade.c.result_version)
)
_LEAGUE_TRACKS = (
    select(line_track)
    .join(pick, pick.c.pick_id == line_track.c.pick_id)
    .where(line_track.c.tenant_id == bindparam("tenant"), pick.c.league == bindparam("league_code"))
    .order_by(line_track.c.pick_id, line_track.c.track_version)
)
_LEAGUE_GRADES = (
    select(grade)
    .join(pick, pick.c.pick_id == grade.c.pick_id)
    .where(grade.c.tenant_id == bindparam("tenant"), pick.c.league == bindparam("league_code"))
    .order_by(grade.c.pick_id, grade.c.result_version)
)


def _append(session: Session, table: Table, items: Sequence[LineTrack] | Sequence[Grade], kind: type) -> int:
    columns = tuple(field.name for field in fields(kind))
    return session.append(table, columns, [(*astuple(item)[:-1], micros(astuple(item)[-1])) for item in items])


def add_tracks(session: Session, tracks: Sequence[LineTrack]) -> int:
    """Append line tracks."""
    return _append(session, line_track, tracks, LineTrack)


def add_grades(session: Session, grades: Sequence[Grade]) -> int:
    """Append grades."""
    return _append(session, grade, grades, Grade)


def tracks(session: Session, names: Sequence[str], *, tenant_id: str) -> dict[str, LineTrack]:
    """Return the last line track of each pick."""
    rows = session.rows(_TRACKS, {"tenant": tenant_id, "names": list(names)}) if names else ()
    return {row.pick_id: LineTrack(**row._mapping) for row in rows}  # noqa: SLF001


def grades(session: Session, names: Sequence[str], *, tenant_id: str) -> dict[str, Grade]:
    """Return the last grade of each pick."""
    rows = session.rows(_GRADES, {"tenant": tenant_id, "names": list(names)}) if names else ()
    return {row.pick_id: Grade(**row._mapping) for row in rows}  # noqa: SLF001


def league_tracks(session: Session, *, tenant_id: str, league: str) -> dict[str, LineTrack]:
    """Return the last line track of each pick of a league."""
    rows = session.rows(_LEAGUE_TRACKS, {"tenant": tenant_id, "league_code": league})
    return {row.pick_id: LineTrack(**row._mapping) for row in rows}  # noqa: SLF001


def league_grades(session: Session, *, tenant_id: str, league: str) -> dict[str, Grade]:
    """Return the last grade of each pick of a league."""
    rows = session.rows(_LEAGUE_GRADES, {"tenant": tenant_id, "league_code": league})
    return {row.pick_id: Grade(**row._mapping) for row in rows}  # noqa: SLF001
