"""Grounds: whether what somebody names as evidence is in the record, and is about the event."""

from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, bindparam, exists, or_, select

from closeline.domain.picks.voids import Evidence
from closeline.store.session import Session
from closeline.store.tables.evidence import event_result, injury_report, quote, result_report, snapshot
from closeline.store.tables.players import player_game
from closeline.store.tables.reference import event, event_alias, event_version

_EVENT: BindParameter[Any] = bindparam("event")
_SHA: BindParameter[Any] = bindparam("sha")
_BY: BindParameter[Any] = bindparam("as_of")
_VERSION = select(event_result.c.result_version).where(
    event_result.c.event_id == _EVENT, event_result.c.result_version == bindparam("version"),
    event_result.c.received_at <= _BY,
)  # fmt: skip
_HOME, _AWAY = (
    select(team).where(event.c.event_id == _EVENT).scalar_subquery()
    for team in (event.c.home_team_id, event.c.away_team_id)
)
# Bytes that a source sent of the event: its listing, its results, its prices, its players, its teams' injuries.
_BYTES = select(1).where(or_(
    exists().where(
        event_version.c.event_id == _EVENT, event_version.c.payload_sha == _SHA, event_version.c.received_at <= _BY
    ),
    exists().where(
        event_result.c.event_id == _EVENT, event_result.c.payload_sha == _SHA, event_result.c.received_at <= _BY
    ),
    exists().where(
        result_report.c.event_id == _EVENT, result_report.c.payload_sha == _SHA, result_report.c.received_at <= _BY
    ),
    exists().where(
        quote.c.event_id == _EVENT, quote.c.snapshot_id == snapshot.c.snapshot_id, snapshot.c.payload_sha == _SHA,
        quote.c.received_at <= _BY,
    ),
    exists().where(
        event_alias.c.event_id == _EVENT, player_game.c.provider == event_alias.c.provider,
        player_game.c.provider_event_id == event_alias.c.provider_event_id, player_game.c.payload_sha == _SHA,
    ),
    exists().where(
        or_(injury_report.c.team_id == _HOME, injury_report.c.team_id == _AWAY),
        injury_report.c.payload_sha == _SHA, injury_report.c.received_at <= _BY,
    ),
))  # fmt: skip


def holds(session: Session, event_id: str, evidence: Evidence, *, as_of: datetime) -> bool:
    """Say whether the record holds evidence of an event: bytes of which something was read about it, or a result."""
    if evidence.result_version is not None:
        asked = {"event": event_id, "version": evidence.result_version, "as_of": as_of}
        return bool(session.rows(_VERSION, asked))
    return bool(session.rows(_BYTES, {"event": event_id, "sha": evidence.payload_sha, "as_of": as_of}))
