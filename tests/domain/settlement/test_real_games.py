"""Real games of six leagues, period by period: the engine and a second settler say the same of every ticket."""

import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from functools import cache
from typing import NamedTuple

import numpy as np
import polars as pl
import pytest

from closeline.domain.feeds.captures import ParsedResult, RawPayload
from closeline.domain.leagues import League
from closeline.domain.markets import Market, MarketType, Period, Side
from closeline.domain.settlement import (
    SETTLEMENT_V1,
    GameRecord,
    Grading,
    NotFinal,
    Result,
    SettledTerms,
    settle,
)
from closeline.flow.settle import game_record
from closeline.maths.grade import MARKET_CODES, SIDE_CODES, GradeCode, grade_many
from closeline.store.results import EventResult
from closeline.wiring import read
from tests.domain.settlement import brute_force
from tests.domain.settlement.brute_force import Bet, Game, Points
from tests.shared_data import shared_data

ONE, HALF = Fraction(1), Fraction(1, 2)
# A fair pair: three in five and two in five.
FAIR = {"HOME": Fraction(5, 3), "OVER": Fraction(5, 3), "AWAY": Fraction(5, 2), "UNDER": Fraction(5, 2)}
PRICES = {**FAIR, "DRAW": Fraction(21, 5)}

QUARTERS = ("FULL_GAME", "REGULATION", "1H", "2H", "1Q", "2Q", "3Q", "4Q")
PERIODS = {
    "nfl": QUARTERS,
    "ncaaf": QUARTERS,
    "nba": QUARTERS,
    "ncaab": ("FULL_GAME", "REGULATION", "1H", "2H"),
    "mlb": ("FULL_GAME", "REGULATION", "1H", "F5"),
    "nhl": ("FULL_GAME", "REGULATION", "1P", "2P", "3P"),
}
LEAGUES = tuple(PERIODS)
NUMBERS = ("TOTAL", "TEAM_TOTAL_HOME", "TEAM_TOTAL_AWAY")

NO_PERIODS = "no period scores"
IMPOSSIBLE = "period scores that cannot be"
NOT_THE_SUM = "period scores that do not add up to the final score"
# Games that are compared, at least, and those that are not, with the reason.
COMPARED = {"nfl": 2900, "ncaaf": 8800, "nba": 16600, "ncaab": 17100, "mlb": 24600, "nhl": 10000}
LEFT_OUT = {
    "nfl": {NO_PERIODS: 585, IMPOSSIBLE: 3},
    "ncaaf": {IMPOSSIBLE: 2, NOT_THE_SUM: 2},
    "nba": {IMPOSSIBLE: 2},
    "ncaab": {NO_PERIODS: 35384},
    "mlb": {NO_PERIODS: 1, IMPOSSIBLE: 7},
    "nhl": {NO_PERIODS: 1},
}


# ---------------------------------------------------------------------------------------------- the games


class RealGame(NamedTuple):
    """One game twice: as the desk settles it, and as plain points for the brute force."""

    place: str
    record: GameRecord
    plain: Game


class Season(NamedTuple):
    """All games of a league that can be compared, those that have no periods, and why each was left out."""

    games: Sequence[RealGame]
    without_periods: Sequence[tuple[dict[str, int | None], GameRecord]]
    left_out: Counter[str]


@cache
def season(league: str) -> Season:
    games: list[RealGame] = []
    without: list[tuple[dict[str, int | None], GameRecord]] = []
    left_out: Counter[str] = Counter()
    table = score_table(league)
    rows = table.to_dicts()
    for result in parsed_results(table):
        row = rows[int(result.place.removeprefix("row ")) - 1]
        record = game_record(League(league), as_stored(result))
        plain = plain_game(league, row)
        if isinstance(plain, str):
            left_out[plain] += 1
            without.append((row, record))
        else:
            games.append(RealGame(f"{league} {result.place}", record, plain))
    return Season(games, without, left_out)


def score_table(league: str) -> pl.DataFrame:
    """Return the table without its prices, which settle nothing and take most of the time to read."""
    (path,) = shared_data(f"{league}/games.parquet")
    table = pl.read_parquet(path)
    return table.drop([name for name in table.columns if name.startswith(("open_", "close_", "h2_"))])


