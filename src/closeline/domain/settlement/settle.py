"""One ticket, one game, one grade: the order in which the rules are asked."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from closeline.domain.feeds.captures import ResultStatus
from closeline.domain.leagues import League
from closeline.domain.markets import PLAYER_TYPES, Market, MarketType, Period, Selection, Side
from closeline.domain.settlement.game import GameRecord, Score
from closeline.domain.settlement.outcomes import Grading, NotFinal, Settled, grading, halves_of, void
from closeline.domain.settlement.play import already_determined, enough_play, number_of
from closeline.domain.settlement.props import LEAGUE_ROLES, PlayerRecord, Role, settle_prop
from closeline.domain.settlement.rules import SETTLEMENT_V1, PitcherRule, SettlementRules
from closeline.domain.settlement.score import Segment, before_shootout, segment_of, segment_score
from closeline.domain.settlement.windows import (
    as_it_stopped,
    completed_too_late,
    moved_outside,
    start_unknown,
    was_suspended,
)

PREMISE_CHANGED = "PREMISE_CHANGED"
SUSPENSION_OUTSIDE_WINDOW = "SUSPENSION_OUTSIDE_WINDOW"
START_UNKNOWN = "START_UNKNOWN"
# Nobody has said anything of the player.
UNTOLD = PlayerRecord(None)

_UNFINISHED = frozenset({ResultStatus.SCHEDULED, ResultStatus.LIVE, ResultStatus.POSTPONED})
_TEAM_TOTALS = frozenset({MarketType.TEAM_TOTAL_HOME, MarketType.TEAM_TOTAL_AWAY})
_LISTED = {
    PitcherRule.ACTION: frozenset[Side](),
    PitcherRule.LISTED_BOTH: frozenset({Side.HOME, Side.AWAY}),
    PitcherRule.LISTED_HOME: frozenset({Side.HOME}),
    PitcherRule.LISTED_AWAY: frozenset({Side.AWAY}),
}


@dataclass(frozen=True, slots=True)
class SettledTerms:
    """What a ticket says: market, side, line in the side's own sign, exact decimal price.

    `pitcher_rule` is the ticket's own where it has one, else that of the rule set.
    """

    league: League
    market: Market
    side: Side
    line_quarters: int | None
    price: Fraction
    pitcher_rule: PitcherRule | None = None

    def __post_init__(self) -> None:
        """Refuse a side or a line that the market cannot have, and a market that nothing here settles."""
        Selection("", self.market, self.side, self.line_quarters)
        if not _known(self.league, self.market):
            raise ValueError(f"market must be about a game's score or one player's number, was {self.market.key}")

    @property
    def period(self) -> Period:
        """Return the period that settles the ticket: three-way markets leave overtime out."""
        if self.market.type is MarketType.MONEYLINE_3WAY and self.market.period is Period.FULL_GAME:
            return Period.REGULATION
        return self.market.period


def settles(league: League, market: Market) -> bool:
    """Say whether the engine can settle a market of a league: what it cannot, nobody may publish."""
    if not _known(league, market):
        return False
    try:
        segment_of(league, market.period)
    except ValueError:
        return False
    return True


def _known(league: League, market: Market) -> bool:
    """Say whether anything here settles a market; the numbers that players are bet on are basketball's."""
    if market.type in PLAYER_TYPES:
        return bool(market.player_id) and market.period is Period.FULL_GAME and LEAGUE_ROLES[league] is Role.BASKETBALL
    return market.type in _DISTANCES or market.type is MarketType.MONEYLINE_3WAY


def settle(
    terms: SettledTerms, game: GameRecord, rules: SettlementRules = SETTLEMENT_V1, player: PlayerRecord = UNTOLD
) -> Settled:
    """Grade a ticket against its game under one rule set; `player` is the line of whom the ticket is about.

    A `NotFinal` comes back while the game is not over or a needed fact is missing; of a game that was not
    finished, only what the rules let stand is settled. Raises ValueError for a period that the league lacks.
    """
    off = _called_off(terms, game, rules)
    if off is not None:
        return off
    if game.status in _UNFINISHED:
        return NotFinal(game.status.value)
    if start_unknown(game, terms.league, rules):
        return NotFinal(START_UNKNOWN)
    if was_suspended(game, rules):
        if completed_too_late(game, rules):
            return _settle_what_stopped(terms, as_it_stopped(game, terms.league), rules)
        if game.status is ResultStatus.SUSPENDED:
            return NotFinal(game.status.value)
    of_player = terms.market.type in PLAYER_TYPES
    return _settle_player(terms, game, rules, player) if of_player else _settle_what_was_played(terms, game, rules)


