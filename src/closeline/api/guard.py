"""The guard of every route that is not public: key, role, size and form, in this order, before anything else is done.

A route cannot be made without saying which permission it asks for, and none of its parameters is read before the key
is known: who has no key learns nothing from how a request is refused.
"""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any, ClassVar
from urllib.parse import unquote

from fastapi import APIRouter, Request, Security
from fastapi.routing import APIRoute
from fastapi.security import APIKeyHeader, HTTPBearer
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

from closeline.api import once, strict_json
from closeline.api.dependencies import Caller, identify, token_of
from closeline.api.errors import answer_to, declared
from closeline.api.once import Answer
from closeline.api.open_board import is_open
from closeline.tenancy.access import Permission, require, require_call, smallest_role

BODY_BYTES_MAX = 1_000_000
_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
# For OpenAPI alone: the guard reads the headers itself, before FastAPI reads anything.
_SCHEMES = (
    Security(HTTPBearer(auto_error=False, description="An API key, as `closeline keys create` shows it once.")),
    Security(APIKeyHeader(name="X-API-Key", auto_error=False, description="The same key, in a header of its own.")),
)
_PROBLEMS = (
    HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE, HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE,
)  # fmt: skip

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class GuardedRoute(APIRoute):
    """A route that asks for a key whose role has `permission`."""

    permission: ClassVar[Permission]
    # Whether a person at the machine itself needs no key, where the app is told that it is served there alone.
    open_at_home: ClassVar[bool] = False

    def behind_guard(self) -> Handler:
        """Return what handles a call that the guard has let pass."""
        return super().get_route_handler()

    def get_route_handler(self) -> Handler:
        """Return the handler behind the guard."""
        handle = self.behind_guard()

        async def guarded(request: Request) -> Response:
            house, uses = request.app.state.desk, request.app.state.uses
            if self.open_at_home and is_open(request):
                await _check_form(request)
                return await handle(request)
            caller, key = await run_in_threadpool(identify, house, token_of(request))
            request.state.caller = caller
            request.scope["caller"] = caller.subject.key_id
            require(caller.subject, self.permission, house=house.tenant_id)
            known = request.app.state.calls.get((request.method, request.scope.get("endpoint")))
            require_call(caller.subject, request.method, known)
            await _check_form(request)
            repeatable = request.method in _WRITES and once.HEADER in request.headers
            response = await (_once(caller, request, handle) if repeatable else handle(request))
            if uses.is_due(key):
                response.background = BackgroundTask(uses.remember, key)
            return response

        return guarded


def guarded(
    permission: Permission, *, tags: list[str], open_at_home: bool = False, route: type[GuardedRoute] = GuardedRoute
) -> APIRouter:
    """Return a router whose routes all ask for a permission; each names its problems in OpenAPI."""
    kind = type(f"{permission.title()}Route", (route,), {"permission": permission, "open_at_home": open_at_home})
    problems = declared(*_PROBLEMS)
    problems[int(HTTPStatus.FORBIDDEN)]["description"] = f"The role must be {smallest_role(permission)} or above."
    return APIRouter(route_class=kind, tags=list(tags), dependencies=list(_SCHEMES), responses=problems)


async def _check_form(request: Request) -> None:
    strict_json.check_text(request.url.path, "address")
    strict_json.check_text(unquote(request.url.query, errors="surrogateescape"), "query")
    content = await _body(request)
    if not content:
        return
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "body must be application/json")
    strict_json.check(content)


async def _body(request: Request) -> bytes:
    """Return the body, read no further than it may reach; what comes after finds it read."""
    told = request.headers.get("content-length", "0")
    if not told.isdecimal() or int(told) > BODY_BYTES_MAX:
        raise _too_large()
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > BODY_BYTES_MAX:
            raise _too_large()
    request._body = bytes(content)  # noqa: SLF001 -- where Request.body() keeps what it has read
    return request._body  # noqa: SLF001


def _too_large() -> HTTPException:
    return HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"body must be at most {BODY_BYTES_MAX} bytes")


async def _once(caller: Caller, request: Request, handle: Handler) -> Response:
    name = request.headers[once.HEADER]
    hashed = once.request_hash(request.method, request.url.path, request.url.query, await request.body())
    before = await run_in_threadpool(once.begin, caller.desk, name, hashed)
    if before is not None:
        return Response(before.body, before.status, {"Idempotency-Replayed": "true"}, before.media_type)
    response = await _answered(request, handle)
    answer = Answer(response.status_code, response.media_type or "application/json", bytes(response.body).decode())
    await run_in_threadpool(once.end, caller.desk, name, answer)
    return response


async def _answered(request: Request, handle: Handler) -> Response:
    try:
        return await handle(request)
    except Exception as fault:  # noqa: BLE001 -- whatever happened, the name is kept or let go with the answer
        return answer_to(request, fault)
