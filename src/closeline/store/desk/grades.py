"""How picks ended: the closing line that they met, and the grade that the rules gave them."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime

from sqlalchemy import Table, bindparam, select

from closeline.domain.clock import micros
from closeline.store.session import Session
from closeline.store.tables.desk import grade, line_track, pick

# Later than anything in a record: what counts now.
ALL_TIME = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class LineTrack:
    """Open, best and close of a pick's market, and what the close says of the price that was taken.

    `clv_prob` = q_close - q_publish at the pick's own line, both fair; `clv_ev` is the expected return at the close,
    margin included, by the devig `method`, and `clv_ev_low` to `clv_ev_high` its range over all of them. All are null,
    with the reason, where there is no close: a close is never imputed. `clv_prob_raw` and `clv_price_ratio` compare
    prices at one line, and are null where it moved. `consensus_books` is a JSON list.
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
    close_book: str | None = None
    close_at: datetime | None = None
    close_seen_until: datetime | None = None
    start_basis: str | None = None
    method: str | None = None
    clv_prob_raw: float | None = None
    clv_price_ratio: float | None = None
    clv_ev_low: float | None = None
    clv_ev_high: float | None = None
    premise: str | None = None
    consensus_books: str | None = None


@dataclass(frozen=True, slots=True)
class Grade:
    """What a pick came to under one version of the rules and of the result. Units are at the real price, risk one.

    `supersedes` names the grade that this one replaces, as `rules@result_version`, and `cause` says why; both are null
    for a first grade. The scores of the close are null where there is none.
    """

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
    supersedes: str | None
    graded_at: datetime
    log_loss_market: float | None = None
    brier_close: float | None = None
    log_loss_close: float | None = None
    cause: str | None = None

    @property
    def name(self) -> str:
        """Return the name of the grade among those of its pick."""
        return f"{self.rules}@{self.result_version}"


_TRACKS = (
    select(line_track)
    .where(
        line_track.c.tenant_id == bindparam("tenant"),
        line_track.c.pick_id.in_(bindparam("names", expanding=True)),
        line_track.c.at <= bindparam("as_of"),
    )
    .order_by(line_track.c.pick_id, line_track.c.track_version)
)
_GRADES = (
    select(grade)
    .where(
        grade.c.tenant_id == bindparam("tenant"),
        grade.c.pick_id.in_(bindparam("names", expanding=True)),
        grade.c.graded_at <= bindparam("as_of"),
    )
    .order_by(grade.c.pick_id, grade.c.graded_at, grade.c.result_version)
)
_LEAGUE_TRACKS = (
    select(line_track)
    .join(pick, pick.c.pick_id == line_track.c.pick_id)
    .where(
        line_track.c.tenant_id == bindparam("tenant"),
        pick.c.league == bindparam("league_code"),
        line_track.c.at <= bindparam("as_of"),
    )
    .order_by(line_track.c.pick_id, line_track.c.track_version)
)
_LEAGUE_GRADES = (
    select(grade)
    .join(pick, pick.c.pick_id == grade.c.pick_id)
    .where(
        grade.c.tenant_id == bindparam("tenant"),
        pick.c.league == bindparam("league_code"),
        grade.c.graded_at <= bindparam("as_of"),
    )
    .order_by(grade.c.pick_id, grade.c.graded_at, grade.c.result_version)
)


def _append(session: Session, table: Table, items: Sequence[LineTrack] | Sequence[Grade], kind: type) -> int:
    columns = tuple(field.name for field in fields(kind))
    return session.append(table, columns, [tuple(map(_stored, astuple(item))) for item in items])


def _stored(value: object) -> object:
    return micros(value) if isinstance(value, datetime) else value


def add_tracks(session: Session, tracks: Sequence[LineTrack]) -> int:
    """Append line tracks."""
    return _append(session, line_track, tracks, LineTrack)


def add_grades(session: Session, grades: Sequence[Grade]) -> int:
    """Append grades."""
    return _append(session, grade, grades, Grade)


def tracks(
    session: Session, names: Sequence[str], *, tenant_id: str, as_of: datetime = ALL_TIME
) -> dict[str, LineTrack]:
    """Return the line track of each pick that counted at `as_of`, by default the last."""
    rows = session.rows(_TRACKS, {"tenant": tenant_id, "names": list(names), "as_of": as_of}) if names else ()
    return {row.pick_id: LineTrack(**row._mapping) for row in rows}  # noqa: SLF001


def grades(session: Session, names: Sequence[str], *, tenant_id: str, as_of: datetime = ALL_TIME) -> dict[str, Grade]:
    """Return the grade of each pick that counted at `as_of`, by default the last."""
    return {name: found[-1] for name, found in versions(session, names, tenant_id=tenant_id, as_of=as_of).items()}


def versions(
    session: Session, names: Sequence[str], *, tenant_id: str, as_of: datetime = ALL_TIME
) -> dict[str, list[Grade]]:
    """Return all grades that each pick had at `as_of`, oldest first."""
    rows = session.rows(_GRADES, {"tenant": tenant_id, "names": list(names), "as_of": as_of}) if names else ()
    found: dict[str, list[Grade]] = {}
    for row in rows:
        found.setdefault(row.pick_id, []).append(Grade(**row._mapping))  # noqa: SLF001
    return found


def league_tracks(session: Session, *, tenant_id: str, league: str, as_of: datetime = ALL_TIME) -> dict[str, LineTrack]:
    """Return the line track of each pick of a league that counted at `as_of`, by default the last."""
    rows = session.rows(_LEAGUE_TRACKS, {"tenant": tenant_id, "league_code": league, "as_of": as_of})
    return {row.pick_id: LineTrack(**row._mapping) for row in rows}  # noqa: SLF001


def league_grades(session: Session, *, tenant_id: str, league: str, as_of: datetime = ALL_TIME) -> dict[str, Grade]:
    """Return the grade of each pick of a league that counted at `as_of`, by default the last."""
    rows = session.rows(_LEAGUE_GRADES, {"tenant": tenant_id, "league_code": league, "as_of": as_of})
    return {row.pick_id: Grade(**row._mapping) for row in rows}  # noqa: SLF001
