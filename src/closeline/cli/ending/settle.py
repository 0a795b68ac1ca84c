"""`closeline settle`: decide and grade what waits, ask for one pick, and see what came late."""

from typing import TYPE_CHECKING, Annotated

import typer

from closeline.cli.actor import Actor, named
from closeline.cli.ending import rules, trying
from closeline.cli.opening import opened, reading
from closeline.cli.options import AsJson, Database, OnlyLeague, PickId
from closeline.cli.printing import number, print_json, print_table, say

if TYPE_CHECKING:
    from closeline.schemas.ending.grading import GradeRun, GradeVersion, Grading, Lateness

app = typer.Typer(no_args_is_help=True, help="Results become grades: decide, grade, and see what is held or late.")
app.command("try")(trying.try_cases)
app.command("rules")(rules.rules)

Lookback = Annotated[
    int, typer.Option("--lookback-hours", min=1, max=87_600, help="Decide events reported on within so many hours.")
]
VERSIONS = ("rules", "result#", "grade", "of stake#", "units#", "Brier#", "market#", "close#", "why", "graded at")
SHOWN_MAX = 30


@app.command("run")
def run(
    *, league: OnlyLeague = None, lookback_hours: Lookback = 240, actor: Actor = None, db: Database = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Decide results, review closes and grade all that waits, now; say what is held and why, and what is late."""
    from closeline.jobs.grading import grade_all_pending

    with opened(db) as desk:
        found = grade_all_pending(desk, lookback_hours=lookback_hours, actor=named(actor, desk), league=league)
    if as_json:
        print_json(found)
        return
    _print_run(found)


def _print_run(found: "GradeRun") -> None:
    say(f"decided {found.decided} results, graded {found.graded} picks, graded again {found.regraded}")
    print_table("Held, picks by reason", ("reason", "picks#"), list(found.reasons.items()))
    if found.held:
        print_table(f"Held picks, the first {SHOWN_MAX}", ("pick", "event", "reason"), [
            (item.pick_id, item.event_id, item.reason) for item in found.held[:SHOWN_MAX]
        ])  # fmt: skip
    say(f"late: {len(found.late)} picks without a grade six hours after their final; `closeline settle late` lists all")


@app.command("pick")
def pick(pick_id: PickId, *, actor: Actor = None, db: Database = None, as_json: AsJson = False) -> None:
    """Grade one published pick now, or say why it is held; show every grade that it has had."""
    from closeline.jobs.grading import grade_pick

    with opened(db) as desk:
        found = grade_pick(desk, pick_id, actor=named(actor, desk))
    if as_json:
        print_json(found)
        return
    _print_pick(found)


def _print_pick(found: "Grading") -> None:
    final = f"{found.final_at:%Y-%m-%d %H:%M:%S}" if found.final_at else "not told yet"
    reason = f": {found.held}" if found.held else ""
    say(f"{found.event_id}: {found.state}{reason}; final {final}{'; late' if found.late else ''}")
    print_table("Grades, the last of which counts", VERSIONS, [_row(item) for item in found.versions])


def _row(item: "GradeVersion") -> tuple[object, ...]:
    why = " ".join(part for part in (item.reason, item.cause and f"{item.cause} of {item.supersedes}") if part)
    return (
        item.rules, item.result_version, item.result, number(item.settled_fraction, 1),
        number(item.units, 4, signed=True), number(item.brier, 4), number(item.brier_market, 4),
        number(item.brier_close, 4), why,
        f"{item.graded_at:%Y-%m-%d %H:%M}",
    )  # fmt: skip


@app.command("late")
def late(*, league: OnlyLeague = None, db: Database = None, as_json: AsJson = False) -> None:
    """Print the share of picks that were graded within six hours of the final, and each pick past it."""
    from closeline.jobs.grading import lateness

    with reading(db) as (desk, session):
        found = lateness(session, tenant_id=desk.tenant_id, at=desk.clock(), league=league)
    if as_json:
        print_json(found)
        return
    _print_late(found)


def _print_late(found: "Lateness") -> None:
    if found.share is None:
        say("nothing was final yet: no published pick has met an ending")
    else:
        due = found.graded + sum(item.graded_at is None for item in found.late)
        share = f"{found.within} of {due} picks within {found.sla_hours:g} hours of the final, {found.share:.2%}"
        say(f"{share}; {found.without_final} more graded without a final, such as a game put off beyond its window")
    print_table("Late", ("pick", "event", "final", "graded", "hours#"), [
        (
            item.pick_id, item.event_id, f"{item.final_at:%Y-%m-%d %H:%M}",
            f"{item.graded_at:%Y-%m-%d %H:%M}" if item.graded_at else "not yet", number(item.hours, 1),
        )
        for item in found.late
    ])  # fmt: skip
