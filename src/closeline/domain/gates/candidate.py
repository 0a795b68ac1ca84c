"""A candidate, and what a rule says of it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from math import inf

from closeline.domain.gates.limits import Limits
from closeline.domain.gates.projection import Baseline, Parts, PlayerOutlook, Projection, Slate
from closeline.domain.gates.standing import Standing
from closeline.domain.markets import Selection
from closeline.domain.picks import Decision

PLAIN = Standing()


class Action(StrEnum):
    """What a rule did."""

    PASS = "PASS"  # noqa: S105 -- the verb, not a credential
    INACTIVE = "INACTIVE"
    CAP = "CAP"
    BLOCK = "BLOCK"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One side of one market of one event at one book, with all that the rules ask of it.

    Probabilities are of the selection's side, given that there is no push. `threshold` is the edge from which the
    decision policy makes a PICK, null where warm-up never showed one; `beta` is null where no policy speaks of the
    market. `opener_disagreement` is in points of margin; `suspect` says that the forecast did not take the quote for
    the market's word. `policed`: some decision policy of the league is in force. `p_sd`: sd of the raw probability,
    from the uncertainty of the mean. `projection` and `parts` are null where the simulation has no such
    quantity, as for a period, or none was kept; `projection_due` says that then the run hides what it must tell.
    `player` is null in a market of the game.
    """

    selection: Selection
    two_sided: bool
    quoted: bool
    booksum: float
    decimal: float
    american: int
    quote_age_minutes: float
    minutes_to_start: float
    opener_disagreement: float | None
    suspect: bool
    calibration_active: bool
    market_rated: bool
    p_calibrated: float
    q_market: float
    p_push: float
    beta: float | None
    threshold: float | None
    predicted_clv: float | None
    policed: bool = True
    p_sd: float | None = None
    standing: Standing = PLAIN
    projection: Projection | None = None
    parts: Parts | None = None
    baseline: Baseline | None = None
    slate: Slate | None = None
    projection_due: bool = False
    player: PlayerOutlook | None = None

    @property
    def break_even(self) -> float:
        """Return the probability that pays the price, 1/d; 1 where no price can be paid, so that no edge is left."""
        return 1 / self.decimal if 1 < self.decimal < inf else 1.0

    @property
    def edge(self) -> float | None:
        """Return the edge at the predicted close, in points of probability: p_anchor - 1/d."""
        if self.predicted_clv is None:
            return None
        return self.q_market + self.predicted_clv - self.break_even


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule found, with the numbers that it looked at.

    multiplier: what is left of the trust in the model's distance to the market; cap: most confidence, 0 to 100, and a
    pick under a cap is no leg of a parlay.
    """

    gate: str
    action: Action
    highest_state: Decision = Decision.PICK
    reason: str = ""
    multiplier: float = 1.0
    cap: float | None = None
    inputs: tuple[tuple[str, float | int | str | bool | None], ...] = ()


Inputs = dict[str, float | str | bool | None]
Rule = Callable[[Candidate, Limits], Finding]


def block(gate: str, reason: str, **inputs: float | str | bool | None) -> Finding:
    """Return the finding of a rule that lets nothing through."""
    return Finding(gate, Action.BLOCK, Decision.NO_PLAY, reason, inputs=tuple(sorted(inputs.items())))


def cap(gate: str, reason: str, **inputs: float | str | bool | None) -> Finding:
    """Return the finding of a rule that lets a candidate be a LEAN at most."""
    return Finding(gate, Action.CAP, Decision.LEAN, reason, inputs=tuple(sorted(inputs.items())))


def passed(gate: str, **inputs: float | str | bool | None) -> Finding:
    """Return the finding of a rule that has nothing to object."""
    return Finding(gate, Action.PASS, inputs=tuple(sorted(inputs.items())))


def inactive(gate: str, **inputs: float | str | bool | None) -> Finding:
    """Return the finding of a rule that does not speak of such a candidate."""
    return Finding(gate, Action.INACTIVE, inputs=tuple(sorted(inputs.items())))
