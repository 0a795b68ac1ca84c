"""Successors: the newest judgement of a live pick's market, and the proposals that would take its place."""

from datetime import datetime

from sqlalchemy import bindparam, exists, select

from closeline.domain.forecasts.own import family_of
from closeline.store.session import Session
from closeline.store.tables.desk import candidate_finding, pick, pick_event
from closeline.store.tables.model import prediction, sim_run

_LATER_EVENT = pick_event.alias("later")
_JUDGED = (
    select(prediction.c.prediction_id, prediction.c.as_of, sim_run.c.engine)
    .join(sim_run, (sim_run.c.tenant_id == prediction.c.tenant_id) & (sim_run.c.run_id == prediction.c.run_id))
    .where(
        prediction.c.tenant_id == bindparam("tenant"),
        prediction.c.league == bindparam("league_code"),
        prediction.c.as_of > bindparam("after"),
        prediction.c.as_of <= bindparam("until"),
        prediction.c.event_id == bindparam("event"),
        prediction.c.market_key == bindparam("key"),
        exists().where(candidate_finding.c.prediction_id == prediction.c.prediction_id),
    )
    .order_by(prediction.c.as_of.desc(), prediction.c.prediction_id)
)
_ENGINE = (
    select(sim_run.c.engine)
    .join(pick, (pick.c.tenant_id == sim_run.c.tenant_id) & (pick.c.run_id == sim_run.c.run_id))
    .where(pick.c.tenant_id == bindparam("tenant"), pick.c.pick_id == bindparam("name"))
)
_PROPOSED = (
    select(pick.c.pick_id)
    .join(pick_event, (pick_event.c.tenant_id == pick.c.tenant_id) & (pick_event.c.pick_id == pick.c.pick_id))
    .where(
        pick.c.tenant_id == bindparam("tenant"),
        pick_event.c.to_state == "PROPOSED",
        ~exists().where(
            _LATER_EVENT.c.tenant_id == pick_event.c.tenant_id,
            _LATER_EVENT.c.pick_id == pick_event.c.pick_id,
            _LATER_EVENT.c.seq > pick_event.c.seq,
        ),
    )
    .order_by(pick.c.proposed_at, pick.c.pick_id)
)
_FOR = _PROPOSED.where(pick.c.supersedes == bindparam("name"))
_OF_LEAGUE = _PROPOSED.where(pick.c.league == bindparam("league_code"), pick.c.proposed_at > bindparam("since"))
_LINKS = select(pick.c.pick_id, pick.c.supersedes).where(
    pick.c.tenant_id == bindparam("tenant"), pick.c.event_id == bindparam("event")
)


def newest_judged(
    session: Session, *, tenant_id: str, league: str, event_id: str, market_key: str, pick_id: str,
    span: tuple[datetime, datetime],
) -> list[str]:  # fmt: skip
    """Return the predictions of a market that were judged last in (after, until], by the model that made the pick."""
    family = family_of(str(session.scalar(_ENGINE, {"tenant": tenant_id, "name": pick_id}) or ""))
    rows = [
        row
        for row in session.rows(_JUDGED, {
            "tenant": tenant_id, "league_code": league, "after": span[0], "until": span[1], "event": event_id,
            "key": market_key,
        })
        if family_of(row.engine) == family
    ]  # fmt: skip
    return [row.prediction_id for row in rows if row.as_of == rows[0].as_of]


def proposed_for(session: Session, pick_id: str, *, tenant_id: str) -> list[str]:
    """Return the proposals that stand ready to take a pick's place, the oldest first."""
    return [row.pick_id for row in session.rows(_FOR, {"tenant": tenant_id, "name": pick_id})]


def proposals(session: Session, *, tenant_id: str, league: str, since: datetime) -> list[str]:
    """Return the picks of a league proposed since a moment that nothing has become of yet, the oldest first."""
    rows = session.rows(_OF_LEAGUE, {"tenant": tenant_id, "league_code": league, "since": since})
    return [row.pick_id for row in rows]


def links(session: Session, event_id: str, *, tenant_id: str) -> dict[str, str | None]:
    """Return whom each pick on an event supersedes; null for those that supersede nobody."""
    return {row.pick_id: row.supersedes for row in session.rows(_LINKS, {"tenant": tenant_id, "event": event_id})}
