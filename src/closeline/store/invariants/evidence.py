"""Laws of what a pick rests on: seen before it was published, priced as quoted, its figures computed again."""

import json
from fractions import Fraction
from typing import Any

from sqlalchemy import Row, bindparam, select

from closeline.store.desk.candidates import VERDICT
from closeline.store.invariants.violation import Violation
from closeline.store.session import Session
from closeline.store.tables.desk import candidate_finding, pick, publication
from closeline.store.tables.evidence import quote, snapshot
from closeline.store.tables.model import prediction

NEAR = 1e-9
INTEGRITY = "line_integrity"
ONE_UNIT = 1_000_000

_SEEN = (
    select(
        pick.c.pick_id, publication.c.published_at, snapshot.c.received_at, candidate_finding.c.inputs,
        candidate_finding.c.reason,
    )
    .join(publication, (publication.c.tenant_id == pick.c.tenant_id) & (publication.c.pick_id == pick.c.pick_id))
    .join(snapshot, snapshot.c.snapshot_id == pick.c.snapshot_id)
    .outerjoin(
        candidate_finding,
        (candidate_finding.c.tenant_id == pick.c.tenant_id)
        & (candidate_finding.c.prediction_id == pick.c.prediction_id)
        & (candidate_finding.c.side == pick.c.side)
        & (candidate_finding.c.gate == INTEGRITY),
    )
    .where(pick.c.tenant_id == bindparam("tenant"))
    .order_by(pick.c.pick_id)
)  # fmt: skip
_PRICED = (
    select(
        pick.c.pick_id, pick.c.event_id, pick.c.book, pick.c.market_key, pick.c.side, pick.c.line_quarters,
        pick.c.price_text, pick.c.price_exact, pick.c.p_final, pick.c.edge_probability, pick.c.ev_per_unit,
        pick.c.decision, pick.c.stake_micros, pick.c.proposed_at, prediction.c.p_push,
        quote.c.event_id.label("of_event"), quote.c.book.label("of_book"), quote.c.side.label("of_side"),
        quote.c.line_quarters.label("of_line"), quote.c.price_text.label("of_price"), quote.c.availability,
        quote.c.market_key.label("of_market"), quote.c.player_id, quote.c.received_at,
    )
    .join(publication, (publication.c.tenant_id == pick.c.tenant_id) & (publication.c.pick_id == pick.c.pick_id))
    .join(
        prediction,
        (prediction.c.tenant_id == pick.c.tenant_id) & (prediction.c.prediction_id == pick.c.prediction_id),
    )
    .join(quote, quote.c.quote_id == pick.c.quote_id)
    .where(pick.c.tenant_id == bindparam("tenant"))
    .order_by(pick.c.pick_id)
)  # fmt: skip
_JUDGED = (
    select(
        pick.c.pick_id, pick.c.decision, pick.c.tier, pick.c.calibration_version, publication.c.is_official,
        candidate_finding.c.action,
    )
    .join(publication, (publication.c.tenant_id == pick.c.tenant_id) & (publication.c.pick_id == pick.c.pick_id))
    .outerjoin(
        candidate_finding,
        (candidate_finding.c.tenant_id == pick.c.tenant_id)
        & (candidate_finding.c.prediction_id == pick.c.prediction_id)
        & (candidate_finding.c.side == pick.c.side)
        & (candidate_finding.c.gate == VERDICT),
    )
    .where(pick.c.tenant_id == bindparam("tenant"))
    .order_by(pick.c.pick_id)
)  # fmt: skip


def seen_before_it_was_published(session: Session, tenant_id: str) -> list[Violation]:
    """P3: the snapshot of a published pick was received by then, and its quote was young enough when it was judged."""
    found = []
    for row in session.rows(_SEEN, {"tenant": tenant_id}):
        if row.received_at > row.published_at:
            why = f"published {row.published_at.isoformat()}, its snapshot came {row.received_at.isoformat()}"
            found.append(Violation("P3", row.pick_id, why))
        elif row.inputs is None or row.reason:
            found.append(Violation("P3", row.pick_id, f"its line must have passed, said {row.reason or 'nothing'}"))
        elif not _young(json.loads(row.inputs)):
            found.append(Violation("P3", row.pick_id, f"its quote was too old: {row.inputs}"))
    return found


def _young(numbers: dict[str, Any]) -> bool:
    age, most = numbers.get("age_minutes"), numbers.get("age_max_minutes")
    return age is not None and most is not None and 0 <= float(age) <= float(most)


def priced_as_quoted(session: Session, tenant_id: str) -> list[Violation]:
    """P4: price and terms are those of the quote; edge, expectation and stake come out again from what is stored."""
    return [
        Violation("P4", row.pick_id, why)
        for row in session.rows(_PRICED, {"tenant": tenant_id})
        if (why := _not_quoted(row) or _not_computed(row))
    ]


def _not_quoted(row: Row[Any]) -> str | None:
    market_key = f"{row.of_market}:{row.player_id}" if row.player_id else row.of_market
    quoted = (row.of_event, row.of_book, market_key, row.of_side, row.of_line, row.of_price)
    terms = (row.event_id, row.book, row.market_key, row.side, row.line_quarters, row.price_text)
    if quoted != terms:
        return f"its quote says {quoted}, the pick {terms}"
    if row.availability != "PRICED" or row.received_at > row.proposed_at:
        return f"its quote was {row.availability} from {row.received_at.isoformat()} on"
    return None


def _not_computed(row: Row[Any]) -> str | None:
    decimal = float(Fraction(row.price_exact))
    edge, ev = row.p_final - 1 / decimal, (1 - row.p_push) * (row.p_final * decimal - 1)
    if not abs(edge - row.edge_probability) <= NEAR:
        return f"its edge is {edge!r}, was stored as {row.edge_probability!r}"
    if not abs(ev - row.ev_per_unit) <= NEAR * max(1.0, decimal):
        return f"its expectation is {ev!r}, was stored as {row.ev_per_unit!r}"
    stake = ONE_UNIT if row.decision == "PICK" else 0
    return None if row.stake_micros == stake else f"its stake must be {stake} micro-units, is {row.stake_micros}"


def judged_as_published(session: Session, tenant_id: str) -> list[Violation]:
    """P8, of the record: what was published is what the verdict said, and no PICK rests on no calibration."""
    found = []
    for row in session.rows(_JUDGED, {"tenant": tenant_id}):
        if row.action != row.decision:
            found.append(Violation("P8", row.pick_id, f"published as {row.decision}, the verdict was {row.action}"))
        elif row.decision == "NO_PLAY" or bool(row.is_official) != (row.decision == "PICK"):
            found.append(Violation("P8", row.pick_id, f"{row.decision} was published, official: {row.is_official}"))
        elif row.decision == "PICK" and not row.calibration_version:
            found.append(Violation("P8", row.pick_id, "a PICK must rest on a calibration, names none"))
    return found
