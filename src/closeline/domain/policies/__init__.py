"""The decision policy: how far a model is trusted and what edge is played, per market, and what is then staked.

Comes in: what a fit found, or the stored text. Goes out: frozen terms, named by their content; the gate that a
proposed change must pass is beside them. Always true: what a version says never changes.
"""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum

from closeline.domain.ids import canonical_json, content_id


@dataclass(frozen=True, slots=True)
class MarketPolicy:
    """The policy of one market, with the evidence that it rests on.

    beta: share of (model - market), in logits, by which the market later moves; predicts the closing probability.
    threshold: least edge at the predicted close that is played; null when warm-up showed none that pays its price.
    """

    market_key: str
    beta: float
    beta_standard_error: float
    beta_n: int
    threshold: float | None
    threshold_n: int
    clv_lower_90: float | None


class StakingRule(StrEnum):
    """How the stake of a pick is found; FLAT is the same for each."""

    FLAT = "FLAT"


@dataclass(frozen=True, slots=True)
class Staking:
    """What is staked on a PICK: by which rule, and how many units."""

    rule: StakingRule = StakingRule.FLAT
    units: float = 1.0


ONE_UNIT = Staking()


@dataclass(frozen=True, slots=True)
class DecisionPolicy:
    """The policies of a league's markets and how it stakes, named by their content.

    `results` is how many results the league had when it was fitted: what says whether a new fit is due.
    """

    league: str
    results: int
    markets: tuple[MarketPolicy, ...]
    staking: Staking = ONE_UNIT

    @property
    def policy_version(self) -> str:
        """Return the version: the hash of the content."""
        return content_id("decision-policy", self.to_json())

    def of(self, market_key: str) -> MarketPolicy | None:
        """Return the policy of a market, null where there is none."""
        return next((policy for policy in self.markets if policy.market_key == market_key), None)

    def to_json(self) -> str:
        """Write the policy as canonical JSON."""
        markets = [asdict(policy) for policy in self.markets]
        content: dict[str, object] = {"league": self.league, "results": self.results, "markets": markets}
        # One flat unit is left out: policies from before staking was said keep their text, and so their version.
        if self.staking != ONE_UNIT:
            content["staking"] = asdict(self.staking)
        return canonical_json(content)

    @classmethod
    def from_json(cls, text: str) -> "DecisionPolicy":
        """Read a policy back; the exact inverse of `to_json`."""
        content = json.loads(text)
        markets = tuple(MarketPolicy(**policy) for policy in content["markets"])
        staking = content.get("staking")
        read = Staking(StakingRule(staking["rule"]), staking["units"]) if staking else ONE_UNIT
        return cls(content["league"], content["results"], markets, read)
