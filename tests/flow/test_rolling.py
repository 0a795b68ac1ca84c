"""Rolling rates on the record: the last games are counted from what is stored, once, and none from tomorrow."""

# mypy: disable-error-code="union-attr, misc"

from datetime import timedelta

import pytest

from closeline.domain.events import BiasMeasured
from closeline.domain.gates.rolling import HOME_WIN_RATE, OVERTIME_RATE
from closeline.flow import tune
from closeline.store.desk import alerts
from closeline.store.past import bias as table
from closeline.store.past.rolling import RollingBook, sample_of
from closeline.store.past.totals import TotalsBook
from tests.builders.ended import LEAGUE, Ended, add_ended, ends, fair_games
from tests.builders.records import TENANT, number, rolled_back

WON, LOST = Ended(), Ended(won=False)
# Seven in ten where five were forecast.
EXCESS = ([WON] * 7 + [LOST] * 3) * 30
EVEN = [WON, LOST] * 150


def measure(session, count, book=None):
    """Measure the morning after the last of so many games."""
    at = ends(count - 1) + timedelta(minutes=1)
    tune.measure_bias(session, book, tenant_id=TENANT, league=LEAGUE, at=at)
    return table.in_force(session, LEAGUE, at)


def games_at(session, at, book=None):
    return (book or RollingBook()).at(session, tenant_id=TENANT, league=LEAGUE, as_of=at)


def rates(row):
    return {name for name in row.triggers if name in (HOME_WIN_RATE, OVERTIME_RATE)}


@pytest.mark.parametrize(("count", "found"), [(199, set()), (200, {HOME_WIN_RATE})])
def test_a_planted_excess_of_home_wins_triggers_after_two_hundred_games_and_not_before(seeded, count, found):
    with rolled_back(seeded) as session:
        add_ended(session, EXCESS[:count])
        row = measure(session, count)
        told = alerts.since(
            session, tenant_id=TENANT, league=LEAGUE, after=ends(0), as_of=ends(count) + timedelta(days=1)
        )

    assert rates(row) == found
    assert (row.home_win_n, row.home_win_expected, row.home_win_z > 3) == (count, 0.5, True)
    assert row.home_win_rate == pytest.approx(0.7, abs=0.01)
    assert [item.text for item in told if item.kind == HOME_WIN_RATE] == [
        "nba last 200 games that tell: HOME_WIN_RATE, 70.0% where 50.0% was expected, z +5.66; no margin market is played"
    ] * len(found)


def test_a_planted_excess_of_overtimes_triggers_and_home_wins_stay_silent(seeded):
    games = ([Ended(went_over=True), LOST, WON, LOST] + [WON, LOST] * 3) * 22
    with rolled_back(seeded) as session:
        add_ended(session, games)
        row = measure(session, len(games))

    assert rates(row) == {OVERTIME_RATE}
    assert (row.overtime_n, row.overtime_rate, row.overtime_expected) == (220, 0.1, 0.02)


def test_synthetic_games_that_end_as_said_trigger_nothing_and_only_the_last_four_hundred_count(seeded):
    games = fair_games(430, 3)
    with rolled_back(seeded) as session:
        add_ended(session, games)
        row = measure(session, 430)

    assert rates(row) == set()
    assert (row.home_win_n, row.overtime_n) == (400, 400)
    assert row.home_win_rate == pytest.approx(sum(game.won for game in games[30:]) / 400)
    assert row.home_win_expected == pytest.approx(sum(game.home_win for game in games[30:]) / 400, abs=1e-9)
    assert row.overtime_rate == pytest.approx(sum(game.went_over for game in games[30:]) / 400)
    assert row.overtime_expected == pytest.approx(sum(game.overtime for game in games[30:]) / 400, abs=1e-8)


def test_neutral_ground_counts_for_overtime_and_not_for_home_wins(seeded):
    with rolled_back(seeded) as session:
        add_ended(session, [*EVEN[:10], *[Ended(neutral=True)] * 5])
        row = measure(session, 15)

    assert (row.home_win_n, row.home_win_rate, row.overtime_n) == (10, 0.5, 15)


def test_an_overtime_that_nobody_told_is_not_counted_as_none(seeded):
    silent = [Ended(told=False), Ended(told=False, went_over=True), Ended(overtime=None)]
    with rolled_back(seeded) as session:
        add_ended(session, [*EVEN[:10], Ended(went_over=True), *silent * 2])
        row = measure(session, 17)

    assert (row.overtime_n, row.overtime_rate) == (11, pytest.approx(1 / 11))
    assert row.home_win_n == 17


def test_a_forecast_made_after_the_start_says_nothing(seeded):
    with rolled_back(seeded) as session:
        add_ended(session, [*EVEN[:6], Ended(forecast_late=True)])
        found = sample_of(games_at(session, ends(6)))

    assert (len(found.home_wins), len(found.overtimes)) == (6, 6)


def test_a_result_received_later_is_not_measured(seeded):
    with rolled_back(seeded) as session:
        add_ended(session, EXCESS[:210])
        early = measure(session, 210)
    with rolled_back(seeded) as session:
        add_ended(session, [*EXCESS[:210], *[LOST] * 60])
        among_later = measure(session, 210)
        moment = games_at(session, ends(209) - timedelta(microseconds=1))

    assert among_later == early
    assert len(moment) == 209


def test_a_day_is_measured_and_alerted_once(seeded):
    with rolled_back(seeded) as session:
        add_ended(session, EXCESS[:240])
        row, book = measure(session, 240), TotalsBook()
        counts = [number(session, f"SELECT count(*) FROM {name}") for name in ("calibration_daily", "ops_alert")]
        again = tune.measure_bias(session, book, tenant_id=TENANT, league=LEAGUE, at=ends(239) + timedelta(minutes=2))
        after = [number(session, f"SELECT count(*) FROM {name}") for name in ("calibration_daily", "ops_alert")]

    assert (again, after) == (None, counts)
    assert counts == [1, len(row.triggers)]


def test_a_book_kept_between_mornings_says_what_a_cold_one_says(seeded):
    book, mornings = RollingBook(), [ends(place) for place in (9, 10, 55, 205, 420, 425, 429, 60, 428)]
    with rolled_back(seeded) as session:
        add_ended(session, fair_games(430, 5))
        for at in mornings:
            cold = games_at(session, at)

            assert games_at(session, at, book) == cold
            assert games_at(session, at, book) == cold
            assert all(game.ended_at <= at for game in cold)
        assert len(cold) == 400


def test_rates_stand_whatever_the_days_once_a_game_has_ended_again(seeded):
    with rolled_back(seeded) as session:
        add_ended(session, EXCESS[:205])
        # The next season's first game: four weeks hold it alone.
        add_ended(session, [WON], first=1500)
        told = tune.measure_bias(session, tenant_id=TENANT, league=LEAGUE, at=ends(1500))
        row = table.in_force(session, LEAGUE, ends(1500))

    assert isinstance(told, BiasMeasured)
    assert (row.n, row.home_win_n, rates(row)) == (1, 206, {HOME_WIN_RATE})
