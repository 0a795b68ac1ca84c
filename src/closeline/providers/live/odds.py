"""The Odds API as a live feed."""

from collections.abc import Sequence

from closeline.domain.feeds.captures import ParsedPayload, RawPayload
from closeline.domain.feeds.fetching import RawItem
from closeline.domain.feeds.wants import Want
from closeline.providers.live.receipts import as_received
from closeline.providers.the_odds_api.feed import PROVIDER, TheOddsApi
from closeline.providers.the_odds_api.requests import Offer, items_for


class LiveOdds:
    """Sports, events, odds, odds of an event, scores, and the past, for the books of an offer."""

    name = PROVIDER
    provider = PROVIDER

    def __init__(self, offer: Offer | None = None) -> None:
        """Ask for the prices of an offer; of the American books when none is given."""
        self._offer = offer or Offer()
        self._reader = TheOddsApi()

    def required_items(self, want: Want) -> Sequence[RawItem]:
        """Return the calls that answer a want, with the most that each can cost."""
        return items_for(want, self._offer)

    def parse(self, payload: RawPayload) -> ParsedPayload:
        """Read one answer; raises UnreadableFile for what is none."""
        return self._reader.parse(as_received(payload))
