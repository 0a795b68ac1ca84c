"""Terms: what a publication says, frozen when it is made."""

from collections.abc import Mapping

from closeline.domain.ids import canonical_json
from closeline.domain.markets import line_text
from closeline.domain.odds import rounded_american
from closeline.domain.picks import Decision
from closeline.domain.publishing.labels import label, shown_name
from closeline.domain.publishing.messages import TEMPLATE
from closeline.store.desk.picks import Pick
from closeline.store.desk.publications import NewPublication
from closeline.store.references import EventVersion

VISIBILITY = "premium"


def frozen(
    item: Pick, event: EventVersion, names: Mapping[str, str], people: Mapping[str, str]
) -> NewPublication:  # fmt: skip
    """Return a pick on its way out: names, price, book and stake as every channel will show them, for good.

    What is not the same in a replay, such as the time at which it went out, is told beside the terms and not in them.
    """
    selection, home, away = item.selection, names[event.home_team_id], names[event.away_team_id]
    official = item.decision is Decision.PICK
    reasons = ["EDGE"] if official else ["LEAN_ONLY"]
    told = {
        "pick_id": item.pick_id,
        "league": item.league,
        "event_id": selection.event_id,
        "game": f"{shown_name(away)} at {shown_name(home)}",
        "selection": selection.selection_id,
        "label": label(selection, home=home, away=away, player=people.get(selection.market.player_id, "")),
        "market": selection.market.key,
        "side": selection.side,
        "line": line_text(selection.line_quarters) or None,
        "book": item.book,
        "price": item.price.text,
        "price_american": rounded_american(item.price.exact),
        "price_assumed": item.price.assumed,
        "snapshot_id": item.snapshot_id,
        "decision": item.decision,
        "is_official": official,
        "reasons": reasons,
        "visibility": VISIBILITY,
        "tier": item.tier,
        "probability": round(item.p_final, 4),
        "units": item.stake_micros / 1_000_000,
        "starts_at": event.starts_at.isoformat(),
        "pick_version": item.pick_version,
        "supersedes": item.supersedes,
        "template_version": TEMPLATE,
        "versions": _versions(item),
    }
    text = canonical_json(told)
    return NewPublication(item.pick_id, official, text, canonical_json(reasons))


def _versions(item: Pick) -> dict[str, str]:
    """Return the version of everything that the pick rests on."""
    return {
        "model": item.ratings_version,
        "distribution": item.distribution_version,
        "calibration": item.calibration_version,
        "policy": item.policy_version,
        "config": item.config_version,
        "settlement_rules": item.settlement_rules,
        "clv_rules": item.clv_rules,
    }
