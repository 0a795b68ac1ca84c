"""Doubles: what a replay is given in place of the outside world; whoever asks them for anything is refused."""

from dataclasses import dataclass, field

from closeline.domain.errors import Refused
from closeline.domain.feeds.fetching import Fetched, RawItem


@dataclass(slots=True)
class RefusingFetcher:
    """Fetches nothing, and remembers who asked."""

    asked: list[str] = field(default_factory=list)

    def fetch(self, item: RawItem) -> Fetched:
        """Refuse the call."""
        self.asked.append(item.address)
        raise Refused(f"a replay must call no provider, was asked to fetch {item.address}")
