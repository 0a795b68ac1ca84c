"""How much has to be played for a market to stand, and which outcomes stand anyway."""

from collections.abc import Callable
from operator import itemgetter

from closeline.domain.feeds.captures import ResultStatus
from closeline.domain.leagues import League
from closeline.domain.markets import MarketType, Side
from closeline.domain.settlement.game import GameRecord, Score
from closeline.domain.settlement.rules import SettlementRules
from closeline.domain.settlement.score import Segment, final_score, progress

_WINNER_MARKETS = frozenset({MarketType.MONEYLINE, MarketType.MONEYLINE_3WAY})
_TEAM_MARKETS = _WINNER_MARKETS | {MarketType.SPREAD}
_CALLED_OFFICIAL = frozenset({ResultStatus.FINAL, ResultStatus.SHORTENED})
_NUMBERS: dict[MarketType, Callable[[Score], int]] = {
    MarketType.TOTAL: sum,
    MarketType.TEAM_TOTAL_HOME: itemgetter(0),
    MarketType.TEAM_TOTAL_AWAY: itemgetter(1),
}
# The home team need not bat when it already leads.
_SPARED_HALF_INNING = 0.5


def enough_play(
    game: GameRecord, league: League, market_type: MarketType, segment: Segment, rules: SettlementRules
) -> bool | None:
    """Say whether enough was played for the market to stand; None when the record does not tell."""
    if segment.ends_before_regulation:
        return _segment_complete(game, league, market_type, segment)
    if league is League.MLB:
        played, needed = game.innings_completed, _innings_needed(game, market_type, rules)
    else:
        played, needed = game.minutes_played, _minutes_needed(league, market_type, rules)
    if played is None:
        return True if game.status is ResultStatus.FINAL else None
    return played >= needed


def _minutes_needed(league: League, market_type: MarketType, rules: SettlementRules) -> float:
    if league is League.NHL and market_type not in _TEAM_MARKETS and rules.nhl_total_minutes is not None:
        return rules.nhl_total_minutes
    return rules.minimum_minutes[league]


def _innings_needed(game: GameRecord, market_type: MarketType, rules: SettlementRules) -> float:
    needed = rules.mlb_moneyline_innings if market_type in _WINNER_MARKETS else game.scheduled_innings
    return needed - _SPARED_HALF_INNING if _home_leads(game) else needed


def _home_leads(game: GameRecord) -> bool:
    score = final_score(game)
    return score is not None and score[0] > score[1]


def _segment_complete(game: GameRecord, league: League, market_type: MarketType, segment: Segment) -> bool | None:
    """Say whether a half, quarter, period or five innings were played to their end."""
    stop = segment.stop or 0
    played = progress(game, league)
    if played is None:
        begun_after = len(game.periods) > stop or game.status is ResultStatus.FINAL
        return True if begun_after else None
    if played >= stop:
        return True
    spared = league is League.MLB and market_type in _TEAM_MARKETS and game.status in _CALLED_OFFICIAL
    return spared and played >= stop - _SPARED_HALF_INNING and _home_leads(game)


def number_of(market_type: MarketType, score: Score) -> int:
    """Return the number that a total or a team total is about."""
    return _NUMBERS[market_type](score)


def already_determined(market_type: MarketType, side: Side, line_quarters: int | None, so_far: Score | None) -> bool:
    """Say whether points already scored settle both sides: only a total that is past its line can be so.

    A quarter line is past only when both of its halves are.
    """
    if so_far is None or line_quarters is None or market_type in _TEAM_MARKETS or side is Side.DRAW:
        return False
    upper_half = line_quarters + line_quarters % 2
    return 4 * number_of(market_type, so_far) > upper_half
