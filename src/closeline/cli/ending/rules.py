"""`closeline settle rules`: by which windows picks settle and by which books they close, and how that is changed."""

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from closeline.cli.gates.limit_text import limit_text
from closeline.cli.opening import opened
from closeline.cli.options import AsJson, Database
from closeline.cli.printing import print_json, print_table, say
from closeline.cli.written import text_of
from closeline.domain.errors import BadInput
from closeline.domain.leagues import League

if TYPE_CHECKING:
    from closeline.jobs.desk import Desk
    from closeline.schemas.rules.ruling import Rules

MEND = "a file holds [settlement] and [closing] tables, such as completion_window_hours = 36"


def rules(
    league: Annotated[League, typer.Option("--league", help="Of this league.")],
    *,
    change: Annotated[
        Path | None, typer.Option("--set", metavar="FILE", help="A TOML file with the rules that shall differ.")
    ] = None,
    why: Annotated[
        str | None, typer.Option("--why", metavar="TEXT", help="The reason; it stays in the record.")
    ] = None,
    actor: Annotated[
        str | None, typer.Option("--actor", metavar="NAME", help="Who changes them; by default this machine's user.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, and write nothing.")] = False,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Show the rules of a league, or change them for picks proposed from now on. Earlier picks keep theirs."""
    if change is not None and why is None:
        raise BadInput("--why must be given with --set, was missing; say why, it stays in the record")
    with opened(db) as desk:
        result = _shown(desk, league) if change is None else _changed(desk, league, change, str(why), actor, dry_run)
    if as_json:
        print_json(result)
        return
    _print(result)


def _shown(desk: "Desk", league: League) -> "Rules":
    from closeline.jobs.learning.limiting import newest
    from closeline.store.session import unit_of_work

    with unit_of_work(desk.engine, write=False) as session:
        version = newest(session, desk)
    return _shape(league, version.config_version, version.content, changed=None)


def _changed(desk: "Desk", league: League, path: Path, why: str, actor: str | None, dry_run: bool) -> "Rules":  # noqa: FBT001
    from closeline.cli.actor import named
    from closeline.jobs.learning.limiting import newest
    from closeline.jobs.learning.limiting.ruling import change_rules
    from closeline.store.session import unit_of_work

    found = change_rules(desk, league, _read(path), why=why, actor=named(actor, desk), dry_run=dry_run)
    with unit_of_work(desk.engine, write=False) as session:
        version = newest(session, desk)
    names = [f"{item.name}: {limit_text(item.before)} -> {limit_text(item.after)}" for item in found.changes]
    return _shape(league, version.config_version, version.content, changed=names)


def _shape(league: League, version: str, content: str, *, changed: list[str] | None) -> "Rules":
    from closeline.domain.picks import closing
    from closeline.domain.settlement import configured
    from closeline.jobs.learning.limiting.ruling import rules_held
    from closeline.schemas.rules.ruling import Rule, Rules

    meanings = {f"{configured.SECTION}.{name}": field for name, field in configured.RULE_FIELDS.items()}
    return Rules(
        league=league,
        config_version=version,
        settlement_rules=configured.rules_of(content, league).version,
        clv_rules=closing.rules_of(content, league).version,
        rules=[
            Rule(name=name, value=value, meaning=meanings[name].meaning if name in meanings else _CLOSING[name])
            for name, value in rules_held(content, league).items()
        ],
        changed=changed,
    )


_CLOSING = {
    f"closing.{name}": meaning
    for name, meaning in {
        "reference_order": "whose quote is the close, the first that has one",
        "max_age_minutes": "the oldest that a close may be at the start",
    }.items()
}


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text_of(path, MEND))
    except RecursionError:
        raise BadInput(f"{path} must be TOML, was nested too deep; {MEND}") from None
    except ValueError as fault:
        raise BadInput(f"{path} must be TOML, was not: {fault}; {MEND}") from None


def _print(result: "Rules") -> None:
    say(f"{result.league}: settles by {result.settlement_rules}, closes by {result.clv_rules}")
    if result.changed is not None:
        for line in result.changed or ["no change, this is in force already"]:
            say(f"  {line}")
        say(f"configuration {result.config_version} is in force")
        return
    print_table(
        "Rules",
        ("rule", "value", "meaning"),
        [(item.name, limit_text(item.value), item.meaning) for item in result.rules],
    )
