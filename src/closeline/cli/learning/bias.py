"""`closeline bias`: how far totals have been off of late, what was taken off them for it, and how games ended."""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from closeline.cli.opening import reading
from closeline.cli.options import AsJson, Database, OnlyLeague
from closeline.cli.printing import NONE, number, print_json, print_table, say
from closeline.domain.leagues import League

if TYPE_CHECKING:
    from closeline.schemas.rules.bias import BiasTable

Days = Annotated[int, typer.Option("--days", min=1, max=3660, help="How many days back from the last one on record.")]
COLUMNS = (
    "league", "day", "games#", "against actual#", "± se#", "against market#", "over-rate#", "win rate#", "correction#",
    "damp factor#", "triggers",
)  # fmt: skip
RATES = (
    "league", "day", "home games#", "home wins#", "expected#", "z#", "games#", "overtime#", "expected#", "z#",
)  # fmt: skip


def bias(*, league: OnlyLeague = None, days: Days = 28, db: Database = None, as_json: AsJson = False) -> None:
    """Print the daily bias table of totals and the rolling rates, with their triggers and the alerts raised."""
    found = _table(db, [league] if league else list(League), days)
    if as_json:
        print_json(found)
        return
    if not found.rows:
        say(f"{league or 'any league'}: no bias measured yet; the job tune.bias does so every morning after games")
        return
    print_table(f"Bias of totals, points, last {days} days on record", COLUMNS, [
        (
            row.league, row.day, row.n, number(row.bias, signed=True), number(row.bias_se),
            number(row.bias_market, signed=True), number(row.over_rate, 3), number(row.win_rate, 3),
            number(row.correction, signed=True) if row.correction else NONE, number(row.damp_factor, 4),
            ", ".join(row.triggers),
        )
        for row in found.rows
    ])  # fmt: skip
    print_table("Home wins and overtime, the last 400 games that were forecast", RATES, [
        (
            row.league, row.day, row.home_win_n, number(row.home_win_rate, 3), number(row.home_win_expected, 3),
            number(row.home_win_z, signed=True), row.overtime_n, number(row.overtime_rate, 3),
            number(row.overtime_expected, 3), number(row.overtime_z, signed=True),
        )
        for row in found.rows
    ])  # fmt: skip
    print_table("Alerts", ("at", "league", "kind", "says"), [
        (f"{item.at:%Y-%m-%d %H:%M}", item.league, item.kind, item.text) for item in found.alerts
    ])  # fmt: skip


def _table(db: str | None, leagues: list[League], days: int) -> "BiasTable":
    from closeline.schemas.rules.bias import BiasAlert, BiasDay, BiasTable
    from closeline.store.desk import alerts
    from closeline.store.past import bias as table

    with reading(db) as (desk, session):
        # A record of the past has its last day there, not today.
        ends = {league: table.last_written(session, league, desk.clock()) for league in leagues}
        known = {league: end for league, end in ends.items() if end is not None}
        rows = [row for league, end in known.items() for row in table.since(session, league, days, end)]
        raised = [
            item
            for league, end in known.items()
            for item in alerts.since(
                session, tenant_id=desk.tenant_id, league=league, after=end - timedelta(days=days), as_of=end
            )
        ]
    return BiasTable(
        days=days,
        rows=[BiasDay.model_validate(row) for row in rows],
        alerts=[BiasAlert.model_validate(item) for item in raised],
    )
