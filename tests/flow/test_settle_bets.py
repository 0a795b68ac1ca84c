"""Bets are settled by the engine of the picks, each at its own line and its own price; SYNTHETIC players and games."""

# mypy: disable-error-code="operator, union-attr"

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.errors import AppendOnlyViolation
from closeline.domain.feeds.captures import Phase, ResultStatus
from closeline.domain.leagues import League
from closeline.domain.markets import MONEYLINE, SPREAD, TOTAL, MarketType, Selection, Side
from closeline.domain.money.bets import BetState, Standing, profit_of
from closeline.domain.money.ledger import tally
from closeline.domain.settlement import SETTLEMENT_V1, Result, halves_won
from closeline.domain.settlement.outcomes import units
from closeline.flow import settle
from closeline.flow.settle.bets import settle_bets
from closeline.store.desk import bets, grades, picks
from closeline.store.session import unit_of_work
from tests.builders.bets import PLAYER, UNIT, a_bet, american, on_player, on_spread
from tests.builders.moments import CLOSES, ENDS, HOUR, OPENS
from tests.builders.payloads import GAME, a_payload, a_result, three_markets
from tests.builders.props import a_box, a_whole_log, told_of, with_players
from tests.builders.records import TENANT, take_in

LATE = HOUR * (SETTLEMENT_V1.correction_window_hours + 1)
OTHER = "nba_2"


@pytest.fixture
def expected(rated):
    """Give a record with a game that is to come, and players who have played before."""
    with_players(rated)
    with unit_of_work(rated) as session:
        take_in(session, a_payload(*three_markets()))
    return rated


def end(session, score=(110, 104), *, at=ENDS, status=ResultStatus.FINAL):
    take_in(session, a_payload(a_result(score=score, at=at, status=status)), at=at, phase=Phase.RESULT)


def keep(session, *new):
    bets.add(session, new, tenant_id=TENANT, actor="ann", at=OPENS + 2 * HOUR)


def settled(session, at=ENDS):
    """Settle, and give where every bet stands by its name, with why each that is open is held."""
    found = settle_bets(session, tenant_id=TENANT, at=at, actor="ann")
    held = {item.standing.bet.bet_id: item.held for item in found}
    now = {item.bet.bet_id: item for item in bets.standings(session, tenant_id=TENANT, as_of=at)}
    return now, held


def result(standing):
    last = standing.last
    return None if last is None else (last.result, last.fraction_quarters, last.profit)


# ----------------------------------------------------------------------------------- an oracle in plain words


def oracle(selection, price_text, stake, score):
    """Settle by the words of a ticket, in Fractions: a quarter line is half a bet on either side of it."""
    home, away = score
    points = int(price_text)
    net = Fraction(points, 100) if points > 0 else Fraction(100, -points)
    if selection.market == MONEYLINE:
        lines = [Fraction(0)]
    else:
        line = Fraction(selection.line_quarters, 4)
        quarter = selection.line_quarters % 2 == 1
        lines = [line - Fraction(1, 4), line + Fraction(1, 4)] if quarter else [line]
    profit = Fraction(0)
    for line in lines:
        if selection.market == TOTAL:
            past = home + away - line if selection.side is Side.OVER else line - home - away
        else:
            past = (home - away if selection.side is Side.HOME else away - home) + line
        part = Fraction(stake, len(lines))
        profit += part * net if past > 0 else -part if past < 0 else 0
    whole = int(abs(profit) + Fraction(1, 2))
    return whole if profit >= 0 else -whole


tickets = st.lists(
    st.tuples(
        st.sampled_from((
            *((SPREAD, side) for side in (Side.HOME, Side.AWAY)), *((TOTAL, side) for side in (Side.OVER, Side.UNDER)),
            (MONEYLINE, Side.HOME), (MONEYLINE, Side.AWAY),
        )),
        st.integers(-40, 40), st.sampled_from(("-110", "+150", "-250", "+101", "-105", "+975")),
        st.integers(1, 10**10), st.sampled_from(("book_a", "book_b")),
    ),
    min_size=12, max_size=30,
)  # fmt: skip


