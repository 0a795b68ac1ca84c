"""The chain from a raw probability to what is judged: one, whoever's model the probability comes from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import numpy as np

from closeline.domain.digits import of_formula
from closeline.domain.ids import content_id
from closeline.domain.markets import Market
from closeline.domain.policies import DecisionPolicy
from closeline.maths.calibrate import UNCALIBRATED
from closeline.maths.policy import anchored
from closeline.store.calibrations import ActiveMap, map_of
from closeline.store.forecasts import Prediction, Run

# A forecast so close to the start could never be published in time; what is captured then is the close.
LEAD_TIME = timedelta(minutes=15)
# An outcome that the model calls impossible is a claim that no model can make.
SUREST = 1e-9


class Asked(Protocol):
    """A market that was asked about: the line, and what the market itself says of it."""

    @property
    def market(self) -> Market:
        """Return the market."""

    @property
    def line_quarters(self) -> int | None:
        """Return its line, of the canonical side."""

    @property
    def book(self) -> str:
        """Return the book whose quote it is, or nothing."""

    @property
    def snapshot_id(self) -> str | None:
        """Return the snapshot that holds the quote."""

    @property
    def basis(self) -> str:
        """Return where the market's own probability comes from."""

    @property
    def q_market(self) -> float | None:
        """Return the market's own probability of the canonical side, given no push."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What the desk had learned by the moment of a forecast: the maps in force by market, and the policy."""

    maps: Mapping[str, ActiveMap]
    policy: DecisionPolicy | None


def chained(run: Run, asked: Asked, *, no_push: float, push: float, learned: Learned) -> Prediction:
    """Return what becomes of a raw probability: calibrated by the map in force, and anchored to the market.

    no_push: of the canonical side (HOME or OVER), given that there is no push. push: the chance of one.
    """
    key = asked.market.key
    active = map_of(learned.maps, key)
    policy = learned.policy.of(asked.market.kind) if learned.policy else None
    p_raw = of_formula(min(max(no_push, SUREST), 1.0 - SUREST))
    applied = active.read() if active else UNCALIBRATED
    calibrated = of_formula(float(applied.apply(np.array([p_raw]))[0]))
    anchor = None
    if policy is not None and asked.q_market is not None:
        anchor = of_formula(float(anchored(asked.q_market, calibrated, policy.beta)))
    moved = None if anchor is None or asked.q_market is None else of_formula(anchor - asked.q_market)
    return Prediction(
        content_id("prediction", run.run_id, key, asked.line_quarters, asked.book), run.tenant_id, run.run_id,
        run.league, run.event_id, key, asked.market.sides[0], asked.line_quarters, asked.book, asked.snapshot_id,
        asked.basis, p_raw, of_formula(push), calibrated, asked.q_market, anchor, moved,
        active.calibration_version if active else None, learned.policy.policy_version if learned.policy else None,
        run.as_of,
    )  # fmt: skip
