"""`closeline report`: what happened, as a page that stands alone."""

from pathlib import Path
from typing import Annotated

import typer

from closeline.cli.opening import reading
from closeline.cli.options import AsJson, Database
from closeline.cli.printing import print_json, say


def report(
    *,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The page to write.")] = Path("report.html"),
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Write what happened: closing line value, calibration, units with intervals, and how to read them."""
    from closeline.schemas.record import Report
    from closeline.web.report import write_report

    with reading(db) as (desk, session):
        write_report(session, tenant_id=desk.tenant_id, out=out)
    result = Report(out=str(out), size=out.stat().st_size)
    if as_json:
        print_json(result)
    else:
        say(f"report: {result.out} ({result.size} bytes)")
