"""`closeline calibrate`: try a calibration, look at what became of each, and take the two steps that a person may."""

from typing import TYPE_CHECKING, Annotated

import typer

from closeline.cli.actor import Actor, named
from closeline.cli.opening import opened, reading
from closeline.cli.options import AsJson, Database
from closeline.cli.printing import number, print_json, print_table, say
from closeline.domain.errors import BadInput
from closeline.domain.leagues import League

if TYPE_CHECKING:
    from closeline.schemas.calibration import ActiveCalibrations, CalibrationOutcome, CalibrationVersion, OverrideAsked

app = typer.Typer(no_args_is_help=True, help="Try calibrations, look at them, and put one in force again.")

SHORT = {
    "EVENTS": "events with a decided forecast",
    "OBSERVATIONS": "decided forecasts in the days that were asked for",
    "TO_TRAIN": "decided forecasts to train on, the earlier part of those asked for",
    "TO_JUDGE": "decided forecasts to judge by, later than what the global map has seen",
}

Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason; it stays in the record.")]
Name = Annotated[str, typer.Argument(metavar="VERSION", help="The version, or the beginning of its name.")]


@app.command()
def run(
    *,
    method: Annotated[
        str, typer.Option("--method", metavar="METHOD", help="auto, temperature, platt, beta or isotonic.")
    ] = "auto",
    league: Annotated[
        list[League] | None, typer.Option("--league", help="Only the markets of this league; may be given again.")
    ] = None,
    training_days: Annotated[
        int | None, typer.Option("--training-days", metavar="N", help="How many days back to learn from; else all.")
    ] = None,
    actor: Actor = None,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Fit a candidate in every scope and let the gate decide; whatever passes is watched before it is in force."""
    from closeline.jobs.learning.calibrating import run_calibration

    with opened(db) as desk:
        who = named(actor, desk)
        result = run_calibration(desk, leagues=league, method=method, training_days=training_days, actor=who)
    if as_json:
        print_json(result)
        return
    columns = ("scope", "outcome", "method", "attempt#", "trained on#", "judged on#", "Brier now#", "candidate#",
               "published: n#", "reasons", "version")  # fmt: skip
    print_table(f"Calibration, {result.method}", columns, map(_tried, result.outcomes), "no league has any result yet")
    for item in result.outcomes:
        if item.short:
            say(f"{item.scope}: {item.short.n} {SHORT[item.short.of]}, {item.short.least} are needed")


def _tried(item: "CalibrationOutcome") -> tuple[object, ...]:
    scores, published = item.evaluated, item.published
    return (
        item.scope, item.outcome, item.method, item.attempt, item.n_train, item.n_evaluated,
        number(scores.brier_old if scores else None, 5), number(scores.brier_new if scores else None, 5),
        published.n if published else None, ", ".join(item.reasons), (item.calibration_version or "")[:12],
    )  # fmt: skip


@app.command("list")
def list_calibrations(
    *,
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", min=1, help="Only the last so many judgements.")
    ] = None,
    active: Annotated[bool, typer.Option("--active", help="Only what is in force, and what is watched.")] = False,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """List what is in force in each scope, then every judgement on every calibration, oldest first."""
    from closeline.jobs.learning.calibrating import active_versions
    from closeline.schemas.learning import Calibrations, Judgement
    from closeline.store import calibrations

    if active and limit is not None:
        raise BadInput("--limit must be left out with --active, which lists no judgements; take one of them away")
    with reading(db) as (desk, session):
        standing = active_versions(session, tenant_id=desk.tenant_id)
        history = [] if active else calibrations.history(session, tenant_id=desk.tenant_id)
    if active:
        print_json(standing) if as_json else _standing(standing)
        return
    kept = history if limit is None else history[-limit:]
    result = Calibrations(judgements=[Judgement.model_validate(item) for item in kept])
    if as_json:
        print_json(result)
        return
    _standing(standing)
    columns = ("scope", "status", "method", "trained on#", "judged on#", "reasons", "by", "why", "at", "version")
    print_table("Calibrations", columns, [
        (
            item.scope, item.status, item.method, item.n_train, item.n_evaluated, ", ".join(item.reasons), item.actor,
            item.why, f"{item.at:%Y-%m-%d %H:%M}", item.calibration_version[:12],
        )
        for item in result.judgements
    ])  # fmt: skip


@app.command()
def show(name: Name, *, db: Database = None, as_json: AsJson = False) -> None:
    """Print a version: its map, what it leans on, and every step that it took, with reasons and evidence."""
    from closeline.jobs.learning.calibrating import version

    with reading(db) as (desk, session):
        result = version(session, name, tenant_id=desk.tenant_id)
    _print(result, as_json=as_json)


@app.command()
def activate(
    name: Name,
    *,
    why: Why,
    override: Annotated[
        bool, typer.Option("--override", help="Ask for what its gate has not let through; a second person confirms.")
    ] = False,
    actor: Actor = None,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Put a version in force again that was in force before. Exit code 3 for any other: it has a gate to pass."""
    from closeline.jobs.learning import calibrating, overriding

    with opened(db) as desk:
        if override:
            asked = overriding.ask(desk, name, actor=named(actor, desk), why=why)
            _print_asked(asked, as_json=as_json)
            return
        result = calibrating.activate(desk, name, actor=named(actor, desk), why=why)
    _print(result, as_json=as_json)


@app.command()
def confirm(name: Name, *, why: Why, actor: Actor = None, db: Database = None, as_json: AsJson = False) -> None:
    """Put in force what another person asked for with --override. Exit code 3 for one's own request, and for none."""
    from closeline.jobs.learning import overriding

    with opened(db) as desk:
        result = overriding.confirm(desk, name, actor=named(actor, desk), why=why)
    _print(result, as_json=as_json)


@app.command()
def rollback(
    *,
    scope: Annotated[str, typer.Option("--scope", metavar="SCOPE", help="GLOBAL, or such as nfl/TOTAL:FULL_GAME.")],
    why: Why,
    actor: Actor = None,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Put back what was in force in a scope before what is; forecasts are then the ones that it made."""
    from closeline.jobs.learning import calibrating

    with opened(db) as desk:
        result = calibrating.rollback(desk, scope, actor=named(actor, desk), why=why)
    _print(result, as_json=as_json)
    if not as_json:
        now = f"{result.now_in_force} is" if result.now_in_force else "no calibration is"
        say(f"{now} in force in {result.scope} now")


def _print_asked(asked: "OverrideAsked", *, as_json: bool) -> None:
    if as_json:
        print_json(asked)
        return
    told = f" ({', '.join(asked.reasons)})" if asked.reasons else ""
    say(f"{asked.calibration_version[:12]} of {asked.scope} is {asked.status}{told}; {asked.asked_by} asks for it")
    say(f"nothing is in force by it; another person: closeline calibrate confirm {asked.calibration_version[:12]}")


def _standing(found: "ActiveCalibrations") -> None:
    print_table("In force now", ("scope", "status", "method", "since", "version"), [
        (item.scope, status, item.method, f"{item.since:%Y-%m-%d %H:%M}", item.calibration_version[:12])
        for status, items in (("ACTIVE", found.active), ("SHADOW", found.shadows)) for item in items
    ], "no calibration; probabilities are the raw ones")  # fmt: skip


def _print(result: "CalibrationVersion", *, as_json: bool) -> None:
    if as_json:
        print_json(result)
        return
    say(f"{result.calibration_version}: {result.scope}, {result.method}, {result.status}")
    say(f"fitted on {result.n_train} observations of {result.trained_from:%Y-%m-%d} to {result.trained_to:%Y-%m-%d}, "
        f"judged on {result.n_evaluated} up to {result.evaluated_to:%Y-%m-%d}; {_under(result)}")  # fmt: skip
    for item in result.segments:
        knots = f", {len(item.knots)} knots" if item.knots else ""
        say(f"map: {item.method} {', '.join(number(value, 6) for value in item.parameters)}{knots}")
    print_table("Steps", ("step#", "status", "reasons", "by", "why", "at"), [
        (step.seq, step.status, ", ".join(step.reasons), step.actor, step.why, f"{step.at:%Y-%m-%d %H:%M}")
        for step in result.events
    ])  # fmt: skip


def _under(result: "CalibrationVersion") -> str:
    if result.weight == 1.0:
        return "it stands alone"
    under = result.base_version[:12] if result.base_version else "the raw probability"
    return f"its own map has a weight of {result.weight:.3f}, the rest is {under}"
