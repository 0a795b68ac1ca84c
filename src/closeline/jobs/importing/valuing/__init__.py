"""Valuing: what a person says that players are worth, kept as a version that forecasts name."""

from dataclasses import dataclass

from closeline.domain.forecasts.injuries import PlayerValue, PlayerValues
from closeline.domain.leagues import League
from closeline.jobs.desk import Desk
from closeline.jobs.importing.valuing.file import read_values
from closeline.store import injuries, models, references
from closeline.store.session import Session, unit_of_work


@dataclass(frozen=True, slots=True)
class InForce:
    """The values that hold for a league, their version, and the names of their teams by id."""

    version: str
    values: PlayerValues
    team_names: dict[str, str]


def values_now(desk: Desk, league: League) -> InForce | None:
    """Return the values of a league's players that are in force, null where nobody has set any."""
    with unit_of_work(desk.engine, write=False) as session:
        return _in_force(session, desk, league)


def set_values(desk: Desk, league: League, content: bytes, source: str) -> tuple[InForce | None, tuple[str, ...]]:
    """Put a file's values in force and return them, or every fault of the file, of which nothing is then taken.

    Values that are in force already, from the same source, stay the version that they are.
    """
    with unit_of_work(desk.engine) as session:
        read = read_values(content, league, desk.aliases.table(session))
        if read.faults:
            return None, read.faults
        before = _in_force(session, desk, league)
        if before is not None and before.values.source == source and _same(before.values.values, read.values):
            return before, ()
        # The moment is part of the content: values that return after others are in force again.
        made = PlayerValues(league, source, desk.clock(), read.values)
        models.add(
            session, league=league, kind=models.PLAYER_VALUES, content=made.to_json(), fitted_on=source, at=made.set_at
        )
        return _in_force(session, desk, league), ()


def _same(before: tuple[PlayerValue, ...], now: tuple[PlayerValue, ...]) -> bool:
    return set(before) == set(now)


def _in_force(session: Session, desk: Desk, league: League) -> InForce | None:
    found = injuries.values_in_force(session, league=league, as_of=desk.clock())
    if found is None:
        return None
    version, values = found
    return InForce(version, values, references.team_names(session, sorted({item.team_id for item in values.values})))
