"""Turning: what a source says of a game on a neutral site, with home and away as the record has them. Pure.

On a neutral site the home team is only a name that each source gives as it likes. Whoever joins two sources must turn
one of them round whole: teams, sides, team totals and scores. A line stays with its team, so its sign stays too.
"""

from collections.abc import Collection
from dataclasses import replace

from closeline.domain.feeds.captures import (
    GameFacts,
    ParsedEvent,
    ParsedPayload,
    ParsedQuote,
    ParsedResult,
    ParsedSuspension,
)
from closeline.domain.markets import TEAM_SIDES, Market, MarketType, Side, opposite

_TURNED_TYPES = {
    MarketType.TEAM_TOTAL_HOME: MarketType.TEAM_TOTAL_AWAY,
    MarketType.TEAM_TOTAL_AWAY: MarketType.TEAM_TOTAL_HOME,
}
_Score = tuple[int, int]


def turned_event(event: ParsedEvent) -> ParsedEvent:
    """Return an event with its teams and their pitchers exchanged."""
    return replace(
        event, home=event.away, away=event.home, home_pitcher=event.away_pitcher, away_pitcher=event.home_pitcher
    )


def turned(parsed: ParsedPayload, own_ids: Collection[str]) -> ParsedPayload:
    """Return a payload with the quotes, suspensions and results of these events turned round; all else as it was."""
    if not own_ids:
        return parsed
    return replace(
        parsed,
        quotes=tuple(_quote(item) if item.provider_event_id in own_ids else item for item in parsed.quotes),
        suspended=tuple(_suspension(item) if item.provider_event_id in own_ids else item for item in parsed.suspended),
        results=tuple(_result(item) if item.provider_event_id in own_ids else item for item in parsed.results),
    )


def _quote(item: ParsedQuote) -> ParsedQuote:
    return replace(item, market=_market(item.market), side=_side(item.side))


def _suspension(item: ParsedSuspension) -> ParsedSuspension:
    market = None if item.market is None else _market(item.market)
    return replace(item, market=market, side=None if item.side is None else _side(item.side))


def _result(item: ParsedResult) -> ParsedResult:
    return replace(
        item, home_score=item.away_score, away_score=item.home_score,
        periods=tuple((home, away) for away, home in item.periods), facts=_facts(item.facts),
    )  # fmt: skip


def _facts(facts: GameFacts) -> GameFacts:
    return replace(
        facts, regulation=_score(facts.regulation), at_suspension=_score(facts.at_suspension),
        starters_changed=tuple(_side(side) for side in facts.starters_changed),
    )  # fmt: skip


def _score(told: _Score | None) -> _Score | None:
    return None if told is None else (told[1], told[0])


def _market(market: Market) -> Market:
    return Market(_TURNED_TYPES.get(market.type, market.type), market.period)


def _side(side: Side) -> Side:
    return opposite(side) if side in TEAM_SIDES else side