def drawn_bets(drawn):
    for number, ((of, side), off, price, stake, book) in enumerate(drawn):
        line = None if of == MONEYLINE else off if of == SPREAD else 856 + off
        yield a_bet(
            Selection(GAME, of, side, line), price=price, stake=stake, book=book, external_id=f"n{number}"
        ), price  # fmt: skip


@given(st.data())
def test_halves_of_the_engine_are_what_the_words_say(data):
    """The oracle against the engine's own arithmetic, without a record: many scores and lines."""
    score = data.draw(st.tuples(st.integers(80, 130), st.integers(80, 130)))
    for bet, price in drawn_bets(data.draw(tickets)[:3]):
        of = bet.selection
        halves = halves_won(of.market.type, of.side, of.line_quarters or 0, score)
        assert profit_of(bet, units(halves, bet.price.exact)) == oracle(of, price, bet.stake, score)


@pytest.mark.parametrize("score", [(110, 104), (104, 110), (107, 107), (90, 131)])
def test_a_whole_ledger_is_what_plain_fractions_say(expected, score):
    pairs = list(drawn_bets(_fixed_draw(score)))
    with unit_of_work(expected) as session:
        keep(session, *(bet for bet, _ in pairs))
        end(session, score)
        now, _ = settled(session)
        total = tally(now.values())

    by_hand = {bet.bet_id: oracle(bet.selection, price, bet.stake, score) for bet, price in pairs}
    assert {name: item.profit for name, item in now.items()} == by_hand
    assert total.profit == sum(by_hand.values())
    assert total.turnover == sum(bet.stake for bet, _ in pairs)


# ----------------------------------------------------------------------------------------- its own line


def test_a_bet_is_settled_at_its_own_line_and_price_whatever_its_pick_or_today_says(published):
    with unit_of_work(published) as session:
        pick = next(
            item for item in picks.every(session, tenant_id=TENANT, league="nba") if item.selection.market == SPREAD
        )
        own_line = pick.selection.line_quarters + (12 if pick.selection.side is Side.HOME else -12)
        mine = a_bet(
            Selection(GAME, SPREAD, pick.selection.side, own_line), price="+150", pick_id=pick.pick_id
        )  # fmt: skip
        keep(session, mine)
        # Today's line is another one again.
        take_in(session, a_payload(*three_markets(at=CLOSES, spread=-30)), at=CLOSES)
        margin = 2 if pick.selection.side is Side.HOME else 4
        end(session, (104 + margin, 104))
        settle.settle_picks(session, tenant_id=TENANT, league=League.NBA, snapshot_id="s", at=ENDS)
        now, _ = settled(session)
        of_pick = grades.grades(session, [pick.pick_id], tenant_id=TENANT)[pick.pick_id]

    mark = now[mine.bet_id].last
    own = oracle(mine.selection, "+150", mine.stake, (104 + margin, 104))
    planted = oracle(pick.selection, "-110", mine.stake, (104 + margin, 104))
    assert mark.profit == own != planted
    assert mark.result is not Result(of_pick.result)


def test_an_exact_number_is_a_push_and_a_quarter_line_is_half_a_bet(expected):
    pushed, half_won, half_lost = (
        a_bet(on_spread(line), external_id=str(line)) for line in (-24, -23, -25)
    )  # fmt: skip
    with unit_of_work(expected) as session:
        keep(session, pushed, half_won, half_lost)
        end(session, (110, 104))
        now, _ = settled(session)

    assert result(now[pushed.bet_id]) == (Result.PUSH, 4, 0)
    assert result(now[half_won.bet_id]) == (Result.WIN, 2, 454_545)
    assert result(now[half_lost.bet_id]) == (Result.LOSS, 2, -500_000)