def parsed_results(table: pl.DataFrame) -> Sequence[ParsedResult]:
    content = io.BytesIO()
    table.write_parquet(content)
    return read(RawPayload("games.parquet", content.getvalue(), datetime(2026, 1, 1, tzinfo=UTC))).results


def as_stored(result: ParsedResult) -> EventResult:
    return EventResult(
        event_id=result.provider_event_id,
        result_version=1,
        status=result.status,
        home_score=result.home_score,
        away_score=result.away_score,
        periods=result.periods,
        overtime=result.overtime,
        shootout=result.shootout,
        received_at=result.received_at,
        place=result.place,
        facts=result.facts,
    )


def plain_game(league: str, row: dict[str, int | None]) -> Game | str:
    """Return the points by period as the columns hold them, or why they cannot be used."""
    regulation = brute_force.PERIODS_OF_REGULATION[league]
    homes = [row[f"home_p{number}"] for number in range(1, regulation + 1)]
    aways = [row[f"away_p{number}"] for number in range(1, regulation + 1)]
    begun = sum(away is not None for away in aways)
    if not begun:
        return NO_PERIODS
    after = after_regulation(league, row)
    called = league == "mlb" and begun < regulation
    if is_impossible(homes, aways, begun) or (begun < regulation and (not called or any(after))):
        return IMPOSSIBLE
    periods = tuple((int(home or 0), int(away or 0)) for home, away in zip(homes[:begun], aways, strict=False))
    played = (*periods, after) if any(after) or (level(periods) and not called) else periods
    if brute_force.points_that_count(Game(league, played), "TOTAL", "FULL_GAME") != score_of(row):
        return NOT_THE_SUM
    if not called:
        return Game(league, played)
    return Game(league, played, begun - (0.5 if homes[begun - 1] is None else 0))


def is_impossible(homes: Sequence[int | None], aways: Sequence[int | None], begun: int) -> bool:
    """Say whether points are below nothing, or a home team played on where its visitors had stopped."""
    below_nothing = any(points is not None and points < 0 for points in (*homes, *aways))
    return below_nothing or None in aways[:begun] or any(home is not None for home in homes[begun:])


def after_regulation(league: str, row: dict[str, int | None]) -> Points:
    name = "extra" if league == "mlb" else "ot"
    return int(row[f"home_{name}"] or 0), int(row[f"away_{name}"] or 0)


def score_of(row: dict[str, int | None]) -> Points:
    return int(row["home_score"] or 0), int(row["away_score"] or 0)


def level(periods: Sequence[Points]) -> bool:
    return sum(home for home, _ in periods) == sum(away for _, away in periods)


# ---------------------------------------------------------------------------------------------- the tickets


class Cell(NamedTuple):
    """One ticket to be written for any game: its line lies `offset` quarter points from what came out."""

    kind: str
    period: str
    side: str
    offset: int | None


@cache
def grid(league: str) -> tuple[Cell, ...]:
    """Return every market and side of every period, with whole, half and quarter lines on both sides of the outcome."""
    return tuple(cell for period in PERIODS[league] for cell in cells_of(period))


def cells_of(period: str) -> Iterator[Cell]:
    for kind in MARKET_CODES:
        market = Market(kind)
        for side in market.sides:
            for offset in range(-4, 5) if market.has_line else (None,):
                yield Cell(kind.value, period, side.value, offset)


def bet_of(cell: Cell, game: Game) -> Bet | None:
    """Return the ticket; None where its line would be below nothing."""
    price = PRICES[cell.side]
    if cell.offset is None:
        return Bet(cell.kind, cell.period, cell.side, None, price)
    home, away = brute_force.points_that_count(game, cell.kind, cell.period)
    if cell.kind == "SPREAD":
        line = (away - home if cell.side == "HOME" else home - away) + cell.offset / 4
        return Bet(cell.kind, cell.period, cell.side, line, price)
    line = brute_force.number_of(cell.kind, home, away) + cell.offset / 4
    return None if line < 0 else Bet(cell.kind, cell.period, cell.side, line, price)


def bets_on(game: RealGame, cells: Sequence[Cell], *, everything: bool = False) -> Iterator[Bet]:
    for cell in cells:
        if is_first_five_of_an_inning_too_few(game, cell) and not everything:
            continue
        bet = bet_of(cell, game.plain)
        if bet is not None:
            yield bet


