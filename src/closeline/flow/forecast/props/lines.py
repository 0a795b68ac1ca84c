"""Lines: what of a player is asked about, as the market itself says it."""

from dataclasses import dataclass

from closeline.domain.markets import Market
from closeline.store.forecasts import QUOTED, SUSPECT


@dataclass(frozen=True, slots=True)
class Line:
    """One player's line: the market of his own, the book that a desk goes by, and that book's fair chance of OVER."""

    event_id: str
    market: Market
    line_quarters: int
    book: str
    snapshot_id: str
    is_reference: bool
    q_market: float

    @property
    def basis(self) -> str:
        """Return whether the quote may stand for the market's word."""
        return QUOTED if self.is_reference else SUSPECT