def test_what_is_not_over_is_held_with_its_reason_and_a_second_run_adds_nothing(expected):
    bet = a_bet()
    with unit_of_work(expected) as session:
        keep(session, bet)
        before, held = settled(session, OPENS + 3 * HOUR)
        end(session)
        first, _ = settled(session)
        second, _ = settled(session, ENDS + HOUR)

    assert (before[bet.bet_id].state, held[bet.bet_id]) == (BetState.OPEN, "NO_REPORT")
    assert first[bet.bet_id].state is BetState.SETTLED
    assert first == second


def test_a_cancelled_game_gives_the_stake_back(expected):
    bet = a_bet()
    with unit_of_work(expected) as session:
        keep(session, bet)
        end(session, (None, None), status=ResultStatus.CANCELLED)
        now, _ = settled(session)

    assert (now[bet.bet_id].state, now[bet.bet_id].profit) == (BetState.VOID, 0)
    assert now[bet.bet_id].last.reason == "CANCELLED"


def test_a_correction_appends_and_one_that_comes_too_late_does_not(expected):
    bet = a_bet(on_spread(-14))
    with unit_of_work(expected) as session:
        keep(session, bet)
        end(session, (110, 104))
        first = settled(session)[0][bet.bet_id]
        end(session, (106, 104), at=ENDS + HOUR)
        second = settled(session, ENDS + HOUR)[0][bet.bet_id]
        end(session, (120, 104), at=ENDS + LATE)
        third = settled(session, ENDS + LATE)[0][bet.bet_id]

    assert [first.last.result, second.last.result] == [Result.WIN, Result.LOSS]
    assert second.steps[:2] == first.steps
    assert (second.last.supersedes, second.last.evidence) == (2, f"{GAME}@2")
    assert third == second


def test_no_step_is_ever_changed(expected):
    bet = a_bet()
    with unit_of_work(expected) as session:
        keep(session, bet)
        end(session)
        now = settled(session)[0][bet.bet_id]

    with pytest.raises(AppendOnlyViolation), unit_of_work(expected) as session:
        bets.add_steps(session, [(bet, now.last)])


# --------------------------------------------------------------------------------------------- players


def test_a_players_number_decides_with_overtime_in_it_and_an_exact_one_is_a_push(expected):
    over, under = on_player(122), on_player(122, Side.UNDER)
    exact, exact_under = on_player(124), on_player(124, Side.UNDER)
    four = [a_bet(selection, external_id=str(n)) for n, selection in enumerate((over, under, exact, exact_under))]
    with unit_of_work(expected) as session:
        keep(session, *four)
        end(session)
        told_of(session, [a_box("1", (18, 7, 6), seconds=3100)], at=ENDS)
        now, _ = settled(session)

    assert [now[bet.bet_id].last.result for bet in four] == [Result.WIN, Result.LOSS, Result.PUSH, Result.PUSH]
    # The planted fault: an exact number graded as a win for Under.
    assert now[four[3].bet_id].profit == 0 != UNIT


def test_who_did_not_play_is_void_only_where_the_log_is_whole(expected):
    bet = a_bet(on_player())
    with unit_of_work(expected) as session:
        keep(session, bet)
        end(session)
        told_of(session, [a_box("2", (20, 5, 5), at_home=False)], at=ENDS)
        before, held = settled(session)
        told_of(session, a_whole_log(), at=ENDS + HOUR)
        after, _ = settled(session, ENDS + HOUR)

    assert (before[bet.bet_id].state, held[bet.bet_id]) == (BetState.OPEN, "PARTICIPATION_UNKNOWN")
    assert (after[bet.bet_id].state, after[bet.bet_id].last.reason) == (BetState.VOID, "DNP")