def is_first_five_of_an_inning_too_few(game: RealGame, cell: Cell) -> bool:
    """Say whether the cell is of those that a test of its own is about, below."""
    return game.plain.innings == 4.5 and cell.period in {"1H", "F5"} and cell.kind in NUMBERS


@cache
def terms_of(league: str, bet: Bet) -> SettledTerms:
    market = Market(MarketType(bet.kind), Period(bet.period))
    quarters = None if bet.line is None else int(bet.line * 4)
    return SettledTerms(League(league), market, Side(bet.side), quarters, bet.price)


def by_the_engine(game: RealGame, bet: Bet) -> tuple[str, Fraction, Fraction] | str:
    settled = settle(terms_of(game.plain.league, bet), game.record)
    if isinstance(settled, NotFinal):
        return settled.reason
    return settled.result.value, ONE if settled.fraction_quarters == 4 else HALF, settled.units


class Comparison(NamedTuple):
    """What came out, how often, and every ticket of which the two settlers think differently."""

    seen: Counter[tuple[str, Fraction]]
    disagreements: Sequence[object]


def compare(games: Sequence[RealGame], *, every: int) -> Comparison:
    """Settle each game's share of the grid: game after game the next cells, so that together they take all."""
    seen: Counter[tuple[str, Fraction]] = Counter()
    disagreements = []
    cells = grid(games[0].plain.league)
    shares = [cells[first::every] for first in range(every)]
    for number, game in enumerate(games):
        for bet in bets_on(game, shares[number % every]):
            expected = brute_force.settle(game.plain, bet)
            actual = by_the_engine(game, bet)
            seen[expected.result, expected.fraction] += 1
            if expected != actual:
                disagreements.append((game, bet, expected, actual))
    return Comparison(seen, disagreements)


# ---------------------------------------------------------------------------------------------- the law


@pytest.mark.parametrize("league", LEAGUES)
def test_every_game_with_period_scores_is_compared_and_the_others_are_counted(league):
    assert len(season(league).games) >= COMPARED[league]
    assert season(league).left_out == LEFT_OUT[league]


@pytest.mark.parametrize("league", LEAGUES)
def test_the_engine_is_shown_the_points_that_the_table_holds(league):
    differing = [game for game in season(league).games if game.record.periods != game.plain.periods]

    assert differing == []


EVERY_RESULT = {("WIN", ONE), ("WIN", HALF), ("PUSH", ONE), ("LOSS", HALF), ("LOSS", ONE)}


@pytest.mark.parametrize("league", LEAGUES)
def test_every_game_is_settled_as_the_brute_force_settles_it(league):
    seen, disagreements = compare(season(league).games, every=83)

    assert disagreements == []
    assert seen.keys() >= EVERY_RESULT
    assert min(seen[each] for each in EVERY_RESULT) > 1000


@pytest.mark.campaign
@pytest.mark.parametrize("league", LEAGUES)
def test_every_game_is_settled_as_the_brute_force_settles_it_on_the_whole_grid(league):
    seen, disagreements = compare(season(league).games, every=1)

    assert disagreements == []
    assert min(seen[each] for each in EVERY_RESULT) > 50_000


def test_baseball_called_early_is_settled_as_the_brute_force_settles_it_on_the_whole_grid():
    called = games_called_early()

    seen, disagreements = compare(called, every=1)

    assert len(called) > 60
    assert disagreements == []
    assert seen.keys() == {*EVERY_RESULT, ("VOID", ONE)}


def games_called_early() -> Sequence[RealGame]:
    return [game for game in season("mlb").games if game.plain.innings is not None]


def test_four_and_a_half_innings_settle_a_first_five_total_only_where_it_is_past_its_line():
    for game in games_called_early():
        for bet in bets_on(game, first_five_totals(game), everything=True):
            assert by_the_engine(game, bet) == brute_force.settle(game.plain, bet)


def first_five_totals(game: RealGame) -> Sequence[Cell]:
    return [cell for cell in grid("mlb") if is_first_five_of_an_inning_too_few(game, cell)]


