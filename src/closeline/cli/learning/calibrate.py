"""`closeline calibrate`: what became of each calibration."""

import typer

from closeline.cli.opening import reading
from closeline.cli.options import AsJson, Database
from closeline.cli.printing import print_json, print_table

app = typer.Typer(no_args_is_help=True, help="Look at the calibrations.")


@app.callback()
def _nouns() -> None:
    pass


@app.command("list")
def list_calibrations(*, db: Database = None, as_json: AsJson = False) -> None:
    """List every judgement on every calibration, oldest first; the last of a market says what holds."""
    from closeline.schemas.learning import Calibrations, Judgement
    from closeline.store import calibrations

    with reading(db) as (desk, session):
        history = calibrations.history(session, tenant_id=desk.tenant_id)
    result = Calibrations(judgements=[Judgement.model_validate(item) for item in history])
    if as_json:
        print_json(result)
        return
    columns = ("market", "status", "method", "trained on#", "judged on#", "reasons", "at", "version")
    print_table("Calibrations", columns, [
        (
            item.scope, item.status, item.method, item.n_train, item.n_evaluated, ", ".join(item.reasons),
            f"{item.at:%Y-%m-%d}", item.calibration_version[:12],
        )
        for item in result.judgements
    ])  # fmt: skip