def test_a_correction_of_a_players_number_appends(expected):
    bet = a_bet(on_player(122))
    with unit_of_work(expected) as session:
        keep(session, bet)
        end(session)
        told_of(session, [a_box("1", (18, 7, 6))], at=ENDS)
        first = settled(session)[0][bet.bet_id]
        told_of(session, [a_box("1", (18, 7, 5))], at=ENDS + HOUR)
        second = settled(session, ENDS + HOUR)[0][bet.bet_id]

    assert [first.last.result, second.last.result, second.last.supersedes] == [Result.WIN, Result.LOSS, 2]


def test_bets_are_never_matched_by_player_and_date_alone(expected):
    """Three bets on one player on one day: another number, another line and another book are other bets."""
    three = [
        a_bet(on_player(122), book="book_a"), a_bet(on_player(126), book="book_b"),
        a_bet(on_player(74, of=MarketType.PLAYER_POINTS), book="book_a", price="+150"),
        a_bet(on_player(122, player=OTHER), book="book_a"),
    ]  # fmt: skip
    with unit_of_work(expected) as session:
        keep(session, *three)
        end(session)
        told_of(session, [a_box("1", (18, 7, 6)), a_box("2", (30, 9, 9), at_home=False)], at=ENDS)
        now, _ = settled(session)

    assert [now[bet.bet_id].last.result for bet in three] == [Result.WIN, Result.LOSS, Result.LOSS, Result.WIN]
    # The planted fault: the first bet on a player and a day answers for all of his bets.
    by_player_and_day: dict[object, Standing] = {}
    for bet in three:
        by_player_and_day.setdefault((bet.selection.market.player_id, bet.placed_at.date()), now[bet.bet_id])
    wrong = [by_player_and_day[PLAYER, bet.placed_at.date()].last.result for bet in three[:3]]
    assert wrong == [Result.WIN] * 3


def test_games_without_a_bet_are_in_no_figure(published):
    """A predecessor showed games that nobody had bet on as losses."""
    with unit_of_work(published) as session:
        end(session, (90, 140))
        settle.settle_picks(session, tenant_id=TENANT, league=League.NBA, snapshot_id="s", at=ENDS)
        now, _ = settled(session)
        every = picks.every(session, tenant_id=TENANT, league="nba")
        total = tally(now.values())

    assert every
    assert (total.bets, total.settled, total.profit, total.losses) == (0, 0, 0, Fraction(0))
    # The planted fault: what was not won is lost, bet or no bet.
    planted = sum(1 for item in every if item.selection.selection_id not in _won(now))
    assert planted == len(every) > total.losses


def _won(now):
    return {item.bet.selection.selection_id for item in now.values() if item.profit > 0}


def _fixed_draw(score):
    """Give the same forty tickets for each score, around its margin and its total."""
    prices = ("-110", "+150", "-250", "+101", "-105", "+975")
    sides = ((SPREAD, Side.HOME), (SPREAD, Side.AWAY), (TOTAL, Side.OVER), (TOTAL, Side.UNDER))
    margin, total = score[0] - score[1], sum(score)
    drawn = []
    for number in range(40):
        of, side = sides[number % 4]
        near = number % 9 - 4
        off = (-4 * margin if side is Side.HOME else 4 * margin) + near if of == SPREAD else 4 * total - 856 + near
        drawn.append(((of, side), off, prices[number % 6], 10**6 + 7 * number**3, "book_a"))
    drawn += [((MONEYLINE, side), 0, price, 333_333, "book_b") for side in (Side.HOME, Side.AWAY) for price in prices]
    return drawn


def test_the_price_is_exact_and_rounded_once(expected):
    bet = a_bet(stake=333_333, price="-107", denomination="USD")
    with unit_of_work(expected) as session:
        keep(session, bet)
        end(session)
        now, _ = settled(session)

    assert now[bet.bet_id].profit == round(Fraction(333_333 * 100, 107))
    assert american("-107").exact == Fraction(207, 107)
