"""`closeline config`: the settings that hold, and the configuration by which candidates are judged."""

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from closeline.cli.actor import Actor, named
from closeline.cli.gates.limit_text import limit_text
from closeline.cli.opening import opened, reading
from closeline.cli.options import AsJson, Database
from closeline.cli.printing import print_json, print_table, say
from closeline.cli.written import text_of
from closeline.domain.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from closeline.domain.limits.versions import Difference
    from closeline.jobs.learning.configuring import Activated, Offered
    from closeline.schemas.rules.configuring import ConfigActivated, ConfigDifference, ConfigOffered
    from closeline.store.models import ConfigVersion
    from closeline.store.models.proposals import ConfigProposal

app = typer.Typer(no_args_is_help=True, help="Look at settings and configurations, and change what is in force.")

MEND = "such as [leagues.nfl] with total_high = 64, or [settlement.nba] with completion_window_hours = 36"
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason; it stays in the record.")]
Name = Annotated[str, typer.Argument(metavar="V", help="A version or a proposal, or the beginning of its name.")]


@app.command()
def show(
    name: Annotated[
        str | None, typer.Argument(metavar="[V]", help="A version or a proposal; left out, the settings are shown.")
    ] = None,
    *,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Print every setting as it holds now, secrets masked; or everything that a configuration holds."""
    if name is not None:
        _show_version(name, db, as_json=as_json)
        return
    from closeline.schemas.record import Config
    from closeline.wiring import files, read_settings

    found = {str(path): path.is_file() for path in files()}
    result = Config(settings=read_settings(database_url=db).shown(), files=found)
    if as_json:
        print_json(result)
        return
    print_table("Settings", ("setting", "value"), result.settings.items())
    for path, read in result.files.items():
        say(f"{'read' if read else 'not there'}: {path}")


def _show_version(name: str, db: str | None, *, as_json: bool) -> None:
    import json

    from closeline.domain.limits.versions import flat
    from closeline.jobs.learning import configuring
    from closeline.schemas.rules.configuring import ConfigShown

    with reading(db) as (desk, session):
        found = configuring.named(session, desk, name)
    result = ConfigShown(
        name=configuring.name_of(found), actor=found.actor, why=found.why, at=found.created_at,
        content=flat(json.loads(found.content)),
    )  # fmt: skip
    if as_json:
        print_json(result)
        return
    say(f"{result.name}, {result.at:%Y-%m-%d %H:%M:%S} by {result.actor}: {result.why}")
    print_table("Holds", ("path", "value"), [(path, limit_text(value)) for path, value in result.content.items()])


@app.command("list")
def list_versions(*, db: Database = None, as_json: AsJson = False) -> None:
    """List every configuration that was in force, and what is proposed, the oldest first."""
    from closeline.jobs.learning import configuring
    from closeline.schemas.rules.configuring import ConfigLine, ConfigList
    from closeline.store.models import proposals

    with reading(db) as (desk, session):
        versions = configuring.versions(session, desk)
        proposed = proposals.every(session, tenant_id=desk.tenant_id)
    newest = versions[-1].config_version
    states = {item.config_version: "WAS" for item in versions} | {newest: "IN_FORCE"}
    states |= {item.proposal_id: "OPEN" if item.base_version == newest else "PAST" for item in proposed}
    names: dict[str, ConfigVersion | ConfigProposal] = {item.config_version: item for item in versions}
    names |= {item.proposal_id: item for item in proposed}
    result = ConfigList(versions=[
        ConfigLine(name=name, state=states[name], actor=item.actor, why=item.why, at=item.created_at)
        for name, item in names.items()
    ])  # fmt: skip
    if as_json:
        print_json(result)
        return
    print_table("Configurations", ("name", "state", "at", "by", "why"), [
        (item.name, item.state, f"{item.at:%Y-%m-%d %H:%M}", item.actor, item.why) for item in result.versions
    ])  # fmt: skip


@app.command()
def diff(before: Name, after: Name, *, db: Database = None, as_json: AsJson = False) -> None:
    """Print what differs between two configurations."""
    from closeline.domain.limits.versions import differences
    from closeline.jobs.learning import configuring
    from closeline.schemas.rules.configuring import ConfigDiff

    with reading(db) as (desk, session):
        first, second = (configuring.named(session, desk, name) for name in (before, after))
    result = ConfigDiff(
        before=configuring.name_of(first), after=configuring.name_of(second),
        differences=_differences(differences(first.content, second.content)),
    )  # fmt: skip
    if as_json:
        print_json(result)
        return
    _print_differences(result.differences)


@app.command()
def propose(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="TOML with what shall differ, and nothing else.")],
    *,
    why: Why,
    actor: Actor = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would come of it, and keep nothing.")] = False,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Propose a configuration, and see what it would have made of the last week's candidates. Nothing is in force yet.

    Exit code 2 beyond a hard bound.
    """
    from closeline.jobs.learning.configuring import propose_config

    wanted = _read(file)
    with opened(db) as desk:
        result = _offered(propose_config(desk, wanted, why=why, actor=named(actor, desk), dry_run=dry_run))
    _print_offered(result, as_json=as_json)
    if not as_json:
        say("nothing was kept" if result.proposal_id is None else f"proposed: closeline config activate "
            f"{result.proposal_id}")  # fmt: skip


@app.command()
def activate(
    name: Name,
    *,
    why: Why,
    actor: Actor = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would come of it, and change nothing.")] = False,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Put a proposal in force, or an earlier version again. Published picks keep the version that judged them."""
    from closeline.jobs.learning import configuring

    with opened(db) as desk:
        if dry_run:
            _print_offered(_offered(configuring.try_config(desk, name)), as_json=as_json)
            return
        result = _activated(configuring.activate_config(desk, name, why=why, actor=named(actor, desk)))
    _print_activated(result, as_json=as_json)


@app.command()
def rollback(*, why: Why, actor: Actor = None, db: Database = None, as_json: AsJson = False) -> None:
    """Put back what was in force before what is, as a version of its own. Exit code 3 where nothing was."""
    from closeline.jobs.learning.configuring import roll_back_config

    with opened(db) as desk:
        result = _activated(roll_back_config(desk, why=why, actor=named(actor, desk)))
    _print_activated(result, as_json=as_json)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text_of(path, MEND))
    except RecursionError:
        raise BadInput(f"{path} must be TOML, was nested too deep; {MEND}") from None
    except ValueError as fault:
        raise BadInput(f"{path} must be TOML, was not: {fault}; {MEND}") from None


def _differences(found: "Sequence[Difference]") -> "list[ConfigDifference]":
    from closeline.schemas.rules.configuring import ConfigDifference

    return [ConfigDifference.model_validate(item) for item in found]


def _offered(found: "Offered") -> "ConfigOffered":
    from closeline.schemas.rules.configuring import ConfigOffered, Reconsidered

    effect = found.effect
    return ConfigOffered(
        proposal_id=found.proposal_id, base_version=found.base_version, differences=_differences(found.differences),
        since=effect.since, until=effect.until, candidates=effect.candidates,
        changed=[Reconsidered.model_validate(item) for item in effect.changed],
    )  # fmt: skip


def _activated(found: "Activated") -> "ConfigActivated":
    from closeline.schemas.rules.configuring import ConfigActivated

    return ConfigActivated(
        before_version=found.before_version, config_version=found.config_version,
        differences=_differences(found.differences),
    )  # fmt: skip


def _print_offered(result: "ConfigOffered", *, as_json: bool) -> None:
    if as_json:
        print_json(result)
        return
    _print_differences(result.differences)
    moves: dict[str, int] = {}
    for item in result.changed:
        move = f"{item.before} -> {item.after}"
        moves[move] = moves.get(move, 0) + 1
    told = ", ".join(f"{count} {move}" for move, count in sorted(moves.items())) or "none would come out otherwise"
    say(f"of {result.candidates} candidates since {result.since:%Y-%m-%d %H:%M}: {told}")
    print_table("Would come out otherwise", ("event", "market", "judged", "before", "after"), [
        (item.event_id, item.market_key, f"{item.as_of:%Y-%m-%d %H:%M}", item.before, item.after)
        for item in result.changed
    ])  # fmt: skip


def _print_activated(result: "ConfigActivated", *, as_json: bool) -> None:
    if as_json:
        print_json(result)
        return
    _print_differences(result.differences)
    say(f"version {result.config_version} is in force from now on, after {result.before_version}")


def _print_differences(found: "Sequence[ConfigDifference]") -> None:
    rows = [(item.path, limit_text(item.before), limit_text(item.after)) for item in found]
    print_table("Differs", ("path", "before", "after"), rows, "nothing")
