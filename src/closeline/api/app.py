"""The app: every router behind its guard, one form of errors, one layer around all."""

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute, iter_route_contexts

from closeline import __version__
from closeline.api import errors
from closeline.api.dependencies import Uses
from closeline.api.guard import guarded
from closeline.api.outermost import Outermost
from closeline.api.routers import (
    board,
    calibration,
    feed,
    figures,
    governing,
    grading,
    health,
    known,
    monitoring,
    performance,
    picks,
    props,
    record,
    results,
    retention,
    runs,
    snapshots,
)
from closeline.api.streaming import Hub
from closeline.jobs.desk import Desk
from closeline.jobs.monitoring.watch import Watch
from closeline.jobs.showing import Showcase
from closeline.schemas.doors import Problem
from closeline.store.record.retention import RetentionPolicy
from closeline.tenancy.access import Permission

PREFIX = "/api"
CALIBRATION = f"{PREFIX}/calibration"
CALIBRATIONS = f"{PREFIX}/calibrations"

# Where each router stands. A file of `routers` that is not in this list is not reachable.
ROUTERS: tuple[tuple[str, APIRouter], ...] = (
    # Routers are tried in their order, and this is the one that is asked all the time.
    (PREFIX, board.reading),
    (PREFIX, health.public),
    ("", monitoring.public),
    ("", monitoring.watching),
    (PREFIX, picks.reading),
    (PREFIX, picks.withdrawing),
    (PREFIX, feed.reading),
    (CALIBRATIONS, calibration.listing),
    (CALIBRATIONS, calibration.returning),
    (PREFIX, results.reading),
    (PREFIX, results.accepting),
    (PREFIX, figures.reading),
    (PREFIX, props.reading),
    (PREFIX, retention.planning),
    (PREFIX, governing.reading),
    (PREFIX, governing.operating),
    (CALIBRATION, health.public),
    (CALIBRATION, calibration.reading),
    (CALIBRATION, calibration.running),
    (CALIBRATION, calibration.activating),
    (CALIBRATION, grading.reading),
    (CALIBRATION, grading.running),
    (CALIBRATION, performance.reading),
    (CALIBRATION, runs.reading),
    (PREFIX, known.reading),
    (CALIBRATION, snapshots.reading),
    (f"{PREFIX}/record", record.captured),
    (f"{PREFIX}/record", record.recorded),
    (f"{PREFIX}/record", record.graded),
    (f"{PREFIX}/record", record.learned),
)
PUBLIC = (f"{PREFIX}/health", f"{CALIBRATION}/health", "/healthz", "/readyz", "/monitoring/health")

description = guarded(Permission.READ, tags=["description"])


@description.get("/openapi.json", include_in_schema=False)
def openapi(request: Request) -> JSONResponse:
    """Describe the API as OpenAPI does."""
    return JSONResponse(request.app.openapi())


def create_app(
    desk: Desk, new_name: Callable[[], str], kept: RetentionPolicy | None = None, *, public_board: bool = False,
    watch: Watch | None = None,
) -> FastAPI:  # fmt: skip
    """Build the app on a desk.

    Every call uses its clock and its record; `new_name` names calls in the log, `kept` says how long evidence is kept.
    `public_board` lets a person at this machine read the board without a key: for servers bound to it alone. `watch` is
    what tells of the desk to those who watch it.
    """
    # No page of documentation: those that the framework brings load scripts from strangers.
    app = FastAPI(title="Closeline", version=__version__, openapi_url=None, docs_url=None, redoc_url=None)
    app.state.desk, app.state.uses = desk, Uses(desk)
    app.state.retention, app.state.watch = kept or RetentionPolicy(), watch
    app.state.showcase, app.state.public_board = Showcase(desk.board), public_board
    app.state.hub = Hub(app.state.showcase)
    errors.install(app)
    for prefix, router in (*ROUTERS, (PREFIX, description)):
        app.include_router(router, prefix=prefix)
    # Whoever is guarded asks here under which name the table of roles has him.
    app.state.calls = _calls()
    app.add_middleware(Outermost, new_name=new_name)
    describe = app.openapi
    app.openapi = lambda: _with_problem(describe())  # type: ignore[method-assign]
    return app


@cache
def _calls() -> Mapping[tuple[str, Callable[..., Any]], str]:
    """Return the path template of each (method, function) of the routers: the same for every app."""
    return MappingProxyType(
        {
            (method, route.endpoint): f"{prefix}{route.path}"
            for prefix, router in (*ROUTERS, (PREFIX, description))
            for route in router.routes
            if isinstance(route, APIRoute)
            for method in route.methods or ()
        }
    )


def paths(app: FastAPI) -> list[tuple[str, str, Any]]:
    """Return (method, path template, route) of everything that the app answers."""
    return [
        (method, str(context.path), context.original_route)
        for context in iter_route_contexts(app.routes)
        for method in sorted(context.methods or ())
    ]


def _with_problem(described: dict[str, Any]) -> dict[str, Any]:
    """Add the form of a problem, which every call refers to and none returns as its own answer."""
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    held = described.setdefault("components", {}).setdefault("schemas", {})
    held.update({**schema.pop("$defs", {}), "Problem": schema})
    for name in ("HTTPValidationError", "ValidationError"):
        held.pop(name, None)
    return described
