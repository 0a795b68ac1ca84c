"""`closeline props import`: players' games and books' lines on them into the record."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from closeline.cli.faults import code_of, tell
from closeline.cli.importing import failed, imported
from closeline.cli.opening import opened
from closeline.cli.options import AsJson, Database
from closeline.cli.printing import print_json, print_table, progress
from closeline.domain.errors import BadInput, CloselineError, LookAhead

if TYPE_CHECKING:
    from closeline.jobs.desk import Desk
    from closeline.jobs.importing import Imported
    from closeline.schemas.importing.players import PlayerFileImport, PlayerImport

_KINDS = ("player_games", "player_props")


def import_players(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE", help="Players' games or lines on players, parquet or CSV.")
    ],
    *,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Read players' games and lines on players into the record; which of them a file holds its columns say.

    Nothing is decided by an import. A file that cannot be read is named, and the others are imported.
    """
    from closeline.schemas.importing.players import PlayerImport

    faults: list[CloselineError] = []
    done: list[PlayerFileImport] = []
    with opened(db) as desk:
        for path in files:
            try:
                done.append(_shape(path, _import(desk, path)))
            except (BadInput, LookAhead) as fault:
                faults.append(fault)
                done.append(_failed(path, fault))
    result = PlayerImport(files=sum(item.error is None for item in done), by_file=done)
    if as_json:
        print_json(result)
    else:
        _show(result)
    for told in faults:
        tell(told)
    if faults:
        raise typer.Exit(code_of(faults[0]))


def _import(desk: "Desk", path: Path) -> "Imported":
    from closeline.jobs.importing import import_archive
    from closeline.wiring import read_archive

    with progress(path.name) as told:
        archive = read_archive(path)
        if archive.feed not in _KINDS:
            raise BadInput(f"{path} must hold players' games or lines on players, was {archive.feed}")
        return import_archive(desk, archive, told)


def _shape(path: Path, found: "Imported") -> "PlayerFileImport":
    from closeline.schemas.importing.players import PlayerFileImport, PlayerLines

    lines = found.lines
    return PlayerFileImport(
        **imported(path, found).model_dump(),
        lines=PlayerLines(
            received=lines.received, accepted=lines.accepted, unchanged=lines.unchanged, players=lines.players,
            linked=lines.linked,
        ),
    )  # fmt: skip


def _failed(path: Path, fault: CloselineError) -> "PlayerFileImport":
    from closeline.schemas.importing.players import PlayerFileImport, PlayerLines

    none = PlayerLines(received=0, accepted=0, unchanged=0, players=0, linked=0)
    return PlayerFileImport(**failed(path, fault).model_dump(), lines=none)


def _show(result: "PlayerImport") -> None:
    columns = (
        "file", "kind", "games#", "results#", "lines#", "new lines#", "players#", "prices#", "accepted#", "unchanged#",
        "quarantined#",
    )  # fmt: skip
    print_table("Imported, in lines of box scores and in prices", columns, [
        (
            Path(item.file).name, item.feed or "not imported", item.games, item.results, item.lines.received,
            item.lines.accepted, item.lines.players, item.received, item.accepted, item.unchanged,
            sum(item.quarantined.values()),
        )
        for item in result.by_file
    ])  # fmt: skip
    for title, unit, found in (
        ("In quarantine", "prices", [item.quarantined for item in result.by_file]),
        ("In quarantine without a price", "games or lines", [item.unpriced for item in result.by_file]),
    ):
        rows = sorted({reason: sum(each.get(reason, 0) for each in found) for reason in set().union(*found)}.items())
        if rows:
            print_table(title, ("reason", f"{unit}#"), rows)
