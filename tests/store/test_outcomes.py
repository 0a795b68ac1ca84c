"""What became of predictions, against brute force over the rows; and nothing of what came after as_of."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from closeline.domain.clock import instant
from closeline.domain.leagues import League
from closeline.domain.markets import GAME_MARKETS, MONEYLINE, SPREAD, TOTAL
from closeline.store.past import outcomes
from closeline.store.past.ratings import BEGINNING
from closeline.store.session import unit_of_work
from tests.builders.records import TENANT, rows_of

FAR = datetime(2030, 1, 1, tzinfo=UTC)


def settled(session, market, as_of=FAR, since=BEGINNING):
    return outcomes.settled(
        session, tenant_id=TENANT, league=League.NBA, market_key=market.key, since=since, as_of=as_of
    )


def beyond(row, market):
    line = (row["line_quarters"] or 0) / 4
    total, margin = row["home_score"] + row["away_score"], row["home_score"] - row["away_score"]
    return total - line if market == TOTAL else margin + line


@pytest.mark.parametrize("market", GAME_MARKETS)
def test_who_won_is_what_the_score_says_against_the_line(played, market):
    with unit_of_work(played, write=False) as session:
        known = settled(session, market)
        rows = {
            row["event_id"]: row
            for row in rows_of(session, """
                SELECT p.event_id, p.line_quarters, p.p_raw, p.q_market, p.book, r.home_score, r.away_score
                FROM prediction p JOIN event_result r ON r.event_id = p.event_id WHERE p.market_key = :key""", key=market.key)
        }  # fmt: skip

    assert sorted(known.events) == sorted(rows)
    for place, name in enumerate(known.events):
        value = beyond(rows[name], market)
        if value == 0:
            assert np.isnan(known.won[place])
        else:
            assert known.won[place] == (value > 0)
        assert known.p_raw[place] == rows[name]["p_raw"]
        assert known.q_market[place] == rows[name]["q_market"]
    assert known.decided.sum() == sum(beyond(row, market) != 0 for row in rows.values())


@pytest.mark.parametrize("market", GAME_MARKETS)
def test_at_every_moment_only_results_received_by_then_count(played, market):
    with unit_of_work(played, write=False) as session:
        received = {
            row["event_id"]: instant(row["received_at"])
            for row in rows_of(session, "SELECT event_id, received_at FROM event_result")
        }
        for moment in sorted(set(received.values()))[::6]:
            for as_of in (moment - timedelta(microseconds=1), moment):
                names = sorted(name for name, at in received.items() if at <= as_of)
                assert sorted(settled(session, market, as_of).events) == names
                assert outcomes.results_count(session, league="nba", as_of=as_of) == len(names)


def test_predictions_before_the_first_day_asked_for_are_left_out(played):
    with unit_of_work(played, write=False) as session:
        made = {
            row["event_id"]: instant(row["as_of"]) for row in rows_of(session, "SELECT event_id, as_of FROM prediction")
        }
        middle = sorted(made.values())[len(made) // 2]
        assert sorted(settled(session, SPREAD, since=middle).events) == sorted(
            name for name, at in made.items() if at >= middle
        )


def test_the_opening_prices_are_the_first_that_were_quoted(played):
    with unit_of_work(played, write=False) as session:
        known = settled(session, SPREAD)
        home, away = outcomes.opening_prices(session, known, market_key=SPREAD.key, as_of=FAR)
        for place, name in enumerate(known.events):
            for side, found in (("HOME", home[place]), ("AWAY", away[place])):
                (row, *_) = rows_of(session, """
                    SELECT price_exact FROM quote WHERE event_id = :name AND market_key = :key AND side = :side
                    ORDER BY received_at, quote_id""", name=name, key=SPREAD.key, side=side)  # fmt: skip
                over, under = map(int, row["price_exact"].split("/"))
                assert found == over / under


def test_a_closing_moneyline_is_the_last_fair_price_before_the_start(played):
    with unit_of_work(played, write=False) as session:
        known = settled(session, MONEYLINE)
        found = outcomes.closing_moneylines(session, known, as_of=FAR)
        for place, name in enumerate(known.events):
            rows = rows_of(session, """
                SELECT e.fair_probability, e.flags FROM market_evaluation e WHERE e.event_id = :name AND e.market_key = :key
                AND e.received_at < (SELECT starts_at FROM event_version v WHERE v.event_id = e.event_id ORDER BY version DESC LIMIT 1)
                ORDER BY e.received_at""", name=name, key=MONEYLINE.key)  # fmt: skip
            fair = [row["fair_probability"] for row in rows if row["flags"] == ""]
            assert found[place] == fair[-1] if fair else np.isnan(found[place])


def test_nothing_that_was_settled_gives_empty_arrays(seeded):
    with unit_of_work(seeded, write=False) as session:
        known = settled(session, SPREAD)
        assert (known.events, known.won.size) == ((), 0)
        assert outcomes.results_count(session, league="nba", as_of=FAR) == 0
