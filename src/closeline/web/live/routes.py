"""The addresses of the live pages, and the headers that every one of them carries."""

from collections.abc import Callable
from functools import cache
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import HTTPConnection
from starlette.responses import Response

from closeline.domain.errors import NotFound, StoreFault
from closeline.jobs.showing.event import event_shown
from closeline.web.live import words
from closeline.web.live.asked import SHOWN, SORTS, asked_of
from closeline.web.live.board_page import board_shown
from closeline.web.live.event_page import event_page
from closeline.web.live.files import address, static_file

# Only what lies on our own host, nothing inline, no frame, no form to anywhere else.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    # Browsers heed it only where the connection is TLS, as it is behind a proxy that speaks it.
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
FOR_EVER = "public, max-age=31536000, immutable"

pages = APIRouter(include_in_schema=False)

MaySee = Callable[[HTTPConnection], bool]


def install(app: FastAPI, may_see: MaySee) -> None:
    """Add the pages to an app that has a showcase; `may_see` says whether a call may read the board without a key."""
    app.state.may_see = may_see
    app.include_router(pages)


@pages.get("/")
def board(request: Request) -> Response:
    """Show the board."""
    state = request.app.state
    if not state.may_see(request):
        return _closed(request)
    asked = asked_of(request.query_params)
    shown = board_shown(state.showcase, asked, state.desk.clock())
    return _page(request, "board.html.j2", shown=shown, now=state.desk.clock(), sorts=SORTS, prices=SHOWN)


@pages.get("/events/{event_id}")
def event(request: Request, event_id: str) -> Response:
    """Show one event."""
    state = request.app.state
    if not state.may_see(request):
        return _closed(request)
    try:
        shown = event_shown(state.desk, state.showcase, event_id)
    except NotFound:
        return _page(request, "message.html.j2", HTTPStatus.NOT_FOUND, title="No such game", text="Neither the board nor the record knows a game of this name.")  # fmt: skip  # noqa: E501
    except StoreFault:
        return _page(request, "message.html.j2", HTTPStatus.SERVICE_UNAVAILABLE, title="The record cannot be read", text="This game is not on the board, and the record, which may know it, cannot be read at the moment.")  # fmt: skip  # noqa: E501
    now = state.desk.clock()
    return _page(request, "event.html.j2", shown=event_page(shown, event_id, state.showcase.health(), now), now=now)


@pages.get("/static/{name}")
def static(name: str, v: str = "") -> Response:
    """Send one of the two files that pages load; for ever, where its content is named."""
    found = static_file(name)
    if found is None:
        return Response(status_code=HTTPStatus.NOT_FOUND, headers=HEADERS)
    kept = {"Cache-Control": FOR_EVER if v == found.version else "no-cache", "ETag": f'"{found.version}"'}
    return Response(found.content, headers={**HEADERS, **kept, "Content-Type": found.media_type})


def _closed(request: Request) -> Response:
    text = (
        "The live page opens without a key only on the machine that serves it, at its own address, with no proxy "
        "between, and as long as nobody has made a key (or with closeline serve --open-board). Else, and from "
        "elsewhere, ask /api/board with an API key."
    )
    return _page(request, "message.html.j2", HTTPStatus.FORBIDDEN, title="This page is not open here", text=text)


def _page(request: Request, name: str, status: HTTPStatus = HTTPStatus.OK, **values: Any) -> Response:  # noqa: ANN401 -- a template's
    content = _environment().get_template(name).render(notice=request.app.state.desk.notice.text, **values)
    return Response(content, status, headers=HEADERS, media_type="text/html")


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("closeline.web", "templates/live"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.globals |= {"words": words, "address": address}
    return made
