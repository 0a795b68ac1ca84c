"""A second settler, there to disagree with the first: written from the rules in prose, as plainly as can be.

It takes nothing from the engine. A game is its points by period, a bet is five plain values, every bet is two bets
of half the stake, and what they come to is counted.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

Points = tuple[int, int]

PERIODS_OF_REGULATION = {"nfl": 4, "ncaaf": 4, "nba": 4, "ncaab": 2, "mlb": 9, "nhl": 3}
HALF = Fraction(1, 2)
WHOLE = Fraction(1)


class Bet(NamedTuple):
    """A ticket of one unit. The line is in points and in the side's own sign; quarters of a point are exact."""

    kind: str
    period: str
    side: str
    line: float | None
    price: Fraction


class Game(NamedTuple):
    """Points (home, away) by period; what was scored after regulation, if it was played, is one more period.

    `innings` is for baseball that was called early: 4.5 when the home team has not finished the fifth.
    """

    league: str
    periods: Sequence[Points]
    innings: float | None = None


class Settlement(NamedTuple):
    """WIN, LOSS, PUSH or VOID, the part of the stake that it is about, and the profit of one unit."""

    result: str
    fraction: Fraction
    units: Fraction


VOID = Settlement("VOID", WHOLE, Fraction(0))


def settle(game: Game, bet: Bet) -> Settlement:
    """Settle one bet on one game that is over."""
    home, away = points_that_count(game, bet.kind, bet.period)
    if game.innings is not None and not was_long_enough(game, bet) and not is_past_the_line(bet, home, away):
        return VOID
    outcomes = [outcome_of_one_bet(bet, line, home, away) for line in lines_of_the_two_halves(bet.line)]
    units = Fraction(0)
    for outcome in outcomes:
        if outcome == "WIN":
            units += HALF * (bet.price - 1)
        if outcome == "LOSS":
            units -= HALF
    decided = [outcome for outcome in outcomes if outcome != "PUSH"]
    if not decided:
        return Settlement("PUSH", WHOLE, units)
    assert len(set(decided)) == 1, "a stake never wins and loses at once"
    return Settlement(decided[0], WHOLE if len(decided) == 2 else HALF, units)


def points_that_count(game: Game, kind: str, period: str) -> Points:
    """Add up the periods that settle a market: who has overtime in, and who has not."""
    regulation = PERIODS_OF_REGULATION[game.league]
    if kind == "MONEYLINE_3WAY" and period == "FULL_GAME":
        period = "REGULATION"
    first, last = {
        "FULL_GAME": (0, len(game.periods)),  # overtime, extra innings, the one goal of a shoot-out
        "REGULATION": (0, regulation),
        "1H": (0, {"mlb": 5, "ncaab": 1}.get(game.league, 2)),
        "2H": ({"ncaab": 1}.get(game.league, 2), len(game.periods)),  # with overtime
        "F5": (0, 5),
        "1Q": (0, 1),
        "2Q": (1, 2),
        "3Q": (2, 3),
        "4Q": (3, 4),  # without overtime
        "1P": (0, 1),
        "2P": (1, 2),
        "3P": (2, 3),  # without overtime
    }[period]
    counted = periods_that_stand(game)[first:last]
    return sum(home for home, _ in counted), sum(away for _, away in counted)


def periods_that_stand(game: Game) -> Sequence[Points]:
    """Take baseball called in mid-inning back to its last full inning, unless the home team was level or ahead."""
    home, away = sum(home for home, _ in game.periods), sum(away for _, away in game.periods)
    if game.innings is not None and game.innings % 1 and away > home:
        return game.periods[: int(game.innings)]
    return game.periods


def was_long_enough(game: Game, bet: Bet) -> bool:
    """Say whether baseball that was called early went on for as long as the market needs."""
    innings = game.innings or 0
    home, away = points_that_count(game, "MONEYLINE", "FULL_GAME")
    about_the_winner = bet.kind in {"MONEYLINE", "MONEYLINE_3WAY"}
    if bet.period in {"1H", "F5"}:
        about_the_teams = about_the_winner or bet.kind == "SPREAD"
        return innings >= 5 or (about_the_teams and innings >= 4.5 and home > away)
    needed = 5 if about_the_winner else 9
    return innings >= (needed - 0.5 if home > away else needed)


def is_past_the_line(bet: Bet, home: int, away: int) -> bool:
    """Say whether what has been scored already decides a total for both sides, and both halves of its stake."""
    if bet.kind not in {"TOTAL", "TEAM_TOTAL_HOME", "TEAM_TOTAL_AWAY"}:
        return False
    return all(number_of(bet.kind, home, away) > line for line in lines_of_the_two_halves(bet.line))


def lines_of_the_two_halves(line: float | None) -> tuple[float, float]:
    """Return the lines of the two half stakes: a quarter line lies between two lines, any other is itself twice."""
    if line is None:
        return 0.0, 0.0
    return (line, line) if line * 2 % 1 == 0 else (line - 0.25, line + 0.25)


def outcome_of_one_bet(bet: Bet, line: float, home: int, away: int) -> str:
    """Settle a bet that is not split."""
    if bet.kind == "MONEYLINE_3WAY":
        winner = "HOME" if home > away else "AWAY" if away > home else "DRAW"
        return "WIN" if bet.side == winner else "LOSS"
    if bet.kind in {"MONEYLINE", "SPREAD"}:
        ours, theirs = (home, away) if bet.side == "HOME" else (away, home)
        return better(ours + line, theirs)
    number = number_of(bet.kind, home, away)
    return better(number, line) if bet.side == "OVER" else better(line, number)


def number_of(kind: str, home: int, away: int) -> int:
    """Return what a total is a total of."""
    return {"TOTAL": home + away, "TEAM_TOTAL_HOME": home, "TEAM_TOTAL_AWAY": away}[kind]


def better(ours: float, theirs: float) -> str:
    """Say who is ahead; level is a push."""
    return "WIN" if ours > theirs else "LOSS" if ours < theirs else "PUSH"
