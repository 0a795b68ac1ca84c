"""Missing: a message that could not be sent before its deadline is told to people, once for each channel."""

from datetime import datetime

from closeline.domain.ids import canonical_json
from closeline.store.desk import incidents, outbox
from closeline.store.desk.alerts import Alert
from closeline.store.desk.outbox import Delivery
from closeline.store.session import Session

MISSED = "DELIVERY_MISSED"


def miss(session: Session, item: Delivery, *, at: datetime, detail: str) -> bool:
    """End a message as missed and tell of it; false, and nothing is told, where somebody else was quicker."""
    done = outbox.missed(session, item, at=at, detail=detail)
    if done:
        text = f"a {item.kind} of pick {item.pick_id} did not go to {item.channel} in time: {detail}"
        alert = Alert(item.tenant_id, "", MISSED, text, canonical_json({"pick_id": item.pick_id}), at)
        incidents.meet(session, alert, scope=item.channel)
    return done
