"""What a capture is asked, and what it came to."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from closeline.domain.events import OddsCaptured, ResultsCaptured, ResultsReported
from closeline.domain.feeds.captures import Coverage, Phase


@dataclass(frozen=True, slots=True)
class Capture:
    """What a capture came to. Received = accepted + unchanged + quarantined, in prices; results are counted apart.

    `unpriced` counts records set aside that held no price, such as a result that could not be read. `gone` counts the
    series that were found off offer: they are no prices.
    """

    received: int = 0
    accepted: int = 0
    unchanged: int = 0
    quarantined: Mapping[str, int] = field(default_factory=dict)
    results: int = 0
    unpriced: Mapping[str, int] = field(default_factory=dict)
    events: tuple[OddsCaptured | ResultsCaptured | ResultsReported, ...] = ()
    gone: int = 0

    def __add__(self, other: "Capture") -> "Capture":
        """Add two captures up."""
        return Capture(
            self.received + other.received,
            self.accepted + other.accepted,
            self.unchanged + other.unchanged,
            dict(Counter(self.quarantined) + Counter(other.quarantined)),
            self.results + other.results,
            dict(Counter(self.unpriced) + Counter(other.unpriced)),
            self.events + other.events,
            self.gone + other.gone,
        )


@dataclass(frozen=True, slots=True)
class Source:
    """Where parsed records come from: stored bytes, the feed that read them, the phase and day they cover.

    `coverage` is what the bytes were asked for, None where what they leave out says nothing. `answered_at` is when they
    came; left out, it is the latest receipt in them. `pending` names snapshots that are to be read again after this
    one: until then their silence says nothing. `polled` says that they are the answer to a poll, which is a snapshot of
    its own even if it brought the same bytes.
    """

    payload_sha: str
    feed: str
    phase: Phase
    day: str | None = None
    polled: bool = False
    coverage: Coverage | None = None
    answered_at: datetime | None = None
    pending: frozenset[str] = frozenset()
