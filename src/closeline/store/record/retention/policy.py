"""The policy: how old evidence must be before it may be thinned or dropped."""

import json
from dataclasses import dataclass
from typing import Self

from closeline.domain.ids import canonical_json


@dataclass(frozen=True, slots=True)
class RetentionPolicy:
    """How long everything is kept, and how close together quotes stand afterwards.

    quote_days: quotes of events that started earlier are thinned; quote_minutes: to one in so many minutes and series;
    payload_days: the window in which every payload can be read again.
    """

    quote_days: int = 90
    quote_minutes: int = 30
    payload_days: int = 30

    def to_json(self) -> str:
        """Write the policy as canonical JSON."""
        return canonical_json({
            "quote_days": self.quote_days, "quote_minutes": self.quote_minutes, "payload_days": self.payload_days,
        })  # fmt: skip

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a policy as `to_json` writes it."""
        return cls(**json.loads(text))
