"""`closeline bets bankroll`: what somebody began with, what was paid in and out, and what there is."""

from typing import Annotated

import typer

from closeline.cli.actor import Actor, named
from closeline.cli.opening import opened, reading
from closeline.cli.options import AsJson, Database
from closeline.cli.printing import number, print_json, print_table, say
from closeline.domain.money.denominations import UNITS
from closeline.domain.money.ledger import FlowKind

app = typer.Typer(no_args_is_help=True, help="The bankroll behind the bets. What is paid in or out is no profit.")

Amount = Annotated[str, typer.Argument(metavar="AMOUNT", help="How much, such as 1000 or 25.50.")]
Denomination = Annotated[
    str, typer.Option("--denomination", metavar="CODE", help="A currency such as USD, or UNITS, which is the default.")
]
At = Annotated[str | None, typer.Option("--at", metavar="TIME", help="When, with its zone; without it, now.")]
Note = Annotated[str, typer.Option("--note", metavar="TEXT", help="Whatever should be remembered.")]
ExternalId = Annotated[str, typer.Option("--external-id", metavar="ID", help="Keeps two equal payments apart.")]


@app.command("set")
def set_bankroll(
    amount: Amount, *, denomination: Denomination = UNITS, at: At = None, note: Note = "", actor: Actor = None,
    db: Database = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Say what the bankroll began with, once for each denomination."""
    _move(FlowKind.SET, amount, denomination, at, (note, ""), actor, db, as_json=as_json)


@app.command("deposit")
def deposit(
    amount: Amount, *, denomination: Denomination = UNITS, at: At = None, note: Note = "", external_id: ExternalId = "",
    actor: Actor = None, db: Database = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Pay into the bankroll: it is no profit."""
    _move(FlowKind.DEPOSIT, amount, denomination, at, (note, external_id), actor, db, as_json=as_json)


@app.command("withdraw")
def withdraw(
    amount: Amount, *, denomination: Denomination = UNITS, at: At = None, note: Note = "", external_id: ExternalId = "",
    actor: Actor = None, db: Database = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Take out of the bankroll what is not at stake: it is no loss."""
    _move(FlowKind.WITHDRAWAL, amount, denomination, at, (note, external_id), actor, db, as_json=as_json)


@app.command("show")
def show(*, db: Database = None, as_json: AsJson = False) -> None:
    """Show every bankroll: where it began, what flowed, the profit of settled bets, and what there is."""
    from closeline.jobs.recording.betting import bankrolls
    from closeline.schemas.bets import Bankrolls

    with reading(db) as (desk, session):
        found = bankrolls(session, tenant_id=desk.tenant_id, at=desk.clock())
    if as_json:
        print_json(Bankrolls(bankrolls=found))
        return
    columns = ("in", "starting#", "deposits#", "withdrawals#", "profit#", "balance#", "at stake#", "ROC %#")
    print_table("Bankrolls", columns, [
        (
            item.denomination, item.starting, item.deposits, item.withdrawals, item.profit, item.balance, item.at_stake,
            number(100 * item.roc, 2, signed=True),
        )
        for item in found
    ], "none was set; closeline bets bankroll set AMOUNT")  # fmt: skip


def _move(
    kind: FlowKind, amount: str, denomination: str, at: str | None, said: tuple[str, str], actor: str | None,
    db: str | None, *, as_json: bool,
) -> None:  # fmt: skip
    from closeline.jobs.recording.betting import move_bankroll
    from closeline.jobs.recording.betting.bankrolls import NewFlow
    from closeline.jobs.recording.betting.files import moment

    note, external_id = said
    with opened(db) as desk:
        new = NewFlow(kind, amount, denomination, moment(at) if at else None, note, external_id)
        found = move_bankroll(desk, new, actor=named(actor, desk))
    if as_json:
        print_json(found)
        return
    counted = "" if found.added else "; it was there already and counts once"
    say(f"{found.kind} {found.amount} {found.denomination} at {found.at:%Y-%m-%d %H:%M}{counted}")
