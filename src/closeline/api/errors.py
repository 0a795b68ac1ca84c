"""Errors as answers: one table from class to status, and one form, problem+json of RFC 9457.

A fault of the caller is told in its own words. A fault of the record or of the program is told in the words of its
class alone; the log has the rest, under the correlation id that the answer names.
"""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from closeline.domain import errors
from closeline.domain.errors import CloselineError
from closeline.schemas.doors import Fault, Problem

MEDIA_TYPE = "application/problem+json"
CORRELATION = "correlation_id"

# The most particular class decides.
STATUSES: dict[type[CloselineError], HTTPStatus] = {
    errors.KeyRefused: HTTPStatus.UNAUTHORIZED,
    errors.NotAllowed: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.BadInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.Refused: HTTPStatus.CONFLICT,
    errors.StoreFault: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.CorruptRecord: HTTPStatus.INTERNAL_SERVER_ERROR,
    CloselineError: HTTPStatus.INTERNAL_SERVER_ERROR,
}
_INTERNAL = "the program met a fault of its own; its log names it by this correlation id"
# How a fault's name reads in the address of its kind.
_WORD_BEGINS = re.compile(r"(?<=[a-z])(?=[A-Z])")

log = structlog.get_logger()


def status_of(fault: Exception) -> HTTPStatus:
    """Return the status of a fault, by the nearest class that has one."""
    return next((STATUSES[kind] for kind in type(fault).__mro__ if kind in STATUSES), HTTPStatus.INTERNAL_SERVER_ERROR)


def problem(
    request: Request, status: int, error: str, detail: str, *, faults: list[Fault] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:  # fmt: skip
    """Return a problem as an answer."""
    told = Problem(
        type=f"urn:problem-type:closeline:{_WORD_BEGINS.sub('-', error).lower()}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        error=error,
        correlation_id=request.scope.get(CORRELATION, ""),
        faults=faults,
    )
    return Response(told.model_dump_json(), status, dict(headers or {}), MEDIA_TYPE)


def answer_to(request: Request, fault: Exception) -> Response:
    """Return the answer to any fault; what must not be told is logged."""
    if isinstance(fault, HTTPException):
        return _of_http(request, fault)
    if isinstance(fault, RequestValidationError):
        return _of_validation(request, fault)
    status = status_of(fault)
    error = type(fault).__name__ if isinstance(fault, CloselineError) else "InternalFault"
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return problem(request, status, error, str(fault), headers=_headers(status))
    log.error("call_failed", fault=type(fault).__name__, message=str(fault), exc_info=fault)
    detail = str(type(fault)()) if isinstance(fault, CloselineError) else _INTERNAL
    return problem(request, status, error, detail, headers=_headers(status))


def install(app: FastAPI) -> None:
    """Let every fault of an app be answered here."""
    for kind in (CloselineError, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, answer_to)


def declared(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """Return the problems of these statuses as OpenAPI declares answers."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {int(status): {"description": status.phrase, "content": content} for status in statuses}


def _headers(status: HTTPStatus) -> dict[str, str]:
    if status is HTTPStatus.UNAUTHORIZED:
        return {"WWW-Authenticate": "Bearer"}
    return {"Retry-After": "5"} if status is HTTPStatus.SERVICE_UNAVAILABLE else {}


def _of_http(request: Request, fault: HTTPException) -> Response:
    status = HTTPStatus(fault.status_code)
    return problem(request, status, status.name.title().replace("_", ""), fault.detail, headers=fault.headers)


def _of_validation(request: Request, fault: RequestValidationError) -> Response:
    """Say where and what, never what was sent: it may be a secret that went to the wrong place."""
    faults = [Fault(where=".".join(map(str, item["loc"])), what=item["msg"]) for item in fault.errors()]
    detail = "; ".join(f"{item.where}: {item.what}" for item in faults[:5])
    return problem(request, HTTPStatus.UNPROCESSABLE_ENTITY, "BadInput", detail, faults=faults)
