"""View: every figure against brute force over the raw rows."""

# mypy: disable-error-code="operator, arg-type, misc"

import math
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from closeline.domain.clock import instant
from closeline.domain.leagues import League, league_day
from closeline.domain.markets import GAME_MARKETS
from closeline.flow import view
from closeline.jobs.replaying.backtest import backtest
from closeline.store.session import unit_of_work
from tests.builders.archives import FIRST, an_archive
from tests.builders.desks import a_desk
from tests.builders.records import TENANT, number, rows_of

PICKS = """
    SELECT p.*, t.clv_prob, t.clv_ev, t.missing_reason, g.result, g.units_micros
    FROM pick p JOIN publication u ON u.pick_id = p.pick_id
    LEFT JOIN line_track t ON t.pick_id = p.pick_id LEFT JOIN grade g ON g.pick_id = p.pick_id
    WHERE p.decision = 'PICK'"""


def figures(session, **other):
    return view.league_figures(session, tenant_id=TENANT, league=League.NBA, **other)


def mean(values):
    return sum(values) / len(values) if values else None


def test_the_counts_are_those_of_the_rows(played):
    with unit_of_work(played, write=False) as session:
        found = figures(session)
        rows = rows_of(session, PICKS)
        verdicts = Counter(
            row["action"] for row in rows_of(session, "SELECT action FROM candidate_finding WHERE gate = 'verdict'")
        )
        assert found.games == number(session, "SELECT count(*) FROM event_result")
        assert found.leans == number(
            session, "SELECT count(*) FROM publication u JOIN pick p ON p.pick_id = u.pick_id WHERE p.decision = 'LEAN'"
        )

    results = Counter(row["result"] for row in rows)
    assert found.published == len(rows) > 0
    assert found.decisions == {name: verdicts[name] for name in ("PICK", "LEAN", "NO_PLAY")}
    assert found.graded == {name: results[name] for name in ("WIN", "LOSS", "PUSH", "VOID")}
    assert found.published == sum(found.graded.values()) + found.open


@pytest.mark.parametrize("place", range(len(GAME_MARKETS)))
def test_the_figures_of_a_market_are_those_of_its_picks(played, place):
    market = GAME_MARKETS[place]
    with unit_of_work(played, write=False) as session:
        found = figures(session).markets[place]
        rows = [row for row in rows_of(session, PICKS) if row["market_key"] == market.key]

    closed = [row for row in rows if row["clv_prob"] is not None]
    results = Counter(row["result"] for row in rows)
    assert (found.market_key, found.picks) == (market.key, len(rows))
    assert found.clv_prob.n == len(closed)
    assert found.clv_prob.mean == pytest.approx(100 * mean([row["clv_prob"] for row in closed]))
    assert found.predicted_clv_mean == pytest.approx(100 * mean([row["predicted_clv"] for row in closed]))
    assert found.clv_ev_mean == pytest.approx(100 * mean([row["clv_ev"] for row in closed]))
    assert (found.wins, found.losses, found.pushes, found.voids) == tuple(
        results[name] for name in ("WIN", "LOSS", "PUSH", "VOID")
    )
    assert found.units == pytest.approx(sum(row["units_micros"] or 0 for row in rows) / 1e6)
    assert found.units_expected == pytest.approx(sum(row["ev_per_unit"] for row in rows))
    assert found.missing_closes == sum(row["missing_reason"] is not None for row in rows)
    over = sum(row["predicted_clv"] * row["clv_prob"] for row in closed)
    assert found.clv_slope_picks.slope == pytest.approx(over / sum(row["predicted_clv"] ** 2 for row in closed))


def test_the_interval_of_the_value_holds_its_mean(played):
    with unit_of_work(played, write=False) as session:
        for found in figures(session).markets:
            assert found.clv_prob.low <= found.clv_prob.mean <= found.clv_prob.high


