"""Offers: the line of each player that the desk goes by at a moment, with both of its prices."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from closeline.domain.markets import PLAYER_TYPES, Side, market
from closeline.domain.odds import Price
from closeline.flow.evaluate import fair_prices, two_way
from closeline.flow.forecast import reference
from closeline.jobs.props.moments import LEAGUE, Moment
from closeline.store import quotes
from closeline.store.evaluations import Evaluation
from closeline.store.quotes import Quote, Series
from closeline.store.session import Session

# One player's line in one event: the market key names the player.
Asked = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Offer:
    """A line at the book that the desk goes by, and the price of each side of it."""

    book: str
    line_quarters: int
    over: Price
    under: Price
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Offered:
    """The lines of a moment, and those markets of which no book shows both sides."""

    offers: dict[Asked, Offer]
    one_sided: tuple[Asked, ...]


def offered(session: Session, moment: Moment) -> Offered:
    """Return every player's line that is on offer at a moment in a game of its day."""
    events = sorted(moment.events)
    latest = quotes.latest(quotes.of_events(session, events, as_of=moment.as_of, players=True))
    latest = {series: item for series, item in latest.items() if item.market.type in PLAYER_TYPES}
    pairs = two_way(latest, quotes.last_seen(session, events, players=True), as_of=moment.as_of)
    priced: defaultdict[Asked, list[Evaluation]] = defaultdict(list)
    for item in fair_prices(pairs, league=LEAGUE, snapshot_id=""):
        priced[item.event_id, item.market_key].append(item)
    offers = {key: _offer(key, priced[key], latest) for key in sorted(priced)}
    shown = {(item.event_id, item.market.key) for item in latest.values()}
    return Offered({key: item for key, item in offers.items() if item}, tuple(sorted(shown - set(offers))))


def _offer(key: Asked, priced: list[Evaluation], latest: dict[Series, Quote]) -> Offer | None:
    found = reference(priced, market(key[1]))
    if found is None:
        return None
    over, under = (latest[key[0], found.book, key[1], side].price for side in (Side.OVER, Side.UNDER))
    return Offer(found.book, found.line_quarters or 0, over, under, found.received_at)
