"""The past in the order in which it became known, with closes that stood before the start."""

# mypy: disable-error-code="union-attr"

from datetime import timedelta
from itertools import pairwise

import pytest

from closeline.domain.feeds.captures import Phase, ResultStatus
from closeline.domain.markets import SPREAD
from closeline.jobs.replaying.backtest import backtest
from closeline.store.past.games import played
from closeline.store.past.ratings import BEGINNING
from closeline.store.session import unit_of_work
from tests.builders.archives import an_archive
from tests.builders.desks import a_desk
from tests.builders.moments import CLOSES, DAY, ENDS, HOUR, START
from tests.builders.payloads import GAME, a_payload, a_result, both_sides, three_markets
from tests.builders.records import rows_of, take_in, take_in_and_price
from tests.builders.stories import finished_game

FAR = ENDS + 1000 * HOUR


@pytest.fixture
def quoted(seeded):
    """Give a record with a game that was quoted at the open and at the close."""
    with unit_of_work(seeded) as session:
        take_in_and_price(session, a_payload(*three_markets()))
        close = a_payload(*three_markets(at=CLOSES, phase=Phase.CLOSE, spread=-18))
        take_in_and_price(session, close, at=CLOSES, phase=Phase.CLOSE)
    return seeded


def end(session, *results, at=ENDS):
    take_in(session, a_payload(*results), at=at, phase=Phase.RESULT)


def test_a_game_is_played_once_its_result_was_received(quoted):
    with unit_of_work(quoted) as session:
        end(session, a_result())
        assert played(session, league="nba", after=BEGINNING, until=ENDS - timedelta(microseconds=1)) == []
        assert [game.version.event_id for game in played(session, league="nba", after=BEGINNING, until=ENDS)] == [GAME]
        assert played(session, league="nba", after=ENDS, until=FAR) == []
        assert played(session, league="nfl", after=BEGINNING, until=FAR) == []


def test_the_close_is_the_last_price_before_the_start(quoted):
    with unit_of_work(quoted) as session:
        take_in_and_price(session, a_payload(*both_sides(line=-30, at=START + HOUR)), at=START + HOUR, phase=Phase.LIVE)
        end(session, a_result())
        (game,) = played(session, league="nba", after=BEGINNING, until=FAR)

    assert game.close(SPREAD.key).line_quarters == -18


def test_a_market_that_gives_money_away_is_nobodys_close(quoted):
    with unit_of_work(quoted) as session:
        take_in_and_price(
            session,
            a_payload(*both_sides(line=-20, prices=("+115", "+115"), at=CLOSES + timedelta(minutes=1))),
            at=CLOSES + timedelta(minutes=1),
            phase=Phase.LIVE,
        )
        end(session, a_result())
        (game,) = played(session, league="nba", after=BEGINNING, until=FAR)

    assert game.close(SPREAD.key).line_quarters == -18


@pytest.mark.parametrize("status", [ResultStatus.LIVE, ResultStatus.POSTPONED, ResultStatus.CANCELLED])
def test_only_a_final_result_teaches(quoted, status):
    with unit_of_work(quoted) as session:
        end(session, a_result(status=status))
        assert played(session, league="nba", after=BEGINNING, until=FAR) == []


def test_a_game_that_was_live_before_it_was_final_is_played_all_the_same(quoted):
    with unit_of_work(quoted) as session:
        end(session, a_result(score=(50, 40), status=ResultStatus.LIVE, at=START + HOUR), at=START + HOUR)
        end(session, a_result())
        assert [game.result.home_score for game in played(session, league="nba", after=BEGINNING, until=FAR)] == [110]


def test_a_correction_does_not_make_a_game_unplayed(quoted):
    with unit_of_work(quoted) as session:
        end(session, a_result())
        end(session, a_result(score=(111, 104), at=ENDS + HOUR), at=ENDS + HOUR)
        step_by_step = [
            *played(session, league="nba", after=BEGINNING, until=ENDS),
            *played(session, league="nba", after=ENDS, until=FAR),
        ]
        at_once = played(session, league="nba", after=BEGINNING, until=FAR)

    assert [game.result for game in at_once] == [game.result for game in step_by_step]


def test_games_come_in_the_order_of_their_receipt(trusting):
    backtest(a_desk(trusting, [an_archive(days=8)]))
    with unit_of_work(trusting, write=False) as session:
        games = played(session, league="nba", after=BEGINNING, until=FAR)
        rows = rows_of(session, "SELECT count(*) AS n FROM event_result")

    keys = [(game.result.received_at, game.version.day, game.version.event_id) for game in games]
    assert keys == sorted(keys)
    assert len(keys) == rows[0]["n"]
    assert all(each.received_at < game.version.starts_at for game in games for each in game.evaluations)


def test_the_past_in_parts_is_the_past_as_a_whole(seeded):
    with unit_of_work(seeded) as session:
        for back in (4, 3, 2, 1):
            finished_game(
                session,
                f"p{back}",
                DAY - timedelta(days=back),
                (100 + back, 99),
                home="Boston Celtics",
                away="Miami Heat",
            )
        whole = played(session, league="nba", after=BEGINNING, until=FAR)
        moments = [BEGINNING, *(ENDS - timedelta(days=back) for back in (4, 3, 2, 1)), FAR]
        parts = [
            game
            for after, until in pairwise(moments)
            for game in played(session, league="nba", after=after, until=until)
        ]

    assert parts == whole
    assert len(whole) == 4
