"""`closeline what-did-we-know`: an event as it stood at a moment, by all that had been received by then."""

from typing import TYPE_CHECKING, Annotated

import typer

from closeline.cli.again.moments import moment
from closeline.cli.opening import reading, record_must_exist
from closeline.cli.options import AsJson, Database
from closeline.cli.printing import number, print_json, print_table, say

if TYPE_CHECKING:
    from closeline.schemas.again.known import Known, KnownThen


def what_did_we_know(
    event: Annotated[str, typer.Argument(metavar="EVENT", help="The event, such as nba_lakers_spurs_2026_01_11.")],
    *,
    at: Annotated[str, typer.Option("--at", metavar="TIME", help="As of when, with its zone.")],
    other: Annotated[
        str | None, typer.Option("--and", metavar="TIME", help="As of which other moment: shows what changed between.")
    ] = None,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Show everything about an event that had been received by a moment, and nothing that came later."""
    from closeline.flow.view.known import known_then

    first, second = moment(at, "--at"), None if other is None else moment(other, "--and")
    record_must_exist(db)
    with reading(db) as (desk, session):
        result = known_then(session, event, tenant_id=desk.tenant_id, at=first, other=second)
    if as_json:
        print_json(result)
    elif result.second is None:
        _show(result.first)
    else:
        _show_changes(result)


def _show(found: "Known") -> None:
    event = found.event
    say(f"{found.event_id} at {found.at:%Y-%m-%d %H:%M:%S} UTC")
    say(f"starts    {event.starts_at:%Y-%m-%d %H:%M} UTC ({event.start_basis}), version {event.version}")
    say(f"mode      {', '.join([found.mode, *found.mode_reasons])}")
    if found.result is not None:
        say(f"result    {found.result.status} {found.result.home_score}-{found.result.away_score}")
    print_table(
        "quotes that stood", ("book", "market", "side", "line", "price", "seconds old#"),
        [(item.book, item.market_key, item.side, item.line, item.price, f"{item.age_seconds:.0f}")
         for item in found.quotes],
    )  # fmt: skip
    print_table(
        "injuries", ("team", "player", "status", "detail"),
        [(item.team_id, item.player, item.status, item.detail) for item in found.injuries],
    )  # fmt: skip
    if found.run is None:
        say("run: none")
    else:
        print_table(
            f"run {found.run.run_id} of {found.run.as_of:%Y-%m-%d %H:%M:%S} UTC",
            ("market", "side", "line", "book", "raw#", "calibrated#", "market's#"),
            [(item.market_key, item.side, item.line, item.book, number(item.p_raw, 4), number(item.p_calibrated, 4),
              number(item.q_market, 4)) for item in found.run.predictions],
        )  # fmt: skip
    print_table(
        "verdicts", ("market", "side", "decision", "tier", "p#", "reasons"),
        [(item.market_key, item.side, item.decision, item.tier, number(item.p_final, 4), ", ".join(item.reasons))
         for item in found.verdicts],
    )  # fmt: skip
    print_table(
        "picks", ("pick", "selection", "book", "price", "state", "validity"),
        [(item.pick_id, item.selection_id, item.book, item.price, item.state, item.validity) for item in found.picks],
    )  # fmt: skip


def _show_changes(result: "KnownThen") -> None:
    assert result.second is not None, "changes are between two moments"
    print_table(
        f"{result.first.event_id}: {result.first.at:%Y-%m-%d %H:%M:%S} to {result.second.at:%Y-%m-%d %H:%M:%S} UTC",
        ("", "what", "name", "before", "after"),
        [(item.kind, item.what, item.name, item.before, item.after) for item in result.changes],
        empty="nothing changed",
    )  # fmt: skip
