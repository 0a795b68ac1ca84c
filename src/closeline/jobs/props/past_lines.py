"""Past lines: what the desk would have gone by before the games of a day, of whom, and what the day began with."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from closeline.domain.markets import PLAYER_TYPES, market
from closeline.domain.props.statistics import Statistic, statistic_of
from closeline.jobs.props.ahead import day_of
from closeline.jobs.props.moments import moment_of
from closeline.jobs.props.offers import Offer, offered
from closeline.store import quotes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from closeline.jobs.props.foretold import Foretold, Known
    from closeline.jobs.props.moments import Moment
    from closeline.jobs.props.offers import Asked
    from closeline.store.quotes import Quote
    from closeline.store.session import Session

DID_NOT_PLAY, FEW_GAMES, ONE_SIDED = "DID_NOT_PLAY", "INSUFFICIENT_DATA", "ONE_SIDED"


@dataclass(frozen=True, slots=True)
class PastLine:
    """A line before its game, and the place of what the model foretold of it.

    part, place: which of the model's spans, and which row of it. opened: the line at the first prices of its game, null
    where it was not on offer then, or not seen again since.
    """

    event_id: str
    market_key: str
    part: int
    place: int
    offer: Offer
    opened: Offer | None

    @property
    def statistic(self) -> Statistic | None:
        """Return what the line is on."""
        return statistic_of(market(self.market_key))


@dataclass(frozen=True, slots=True, eq=False)
class PastLines:
    """Lines in order of day, event and market, and how many there was nothing to compare on, by reason."""

    lines: tuple[PastLine, ...]
    uncounted: Counter[str]


def past_lines(session: Session, held: Known, parts: Sequence[Foretold], *, now: datetime) -> PastLines:
    """Return the last line before the first game of each day on whomever models spoke of, one for each market."""
    places = _places(held, parts)
    few = _played(held) - {(event, player) for event, player, _ in places}
    statistics = {part.model.statistic for part in parts}
    found, uncounted = [], Counter[str]()
    for moment in _moments(session, parts, now=now):
        last, first = offered(session, moment), _first(session, moment)
        uncounted[ONE_SIDED] += sum(statistic_of(market(key)) in statistics for _, key in last.one_sided)
        for (event, key), offer in last.offers.items():
            of = market(key)
            statistic = statistic_of(of)
            if statistic not in statistics:
                continue
            place = places.get((event, of.player_id, statistic))
            if place is None:
                uncounted[FEW_GAMES if (event, of.player_id) in few else DID_NOT_PLAY] += 1
                continue
            found.append(PastLine(event, key, *place, offer, first.get((event, key))))
    return PastLines(tuple(found), uncounted)


def _moments(session: Session, parts: Sequence[Foretold], *, now: datetime) -> Iterator[Moment]:
    """Give the days with prices, all of whose games have begun, each seen from before its first game."""
    for day in np.unique(np.concatenate([part.days for part in parts])).tolist():
        moment = moment_of(session, day_of(day), now=now)
        if moment.is_over and moment.readings:
            yield moment


def _first(session: Session, moment: Moment) -> dict[Asked, Offer]:
    """Return the lines at the first prices of each game, of those markets that were seen again after it."""
    found: dict[Asked, Offer] = {}
    for event, version in moment.events.items():
        held = [
            item for item in quotes.of_events(session, [event], as_of=moment.as_of, players=True) if _is_player(item)
        ]
        if not held:
            continue
        start = held[0].received_at
        seen = quotes.seen_by(session, [event], as_of=moment.as_of, players=True)
        again = {(series[0], series[2]) for series, at in seen.items() if at > start}
        if again:
            opening = offered(session, replace(moment, as_of=start, events={event: version}))
            found |= {key: offer for key, offer in opening.offers.items() if key in again}
    return found


def _is_player(quote: Quote) -> bool:
    return quote.market.type in PLAYER_TYPES


def _places(held: Known, parts: Sequence[Foretold]) -> dict[tuple[str, str, Statistic], tuple[int, int]]:
    logs, found = held.logs, {}
    for number, part in enumerate(parts):
        for place, row in enumerate(part.rows.tolist()):
            name = (logs.games[logs.game[row]], logs.players[logs.player[row]], part.model.statistic)
            found[name] = (number, place)
    return found


def _played(held: Known) -> set[tuple[str, str]]:
    logs = held.logs
    rows = np.flatnonzero(logs.played).tolist()
    return {(logs.games[logs.game[row]], logs.players[logs.player[row]]) for row in rows}
