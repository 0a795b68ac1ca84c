"""`closeline policy`: how far the model is trusted, and what is played."""

from typing import Annotated

import typer

from closeline.cli.opening import reading
from closeline.cli.options import AsJson, Database
from closeline.cli.printing import number, print_json, print_table, say
from closeline.domain.leagues import League

app = typer.Typer(no_args_is_help=True, help="Look at the decision policies.")


@app.callback()
def _nouns() -> None:
    pass


@app.command()
def show(
    league: Annotated[League, typer.Argument(help="The league.")], *, db: Database = None, as_json: AsJson = False
) -> None:
    """Print the decision policy of a league, with the evidence that it rests on."""
    from closeline.schemas.learning import MarketPolicy, Policy
    from closeline.store import models

    with reading(db) as (desk, session):
        found = models.policy(session, tenant_id=desk.tenant_id, league=league, as_of=desk.clock())
    result = Policy(
        league=league,
        policy_version=found.policy_version if found else None,
        results=found.results if found else 0,
        markets=[MarketPolicy.model_validate(item) for item in found.markets] if found else [],
    )
    if as_json:
        print_json(result)
        return
    if found is None:
        say(f"{league}: no policy yet, so nothing is picked")
        return
    columns = ("market", "beta#", "± se#", "n#", "least edge, points#", "n#", "worth at least, points#")
    print_table(f"Policy of {league}, fitted on {result.results} results, version {result.policy_version}", columns, [
        (
            item.market_key, number(item.beta, 3), number(item.beta_standard_error, 3), item.beta_n,
            _points(item.threshold) if item.threshold is not None else "never played", item.threshold_n,
            _points(item.clv_lower_90),
        )
        for item in result.markets
    ])  # fmt: skip


def _points(value: float | None) -> str:
    return number(None if value is None else 100 * value)
