"""A pick that never was in a record."""

from dataclasses import replace
from typing import Any

from closeline.domain.picks import Decision, Tier
from closeline.store.desk.picks import Pick
from tests.builders.candidates import a_selection
from tests.builders.moments import OPENS
from tests.builders.payloads import a_price

PICK = Pick(
    tenant_id="default", prediction_id="p", run_id="r", league="nba", selection=a_selection(), book="archive", snapshot_id="s",
    quote_id=1, price=a_price(), decision=Decision.PICK, tier=Tier.B, confidence=55.0, p_final=0.55, q_market=0.5,
    edge_probability=0.026, ev_per_unit=0.05, predicted_clv=0.05, stake_micros=1_000_000, parlay_eligible=True,
    calibration_version="c", policy_version="d", config_version="e", ratings_version="f", distribution_version="g",
    settlement_rules="settlement-v1", clv_rules="clv-v1", pick_version=1, supersedes=None, proposed_at=OPENS,
)  # fmt: skip


def a_pick(**changes: Any) -> Pick:
    return replace(PICK, **changes)
