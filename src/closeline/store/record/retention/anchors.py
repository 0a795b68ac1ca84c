"""Anchors: at which moments an event must stay readable, and which quotes and payloads rows of the record rest on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BindParameter, Row, Select, bindparam, func, select

from closeline.domain.markets import kind_of
from closeline.store import results
from closeline.store.record.retention.thinning import Anchors
from closeline.store.session import Session
from closeline.store.tables.desk import line_track, pick, publication
from closeline.store.tables.evidence import (
    event_result,
    injury_report,
    quote,
    quote_heartbeat,
    result_report,
    snapshot,
)
from closeline.store.tables.ledger import bet
from closeline.store.tables.model import sim_run, sim_run_input
from closeline.store.tables.players import player_game
from closeline.store.tables.reference import event_version, mapping_review

_ALWAYS = datetime.max.replace(tzinfo=UTC)
_EVENTS: BindParameter[Any] = bindparam("events", expanding=True)
_STARTS = select(event_version.c.event_id, event_version.c.starts_at).where(event_version.c.event_id.in_(_EVENTS))
# Of every tenant: evidence is shared, so what one of them rests on stays for all.
_PICKS = (
    select(
        pick.c.event_id, pick.c.market_key, pick.c.quote_id, pick.c.proposed_at, publication.c.published_at,
        sim_run.c.as_of,
    )
    .join(sim_run, (sim_run.c.tenant_id == pick.c.tenant_id) & (sim_run.c.run_id == pick.c.run_id))
    .outerjoin(
        publication, (publication.c.tenant_id == pick.c.tenant_id) & (publication.c.pick_id == pick.c.pick_id)
    )
    .where(pick.c.event_id.in_(_EVENTS))
)  # fmt: skip
# What a bet of one's own was worth is asked of its market's prices from then on, whenever somebody looks.
_BETS = select(bet.c.event_id, bet.c.market_key, bet.c.placed_at).where(bet.c.event_id.in_(_EVENTS))
_HEARTS = select(quote_heartbeat.c.event_id, quote_heartbeat.c.quote_id).where(quote_heartbeat.c.event_id.in_(_EVENTS))
# Every row of a reading that some close was taken from, of both sides and of all markets of the event.
_CLOSES = (
    select(quote.c.event_id, quote.c.quote_id, quote.c.received_at)
    .where(quote.c.event_id.in_(_EVENTS), quote.c.snapshot_id.in_(select(line_track.c.close_snapshot_id)))
)  # fmt: skip
_NEWEST = select(func.max(quote.c.quote_id))


@dataclass(slots=True)
class _Gathered:
    starts: set[datetime]
    decided: set[datetime]
    published: dict[str, datetime]
    pinned: set[int]


def of_events(session: Session, events: Sequence[str]) -> dict[str, Anchors]:
    """Return the anchors of events."""
    found = {name: _Gathered(set(), set(), {}, set()) for name in events}
    asked = {"events": list(events)}
    for row in session.rows(_STARTS, asked):
        found[row.event_id].starts.add(row.starts_at)
    planned = {name: max(item.starts) for name, item in found.items() if item.starts}
    for name, started in results.begun_at(session, planned, as_of=_ALWAYS).items():
        found[name].starts.add(started)
    for row in session.rows(_PICKS, asked):
        _of_pick(found[row.event_id], row)
    for row in session.rows(_BETS, asked):
        _watched(found[row.event_id], row.market_key, row.placed_at)
    for row in session.rows(_CLOSES, asked):
        found[row.event_id].pinned.add(row.quote_id)
        found[row.event_id].decided.add(row.received_at)
    for row in session.rows(_HEARTS, asked):
        found[row.event_id].pinned.add(row.quote_id)
    # The next quote is numbered from the newest: were it let go, its number would be given twice.
    newest = session.scalar(_NEWEST)
    return {
        name: Anchors(
            tuple(sorted(item.starts)), tuple(sorted(item.decided)), item.published,
            frozenset({*item.pinned, *(() if newest is None else (int(newest),))}),
        )
        for name, item in found.items()
    }  # fmt: skip


def _of_pick(into: _Gathered, row: Row[Any]) -> None:
    into.pinned.add(row.quote_id)
    into.decided |= {row.as_of, row.proposed_at}
    if row.published_at is not None:
        _watched(into, row.market_key, row.published_at)


def _watched(into: _Gathered, market_key: str, since: datetime) -> None:
    """Keep a market readable at a moment, and its best price since then."""
    into.decided.add(since)
    kind = kind_of(market_key)
    into.published[kind] = min(since, into.published.get(kind, since))


def payloads(session: Session) -> dict[str, set[str]]:
    """Return the payloads that stay whatever their age, by the reason why."""
    return {why: {str(row[0]) for part in parts for row in session.rows(part)} for why, parts in _PAYLOADS.items()}


def _of_snapshots(names: Select[Any]) -> Select[Any]:
    return select(snapshot.c.payload_sha).where(snapshot.c.snapshot_id.in_(names))


_RUNS_OF_PICKS = select(pick.c.run_id)
_INPUTS = select(sim_run_input.c.reference).where(sim_run_input.c.run_id.in_(_RUNS_OF_PICKS))
_PAYLOADS: dict[str, Iterable[Select[Any]]] = {
    "PICK": (
        _of_snapshots(select(pick.c.snapshot_id)),
        _of_snapshots(select(quote.c.snapshot_id).where(quote.c.quote_id.in_(select(pick.c.quote_id)))),
        _of_snapshots(_INPUTS.where(sim_run_input.c.kind == "SNAPSHOT")),
        select(injury_report.c.payload_sha).where(injury_report.c.report_id.in_(_INPUTS)),
    ),
    "CLOSE": (_of_snapshots(select(line_track.c.close_snapshot_id)),),
    "RESULT": (
        select(event_result.c.payload_sha), select(result_report.c.payload_sha),
        select(player_game.c.payload_sha).distinct(),
    ),
    "OPEN_QUESTION": (select(mapping_review.c.payload_sha).where(mapping_review.c.state == "OPEN"),),
}  # fmt: skip
