"""`closeline limits`: the numbers by which a league's candidates are judged, and how a person changes them."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Annotated, Any

import typer

from closeline.cli.actor import named
from closeline.cli.gates.limit_text import limit_text
from closeline.cli.opening import opened, reading
from closeline.cli.options import AsJson, Database
from closeline.cli.printing import print_json, print_table, say
from closeline.cli.written import text_of
from closeline.domain.errors import BadInput, NotFound
from closeline.domain.leagues import League

if TYPE_CHECKING:
    from closeline.domain.limits.effects import Change
    from closeline.schemas.rules.limits import LimitChange, LimitsHistory, LimitsInForce, LimitsProposal
    from closeline.store.models import ConfigVersion

app = typer.Typer(no_args_is_help=True, help="Look at the limits of a league, and change them.")

OfLeague = Annotated[League, typer.Argument(help="The league.")]
WIDTH = 76  # of an explanation, indented, on a screen of 80
CHANGES = ("limit", "before", "after", "effect")


@app.command()
def show(
    league: OfLeague,
    *,
    history: Annotated[bool, typer.Option("--history", help="Every version: when, who, why and what changed.")] = False,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Print every limit of a league with what it means, and who set the version in force, when and why."""
    from closeline.store import models

    with reading(db) as (desk, session):
        versions = models.configs(session, tenant_id=desk.tenant_id, as_of=desk.clock())
    if not versions:
        raise NotFound(f"a configuration of tenant {desk.tenant_id} must be in the record, none was")
    result = _history(league, versions) if history else _in_force(league, versions[-1])
    if as_json:
        print_json(result)
        return
    _print(result)


@app.command()
def propose(
    league: OfLeague,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="TOML with the limits to change, and no others.")],
    *,
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason; it stays in the record.")],
    actor: Annotated[
        str | None,
        typer.Option("--actor", metavar="NAME", help="Who changes them; by default the user of this machine."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, and write nothing.")] = False,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Change limits of a league from now on; what is published stays as it was. Exit code 2 beyond a hard bound."""
    from closeline.jobs.learning.limiting import change_limits
    from closeline.schemas.rules.limits import LimitsProposal

    wanted = _read(file)
    with opened(db) as desk:
        found = change_limits(desk, league, wanted, why=why, actor=named(actor, desk), dry_run=dry_run)
    result = LimitsProposal(
        league=league, before_version=found.before_version, config_version=found.config_version,
        written=found.written, changes=_changes(found.changes),
    )  # fmt: skip
    if as_json:
        print_json(result)
        return
    _print_proposal(result)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text_of(path, "it holds only the limits to change"))
    except RecursionError:
        raise BadInput(f"{path} must be TOML such as total_high = 64, was nested too deep") from None
    except ValueError as fault:
        raise BadInput(f"{path} must be TOML such as total_high = 64, was not: {fault}") from None


def _in_force(league: League, version: "ConfigVersion") -> "LimitsInForce":
    from closeline.domain.limits import held
    from closeline.domain.limits.meanings import FIELDS
    from closeline.domain.limits.proposal import expected
    from closeline.schemas.rules.limits import Limit, LimitsInForce

    values = held(version.content, league)
    limits = [
        Limit(
            name=name, value=values.get(name), unit=field.unit, meaning=field.meaning, must_be=expected(field, league)
        )
        for name, field in FIELDS.items()
    ]
    return LimitsInForce(
        league=league, config_version=version.config_version, actor=version.actor, why=version.why,
        at=version.created_at, limits=limits,
    )  # fmt: skip


def _history(league: League, versions: "Sequence[ConfigVersion]") -> "LimitsHistory":
    from closeline.domain.limits import held
    from closeline.domain.limits.effects import changes
    from closeline.schemas.rules.limits import LimitsHistory, LimitsVersion

    contents = [held(version.content, league) for version in versions]
    befores = [contents[0], *contents[:-1]]
    return LimitsHistory(league=league, versions=[
        LimitsVersion(
            config_version=version.config_version, actor=version.actor, why=version.why, at=version.created_at,
            changes=_changes(changes(before, after)),
        )
        for version, before, after in zip(versions, befores, contents, strict=True)
    ])  # fmt: skip


def _changes(changes: "Sequence[Change]") -> "list[LimitChange]":
    from closeline.schemas.rules.limits import LimitChange

    return [LimitChange.model_validate(change) for change in changes]


def _print(result: "LimitsInForce | LimitsHistory") -> None:
    from closeline.schemas.rules.limits import LimitsHistory

    if isinstance(result, LimitsHistory):
        for version in result.versions:
            say(f"{version.at:%Y-%m-%d %H:%M:%S} {version.config_version} by {version.actor}: {version.why}")
            _print_changes("changed", version.changes, f"nothing of {result.league}")
        return
    say(f"{result.league}: version {result.config_version}, since {result.at:%Y-%m-%d %H:%M:%S} by {result.actor}")
    say(f"because: {result.why}")
    # A table of five columns would break the names, which a proposal has to spell.
    for item in result.limits:
        say(f"\n{item.name} = {limit_text(item.value)}   [{item.unit}]")
        for line in wrap(f"{item.meaning}; must be {item.must_be}", WIDTH):
            say(f"    {line}")


def _print_proposal(result: "LimitsProposal") -> None:
    _print_changes(f"Limits of {result.league}", result.changes, "no change, this is in force already")
    if result.written:
        say(f"version {result.config_version} is in force from now on, after {result.before_version}")
    else:
        say(f"nothing was written; version {result.before_version} is in force")


def _print_changes(title: str, changes: "Sequence[LimitChange]", empty: str) -> None:
    rows = [(item.name, limit_text(item.before), limit_text(item.after), item.effect.lower()) for item in changes]
    print_table(title, CHANGES, rows, empty)
