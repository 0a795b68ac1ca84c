"""`closeline gates`: the rules that every candidate passes through."""

import inspect
import json

import typer

from closeline.cli.opening import reading
from closeline.cli.options import AsJson, Database, OnlyLeague
from closeline.cli.printing import print_json, print_table

app = typer.Typer(no_args_is_help=True, help="Look at the rules and their limits.")


@app.callback()
def _nouns() -> None:
    pass


@app.command("list")
def list_gates(*, league: OnlyLeague = None, db: Database = None, as_json: AsJson = False) -> None:
    """List the rules in their order, and the limits of each league by which they judge."""
    from closeline.domain.gates import GATES
    from closeline.schemas.learning import Gate, Gates
    from closeline.store import models

    with reading(db) as (desk, session):
        version, content = models.config(session, tenant_id=desk.tenant_id, as_of=desk.clock())
    rules = [
        Gate(order=order, name=rule.__name__, says=(inspect.getdoc(rule) or "").splitlines()[0])
        for order, rule in enumerate(GATES, start=1)
    ]
    limits = {name: held for name, held in json.loads(content)["leagues"].items() if league in (None, name)}
    result = Gates(gates=rules, config_version=version, limits=limits)
    if as_json:
        print_json(result)
        return
    print_table("Rules, in order", ("#", "rule", "says"), [(item.order, item.name, item.says) for item in rules])
    names = sorted({name for held in limits.values() for name in held if name != "league"})
    rows = [(name, *(_limit(held.get(name)) for held in limits.values())) for name in names]
    print_table(f"Limits, version {version}", ("limit", *(f"{name}#" for name in limits)), rows)


def _limit(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(f">{ahead:g}: {age:g}" for ahead, age in value)
    return f"{value:g}" if isinstance(value, int | float) else str(value)
