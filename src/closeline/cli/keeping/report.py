"""`closeline report`: what happened, as a page that stands alone."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from closeline.cli.opening import reading
from closeline.cli.options import AsJson, Database
from closeline.cli.printing import print_json, say


def report(
    *,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The page to write.")] = Path("report.html"),
    publish_from: Annotated[
        datetime | None,
        typer.Option(
            "--publish-from", metavar="DATE", formats=["%Y-%m-%d"], help="Judge forecasts from this day on only."
        ),
    ] = None,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Write what happened: closing line value, calibration, units with intervals, and how to read them."""
    from closeline.schemas.record import Report
    from closeline.web.report import write_report

    with reading(db) as (desk, session):
        first = publish_from.date() if publish_from else None
        write_report(session, tenant_id=desk.tenant_id, out=out, publish_from=first, notice=desk.notice.text)
    result = Report(out=str(out), size=out.stat().st_size)
    if as_json:
        print_json(result)
    else:
        say(f"report: {result.out} ({result.size} bytes)")
