"""The decision policy: how far a model is trusted, and what edge is played, per market."""

import json
from dataclasses import asdict, dataclass

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


@dataclass(frozen=True, slots=True)
class DecisionPolicy:
    """The policies of a league's markets, named by their content.

    `results` is how many results the league had when it was fitted: what says whether a new fit is due.
    """

    league: str
    results: int
    markets: tuple[MarketPolicy, ...]

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
        return canonical_json({"league": self.league, "results": self.results, "markets": markets})

    @classmethod
    def from_json(cls, text: str) -> "DecisionPolicy":
        """Read a policy back; the exact inverse of `to_json`."""
        content = json.loads(text)
        markets = tuple(MarketPolicy(**policy) for policy in content["markets"])
        return cls(content["league"], content["results"], markets)
