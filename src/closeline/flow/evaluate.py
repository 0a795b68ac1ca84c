"""Evaluate: captured quotes become fair prices, market by market and book by book."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from closeline.domain.digits import of_formula
from closeline.domain.errors import DevigError
from closeline.domain.events import MarketEvaluated
from closeline.domain.feeds.captures import Phase
from closeline.domain.leagues import League
from closeline.domain.limits import limits_of
from closeline.domain.markets import MONEYLINE, SPREAD, is_of_players, opposite_line
from closeline.domain.odds import DevigMethod, default_method
from closeline.maths.devig import devig
from closeline.maths.devig_arrays import devig_two_way
from closeline.maths.distributions import read_pair
from closeline.store import evaluations, models, quotes
from closeline.store.evaluations import Evaluation
from closeline.store.packaged.seed import DEFAULT_TENANT
from closeline.store.past import closes
from closeline.store.polls import captures
from closeline.store.quotes import Quote, Series
from closeline.store.session import Session

UNDERROUND = "UNDERROUND"
BOOKSUM = "BOOKSUM"
# Outside these sums the two prices cannot be of one market (invariant D6).
BOOKSUM_LOW, BOOKSUM_HIGH = 0.90, 1.60
_MARGIN_KEYS = frozenset({MONEYLINE.key, SPREAD.key})


@dataclass(frozen=True, slots=True)
class TwoWay:
    """Both sides of one market at one book, the canonical side first."""

    canonical: Quote
    other: Quote
    received_at: datetime


def evaluate(session: Session, *, league: League, snapshot_id: str, as_of: datetime) -> MarketEvaluated:
    """Price every two-sided market that a snapshot has seen, changed or not; one-sided ones are never evaluated."""
    snapshot = captures.snapshot_of(session, snapshot_id)
    events = [name for name in quotes.events_seen_in(session, snapshot_id) if name.startswith(f"{league}_")]
    latest = quotes.latest(quotes.of_events(session, events, as_of=as_of, players=True))
    pairs = two_way(latest, quotes.last_seen(session, events, players=True), as_of=as_of)
    priced = fair_prices(pairs, league=league, snapshot_id=snapshot_id)
    if snapshot.phase is not Phase.CLOSE:
        # The rule is about openers; a close that is thrown away would leave an older price to pass for it.
        priced = _consistent(session, priced, league, as_of)
    priced = _sighted(session, priced, events, as_of)
    evaluations.add(session, priced)
    return MarketEvaluated(league, snapshot_id, snapshot.phase, len(pairs))


def _sighted(
    session: Session, priced: Sequence[Evaluation], events: Sequence[str], as_of: datetime
) -> list[Evaluation]:
    """Leave out players' lines that were not seen again since they were priced: an event has hundreds of them."""
    if not any(is_of_players(item.market_key) for item in priced):
        return list(priced)
    before = {
        (item.event_id, item.book, item.market_key): (item.line_quarters, item.received_at)
        for item in evaluations.of_events(session, events, as_of=as_of)
        if is_of_players(item.market_key)
    }
    return [
        item for item in priced
        if before.get((item.event_id, item.book, item.market_key)) != (item.line_quarters, item.received_at)
    ]  # fmt: skip


def _consistent(session: Session, priced: Sequence[Evaluation], league: League, as_of: datetime) -> list[Evaluation]:
    """Flag the spread and the moneyline of a book that differ by more points of margin than the league's limit."""
    _, config = models.config(session, tenant_id=DEFAULT_TENANT, as_of=as_of)
    _, distributions, _ = models.latest(session, league=league, kind=models.DISTRIBUTION, as_of=as_of)
    limit = limits_of(config, league).opener_disagreement_points_max
    apart = closes.disagreements(priced, read_pair(distributions)[0])
    quarrels = {key for key, points in apart.items() if abs(points) > limit}
    return [
        replace(item, flags=closes.INCONSISTENT)
        if item.flags == "" and item.market_key in _MARGIN_KEYS and (item.event_id, item.book) in quarrels
        else item
        for item in priced
    ]


def two_way(latest: Mapping[Series, Quote], seen: Mapping[Series, datetime], *, as_of: datetime) -> list[TwoWay]:
    """Pair the sides of each two-way market whose lines answer each other."""
    sides: defaultdict[tuple[str, str, str], list[Quote]] = defaultdict(list)
    for item in latest.values():
        sides[(item.event_id, item.book, item.market.key)].append(item)
    pairs = []
    for key in sorted(sides):
        found = {item.side: item for item in sides[key]}
        market = sides[key][0].market
        if len(market.sides) != 2 or len(found) != 2:
            continue
        canonical, other = found[market.sides[0]], found[market.sides[1]]
        # A side that is no longer shown is not half of a market, whatever it was before.
        together = seen.get(canonical.series) == seen.get(other.series)
        if together and opposite_line(market.type, canonical.line_quarters) == other.line_quarters:
            last = max(seen.get(item.series, item.received_at) for item in (canonical, other))
            pairs.append(TwoWay(canonical, other, min(last, as_of)))
    return pairs


def fair_prices(pairs: Sequence[TwoWay], *, league: League, snapshot_id: str) -> list[Evaluation]:
    """Take the margin out of each market by its league's method, in bulk; what has no fair price is left out."""
    by_method: defaultdict[DevigMethod, list[TwoWay]] = defaultdict(list)
    for pair in pairs:
        by_method[default_method(league, pair.canonical.market.type)].append(pair)
    return [
        _evaluation(pair, fair, method, snapshot_id)
        for method, group in by_method.items()
        for pair, fair in zip(group, _fair(group, method), strict=True)
        if fair is not None
    ]


def _fair(pairs: Sequence[TwoWay], method: DevigMethod) -> list[float | None]:
    prices = np.array([(pair.canonical.price.decimal, pair.other.price.decimal) for pair in pairs])
    try:
        return [of_formula(float(fair)) for fair in devig_two_way(prices[:, 0], prices[:, 1], method)]
    except DevigError:
        # One market without fair odds, 1.01 both ways, must not take the others of its snapshot with it.
        return [_fair_or_none(row, method) for row in prices.tolist()]


def _fair_or_none(prices: Sequence[float], method: DevigMethod) -> float | None:
    try:
        return of_formula(devig(prices, method).probabilities[0])
    except DevigError:
        return None


def _evaluation(pair: TwoWay, fair: float, method: DevigMethod, snapshot_id: str) -> Evaluation:
    quote = pair.canonical
    booksum = 1 / pair.canonical.price.exact + 1 / pair.other.price.exact
    flags = UNDERROUND if booksum < 1 else "" if BOOKSUM_LOW <= booksum <= BOOKSUM_HIGH else BOOKSUM
    return Evaluation(
        snapshot_id, quote.event_id, quote.book, quote.market.key, quote.line_quarters, fair,
        of_formula(float(booksum) - 1), method, flags, pair.received_at,
    )  # fmt: skip
