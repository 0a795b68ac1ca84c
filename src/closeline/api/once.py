"""Idempotency keys: a call that is sent again gets the answer of the first time, and does nothing again.

The header `Idempotency-Key` names the call among those of its tenant. The same name with the same request gives the
same answer for a day; with another request it is refused. What failed through a fault of ours is not kept: try again.
"""

import json
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

from closeline.domain.errors import BadInput, Refused
from closeline.domain.ids import content_id
from closeline.jobs.desk import Desk
from closeline.store import access
from closeline.store.session import unit_of_work

HEADER = "Idempotency-Key"
NAME_LENGTH_MAX = 200
KEPT_FOR = timedelta(days=1)
# Longer than any call: whoever took the name then has died under way.
UNDER_WAY_AT_MOST = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it is kept."""

    status: int
    media_type: str
    body: str


def request_hash(method: str, path: str, query: str, body: bytes) -> str:
    """Return the hash of everything that a call asks."""
    return content_id("request", method, path, query, body.hex())


def begin(desk: Desk, name: str, hashed: str) -> Answer | None:
    """Take a name for a call and return None, or the answer that the same call had before.

    Raises BadInput for a name that is none, Refused for one of another request or of a call that is under way.
    """
    if not 0 < len(name) <= NAME_LENGTH_MAX or not (name.isascii() and name.isprintable()):
        raise BadInput(f"{HEADER} must be 1 to {NAME_LENGTH_MAX} printable ASCII signs, was {len(name)} signs")
    tenant_id, now = desk.tenant_id, desk.clock()
    with unit_of_work(desk.engine) as session:
        access.forget_before(session, now - KEPT_FOR, tenant_id=tenant_id)
        if access.ask(session, name, hashed, tenant_id=tenant_id, at=now):
            return None
        before = access.asked(session, name, tenant_id=tenant_id)
        if before is None or before.request_hash != hashed:
            raise Refused(f"{HEADER} must name one request, named another before")
        if before.answer_status is not None and before.answer is not None:
            return Answer(before.answer_status, *json.loads(before.answer))
        if now - before.at < UNDER_WAY_AT_MOST:
            raise Refused(f"call with this {HEADER} must be over before it is sent again, is still under way")
        access.forget(session, name, tenant_id=tenant_id)
        access.ask(session, name, hashed, tenant_id=tenant_id, at=now)
        return None


def end(desk: Desk, name: str, answer: Answer) -> None:
    """Keep the answer to a call, or let go of its name where we failed."""
    with unit_of_work(desk.engine) as session:
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            access.forget(session, name, tenant_id=desk.tenant_id)
            return
        kept = json.dumps([answer.media_type, answer.body])
        access.answered(session, name, tenant_id=desk.tenant_id, status=answer.status, answer=kept)
