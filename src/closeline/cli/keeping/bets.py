"""`closeline bets`: the ledger of whoever stakes, from the bet to what all of them came to."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from closeline.cli.actor import Actor, named
from closeline.cli.keeping import bankroll
from closeline.cli.keeping.bet_text import BETS, bet_row, say_life, say_report
from closeline.cli.opening import opened, reading
from closeline.cli.options import AsJson, Database, OnlyLeague
from closeline.cli.printing import counted, print_json, print_table, say
from closeline.domain.errors import BadInput, UnreadableFile
from closeline.domain.money.bets import BetState
from closeline.domain.money.denominations import UNITS
from closeline.domain.odds import OddsFormat

if TYPE_CHECKING:
    from closeline.schemas.bets import ImportedBets, SettledBets, ShownBet

app = typer.Typer(no_args_is_help=True, help="The ledger of whoever stakes: bets, results at the real price, bankroll.")
app.add_typer(bankroll.app, name="bankroll")

SIZE_MAX = 32 * 1024 * 1024
SHOWN_MAX = 30
BetId = Annotated[str, typer.Argument(metavar="ID", help="The bet, as `closeline bets list` names it.")]
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason; it stays in the record.")]
Denomination = Annotated[
    str, typer.Option("--denomination", metavar="CODE", help="A currency such as USD, or UNITS, which is the default.")
]


@app.command("add")
def add(
    selection: Annotated[
        str | None,
        typer.Argument(metavar="[SELECTION]", help="EVENT/MARKET[/PLAYER]/SIDE[/LINE]; or else give --pick."),
    ] = None,
    *,
    pick: Annotated[str | None, typer.Option("--pick", metavar="ID", help="The pick that the bet follows.")] = None,
    line: Annotated[
        str | None, typer.Option("--line", metavar="LINE", help="The line that was taken, where it is another.")
    ] = None,
    book: Annotated[str, typer.Option("--book", metavar="BOOK", help="Where the bet was placed.")],
    price: Annotated[str, typer.Option("--price", metavar="PRICE", help="The price, exactly as it was taken.")],
    price_format: Annotated[
        OddsFormat, typer.Option("--price-format", help="How it is written.")
    ] = OddsFormat.AMERICAN,
    stake: Annotated[str, typer.Option("--stake", metavar="AMOUNT", help="What was staked, such as 25.50.")],
    denomination: Denomination = UNITS,
    placed_at: Annotated[
        str | None, typer.Option("--placed-at", metavar="TIME", help="When, with its zone; without it, now.")
    ] = None,
    external_id: Annotated[
        str | None, typer.Option("--external-id", metavar="ID", help="The book's number; keeps two equal bets apart.")
    ] = None,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="Whatever should be remembered.")] = "",
    actor: Actor = None,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Write a bet down, at its own line and price. The same bet a second time counts once."""
    from closeline.jobs.recording.betting import NewBet, add_bet
    from closeline.jobs.recording.betting.files import moment

    with opened(db) as desk:
        new = NewBet(
            book=book, price=price, stake=stake, selection=selection, line=line, price_format=price_format,
            denomination=denomination, placed_at=moment(placed_at) if placed_at else desk.clock(),
            external_id=external_id, pick_id=pick, note=note,
        )  # fmt: skip
        found = add_bet(desk, new, actor=named(actor, desk))
    if as_json:
        print_json(found)
        return
    say(f"{'added' if found.added else 'there already, counted once'}: {found.bet.bet_id}")
    print_table("Bet", BETS, [bet_row(found.bet)])


