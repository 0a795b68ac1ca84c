"""A candidate, the limits that judge it, and what a rule says of it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from closeline.domain.markets import Selection
from closeline.domain.picks import Decision


class Action(StrEnum):
    """What a rule did."""

    PASS = "PASS"  # noqa: S105 -- the verb, not a credential
    INACTIVE = "INACTIVE"
    CAP = "CAP"
    BLOCK = "BLOCK"


@dataclass(frozen=True, slots=True)
class Limits:
    """The numbers of one league that judge a candidate, from a configuration version.

    `quote_age_minutes` pairs (minutes to start, oldest quote in minutes), longest first: the first pair whose time to
    start has not passed yet governs.
    """

    league: str
    total_low: float
    total_high: float
    spread_max: float
    moneyline_max: int
    booksum_low: float
    booksum_high: float
    quote_age_minutes: tuple[tuple[float, float], ...]
    opener_disagreement_points_max: float
    edge_implausible: float

    def quote_age_max(self, minutes_to_start: float) -> float:
        """Return how old a quote may be, in minutes, so long before the start."""
        return next((age for ahead, age in self.quote_age_minutes if minutes_to_start > ahead), 0.0)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One side of one market of one event at one book, with all that the rules ask of it.

    Probabilities are of the selection's side, given that there is no push. `threshold` is the edge from which the
    decision policy makes a PICK, null where warm-up never showed one. `opener_disagreement` is in points of
    margin; `suspect` says that the forecast did not take the quote for the market's word.
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

    @property
    def edge(self) -> float | None:
        """Return the edge at the predicted close, in points of probability: p_anchor - 1/d."""
        if self.predicted_clv is None:
            return None
        return self.q_market + self.predicted_clv - 1 / self.decimal


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule found, with the numbers that it looked at."""

    gate: str
    action: Action
    highest_state: Decision = Decision.PICK
    reason: str = ""
    multiplier: float = 1.0
    cap: float | None = None
    inputs: tuple[tuple[str, float | int | str | bool | None], ...] = ()


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
