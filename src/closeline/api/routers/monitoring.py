"""Monitoring: whether the desk lives, is ready and is well; how its persistence does; and what Prometheus scrapes."""

from enum import StrEnum

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from closeline.api.guard import guarded
from closeline.domain.errors import NotFound
from closeline.jobs.desk import Desk
from closeline.jobs.monitoring.persistence import PersistenceLog
from closeline.jobs.monitoring.watch import Watch
from closeline.jobs.showing import health as standing
from closeline.schemas.doors import Health
from closeline.schemas.running.monitoring import (
    Alive,
    OperationPerformance,
    PersistenceError,
    PersistenceErrors,
    PersistenceHealth,
    PersistencePerformance,
    SystemHealth,
)
from closeline.tenancy.access import Permission

PROMETHEUS = "text/plain; version=1.0.0; charset=utf-8"

public = APIRouter(tags=["monitoring"])
watching = guarded(Permission.READ, tags=["monitoring"])


class Export(StrEnum):
    """In which form the metrics are exported."""

    PROMETHEUS = "prometheus"
    JSON = "json"


@public.get("/healthz")
def healthz() -> Alive:
    """Say that the process answers; the record is not asked."""
    return Alive(status="alive")


@public.get("/readyz", responses={503: {"model": Health, "description": "The record cannot be used."}})
def readyz(request: Request, response: Response) -> Health:
    """Say whether calls can be sent here: the record is there and has the right schema."""
    if standing.record_state(request.app.state.desk) is standing.State.UNAVAILABLE:
        response.status_code = 503
        return Health(status="unavailable")
    return Health(status="ok")


@public.get("/monitoring/health", responses={503: {"model": SystemHealth, "description": "The record is down."}})
def system_health(request: Request, response: Response) -> SystemHealth:
    """Say how the desk and its parts stand: anybody may ask, so nothing is said of why."""
    desk: Desk = request.app.state.desk
    watch: Watch | None = request.app.state.watch
    found = standing.health(desk, None if watch is None else watch.persistence)
    if found.state is standing.State.UNAVAILABLE:
        response.status_code = 503
    parts = {name: state.value for name, state in found.parts.items()}
    return SystemHealth.model_validate({"status": found.state.value, "at": desk.clock(), "parts": parts})


@watching.get("/monitoring/persistence/performance")
def performance(request: Request) -> PersistencePerformance:
    """Return how fast this process reads and writes the record."""
    log = _log(request)
    found = [OperationPerformance.model_validate(item) for item in log.performance()]
    return PersistencePerformance(since=log.since, operations=found)


@watching.get("/monitoring/persistence/health")
def persistence_health(request: Request) -> PersistenceHealth:
    """Return whether this process can write the record."""
    log = _log(request)
    return PersistenceHealth(
        status=standing.persistence_state(log).value, since=log.since, written_at=log.written_at,
        failing_since=log.failing_since, failed=_failed(log),
    )  # fmt: skip


@watching.get("/monitoring/persistence/errors")
def persistence_errors(request: Request) -> PersistenceErrors:
    """Return the last faults of persistence in this process, the newest first."""
    log = _log(request)
    found = [
        PersistenceError(at=item.at, operation=item.operation, error=item.fault, rows=item.rows)
        for item in log.faults()
    ]
    return PersistenceErrors(since=log.since, total=_failed(log), errors=found)


@watching.get("/monitoring/persistence/metrics/export", response_model=PersistencePerformance)
def export(request: Request, format: Export = Export.PROMETHEUS) -> Response | PersistencePerformance:  # noqa: A002
    """Export the metrics: everything as Prometheus reads it, or the figures of persistence as JSON."""
    return performance(request) if format is Export.JSON else metrics(request)


@watching.get("/metrics", response_class=PlainTextResponse)
def metrics(request: Request) -> Response:
    """Return every metric of this process as Prometheus scrapes it; its key goes into the scraper's own settings."""
    return Response(_watch(request).metrics(), media_type=PROMETHEUS)


def _watch(request: Request) -> Watch:
    found: Watch | None = request.app.state.watch
    if found is None:
        raise NotFound("desk must be watched to tell this, was not; serve it with: closeline serve")
    return found


def _log(request: Request) -> PersistenceLog:
    return _watch(request).persistence


def _failed(log: PersistenceLog) -> int:
    return sum(item.failed for item in log.performance())
