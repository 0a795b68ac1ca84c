"""`closeline models values`: what the players of a league are worth, as a person has said it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from closeline.cli.faults import tell
from closeline.cli.opening import opened
from closeline.cli.options import AsJson, Database
from closeline.cli.printing import number, print_json, print_table, say
from closeline.domain.errors import BadInput
from closeline.domain.leagues import League

if TYPE_CHECKING:
    from closeline.jobs.desk import Desk
    from closeline.jobs.importing.valuing import InForce
    from closeline.schemas.rules.values import PlayerValues

SIZE_MAX = 4 * 1024 * 1024  # a table of every player of a league is a hundredth of this


def values(
    league: Annotated[League, typer.Argument(help="The league.")],
    *,
    set_from: Annotated[
        Path | None, typer.Option("--set", metavar="FILE", help="CSV to put in force: team, player, value_points.")
    ] = None,
    source: Annotated[
        str | None, typer.Option("--source", metavar="TEXT", help="Who says so; with --set, and only then.")
    ] = None,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Show what a league's players are worth, or put a file of values in force, whole or not at all."""
    said = (source or "").strip()
    if (set_from is None) == bool(said):
        raise BadInput("--set FILE and --source TEXT must come together, one was without the other")
    with opened(db) as desk:
        found = _now(desk, league) if set_from is None else _set(desk, league, set_from, said)
    result = _shape(league, found)
    if as_json:
        print_json(result)
        return
    _show(result)


def _now(desk: "Desk", league: League) -> "InForce | None":
    from closeline.jobs.importing.valuing import values_now

    return values_now(desk, league)


def _set(desk: "Desk", league: League, path: Path, source: str) -> "InForce | None":
    """Put a file in force; every fault of it is told in one line of its own."""
    from closeline.jobs.importing.valuing import set_values

    found, faults = set_values(desk, league, _bytes(path), source)
    for text in faults[:-1]:
        tell(BadInput(f"{path}: {text}"))
    if faults:
        raise BadInput(f"{path}: {faults[-1]}")
    return found


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > SIZE_MAX:
            raise BadInput(f"{path} must be at most {SIZE_MAX} bytes, was {path.stat().st_size}")
        return path.read_bytes()
    except OSError as fault:
        raise BadInput(f"{path} must be a file that can be read, was not: {fault.strerror}") from fault


def _shape(league: League, found: "InForce | None") -> "PlayerValues":
    from closeline.schemas.rules.values import PlayerValue, PlayerValues

    if found is None:
        return PlayerValues(league=league, version=None, source=None, set_at=None, values=[])
    held = found.values
    rows = [
        PlayerValue(
            team=found.team_names.get(item.team_id, item.team_id), player=item.player, value_points=item.value_points
        )
        for item in held.values
    ]
    return PlayerValues(league=league, version=found.version, source=held.source, set_at=held.set_at, values=rows)


def _show(result: "PlayerValues") -> None:
    if result.version is None:
        say(f"{result.league}: no player values; --set FILE --source TEXT puts some in force")
        return
    say(f"{result.league}: player values {result.version}, from {result.source}, since {result.set_at:%Y-%m-%d %H:%M}")
    rows = [(item.team, item.player, number(item.value_points)) for item in result.values]
    print_table("Player values", ("team", "player", "points#"), rows)
