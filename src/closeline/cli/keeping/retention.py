"""`closeline retention`: what may be let go of; a plan is shown before anything is dropped."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from closeline.cli.actor import named
from closeline.cli.opening import opened, reading
from closeline.cli.options import AsJson, Database
from closeline.cli.printing import print_json, print_table, say

if TYPE_CHECKING:
    from closeline.schemas.retention import Plan

app = typer.Typer(no_args_is_help=True, help="Thin old quotes and drop old payloads, by a plan that is shown first.")

At = Annotated[
    datetime | None,
    typer.Option("--at", metavar="DATE", formats=["%Y-%m-%d"], help="As of this day, UTC; by default today."),
]
PlanId = Annotated[str, typer.Option("--plan", metavar="ID", help="The plan, as `closeline retention plan` names it.")]
SAYS = {
    "REFERENCED": "a pick, a close or the newest sighting names it",
    "OPEN": "first of its series",
    "CLOSE": "last hour before a start",
    "PUBLISHED": "stood when a pick's run, proposal or publication read it",
    "AFTER_PUBLICATION": "market of a published pick, up to the start: the best and the close are among them",
    "LAST": "last of its series",
    "SUCCESSOR": "says until when the one before it was seen",
    "RECENT": "not old enough",
    "SAMPLE": "stood at a full step of the policy",
    "NOT_STARTED": "of events that started too late, or not yet",
    "THINNED": "between two that stay",
    "PICK": "a pick rests on it",
    "RESULT": "a result rests on it",
    "OPEN_QUESTION": "a spelling in it waits for a person",
    "OLD": "older than the window, and nothing rests on it",
    "DROPPED_BEFORE": "dropped by an earlier plan",
}


@app.command()
def plan(*, at: At = None, db: Database = None, as_json: AsJson = False) -> None:
    """Show exactly what would be kept and dropped, by reason; changes nothing."""
    from closeline.schemas.retention import Plan
    from closeline.store.record import retention
    from closeline.wiring import read_settings, retention_policy

    with reading(db) as (desk, session):
        day = (at or desk.clock()).date()
        found = retention.plan(session, retention_policy(read_settings(database_url=db)), day)
    result = Plan.model_validate(found)
    if as_json:
        print_json(result)
    else:
        _show(result)
        mend = f"to drop it: closeline retention apply --plan {result.plan_id} --why TEXT"
        if day > desk.clock().date():
            mend = f"{day} is to come: a plan is applied on its day or later, as the record leads to it then"
        say("nothing would go" if found.is_empty else mend)


@app.command("apply")
def apply_plan(
    *,
    plan_id: PlanId,
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="Why; it stands in the record.")],
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Drop exactly what a plan names. Refused when the record no longer leads to that plan."""
    from closeline.schemas.retention import Plan
    from closeline.store.record import retention
    from closeline.store.session import unit_of_work
    from closeline.wiring import read_settings, retention_policy

    policy = retention_policy(read_settings(database_url=db))
    with opened(db) as desk:
        actor = named(None, desk)
        with unit_of_work(desk.engine) as session:
            found = retention.apply(session, policy, plan_id, actor=actor, why=why, at=desk.clock())
    result = Plan.model_validate(found)
    if as_json:
        print_json(result)
    else:
        say(f"applied {result.plan_id}: {len(found.quotes)} quotes and the bytes of {len(found.payloads)} payloads "
            f"({sum(found.payloads.values())} bytes) are gone")  # fmt: skip


@app.command("list")
def list_plans(*, db: Database = None, as_json: AsJson = False) -> None:
    """List the plans that were applied, oldest first."""
    from closeline.schemas.retention import Applied, AppliedPlans
    from closeline.store.record import retention

    with reading(db) as (_, session):
        found = retention.applied(session)
    result = AppliedPlans(plans=[Applied.model_validate(item) for item in found])
    if as_json:
        print_json(result)
        return
    print_table("Applied plans", ("plan", "applied", "quotes#", "payloads#", "bytes#", "by", "why"), [
        (item.plan_id, f"{item.applied_at:%Y-%m-%d %H:%M}", item.quotes, item.payloads, item.payload_bytes, item.actor,
         item.why)
        for item in result.plans
    ])  # fmt: skip


def _show(found: "Plan") -> None:
    policy = found.policy
    say(f"plan {found.plan_id}")
    say(f"quotes of events that started more than {policy.quote_days} days before: one in {policy.quote_minutes} "
        f"minutes and series; payloads older than {policy.payload_days} days: dropped")  # fmt: skip
    for title, kept, dropped in (
        ("Quotes", found.quotes_kept, found.quotes_dropped),
        ("Payloads, bytes as stored", found.payloads_kept, found.payloads_dropped),
    ):
        print_table(title, ("", "reason", "count#", "bytes#", "that is"), [
            (what, why, tally.count, tally.size, SAYS.get(why, ""))
            for what, part in (("keep", kept), ("drop", dropped))
            for why, tally in sorted(part.items(), key=lambda item: (-item[1].count, item[0]))
        ])  # fmt: skip
