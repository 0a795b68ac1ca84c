"""Leaves: each publication is promised in the log that will be shown, in the transaction that publishes."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from closeline.domain.clock import micros
from closeline.domain.publishing.leaf import Plain
from closeline.store.desk.picks import Pick
from closeline.store.record import leaves
from closeline.store.record.leaves import Promised
from closeline.store.references import EventVersion
from closeline.store.session import Session


def add(
    session: Session, published: Sequence[Pick], known: Mapping[str, EventVersion], *, tenant_id: str, at: datetime
) -> None:  # fmt: skip
    """Append the leaf of each pick that goes out, in their order (invariant P10)."""
    shas = leaves.payload_shas(session, [item.snapshot_id for item in published])
    promised = [_promised(item, known[item.selection.event_id].starts_at, shas) for item in published]
    leaves.add(session, promised, tenant_id=tenant_id, at=at)


def hidden(item: Pick, starts_at: datetime, payload_sha: str) -> dict[str, Plain]:
    """Return what of a pick is promised and not shown before the start; no float, so that any language hashes it."""
    return {
        "pick": item.pick_id,
        "event": item.selection.event_id,
        "market": item.selection.market.key,
        "side": item.selection.side,
        "line_quarters": item.selection.line_quarters,
        "price": item.price.text,
        "book": item.book,
        "stake": item.stake_micros,
        "start": micros(starts_at),
        "snapshot": item.snapshot_id,
        "payload": payload_sha,
        "run": item.run_id,
        "calibration": item.calibration_version,
    }


def _promised(item: Pick, starts_at: datetime, shas: Mapping[str, str]) -> Promised:
    told = hidden(item, starts_at, shas[item.snapshot_id])
    return Promised(item.pick_id, told, starts_at, item.stake_micros)