def test_a_final_score_with_overtime_in_it_does_not_settle_regulation():
    (denver_at_san_diego,) = [
        record for row, record in season("nfl").without_periods if any(after_regulation("nfl", row))
    ]
    draw = terms_of("nfl", a_bet("MONEYLINE_3WAY", "REGULATION", "DRAW"))

    assert settle(draw, denver_at_san_diego) == NotFinal("PERIODS_MISSING")


def test_a_game_whose_table_knows_no_overtime_has_none():
    contradicted = [
        record
        for row, record in season("ncaaf").without_periods
        if record.overtime and not any(after_regulation("ncaaf", row))
    ]

    assert contradicted == []


@pytest.mark.parametrize("league", LEAGUES)
def test_grading_in_bulk_settles_full_games_as_the_brute_force_does(league):
    cells = [cell for cell in grid(league) if cell.period == "FULL_GAME"]
    shares = [cells[first::29] for first in range(29)]
    games = [game for game in season(league).games if game.plain.innings is None]
    picks = [(game, bet) for number, game in enumerate(games) for bet in bets_on(game, shares[number % 29])]
    expected = [brute_force.settle(game.plain, bet) for game, bet in picks]

    grades = in_bulk([(game.plain, bet) for game, bet in picks])

    assert len(picks) > 2 * len(games)
    assert grades.codes.tolist() == [code_of(each) for each in expected]
    np.testing.assert_allclose(grades.units, [float(each.units) for each in expected], rtol=1e-14, atol=0)


def in_bulk(picks):
    scores = [brute_force.points_that_count(game, bet.kind, bet.period) for game, bet in picks]
    return grade_many(
        [MARKET_CODES[MarketType(bet.kind)] for _, bet in picks],
        [SIDE_CODES[Side(bet.side)] for _, bet in picks],
        [int((bet.line or 0) * 4) for _, bet in picks],
        [home for home, _ in scores],
        [away for _, away in scores],
        [float(bet.price) for _, bet in picks],
    )


def code_of(settlement):
    sign = {"WIN": 1, "PUSH": 0, "LOSS": -1}[settlement.result]
    return GradeCode(sign * int(2 * settlement.fraction))


MIRRORED = {Result.WIN: Result.LOSS, Result.LOSS: Result.WIN, Result.PUSH: Result.PUSH, Result.VOID: Result.VOID}


@pytest.mark.parametrize("league", LEAGUES)
def test_what_one_side_wins_the_other_loses_and_at_fair_prices_nobody_gains(league):
    for one, other in two_sides(league):
        assert (other.result, other.fraction_quarters) == (MIRRORED[one.result], one.fraction_quarters)
        assert one.units / FAIR["HOME"] + other.units / FAIR["AWAY"] == 0


def two_sides(league: str) -> Iterator[tuple[Grading, Grading]]:
    """Settle both sides of one market of every game, each game the next cell of the grid."""
    cells = [cell for cell in grid(league) if cell.side in {"HOME", "OVER"} and cell.kind != "MONEYLINE_3WAY"]
    for number, game in enumerate(season(league).games):
        for bet in bets_on(game, [cells[number % len(cells)]]):
            yield graded(game.record, league, bet), graded(game.record, league, opposite(bet))


def opposite(bet: Bet) -> Bet:
    side = {"HOME": "AWAY", "OVER": "UNDER"}[bet.side]
    line = -bet.line if bet.kind == "SPREAD" and bet.line is not None else bet.line
    return bet._replace(side=side, line=line, price=FAIR[side])


def graded(record: GameRecord, league: str, bet: Bet, rules=SETTLEMENT_V1) -> Grading:
    settled = settle(terms_of(league, bet), record, rules)
    assert isinstance(settled, Grading), (record, bet, settled)
    return settled


def a_bet(kind: str, period: str, side: str, line: float | None = None) -> Bet:
    return Bet(kind, period, side, line, PRICES[side])


def pushes(game: RealGame, kind: str, period: str, number: int) -> bool:
    """Say whether the number is the one that settles the market: a line on it is a push."""
    bet = a_bet(kind, period, "OVER", number)
    return graded(game.record, game.plain.league, bet).result is Result.PUSH


