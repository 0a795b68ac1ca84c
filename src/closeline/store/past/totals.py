"""What forecasts said of totals: the mean of each game, the side of each quoted total, and how its picks ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from closeline.domain.markets import TOTAL
from closeline.domain.picks import Decision
from closeline.store.evaluations import Evaluation
from closeline.store.forecasts import OF_GAMES, QUOTED
from closeline.store.past import bias
from closeline.store.past.games import PlayedGame, played
from closeline.store.past.rolling import RollingBook
from closeline.store.session import Session
from closeline.store.tables.desk import grade, pick
from closeline.store.tables.model import prediction, sim_run, sim_run_input

# The kind of input that names the day of the bias table by which a run's totals were moved.
CLAMPED_BY = "CALIBRATION_DAILY"
_RUNS = (
    select(sim_run.c.run_id, sim_run.c.event_id, sim_run.c.as_of, sim_run.c.total_mean, sim_run_input.c.reference)
    .outerjoin(sim_run_input, (sim_run_input.c.run_id == sim_run.c.run_id) & (sim_run_input.c.kind == CLAMPED_BY))
    .where(
        sim_run.c.tenant_id == bindparam("tenant"),
        sim_run.c.event_id.in_(bindparam("events", expanding=True)),
        sim_run.c.as_of <= bindparam("as_of"),
        OF_GAMES,
    )
    .order_by(sim_run.c.as_of, sim_run.c.run_id)
)
_TOTALS = select(prediction.c.run_id, prediction.c.p_calibrated).where(
    prediction.c.tenant_id == bindparam("tenant"),
    prediction.c.league == bindparam("league_code"),
    prediction.c.as_of >= bindparam("first"),
    prediction.c.as_of <= bindparam("last"),
    prediction.c.market_key == TOTAL.key,
    prediction.c.basis == QUOTED,
)
_GRADES = (
    select(pick.c.pick_id, grade.c.result, grade.c.settled_fraction_quarters)
    .join(grade, (grade.c.tenant_id == pick.c.tenant_id) & (grade.c.pick_id == pick.c.pick_id))
    .where(
        pick.c.tenant_id == bindparam("tenant"),
        pick.c.event_id.in_(bindparam("events", expanding=True)),
        pick.c.decision == Decision.PICK,
        grade.c.graded_at <= bindparam("as_of"),
    )
    .order_by(grade.c.pick_id, grade.c.result_version)
)
_WHOLE = 4


@dataclass(frozen=True, slots=True)
class SaidTotal:
    """The last forecast of a game's total before its start: the mean in points, before any correction for bias.

    over: that the quoted total is likelier to go over than not; null where none was quoted.
    """

    mean: float
    over: bool | None


@dataclass(frozen=True, slots=True)
class FinishedTotal:
    """A finished game that was forecast: its points, the close of its total, and what was said of it."""

    event_id: str
    starts_at: datetime
    points: int
    close: Evaluation | None
    said: SaidTotal


class TotalsBook:
    """Finished games per tenant and league, kept between mornings so that each is read once; a cold book reads all.

    rolling: the last games whatever the days, for the rates that are judged on so many games.
    """

    def __init__(self) -> None:
        """Start cold."""
        self.rolling = RollingBook()
        self._kept: dict[tuple[str, str], _Kept] = {}

    def at(
        self, session: Session, *, tenant_id: str, league: str, since: datetime, as_of: datetime
    ) -> tuple[FinishedTotal, ...]:
        """Return the games that started from `since` on and whose results were received by `as_of`, in that order."""
        # Taken out while it reads: what a fault left half read is never asked again.
        kept = self._kept.pop((tenant_id, league), None)
        if kept is None or kept.since > since or kept.until > as_of:
            kept = _Kept(since, since, ())
        # A result comes after its start: the games of these days are among the results of these days.
        fresh = _finished(session, tenant_id=tenant_id, league=league, after=kept.until, as_of=as_of)
        games = tuple(game for game in (*kept.games, *fresh) if since <= game.starts_at < as_of)
        self._kept[tenant_id, league] = _Kept(since, as_of, games)
        return games


@dataclass(frozen=True, slots=True)
class _Kept:
    since: datetime
    until: datetime
    games: tuple[FinishedTotal, ...]


def _finished(
    session: Session, *, tenant_id: str, league: str, after: datetime, as_of: datetime
) -> list[FinishedTotal]:
    games = played(session, league=league, after=after, until=as_of)
    told = _said(session, games, tenant_id=tenant_id, league=league, as_of=as_of)
    return [
        FinishedTotal(
            name, game.version.starts_at, game.result.home_score + game.result.away_score, game.close(TOTAL.key),
            told[name],
        )
        for game in games
        if (name := game.version.event_id) in told
        and game.result.home_score is not None
        and game.result.away_score is not None
    ]  # fmt: skip


def _said(
    session: Session, games: Sequence[PlayedGame], *, tenant_id: str, league: str, as_of: datetime
) -> dict[str, SaidTotal]:
    """Return, per event, what the last forecast made by `as_of` and before the start said of its total."""
    starts = {game.version.event_id: game.version.starts_at for game in games}
    rows = session.rows(_RUNS, {"tenant": tenant_id, "events": sorted(starts), "as_of": as_of}) if starts else ()
    last = {row.event_id: row for row in rows if row.as_of < starts[row.event_id]}
    if not last:
        return {}
    moved = bias.of_days(session, league=league, days={row.reference for row in last.values() if row.reference})
    moments = [row.as_of for row in last.values()]
    priced = session.rows(_TOTALS, {
        "tenant": tenant_id, "league_code": league, "first": min(moments), "last": max(moments),
    })  # fmt: skip
    sides = {row.run_id: row.p_calibrated > 0.5 for row in priced}
    return {
        name: SaidTotal(
            row.total_mean + (moved[row.reference].correction if row.reference else 0.0),
            # The side of a corrected forecast is the correction's too; measured, it would feed on itself.
            None if row.reference else sides.get(row.run_id),
        )
        for name, row in last.items()
    }  # fmt: skip


def graded_picks(
    session: Session, events: Sequence[str], *, tenant_id: str, as_of: datetime
) -> Mapping[str, tuple[str, float]]:
    """Return, per PICK on these events that was graded by `as_of`, its last result and the share of it that settled."""
    rows = session.rows(_GRADES, {"tenant": tenant_id, "events": sorted(events), "as_of": as_of}) if events else ()
    return {row.pick_id: (row.result, row.settled_fraction_quarters / _WHOLE) for row in rows}
