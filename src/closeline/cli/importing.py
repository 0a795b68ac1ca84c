"""`closeline import`: files into the record."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from closeline.cli.faults import code_of, tell
from closeline.cli.opening import opened
from closeline.cli.options import AsJson, Database
from closeline.cli.printing import print_json, print_table, progress
from closeline.domain.errors import BadInput, CloselineError, LookAhead
from closeline.domain.leagues import League

if TYPE_CHECKING:
    from closeline.jobs.desk import Desk
    from closeline.jobs.importing import Imported
    from closeline.schemas.importing.files import FileImport, Import


def import_files(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE", help="Odds, results or injuries, in any known format.")
    ],
    *,
    league: Annotated[League | None, typer.Option("--league", help="The league of a file of injuries.")] = None,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Read odds, results and injuries from files into the record.

    Nothing is decided or published by an import. A file that cannot be read is named, and the others are imported.
    """
    faults: list[CloselineError] = []
    done: list[FileImport] = []
    with opened(db) as desk:
        for path in files:
            try:
                done.append(imported(path, _import(desk, path, league)))
            except (BadInput, LookAhead) as fault:
                faults.append(fault)
                done.append(failed(path, fault))
    result = _total(done)
    if as_json:
        print_json(result)
    else:
        _show(result)
    for told in faults:
        tell(told)
    if faults:
        raise typer.Exit(code_of(faults[0]))


def _import(desk: "Desk", path: Path, league: League | None) -> "Imported":
    from closeline.jobs.importing import import_archive
    from closeline.jobs.importing.injuries import Bulletin, import_injuries
    from closeline.wiring import read_file

    with progress(path.name) as told:
        found = read_file(path, league)
        if isinstance(found, Bulletin):
            return import_injuries(desk, found)
        return import_archive(desk, found, told)


def imported(path: Path, found: "Imported") -> "FileImport":
    """Return what one file came to."""
    from closeline.schemas.importing.files import FileImport

    figures = found.capture
    return FileImport(
        file=str(path), feed=found.feed, payload_sha=found.payload_sha, leagues=list(found.leagues), games=found.games,
        results=figures.results, received=figures.received, accepted=figures.accepted, unchanged=figures.unchanged,
        quarantined=dict(sorted(figures.quarantined.items())), unpriced=dict(sorted(figures.unpriced.items())),
        error=None,
    )  # fmt: skip


def failed(path: Path, fault: CloselineError) -> "FileImport":
    """Return why one file could not be imported."""
    from closeline.schemas.importing.files import FileImport

    return FileImport(
        file=str(path), feed=None, payload_sha=None, leagues=[], games=0, results=0, received=0, accepted=0,
        unchanged=0, quarantined={}, unpriced={}, error=str(fault),
    )  # fmt: skip


def _total(done: "list[FileImport]") -> "Import":
    from collections import Counter

    from closeline.schemas.importing.files import Import

    quarantined: Counter[str] = Counter()
    unpriced: Counter[str] = Counter()
    for item in done:
        quarantined.update(item.quarantined)
        unpriced.update(item.unpriced)
    return Import(
        files=sum(item.error is None for item in done),
        received=sum(item.received for item in done),
        accepted=sum(item.accepted for item in done),
        unchanged=sum(item.unchanged for item in done),
        quarantined=dict(sorted(quarantined.items())),
        unpriced=dict(sorted(unpriced.items())),
        by_file=done,
    )


def _show(result: "Import") -> None:
    columns = ("file", "feed", "games#", "results#", "received#", "accepted#", "unchanged#", "quarantined#")
    rows = [
        (
            Path(item.file).name, item.feed or "not imported", item.games, item.results, item.received, item.accepted,
            item.unchanged, sum(item.quarantined.values()),
        )
        for item in result.by_file
    ]  # fmt: skip
    print_table("Imported, in prices; injuries in reports", columns, rows)
    if result.quarantined:
        print_table("In quarantine", ("reason", "prices or reports#"), result.quarantined.items())
    if result.unpriced:
        print_table("In quarantine without a price", ("reason", "games or results#"), result.unpriced.items())