def test_the_log_loss_of_the_home_win_is_that_of_the_same_games_four_times(played):
    with unit_of_work(played, write=False) as session:
        found = figures(session).home_win
        rows = rows_of(session, """
            SELECT p.event_id, p.q_market, p.p_raw, p.p_anchor, p.basis, r.home_score, r.away_score,
              (SELECT e.fair_probability FROM market_evaluation e JOIN snapshot s ON s.snapshot_id = e.snapshot_id
               WHERE e.event_id = p.event_id AND e.market_key = p.market_key AND e.flags = '' AND s.phase = 'CLOSE') AS q_close
            FROM prediction p JOIN event_result r ON r.event_id = p.event_id WHERE p.market_key = 'MONEYLINE:FULL_GAME'""")  # fmt: skip

    known = [
        row
        for row in rows
        if row["basis"] == "QUOTED" and row["q_close"] is not None and row["home_score"] != row["away_score"]
    ]

    def loss(column):
        return mean(
            [-math.log(row[column] if row["home_score"] > row["away_score"] else 1 - row[column]) for row in known]
        )

    if len(known) == found.n:
        assert found.open == pytest.approx(loss("q_market"))
        assert found.rating == pytest.approx(loss("p_raw"))
        assert found.published == pytest.approx(loss("p_anchor"))
        assert found.close == pytest.approx(loss("q_close"))
    assert found.n + found.left_out == len(rows)
    assert found.n >= len(known) > 0


def test_the_calibration_error_counts_each_home_win_once(played):
    with unit_of_work(played, write=False) as session:
        found = figures(session)
        decided = number(session, """
            SELECT count(*) FROM prediction p JOIN event_result r ON r.event_id = p.event_id
            WHERE p.market_key = 'MONEYLINE:FULL_GAME' AND p.basis <> 'SUSPECT' AND r.home_score <> r.away_score
              AND p.p_anchor IS NOT NULL""")  # fmt: skip

    assert found.ece.n == decided
    assert 0 <= found.ece.value <= 1
    assert np.isfinite(found.ece.noise_floor)


def test_what_was_published_is_listed_with_its_end_oldest_first(played):
    with unit_of_work(played, write=False) as session:
        ended = view.published(session, tenant_id=TENANT, league=League.NBA)
        total = number(session, "SELECT count(*) FROM publication")

    assert len(ended) == total
    assert [item.published_at for item in ended] == sorted(item.published_at for item in ended)
    assert all(item.grade is not None and item.track is not None for item in ended)


def test_the_games_of_warm_up_are_counted_apart(trusting):
    from datetime import timedelta

    first = FIRST + timedelta(days=6)
    backtest(a_desk(trusting, [an_archive(days=10)], publish_from=first))
    with unit_of_work(trusting, write=False) as session:
        found = figures(session, publish_from=first)
        days = [
            row["day"]
            for row in rows_of(session, "SELECT e.day FROM event e JOIN event_result r ON r.event_id = e.event_id")
        ]
        published = [
            league_day(instant(row["published_at"])) for row in rows_of(session, "SELECT published_at FROM publication")
        ]

    assert found.warmup_games == sum(day < first.isoformat() for day in days)
    assert found.games == len(days)
    assert min(published) >= first


def test_a_record_without_anything_has_figures_of_nothing(seeded):
    with unit_of_work(seeded, write=False) as session:
        found = figures(session)

    assert (found.games, found.published, found.open, found.quarantined) == (0, 0, 0, {})
    assert all(market.clv_prob.mean is None and market.units == 0 for market in found.markets)
    assert found.home_win.n == 0


@pytest.mark.parametrize(
    ("reason", "counts"), [("POSTPONED_OUTSIDE_WINDOW", False), ("INSUFFICIENT_PLAY", True), (None, True)]
)
def test_a_bet_that_was_off_before_play_has_no_closing_line_value_that_counts(played, reason, counts):
    with unit_of_work(played, write=False) as session:
        item = next(each for each in view.published(session, tenant_id=TENANT, league=League.NBA) if each.valued)
    assert item.grade is not None
    off = replace(item.grade, result="VOID", reason=reason)

    assert replace(item, grade=off).valued is counts
