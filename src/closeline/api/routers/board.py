"""The board: whole, in part, one event of it, and its changes as they come."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Path, Query, Request
from starlette.responses import Response, StreamingResponse

from closeline.api import pagination
from closeline.api.guard import GuardedRoute, Handler, guarded
from closeline.api.streaming import Hub
from closeline.domain.board import Board
from closeline.domain.board.filters import EVERYTHING, BoardFilter
from closeline.domain.board.flags import RowFlag
from closeline.domain.errors import BadInput, NotFound
from closeline.domain.ids import content_id
from closeline.domain.leagues import League
from closeline.domain.markets import MarketType, market
from closeline.jobs.showing import Prepared, Showcase
from closeline.jobs.showing.event import event_detail, event_shown
from closeline.schemas.board import BoardEventDetail, BoardPage
from closeline.tenancy.access import Permission

PAGE_MAX = 2_000
# Digits of a value that are told apart, a hundredth of a percent: nobody sees a finer one, and each is worked out anew.
WORTH_DIGITS = 4
_FLAGS_MAX = 10

Name = Annotated[str | None, Query(min_length=1, max_length=200)]
MarketName = Annotated[
    str | None, Query(max_length=100, description="A key such as SPREAD:FULL_GAME, or a type such as SPREAD.")
]
Worth = Annotated[
    float | None, Query(ge=-1.0, le=1000.0, allow_inf_nan=False, description="Per unit: 0.02 is 2 %; to 4 digits.")
]
Flags = Annotated[list[str] | None, Query(max_length=_FLAGS_MAX, description="All of these must be there.")]
Limit = Annotated[int | None, Query(ge=1, le=PAGE_MAX, description="Rows a page; without it, all.")]
EventId = Annotated[str, Path(min_length=1, max_length=200)]


class BoardRoute(GuardedRoute):
    """A guarded route that answers the call which asks for nothing in particular before its parameters are read.

    The whole board is what everybody asks for, and to find that nothing was asked takes longer than to answer.
    """

    def behind_guard(self) -> Handler:
        """Return what handles a call that the guard has let pass; raises BadInput for a parameter that there is not."""
        handle = super().behind_guard()
        known = [field.alias for field in self.dependant.query_params]
        at_once = self.path == "/board"

        async def whole_first(request: Request) -> Response:
            if at_once and not request.scope["query_string"]:
                return answer(request, request.app.state.showcase.whole())
            # A filter whose name is mistyped would pass everything, and look as if it had been heeded.
            unknown = next((name for name in request.query_params if name not in known), None)
            if unknown is not None:
                raise BadInput(f"parameters must be {', '.join(known) or 'none'}, was {unknown[:60]!a}")
            return await handle(request)

        return whole_first


reading = guarded(Permission.READ, tags=["board"], open_at_home=True, route=BoardRoute)


def wanted(
    league: League | None, market_name: str | None, book: str | None, event: str | None, min_ev: float | None,
    flags: list[str] | None, *, best: bool,
) -> BoardFilter:  # fmt: skip
    """Return what a call wants to see; raises BadInput for a market or a flag that there cannot be."""
    strange = next((flag for flag in flags or () if flag not in set(RowFlag)), None)
    if strange is not None:
        raise BadInput(f"flags must be {', '.join(RowFlag)}, was {strange[:60]!a}")
    if market_name is not None and market_name not in set(MarketType):
        try:
            market(market_name)
        except ValueError:
            raise BadInput(f"market must be like SPREAD or SPREAD:FULL_GAME, was {market_name[:60]!a}") from None
    # Nought is added so that there is but one nought.
    least = None if min_ev is None else round(min_ev, WORTH_DIGITS) + 0.0
    return BoardFilter(league, market_name, book, event, least, best, tuple(sorted(set(flags or ()))))


@reading.get("/board", response_model=BoardPage, responses={304: {"description": "Nothing is newer."}})
async def board(
    request: Request,
    league: League | None = None,
    *,
    market: MarketName = None,
    book: Name = None,
    event: Name = None,
    min_ev: Worth = None,
    best: bool = False,
    flags: Flags = None,
    limit: Limit = None,
    cursor: str | None = None,
) -> Response:
    """Show the newest board, or the rows of it that are asked for; a cursor stays with the edition that it began in."""
    hub: Hub = request.app.state.hub
    chosen = wanted(league, market, book, event, min_ev, flags, best=best)
    return answer(request, await hub.made(lambda: _prepared(request.app.state.showcase, chosen, cursor, limit)))


@reading.get("/board/events/{event_id}")
def board_event(request: Request, event_id: EventId) -> BoardEventDetail:
    """Show one event: its rows on the board, and every price of it that is in the record."""
    house = request.app.state.desk
    return event_detail(event_shown(house, request.app.state.showcase, event_id), event_id)


@reading.get(
    "/board/stream",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "Server-sent events: `board` with a BoardPage, `changes` with BoardChanges.",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        }
    },
)
async def board_stream(
    request: Request,
    league: League | None = None,
    *,
    market: MarketName = None,
    book: Name = None,
    event: Name = None,
    min_ev: Worth = None,
    best: bool = False,
    flags: Flags = None,
    since: Name = None,
) -> Response:
    """Tell changes of the board as they come; `Last-Event-ID`, or `since`, names the edition that is there already."""
    hub: Hub = request.app.state.hub
    chosen = wanted(league, market, book, event, min_ev, flags, best=best)
    # What stands between must not wait for the end of an answer that has none.
    return hub.stream(chosen, request.headers.get("last-event-id") or since, {"X-Accel-Buffering": "no"})


def answer(request: Request, prepared: Prepared) -> Response:
    """Return prepared bytes, compressed where that is understood, or that there is nothing newer."""
    zipped = takes_gzip(request.headers.get("accept-encoding", ""))
    # Other bytes have another name, though they say the same.
    etag = f'{prepared.etag[:-1]}-gz"' if zipped else prepared.etag
    headers = {"ETag": etag, "Vary": "Accept-Encoding"}
    showcase: Showcase = request.app.state.showcase
    newest = showcase.newest()
    if newest is not None and newest.name != prepared.edition:
        headers["X-Board-Newest"] = newest.name
    if showcase.health().held_over:
        headers["X-Board-Held-Over"] = "true"
    if _has(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    if zipped:
        headers["Content-Encoding"] = "gzip"
        return Response(prepared.packed, headers=headers, media_type="application/json")
    return Response(prepared.content, headers=headers, media_type="application/json")


def takes_gzip(header: str) -> bool:
    """Say whether Accept-Encoding names gzip, and not with a weight of nought, which refuses it (RFC 9110, 12.5.3)."""
    for coding in header.lower().split(","):
        name, *more = (piece.strip() for piece in coding.split(";"))
        if name == "gzip":
            return not any(_is_nought(piece) for piece in more)
    return False


def _is_nought(parameter: str) -> bool:
    name, _, weight = parameter.partition("=")
    return name.strip() == "q" and not weight.strip().strip("0.")


def _has(header: str, etag: str) -> bool:
    return bool(header) and (
        header.strip() == "*" or etag in {tag.strip().removeprefix("W/") for tag in header.split(",")}
    )


def _prepared(showcase: Showcase, chosen: BoardFilter, cursor: str | None, limit: int | None) -> Prepared:
    if cursor is not None:
        return _continued(showcase, chosen, cursor, limit)
    newest = showcase.newest()
    if newest is None or (chosen == EVERYTHING and limit is None):
        return showcase.whole()
    part = showcase.part(newest, chosen)
    if not part.rows:
        _check_known(newest.board, chosen)
    after = _after(newest.name, chosen, 0, limit, len(part.rows))
    return showcase.page(newest, chosen, limit=limit, cursor=after)


def _check_known(board: Board, chosen: BoardFilter) -> None:
    """Raise NotFound for a book or an event of which the board has nothing: its name may be mistyped."""
    if chosen.book is not None and all(row.quote.book != chosen.book for row in board.rows):
        raise NotFound(f"book must be one with a price on the board, was {chosen.book[:60]!a}")
    if chosen.event is not None and all(card.event_id != chosen.event for card in board.events):
        raise NotFound(f"event must be one that is on the board, was {chosen.event[:60]!a}")


def _continued(showcase: Showcase, chosen: BoardFilter, cursor: str, limit: int | None) -> Prepared:
    first, place = pagination.read(cursor)
    name, _, of = place.partition("/")
    if first < 1 or of != _filter_id(chosen):
        raise BadInput("cursor must be the next_cursor of a page with the same filters, was of others")
    edition = showcase.kept(name)
    if edition is None:
        raise BadInput("cursor must be of an edition that is still kept, was of an older one; begin again without it")
    total = len(showcase.part(edition, chosen).rows)
    after = _after(name, chosen, first, limit, total)
    return showcase.page(edition, chosen, first=first, limit=limit, cursor=after)


def _after(name: str, chosen: BoardFilter, first: int, limit: int | None, total: int) -> str | None:
    if limit is None or first + limit >= total:
        return None
    return pagination.written((first + limit, f"{name}/{_filter_id(chosen)}"))


def _filter_id(chosen: BoardFilter) -> str:
    return content_id(chosen)[:12]
