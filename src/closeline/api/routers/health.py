"""Health: the one thing that anybody may ask."""

from fastapi import APIRouter, Request, Response

from closeline.domain.errors import CloselineError
from closeline.schemas.doors import Health
from closeline.store import schema

public = APIRouter(tags=["health"])


@public.get("/health", responses={503: {"model": Health, "description": "The record cannot be used."}})
def health(request: Request, response: Response) -> Health:
    """Say whether the server and its record can do their work; nothing else is told, because anybody may ask."""
    try:
        schema.require_current(request.app.state.desk.engine)
    except CloselineError:
        response.status_code = 503
        return Health(status="unavailable")
    return Health(status="ok")