def _called_off(terms: SettledTerms, game: GameRecord, rules: SettlementRules) -> Grading | None:
    """Return the void of a ticket whose game never came about as it was bet on."""
    if game.status is ResultStatus.CANCELLED or (game.status is ResultStatus.FORFEITED and not _any_play(game)):
        return void(game.status.value)
    if game.home_away_swapped:
        return void("VENUE_SWAPPED")
    if moved_outside(game, terms.league, rules):
        return void("POSTPONED_OUTSIDE_WINDOW")
    listed = _LISTED[terms.pitcher_rule or rules.pitcher_rule]
    if terms.league is League.MLB and listed & frozenset(game.starters_changed):
        return void("LISTED_PITCHER_CHANGED")
    return None


def _any_play(game: GameRecord) -> bool:
    return bool(game.minutes_played or game.innings_completed or game.periods)


def _settle_player(terms: SettledTerms, game: GameRecord, rules: SettlementRules, player: PlayerRecord) -> Settled:
    """Settle one player's number of a game that counts; what nobody has told of him is not guessed."""
    segment = segment_of(terms.league, terms.period, game.scheduled_innings)
    stands = enough_play(game, terms.league, terms.market.type, segment, rules)
    if not stands:
        return NotFinal("PLAY_UNKNOWN") if stands is None else void("INSUFFICIENT_PLAY")
    return settle_prop(
        LEAGUE_ROLES[terms.league], terms.side, terms.line_quarters or 0, terms.price, player, rules=rules
    )  # fmt: skip


def _settle_what_was_played(terms: SettledTerms, game: GameRecord, rules: SettlementRules) -> Settled:
    segment = segment_of(terms.league, terms.period, game.scheduled_innings)
    score = _settling_score(terms, game, segment, rules)
    stands = enough_play(game, terms.league, terms.market.type, segment, rules)
    if not stands and not _determined(terms, score, rules):
        return NotFinal("PLAY_UNKNOWN") if stands is None else void("INSUFFICIENT_PLAY")
    if score is None:
        return NotFinal("SCORE_MISSING" if game.score is None else "PERIODS_MISSING")
    return _grade(terms, score, game)


def _settle_what_stopped(terms: SettledTerms, stopped: GameRecord, rules: SettlementRules) -> Settled:
    """Settle complete periods and determined totals of a game not completed in time; the rest is void."""
    if terms.market.type in PLAYER_TYPES:
        return void(SUSPENSION_OUTSIDE_WINDOW)
    segment = segment_of(terms.league, terms.period, stopped.scheduled_innings)
    score = _settling_score(terms, stopped, segment, rules)
    complete = segment.ends_before_regulation and enough_play(stopped, terms.league, terms.market.type, segment, rules)
    if score is not None and (complete or _determined(terms, score, rules)):
        return _grade(terms, score, stopped)
    return void(SUSPENSION_OUTSIDE_WINDOW)


def _determined(terms: SettledTerms, score: Score | None, rules: SettlementRules) -> bool:
    return rules.determined_stands and already_determined(terms.market.type, terms.side, terms.line_quarters, score)


def _settling_score(terms: SettledTerms, game: GameRecord, segment: Segment, rules: SettlementRules) -> Score | None:
    without_shootout = terms.market.type in _TEAM_TOTALS and not rules.nhl_team_total_includes_shootout
    if game.shootout and without_shootout and segment.stop is None:
        return before_shootout(game)
    return segment_score(game, terms.league, segment)


def _grade(terms: SettledTerms, score: Score, game: GameRecord) -> Grading:
    flags = (PREMISE_CHANGED,) if game.starters_changed else ()
    halves = halves_won(terms.market.type, terms.side, terms.line_quarters or 0, score)
    return grading(halves, terms.price, flags)


def halves_won(market_type: MarketType, side: Side, line_quarters: int, score: Score) -> int:
    """Return the halves of the stake that a selection wins at a (home, away) score: 2, 1, 0, -1 or -2.

    The one formula that a parlay leg, a simulated path and a grade share. The line is in the side's own sign.
    """
    if market_type is MarketType.MONEYLINE_3WAY:
        margin = score[0] - score[1]
        winner = Side.DRAW if margin == 0 else Side.HOME if margin > 0 else Side.AWAY
        return 2 if side is winner else -2
    return halves_of(_DISTANCES[market_type](market_type, side, line_quarters, score))


def _margin_distance(_: MarketType, side: Side, line_quarters: int, score: Score) -> int:
    margin = score[0] - score[1]
    return 4 * (margin if side is Side.HOME else -margin) + line_quarters


def _number_distance(market_type: MarketType, side: Side, line_quarters: int, score: Score) -> int:
    distance = 4 * number_of(market_type, score) - line_quarters
    return distance if side is Side.OVER else -distance


_DISTANCES: dict[MarketType, Callable[[MarketType, Side, int, Score], int]] = {
    MarketType.MONEYLINE: _margin_distance,
    MarketType.SPREAD: _margin_distance,
    MarketType.TOTAL: _number_distance,
    MarketType.TEAM_TOTAL_HOME: _number_distance,
    MarketType.TEAM_TOTAL_AWAY: _number_distance,
}
