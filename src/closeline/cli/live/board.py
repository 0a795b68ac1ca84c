"""`closeline board`: what every book offers now and what it is worth, from the record."""

from collections.abc import Iterator
from datetime import datetime
from time import sleep
from typing import TYPE_CHECKING, Annotated

import typer

from closeline.cli.live.board_text import in_order, say_board, say_changes
from closeline.cli.opening import opened
from closeline.cli.options import AsJson, Database, OnlyLeague
from closeline.cli.printing import print_json, say

if TYPE_CHECKING:
    from closeline.domain.board import Board
    from closeline.domain.board.filters import BoardFilter
    from closeline.jobs.desk import Desk

PERCENT = 100.0


def board(
    *,
    league: OnlyLeague = None,
    market: Annotated[
        str | None, typer.Option("--market", help="Only this market: SPREAD or SPREAD:FULL_GAME.")
    ] = None,
    book: Annotated[str | None, typer.Option("--book", help="Only this book's prices.")] = None,
    event: Annotated[str | None, typer.Option("--event", metavar="ID", help="Only this event.")] = None,
    min_ev: Annotated[
        float | None,
        typer.Option("--min-ev", min=-100, max=100_000, help="At least so many per cent of expected value."),
    ] = None,
    best: Annotated[bool, typer.Option("--best", help="Only the best price of every selection.")] = False,
    arbs: Annotated[bool, typer.Option("--arbs", help="Only arbitrage and middles, with the age of each leg.")] = False,
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="TIME", help="As of a moment with its zone, not now: 2026-01-11T18:00Z."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=0, help="At most so many prices; 0 is all.")] = 50,
    watch: Annotated[bool, typer.Option("--watch", help="Follow, and print what changes; Ctrl-C ends.")] = False,
    every: Annotated[float, typer.Option("--every", min=1, help="Seconds between two looks of --watch.")] = 5,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Show prices with their fair odds, value and age, the dearest first where --min-ev asks for value."""
    from closeline.domain.board.filters import BoardFilter
    from closeline.domain.errors import BadInput

    if watch and (as_json or at is not None):
        raise BadInput(
            "--watch must go without --json and --at, which are of one moment; GET /board/stream follows in JSON"
        )
    wanted = BoardFilter(league, _market(market), book, event, None if min_ev is None else min_ev / PERCENT, best)
    moment = None if at is None else _moment(at)
    with opened(db) as desk:
        if watch:
            _follow(desk, wanted, every, arbs=arbs, limit=limit)
        else:
            _show(_looked_at(desk, moment), wanted, arbs=arbs, limit=limit, as_json=as_json)


def _show(found: "Board | None", wanted: "BoardFilter", *, arbs: bool, limit: int, as_json: bool) -> None:
    from closeline.domain.board.filters import part
    from closeline.schemas.board import BoardPage
    from closeline.schemas.board.pressing import press
    from closeline.schemas.board.writing import plain_page

    if found is None:
        if as_json:
            print_json(BoardPage(
                edition="0", version=0, made_at=None, synthetic=False, total=0, events=[], rows=[], opportunities=[],
                next_cursor=None,
            ))  # fmt: skip
        else:
            say("no event is coming up: nothing is known of its prices (closeline capture run, closeline demo --live)")
        return
    shown = part(found, wanted)
    if as_json:
        rows = in_order(shown, by_value=wanted.min_ev is not None)[: limit or None]
        print_json(BoardPage.model_validate(plain_page(shown, rows, edition=press(found).name)))
    else:
        say_board(shown, total=len(found.rows), limit=limit, by_value=wanted.min_ev is not None, arbs=arbs)


def _follow(desk: "Desk", wanted: "BoardFilter", every: float, *, arbs: bool, limit: int) -> None:
    """Print the board, then what changes of it, until somebody has seen enough."""
    from closeline.domain.board.changes import changes
    from closeline.domain.board.filters import part

    before: Board | None = None
    try:
        for found in _looks(desk, every):
            shown = part(found, wanted)
            if before is None:
                say_board(shown, total=len(found.rows), limit=limit, by_value=wanted.min_ev is not None, arbs=arbs)
            else:
                say_changes(changes(before, shown), before, shown, arbs=arbs)
            before = shown
    except KeyboardInterrupt:
        say("")


def _looks(desk: "Desk", every: float) -> "Iterator[Board]":
    while True:
        found = _looked_at(desk, None)
        if found is not None:
            yield found
        sleep(every)


def _looked_at(desk: "Desk", at: datetime | None) -> "Board | None":
    from closeline.jobs.live.warming import board_at
    from closeline.store.session import unit_of_work

    with unit_of_work(desk.engine, write=False) as session:
        return board_at(session, tenant_id=desk.tenant_id, as_of=at or desk.clock())


def _market(name: str | None) -> str | None:
    """Return a market's key or type as it was given; raises BadInput where there is none such."""
    from closeline.domain.errors import BadInput
    from closeline.domain.markets import MarketType, market

    if name is None or name.upper() in set(MarketType):
        return name and name.upper()
    try:
        return market(name.upper()).key
    except ValueError:
        raise BadInput(f"market must be like SPREAD or SPREAD:FULL_GAME, was {name[:60]!a}") from None


def _moment(text: str) -> datetime:
    """Return a moment; raises BadInput for a text that is none, and for one without its zone."""
    from closeline.domain.clock import aware
    from closeline.domain.errors import BadInput

    try:
        return aware(datetime.fromisoformat(text))
    except ValueError:
        raise BadInput(f"time must carry its zone, such as 2026-01-11T18:00Z, was {text[:60]!a}") from None
