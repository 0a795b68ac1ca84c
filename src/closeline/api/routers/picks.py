"""Picks: what was published, and everything that stands behind it."""

from typing import Annotated

from fastapi import Path, Query

from closeline.api import pagination
from closeline.api.dependencies import Calling
from closeline.api.guard import guarded
from closeline.domain.clock import micros
from closeline.domain.leagues import League
from closeline.flow.view import lineage
from closeline.jobs.recording import withdrawing as by_hand
from closeline.schemas.ending.withdrawing import Superseded, Superseding, Voided, VoidRequest
from closeline.schemas.picks import Lineage, Pick, PickPage, Why
from closeline.tenancy.access import Permission
from closeline.wiring import excerpt_at

reading = guarded(Permission.READ, tags=["picks"])
withdrawing = guarded(Permission.OPERATE, tags=["picks"])

PickId = Annotated[str, Path(min_length=1, max_length=200)]


@reading.get("/picks")
def picks(
    caller: Calling,
    league: League | None = None,
    *,
    leans: bool = False,
    limit: Annotated[int, Query(ge=1, le=pagination.LIMIT_MAX)] = pagination.LIMIT_DEFAULT,
    cursor: str | None = None,
) -> PickPage:
    """List published picks, the newest first, a page at a time."""
    leagues = [league] if league else list(League)
    with caller.reading() as session:
        ended = lineage.ended_picks(session, tenant_id=caller.tenant_id, leagues=leagues, leans=leans)
        chosen, after = pagination.page(
            ended, at=lambda item: (micros(item.published_at), item.pick.pick_id), cursor=cursor, limit=limit
        )
        lines = lineage.in_lines(session, chosen, tenant_id=caller.tenant_id)
        return PickPage(total=len(ended), picks=lines, next_cursor=after)


@reading.get("/picks/{pick_id}")
def pick(caller: Calling, pick_id: PickId) -> Pick:
    """Show one pick in one line."""
    with caller.reading() as session:
        return lineage.pick_in_line(session, pick_id=pick_id, tenant_id=caller.tenant_id)


@reading.get("/picks/{pick_id}/lineage")
def pick_lineage(caller: Calling, pick_id: PickId) -> Lineage:
    """Show a pick from its grade down to the bytes, which are hashed again on the way."""
    with caller.reading() as session:
        return lineage.lineage(session, excerpt_at, pick_id=pick_id, tenant_id=caller.tenant_id)


@reading.get("/picks/{pick_id}/why")
def pick_reasons(caller: Calling, pick_id: PickId) -> Why:
    """Say why: how the decision came about, rule by rule. A prediction that was judged will do, too."""
    with caller.reading() as session:
        return lineage.why(session, name=pick_id, tenant_id=caller.tenant_id)


@withdrawing.post("/picks/{pick_id}/supersede")
def supersede_pick(caller: Calling, pick_id: PickId, asked: Superseding) -> Superseded:
    """Let the newest proposal take a published pick's place, before its game begins."""
    return by_hand.supersede(caller.desk, pick_id, why=asked.why, actor=caller.actor)


@withdrawing.post("/picks/{pick_id}/void")
def void_pick(caller: Calling, pick_id: PickId, asked: VoidRequest) -> Voided:
    """Declare a published pick void; from the start of its game on for listed reasons with evidence alone."""
    return by_hand.void(
        caller.desk, pick_id, reason=asked.reason, evidence=asked.evidence, why=asked.why, actor=caller.actor
    )
