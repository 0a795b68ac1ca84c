"""A league's last games that were forecast and have ended: what was said of home wins and overtime, and what came."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select

from closeline.domain.feeds.captures import ResultStatus
from closeline.domain.gates.rolling import ROLLING_GAMES_MOST, RollingSample, Told
from closeline.domain.leagues import League
from closeline.domain.markets import MONEYLINE, Period
from closeline.domain.settlement.score import segment_of
from closeline.maths.simulate.decomposition import Decomposition
from closeline.store import forecasts
from closeline.store.forecasts import OF_GAMES
from closeline.store.references import EventVersion, versions_when
from closeline.store.results import EventResult, first_finals
from closeline.store.session import Session
from closeline.store.tables.evidence import event_result
from closeline.store.tables.model import prediction, sim_run

# Read as many again: a game whose forecast came too late takes no place among the last.
_READ_MOST = 2 * ROLLING_GAMES_MOST
_RECEIVED = (
    select(event_result.c.event_id)
    .where(event_result.c.received_at > bindparam("after"), event_result.c.received_at <= bindparam("as_of"))
    .distinct()
)
_LAST = (
    select(event_result.c.event_id)
    .join(sim_run, sim_run.c.event_id == event_result.c.event_id)
    .where(
        sim_run.c.tenant_id == bindparam("tenant"),
        sim_run.c.event_id >= bindparam("first_id"),
        sim_run.c.event_id < bindparam("after_id"),
        OF_GAMES,
        event_result.c.status == ResultStatus.FINAL,
        event_result.c.received_at <= bindparam("as_of"),
    )
    .group_by(event_result.c.event_id)
    .order_by(func.min(event_result.c.received_at).desc(), event_result.c.event_id.desc())
    .limit(_READ_MOST)
)
_RUNS = (
    select(sim_run.c.run_id, sim_run.c.event_id, sim_run.c.as_of)
    .where(
        sim_run.c.tenant_id == bindparam("tenant"),
        sim_run.c.event_id.in_(bindparam("events", expanding=True)),
        sim_run.c.as_of <= bindparam("as_of"),
        OF_GAMES,
    )
    .order_by(sim_run.c.as_of, sim_run.c.run_id)
)
_WINNERS = select(prediction.c.run_id, prediction.c.p_raw).where(
    prediction.c.tenant_id == bindparam("tenant"),
    prediction.c.league == bindparam("league_code"),
    prediction.c.as_of >= bindparam("first"),
    prediction.c.as_of <= bindparam("last"),
    prediction.c.market_key == MONEYLINE.key,
)


@dataclass(frozen=True, slots=True)
class EndedGame:
    """A game that was forecast and has ended, as its first final result told it at `ended_at`.

    home_win: null on neutral ground, where nobody won, or where nothing was said. overtime: null where nothing was
    said, or where the result does not tell.
    """

    ended_at: datetime
    event_id: str
    home_win: Told | None
    overtime: Told | None


class RollingBook:
    """The last ended games per tenant and league, kept between mornings so that each is read once."""

    def __init__(self) -> None:
        """Start cold."""
        self._kept: dict[tuple[str, League], _Kept] = {}

    def at(self, session: Session, *, tenant_id: str, league: League, as_of: datetime) -> tuple[EndedGame, ...]:
        """Return the last 400 games that were forecast and whose results were received by `as_of`, oldest first."""
        # Taken out while it reads: what a fault left half read is never asked again.
        kept = self._kept.pop((tenant_id, league), None)
        names = None if kept is None or kept.until > as_of else _received(session, league, kept.until, as_of)
        if kept is None or names is None:
            kept, names = _Kept(as_of, ()), _last(session, tenant_id, league, as_of)
        known = {game.event_id for game in kept.games}
        fresh = _ended(session, [name for name in names if name not in known], tenant_id, league, as_of)
        games = tuple(sorted((*kept.games, *fresh), key=lambda game: (game.ended_at, game.event_id)))
        self._kept[tenant_id, league] = _Kept(as_of, games[-ROLLING_GAMES_MOST:])
        return self._kept[tenant_id, league].games


def sample_of(games: Sequence[EndedGame]) -> RollingSample:
    """Return what the games tell of home wins and of overtime, each where it counts."""
    return RollingSample(
        tuple(game.home_win for game in games if game.home_win is not None),
        tuple(game.overtime for game in games if game.overtime is not None),
    )


@dataclass(frozen=True, slots=True)
class _Kept:
    until: datetime
    games: tuple[EndedGame, ...]


def _received(session: Session, league: League, after: datetime, as_of: datetime) -> list[str] | None:
    """Name the league's events with results received in (after, as_of]; null where they are too many to look at."""
    rows = session.rows(_RECEIVED, {"after": after, "as_of": as_of})
    names = sorted(row.event_id for row in rows if row.event_id.startswith(f"{league}_"))
    return names if len(names) <= _READ_MOST else None


def _last(session: Session, tenant_id: str, league: League, as_of: datetime) -> list[str]:
    # Event ids begin with the league and an underscore, whose next character is the backquote.
    rows = session.rows(_LAST, {
        "tenant": tenant_id, "first_id": f"{league}_", "after_id": f"{league}`", "as_of": as_of,
    })  # fmt: skip
    return [row.event_id for row in rows]


def _ended(session: Session, names: Sequence[str], tenant_id: str, league: League, as_of: datetime) -> list[EndedGame]:
    finals = first_finals(session, names, as_of=as_of)
    versions = versions_when(session, {name: result.received_at for name, result in finals.items()})
    rows = session.rows(_RUNS, {"tenant": tenant_id, "events": sorted(versions), "as_of": as_of}) if versions else ()
    # The last one before the start, as what was said of its total is.
    last = {row.event_id: row for row in rows if row.as_of < versions[row.event_id].starts_at}
    if not last:
        return []
    moments = [row.as_of for row in last.values()]
    winners = session.rows(_WINNERS, {
        "tenant": tenant_id, "league_code": league, "first": min(moments), "last": max(moments),
    })  # fmt: skip
    chances = {row.run_id: row.p_raw for row in winners}
    parts = forecasts.decompositions(session, [row.run_id for row in last.values()])
    return [
        EndedGame(
            finals[name].received_at, name, _home_win(chances.get(row.run_id), versions[name], finals[name]),
            _overtime(parts.get(row.run_id), league, finals[name]),
        )
        for name, row in last.items()
    ]  # fmt: skip


def _home_win(chance: float | None, version: EventVersion, result: EventResult) -> Told | None:
    home, away = result.home_score, result.away_score
    if chance is None or version.neutral or home is None or away is None or home == away:
        return None
    return Told(chance, home > away)


def _overtime(content: str | None, league: League, result: EventResult) -> Told | None:
    """Return what was said of overtime and whether it came, where the record proves that it was told.

    A feed that says nothing of overtime leaves the flag down, as one does that denies it: only a result with every
    period of regulation tells both.
    """
    regulation = segment_of(league, Period.REGULATION).of
    chance = Decomposition.from_json(content).overtime if content else None
    if chance is None or len(result.periods) < regulation:
        return None
    return Told(chance, result.overtime or result.shootout or len(result.periods) > regulation)