@pytest.mark.parametrize("league", ["nfl", "ncaaf", "nba", "ncaab"])
def test_two_halves_are_the_final_score_with_its_overtime(league):
    for game in season(league).games:
        home, away = final_score(game)
        first = brute_force.points_that_count(game.plain, "TOTAL", "1H")

        assert pushes(game, "TOTAL", "1H", sum(first))
        assert pushes(game, "TOTAL", "2H", home + away - sum(first))
        assert pushes(game, "TEAM_TOTAL_HOME", "2H", home - first[0])


@pytest.mark.parametrize("league", ["nfl", "ncaaf", "nba"])
def test_four_quarters_are_regulation_and_overtime_is_what_they_lack(league):
    for game in overtime_games(league):
        quarters = [sum(points) for points in game.plain.periods[:4]]

        assert all(pushes(game, "TOTAL", f"{number}Q", points) for number, points in enumerate(quarters, start=1))
        assert pushes(game, "TOTAL", "REGULATION", sum(quarters))
        assert pushes(game, "TOTAL", "FULL_GAME", sum(quarters) + sum(game.plain.periods[4]))


def overtime_games(league: str) -> Sequence[RealGame]:
    regulation = brute_force.PERIODS_OF_REGULATION[league]
    games = [game for game in season(league).games if len(game.plain.periods) > regulation]
    assert len(games) > 100
    assert all(game.record.overtime for game in games)
    return games


def test_a_game_that_ends_level_is_a_push_for_both_teams():
    ties = [game for game in season("nfl").games if len(set(final_score(game))) == 1]

    assert len(ties) > 5
    for game in ties:
        for side in ("HOME", "AWAY"):
            assert graded(game.record, "nfl", a_bet("MONEYLINE", "FULL_GAME", side)).result is Result.PUSH


def test_hockey_after_regulation_credits_exactly_one_goal():
    for game in overtime_games("nhl"):
        regulation = brute_force.points_that_count(game.plain, "TOTAL", "REGULATION")
        winner = winner_of(game)

        assert pushes(game, "TOTAL", "REGULATION", sum(regulation))
        assert pushes(game, "TOTAL", "FULL_GAME", sum(regulation) + 1)
        assert pushes(game, f"TEAM_TOTAL_{winner}", "FULL_GAME", regulation[0] + 1)
        assert graded(game.record, "nhl", a_bet("SPREAD", "FULL_GAME", winner, -1)).result is Result.PUSH
        assert graded(game.record, "nhl", a_bet("MONEYLINE_3WAY", "FULL_GAME", "DRAW")).result is Result.WIN


# The table does not say which of these games a shoot-out decided, so each is taken as one.
def test_a_shootout_settles_as_one_goal_however_many_went_in():
    cells = [cell for cell in grid("nhl") if cell.period in {"FULL_GAME", "3P"}]
    for number, game in enumerate(overtime_games("nhl")):
        for bet in bets_on(game, cells[number % 29 :: 29]):
            expected = graded(game.record, "nhl", bet)

            assert graded(as_shootout(game), "nhl", bet) == expected
            assert graded(as_shootout(game, goals=3), "nhl", bet) == expected


def test_a_team_total_leaves_the_shootout_out_where_the_rules_say_so():
    without = replace(SETTLEMENT_V1, version="test", nhl_team_total_includes_shootout=False)
    for game in overtime_games("nhl"):
        level_at = min(final_score(game))
        for kind in ("TEAM_TOTAL_HOME", "TEAM_TOTAL_AWAY"):
            bet = a_bet(kind, "FULL_GAME", "OVER", level_at)

            assert graded(as_shootout(game), "nhl", bet, without).result is Result.PUSH


def as_shootout(game: RealGame, *, goals: int | None = None) -> GameRecord:
    """Return the game as one that a shoot-out decided; `goals` is how many a careless feed adds to the winner."""
    record = replace(game.record, shootout=True)
    if goals is None:
        return record
    home, away = brute_force.points_that_count(game.plain, "TOTAL", "REGULATION")
    scored = (home + goals, away) if winner_of(game) == "HOME" else (home, away + goals)
    return replace(record, home=scored[0], away=scored[1], reg_home=home, reg_away=away)


def winner_of(game: RealGame) -> str:
    home, away = final_score(game)
    return "HOME" if home > away else "AWAY"


def final_score(game: RealGame) -> Points:
    assert game.record.score is not None
    return game.record.score
