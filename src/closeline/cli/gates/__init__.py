"""`closeline gates`: the rules that every candidate passes through, and what they say of one written by hand."""

import inspect
import json
from typing import TYPE_CHECKING

import typer

from closeline.cli.gates import trying, worth
from closeline.cli.gates.finding_text import TOGETHER, say_wrapped
from closeline.cli.gates.limit_text import limit_text
from closeline.cli.opening import reading
from closeline.cli.options import AsJson, Database, OnlyLeague
from closeline.cli.printing import print_json, say

if TYPE_CHECKING:
    from closeline.domain.gates import Rule
    from closeline.schemas.learning import Gate, GateLimit, Gates

app = typer.Typer(no_args_is_help=True, help="Look at the rules and their limits, and try them.")
app.command("try")(trying.try_candidate)
app.command("worth")(worth.worth)

NEVER = "never"


@app.command("list")
def list_gates(*, league: OnlyLeague = None, db: Database = None, as_json: AsJson = False) -> None:
    """List the rules in their order: what each protects from, and its own limits with their numbers per league."""
    from closeline.domain.gates import GATES, PLAYER_GATES, publish_thresholds
    from closeline.schemas.learning import Gates
    from closeline.store import models

    with reading(db) as (desk, session):
        version, content = models.config(session, tenant_id=desk.tenant_id, as_of=desk.clock())
    limits = {name: held for name, held in json.loads(content)["leagues"].items() if league in (None, name)}
    rules = [_gate(order, rule, limits) for order, rule in enumerate((*GATES, *PLAYER_GATES), start=1)]
    last = _gate(len(rules) + 1, publish_thresholds, limits)
    result = Gates(gates=[*rules, last], config_version=version, limits=limits)
    if as_json:
        print_json(result)
        return
    _print(result)


def _gate(order: int, rule: "Rule | object", limits: dict[str, dict[str, object]]) -> "Gate":
    from closeline.domain.gates.own import OWN_LIMITS
    from closeline.domain.limits.meanings import FIELDS
    from closeline.schemas.learning import Gate, GateLimit

    name = str(getattr(rule, "__name__", ""))
    own = [
        GateLimit(
            name=limit, unit=FIELDS[limit].unit, meaning=FIELDS[limit].meaning,
            values={of: held.get(limit) for of, held in limits.items()},
        )
        for limit in OWN_LIMITS[name]
    ]  # fmt: skip
    return Gate(
        order=order, name=name, says=_first_line(rule), protects_from=_first_line(inspect.getmodule(rule)),
        switch_off=NEVER, limits=own,
    )  # fmt: skip


def _first_line(documented: object) -> str:
    return (inspect.getdoc(documented) or "").splitlines()[0]


def _print(result: "Gates") -> None:
    say("Rules in their order, none of which can be switched off,")
    say(f"and their limits of version {result.config_version}")
    for item in result.gates:
        say("")
        say_wrapped(f"{item.order:>2} {item.name}", "")
        say_wrapped(item.protects_from, "   ")
        # The name of a league is told by every number beside it.
        for limit in (each for each in item.limits if each.name != "league"):
            say_wrapped(f"{limit.name} ({limit.unit}): {_numbers(limit)}", "   ", hanging="     ")


def _numbers(limit: "GateLimit") -> str:
    """Write a limit's numbers by league, or once where all leagues have the same."""
    texts = {league: limit_text(value) for league, value in limit.values.items()}
    if len(set(texts.values())) == 1 and len(texts) > 1:
        return f"{next(iter(texts.values()))} (every league)"
    apart = "; " if any(", " in text for text in texts.values()) else ", "
    return apart.join(f"{league}{TOGETHER}{text}" for league, text in texts.items())
