"""Which rules speak of a player's line, and why the others do not: one table, so that no rule is left out in silence.

Every rule speaks of every market of a game, where it finds for itself what it has nothing to say of. A rule that cannot
mean a player is written down as INACTIVE with the reason that stands here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from closeline.domain.markets import PLAYER_TYPES, Market


@dataclass(frozen=True, slots=True)
class Applicability:
    """Whether a rule speaks of games, and of players; `why` it is so for players."""

    games: bool
    players: bool
    why: str


def _of_both(why: str) -> Applicability:
    return Applicability(games=True, players=True, why=why)


def _of_games(why: str) -> Applicability:
    return Applicability(games=True, players=False, why=why)


def _of_players(why: str) -> Applicability:
    return Applicability(games=False, players=True, why=why)


APPLICABILITY: Mapping[str, Applicability] = {
    "line_integrity": _of_both("a price is a price; a player's may be half as old and its margin is wider"),
    "no_market_no_pick": _of_both("without a price of that very line there is nothing to pick"),
    "flags": _of_both("a kind of market is closed for all its players"),
    "opener_consistency": _of_games("no other market of the book tells what a player's line must be"),
    "direction": _of_games("over and under of a player cannot be home and away"),
    "reality_check": _of_both("a mean that no player has, or a line far out in the forecast, is an error"),
    "double_counting": _of_games("a player's mean is not made of named adjustments"),
    "league_baseline": _of_games("the correction moves totals of games, and no player's number"),
    "slate_skew": _of_games("it counts how the totals of a day lean"),
    "market_rated": _of_games("a prop model rates no team; what it has not proved is held back by its calibration"),
    "calibration_active": _of_both("a kind of market without a map of its own is in bootstrap"),
    "market_deviation": _of_both("a mean far from the market's is trusted less, in sds of the forecast"),
    "high_variance": _of_games("no sd of the league says how wide one player may be; prop_filters asks for cv"),
    "participation": _of_players("who is out plays for nobody's bet"),
    "prop_filters": _of_players("what the house asks of a player's line beside all else"),
    "publish_thresholds": _of_both("an edge must pay its price, whoever's number it is"),
}


def is_of_player(market: Market) -> bool:
    """Say whether a market is about a player's number."""
    return market.type in PLAYER_TYPES


def speaks(gate: str, market: Market) -> bool:
    """Say whether a rule speaks of a market; KeyError for a rule that the table does not hold."""
    found = APPLICABILITY[gate]
    return found.players if is_of_player(market) else found.games