@app.command("list")
def list_bets(
    *,
    state: Annotated[BetState | None, typer.Option("--state", help="Only bets that stand so.")] = None,
    league: OnlyLeague = None,
    book: Annotated[str | None, typer.Option("--book", metavar="BOOK", help="Only bets at this book.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=0, help="How many; 0 is all.")] = 50,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """List bets, the newest first, and what they came to."""
    from closeline.jobs.recording.betting import ledger_list

    with reading(db) as (desk, session):
        found = ledger_list(
            session, tenant_id=desk.tenant_id, at=desk.clock(), state=state, league=league, book=book, limit=limit
        )
    if as_json:
        print_json(found)
        return
    title = f"{len(found.bets)} of {counted(found.total, 'bet')}"
    print_table(title, BETS, [bet_row(item) for item in found.bets], "no bet; write one down with closeline bets add")


@app.command("show")
def show(bet_id: BetId, *, db: Database = None, as_json: AsJson = False) -> None:
    """Show one bet with every step of its life, why it is held, and what its price was worth at the close."""
    from closeline.jobs.recording.betting import life_of

    with reading(db) as (desk, session):
        found = life_of(session, bet_id, tenant_id=desk.tenant_id, at=desk.clock())
    if as_json:
        print_json(found)
    else:
        say_life(found)


@app.command("settle")
def settle(
    bet_id: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="The bet of a dead heat; without it, all that can be settled.")
    ] = None,
    *,
    dead_heat: Annotated[
        str | None, typer.Option("--dead-heat", metavar="PLACES/TIED", help="Pay ID as a dead heat, such as 1/2.")
    ] = None,
    why: Annotated[str | None, typer.Option("--why", metavar="TEXT", help="The reason for a dead heat.")] = None,
    actor: Actor = None,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Settle every bet that a result decides, at its own line and price, and again where one was corrected."""
    from closeline.jobs.recording.betting import settle_dead_heat, settle_ledger

    if len({bet_id is None, dead_heat is None, why is None}) > 1:
        raise BadInput("ID, --dead-heat PLACES/TIED and --why TEXT must come together, one was without the others")
    with opened(db) as desk:
        if bet_id is not None and dead_heat is not None and why is not None:
            places, tied = _places(dead_heat)
            found_one = settle_dead_heat(desk, bet_id, places=places, tied=tied, why=why, actor=named(actor, desk))
            _tell(found_one, as_json=as_json)
            return
        found = settle_ledger(desk, actor=named(actor, desk))
    if as_json:
        print_json(found)
    else:
        _say_settled(found)


def _places(text: str) -> tuple[int, int]:
    places, _, tied = text.partition("/")
    if not (places.isascii() and places.isdigit() and tied.isascii() and tied.isdigit()):
        raise BadInput(f"--dead-heat must be PLACES/TIED such as 1/2, was {text[:20]!a}")
    return int(places[:6]), int(tied[:6])


def _tell(bet: "ShownBet", *, as_json: bool) -> None:
    if as_json:
        print_json(bet)
    else:
        print_table("Bet", BETS, [bet_row(bet)])


def _say_settled(found: "SettledBets") -> None:
    say(f"settled {counted(len(found.settled), 'bet')}, settled again {len(found.resettled)}, held {len(found.held)}")
    changed = [*found.settled, *found.resettled][:SHOWN_MAX]
    print_table(f"Settled now, the first {SHOWN_MAX}", BETS, [bet_row(item) for item in changed])
    print_table("Held, bets by reason", ("reason", "bets#"), list(found.reasons.items()))


@app.command("void")
def void(bet_id: BetId, *, why: Why, actor: Actor = None, db: Database = None, as_json: AsJson = False) -> None:
    """Call a bet off, as its book did: the stake goes back, and no result changes that."""
    from closeline.jobs.recording.betting import void_bet

    with opened(db) as desk:
        found = void_bet(desk, bet_id, why=why, actor=named(actor, desk))
    _tell(found, as_json=as_json)


@app.command("report")
def report(
    *,
    denomination: Annotated[
        str | None, typer.Option("--denomination", metavar="CODE", help="Only this currency, or UNITS.")
    ] = None,
    close: Annotated[bool, typer.Option("--close/--no-close", help="Look for the closing line of every bet.")] = True,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Report what the bets came to, with n and intervals: ROI, Sharpe ratios, drawdown, expected beside realised."""
    from closeline.jobs.recording.betting import report as report_of

    with reading(db) as (desk, session):
        found = report_of(session, tenant_id=desk.tenant_id, at=desk.clock(), denomination=denomination, close=close)
    if as_json:
        print_json(found)
    else:
        say_report(found)


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV with the columns that an export has.")],
    *,
    rejects: Annotated[
        Path | None, typer.Option("--rejects", metavar="FILE", help="Where rows that are no bets go, with reasons.")
    ] = None,
    actor: Actor = None,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Write down the bets of a CSV file; rows that are no bets go to FILE.rejects.csv with their reasons."""
    from closeline.cli.written import bytes_of
    from closeline.jobs.recording.betting import import_bets

    content = bytes_of(file, "name a CSV file, as closeline bets export writes one", size_max=SIZE_MAX)
    aside = rejects or file.with_name(f"{file.name}.rejects.csv")
    with opened(db) as desk:
        found = import_bets(desk, content, name=file.name, actor=named(actor, desk))
    if found.rejected:
        from closeline.jobs.recording.betting.files import rejects_text

        _write(aside, rejects_text(found))
    if as_json:
        print_json(found)
    else:
        _say_imported(found, aside)


def _say_imported(found: "ImportedBets", aside: Path) -> None:
    say(f"{found.file}: {counted(found.rows, 'row')}, {found.added} added, {found.known} there already, "
        f"{len(found.rejected)} rejected")  # fmt: skip
    if found.rejected:
        say(f"rejected rows are in {aside}: mend them there and import that file")
        print_table(f"Rejected, the first {SHOWN_MAX}", ("row#", "reason", "what is wrong"), [
            (item.row, item.reason, item.detail) for item in found.rejected[:SHOWN_MAX]
        ])  # fmt: skip


@app.command("export")
def export_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write the CSV.")],
    *,
    results: Annotated[
        bool, typer.Option("--results", help="With what became of each bet; an import leaves these columns out.")
    ] = False,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Write every bet to a CSV file that an import reads back to the same bets."""
    from closeline.jobs.recording.betting import exported
    from closeline.schemas.bets import ExportedBets

    with reading(db) as (desk, session):
        text, count = exported(session, tenant_id=desk.tenant_id, at=desk.clock(), results=results)
    _write(file, text)
    if as_json:
        print_json(ExportedBets(file=str(file), bets=count))
    else:
        say(f"{counted(count, 'bet')} written to {file}")


def _write(path: Path, text: str) -> None:
    try:
        path.write_bytes(text.encode())
    except OSError as fault:
        raise UnreadableFile(f"{path} must be a file that can be written, was not: {fault.strerror}") from None
