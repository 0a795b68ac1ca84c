"""Runs of prop models: which lines they have spoken of, and their sheets."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select

from closeline.domain.markets import kind_of
from closeline.domain.picks import Decision
from closeline.domain.props.engines import PROPS, is_props
from closeline.maths.props.sheet import Sheet
from closeline.store import forecasts
from closeline.store.desk.candidates import VERDICT
from closeline.store.forecasts import Run
from closeline.store.session import Session
from closeline.store.tables.desk import candidate_finding
from closeline.store.tables.model import prediction, sim_run

# A player's line is forecast on the days before its game: so far back the index of moments is read.
_SPAN = timedelta(days=14)
_PREDICTED = select(prediction.c.event_id, prediction.c.market_key).where(
    prediction.c.tenant_id == bindparam("tenant"),
    prediction.c.league == bindparam("league_code"),
    prediction.c.as_of >= bindparam("since"),
    prediction.c.event_id.in_(bindparam("events", expanding=True)),
    prediction.c.market_key.startswith("PLAYER_"),
)
_RUNS = (
    sim_run.c.tenant_id == bindparam("tenant"),
    sim_run.c.league == bindparam("league_code"),
    sim_run.c.engine.startswith(PROPS),
    sim_run.c.as_of <= bindparam("as_of"),
)
_ANY = select(func.count()).select_from(sim_run).where(*_RUNS)
_LAST = select(func.max(sim_run.c.as_of)).where(
    sim_run.c.tenant_id == bindparam("tenant"),
    sim_run.c.league == bindparam("league_code"),
    sim_run.c.engine.startswith(PROPS),
)
_KEYS = (
    select(prediction.c.market_key)
    .distinct()
    .where(
        prediction.c.tenant_id == bindparam("tenant"),
        prediction.c.league == bindparam("league_code"),
        prediction.c.as_of <= bindparam("as_of"),
        prediction.c.market_key.startswith("PLAYER_"),
    )
)
# The verdict on a candidate is the last of its findings (`desk.candidates`).
_DECIDED = (
    select(prediction.c.event_id, prediction.c.market_key, candidate_finding.c.action)
    .distinct()
    .join(candidate_finding, candidate_finding.c.prediction_id == prediction.c.prediction_id)
    .where(
        prediction.c.tenant_id == bindparam("tenant"),
        prediction.c.league == bindparam("league_code"),
        prediction.c.as_of <= bindparam("as_of"),
        prediction.c.market_key.startswith("PLAYER_"),
        candidate_finding.c.tenant_id == bindparam("tenant"),
        candidate_finding.c.gate == VERDICT,
    )
)


def decided(session: Session, *, tenant_id: str, league: str, as_of: datetime) -> dict[tuple[str, str], set[Decision]]:
    """Return what the gates made of each player's line that they judged, by event and market: of all its sides."""
    found: dict[tuple[str, str], set[Decision]] = {}
    for row in session.rows(_DECIDED, {"tenant": tenant_id, "league_code": league, "as_of": as_of}):
        found.setdefault((row.event_id, row.market_key), set()).add(Decision(row.action))
    return found


def predicted(
    session: Session, events: Sequence[str], *, tenant_id: str, league: str, as_of: datetime
) -> set[tuple[str, str]]:
    """Return (event, market key) of every player's line of events that was forecast in the two weeks to `as_of`."""
    asked = {"tenant": tenant_id, "league_code": league, "since": as_of - _SPAN, "events": sorted(set(events))}
    rows = session.rows(_PREDICTED, asked) if events else ()
    return {(row.event_id, row.market_key) for row in rows}


def last_moment(session: Session, *, tenant_id: str, league: str) -> datetime | None:
    """Return the last moment as of which a tenant has forecast players of a league; null where it never has."""
    found: datetime | None = session.rows(_LAST, {"tenant": tenant_id, "league_code": league})[0][0]
    return found


def kinds(session: Session, *, tenant_id: str, league: str, as_of: datetime) -> list[str]:
    """Return the kinds of players' markets of which a league has forecasts by `as_of`; quickly told where none is."""
    asked = {"tenant": tenant_id, "league_code": league, "as_of": as_of}
    if not session.scalar(_ANY, asked):
        return []
    return sorted({kind_of(row.market_key) for row in session.rows(_KEYS, asked)})


def sheets(session: Session, runs: Sequence[Run]) -> dict[str, Sheet]:
    """Return the sheets of those runs that are of players, by run."""
    names = [run.run_id for run in runs if is_props(run.engine)]
    return {name: Sheet.from_json(text) for name, text in forecasts.decompositions(session, names).items()}
