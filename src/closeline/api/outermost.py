"""Around every call: its name for the log, the headers that browsers obey, one line of log, and no fault unanswered."""

from collections.abc import Callable
from http import HTTPStatus

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from closeline.api.errors import CORRELATION, answer_to

# An answer is data: nothing in it may be run, framed, guessed at or kept.
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

log = structlog.get_logger()


class Outermost:
    """The outermost layer of the app. It logs the route's name, never the address, its query or a header."""

    def __init__(self, app: ASGIApp, new_name: Callable[[], str]) -> None:
        """Stand around `app`; `new_name` gives each call its name."""
        self._app = app
        self._new_name = new_name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Carry one call."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope[CORRELATION] = name = self._new_name()
        begun = 0

        async def sending(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Correlation-ID"] = name
                # A page brings a policy of its own, as strict as a page can have it.
                for field, value in HEADERS.items():
                    headers.setdefault(field, value)
            await send(message)

        with structlog.contextvars.bound_contextvars(correlation_id=name):
            try:
                await self._app(scope, receive, sending)
            except Exception as fault:  # noqa: BLE001 -- the last one who can answer
                response = answer_to(Request(scope), fault)
                if not begun:
                    await response(scope, receive, sending)
            _log(scope, begun or HTTPStatus.INTERNAL_SERVER_ERROR)


def _log(scope: Scope, status: int) -> None:
    route = getattr(scope.get("endpoint"), "__name__", None)
    log.info("call", method=scope["method"], route=route, status=int(status), caller=scope.get("caller"))
