"""Terms: what a publication says, frozen when it is made."""

from collections.abc import Mapping

from closeline.domain.ids import canonical_json
from closeline.domain.odds import rounded_american
from closeline.domain.picks import Decision
from closeline.domain.publishing.labels import label
from closeline.store.desk.picks import Pick
from closeline.store.desk.publications import NewPublication
from closeline.store.references import EventVersion


def frozen(
    item: Pick, event: EventVersion, names: Mapping[str, str], people: Mapping[str, str]
) -> NewPublication:  # fmt: skip
    """Return a pick on its way out: names, price, book and stake as every channel will show them, for good."""
    player = people.get(item.selection.market.player_id, "")
    told = {
        "pick_id": item.pick_id,
        "selection": item.selection.selection_id,
        "label": label(item.selection, home=names[event.home_team_id], away=names[event.away_team_id], player=player),
        "book": item.book,
        "price": item.price.text,
        "price_american": rounded_american(item.price.exact),
        "price_assumed": item.price.assumed,
        "decision": item.decision,
        "tier": item.tier,
        "probability": round(item.p_final, 4),
        "units": item.stake_micros / 1_000_000,
        "starts_at": event.starts_at.isoformat(),
    }
    text = canonical_json(told)
    reasons = canonical_json(["EDGE"] if item.decision is Decision.PICK else ["LEAN_ONLY"])
    return NewPublication(item.pick_id, item.decision is Decision.PICK, text, reasons, text)
