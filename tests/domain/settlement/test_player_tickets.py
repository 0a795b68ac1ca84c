"""A ticket on a player's number: his line decides, and the game decides whether it stands."""

# mypy: disable-error-code="union-attr"

import itertools
from fractions import Fraction

import pytest

from closeline.domain.feeds.captures import ResultStatus
from closeline.domain.leagues import League
from closeline.domain.markets import PLAYER_TYPES, Market, MarketType, Period, Side
from closeline.domain.settlement import GameRecord, NotFinal, PlayerRecord, Result, SettledTerms, settle, settles

PRA = Market(MarketType.PLAYER_PRA, player_id="nba_1")
EVEN = Fraction(2)


def a_ticket(side=Side.OVER, line=110, of=PRA):
    return SettledTerms(League.NBA, of, side, line, EVEN)


def a_game(status=ResultStatus.FINAL, **more):
    return GameRecord(status=status, home=110, away=104, **more)


def played(value=28, seconds=2000.0):
    return PlayerRecord(value, seconds_played=seconds)


def test_every_number_ends_as_counting_it_says():
    for value, line, side in itertools.product(range(20, 36), range(100, 121), (Side.OVER, Side.UNDER)):
        if line % 4 not in (0, 2):
            continue
        found = settle(a_ticket(side, line), a_game(), player=played(value))
        above = 4 * value - line if side is Side.OVER else line - 4 * value
        assert found.result is (Result.WIN if above > 0 else Result.LOSS if above < 0 else Result.PUSH)
        assert found.units == (1 if above > 0 else -1 if above < 0 else 0)


@pytest.mark.parametrize("status", [ResultStatus.SCHEDULED, ResultStatus.LIVE, ResultStatus.POSTPONED])
def test_nothing_settles_before_the_game_is_over(status):
    assert isinstance(settle(a_ticket(), a_game(status, hours_waited=1.0), player=played()), NotFinal)


@pytest.mark.parametrize(("player", "reason"), [
    (PlayerRecord(None), "PARTICIPATION_UNKNOWN"), (PlayerRecord(None, seconds_played=100.0), "VALUE_MISSING"),
])  # fmt: skip
def test_what_nobody_has_told_waits(player, reason):
    assert settle(a_ticket(), a_game(), player=player) == NotFinal(reason)


@pytest.mark.parametrize("side", [Side.OVER, Side.UNDER])
def test_who_did_not_play_voids_both_sides(side):
    found = settle(a_ticket(side), a_game(), player=played(None, 0.0))

    assert (found.result, found.reason, found.units) == (Result.VOID, "DNP", 0)


def test_a_game_that_was_called_off_voids_whatever_the_player_did():
    found = settle(a_ticket(), a_game(ResultStatus.CANCELLED), player=played())

    assert found.result is Result.VOID


def test_too_short_a_game_voids_a_players_number():
    found = settle(a_ticket(), a_game(ResultStatus.SHORTENED, minutes_played=30.0), player=played())

    assert (found.result, found.reason) == (Result.VOID, "INSUFFICIENT_PLAY")


def test_the_engine_settles_numbers_of_basketball_players_and_of_somebody():
    for league, kind, period in itertools.product(League, PLAYER_TYPES, (Period.FULL_GAME, Period.FIRST_HALF)):
        whole = period is Period.FULL_GAME and league in (League.NBA, League.NCAAB)
        assert settles(league, Market(kind, period, "x_1")) is whole
        assert not settles(league, Market(kind, period))
    with pytest.raises(ValueError, match="one player's number"):
        SettledTerms(League.NFL, PRA, Side.OVER, 110, EVEN)
