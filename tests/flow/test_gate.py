"""Gate: every rule on every candidate, by the limits of its league, from what was known at the moment."""

# mypy: disable-error-code="operator, arg-type"

from dataclasses import replace
from datetime import timedelta

import pytest

from closeline.domain.clock import micros
from closeline.domain.gates import GATES, Slate
from closeline.domain.gates.bias import BaselineBias
from closeline.domain.markets import MONEYLINE, SPREAD, TOTAL
from closeline.flow import forecast, gate
from closeline.flow.gate.surroundings import slate_of
from closeline.store import forecasts, models, quotes
from closeline.store.desk import candidates
from closeline.store.forecasts import Prediction
from closeline.store.past import bias
from closeline.store.past.ratings import RatingBook
from closeline.store.session import unit_of_work
from tests.builders.moments import HOUR, MINUTE, OPENS, START
from tests.builders.payloads import GAME, a_payload, a_quote, an_event, both_sides, three_markets
from tests.builders.records import TENANT, plant_policy, rows_of, take_in, take_in_and_price
from tests.builders.stories import NBA, forecast_at


def judge(session, at=OPENS):
    return gate.gate(session, tenant_id=TENANT, league=NBA, as_of=micros(at))


def findings(session, market=SPREAD):
    rows = rows_of(session, """
        SELECT f.* FROM candidate_finding f JOIN prediction p ON p.prediction_id = f.prediction_id
        WHERE p.market_key = :key ORDER BY f.ordinal""", key=market.key)  # fmt: skip
    return {row["gate"]: row for row in rows}


def reasons(session, market=SPREAD):
    return {row["reason"] for row in findings(session, market).values() if row["reason"] and row["gate"] != "verdict"}


def test_every_rule_speaks_about_every_market_and_a_verdict_follows(rated):
    with unit_of_work(rated) as session:
        forecast_at(session, a_payload(*three_markets()))
        told = judge(session)
        found = {market: findings(session, market) for market in (MONEYLINE, SPREAD, TOTAL)}

    assert told.picks + told.leans + told.no_plays == 3
    for rows in found.values():
        assert len(rows) == len(GATES) + 2
        assert [row["ordinal"] for row in rows.values()] == list(range(len(GATES) + 2))


def test_a_moneyline_that_was_derived_is_never_played(rated):
    with unit_of_work(rated) as session:
        forecast_at(session, a_payload(*both_sides(), *both_sides(market=TOTAL, line=900)))
        judge(session)
        found = findings(session, MONEYLINE)

    assert found["no_market_no_pick"]["reason"] == "NO_MARKET_NO_PICK"
    assert found["verdict"]["action"] == "NO_PLAY"


def test_the_side_with_the_better_edge_is_the_candidate(rated):
    with unit_of_work(rated) as session:
        forecast_at(session, a_payload(*three_markets()))
        judge(session)
        for item in forecasts.of_moment(session, tenant_id=TENANT, league="nba", as_of=OPENS):
            latest = quotes.latest(quotes.of_events(session, [GAME], as_of=OPENS))
            edges = {
                quote.side: (item.p_anchor if quote.side == item.side else 1 - item.p_anchor) - 1 / quote.price.decimal
                for quote in latest.values()
                if quote.market.key == item.market_key
            }
            (row, *_) = rows_of(
                session,
                "SELECT DISTINCT side FROM candidate_finding WHERE prediction_id = :name",
                name=item.prediction_id,
            )
            assert row["side"] == max(edges, key=edges.get)


@pytest.mark.parametrize(
    ("market", "parsed", "reason"),
    [
        (TOTAL, a_payload(*both_sides(market=TOTAL, line=1200)), "MARKET_LINE_OUT_OF_RANGE"),
        (SPREAD, a_payload(*both_sides(line=-104)), "MARKET_LINE_OUT_OF_RANGE"),
        (SPREAD, a_payload(*both_sides(prices=("-200", "-200"))), "MARKET_LINE_BOOKSUM"),
    ],
)
def test_a_planted_fault_of_a_line_is_found(rated, market, parsed, reason):
    with unit_of_work(rated) as session:
        forecast_at(session, parsed)
        judge(session)
        assert reason in reasons(session, market)


def test_a_sound_line_has_nothing_said_against_its_integrity(rated):
    with unit_of_work(rated) as session:
        forecast_at(session, a_payload(*three_markets()))
        judge(session)
        for market in (MONEYLINE, SPREAD, TOTAL):
            assert findings(session, market)["line_integrity"]["action"] == "PASS"
            assert findings(session, market)["opener_consistency"]["reason"] == ""


def test_ratings_without_closes_and_markets_without_a_calibration_are_leans_at_most(seeded):
    with unit_of_work(seeded) as session:
        plant_policy(session)
        forecast_at(session, a_payload(*three_markets()))
        judge(session)
        for market in (MONEYLINE, SPREAD, TOTAL):
            assert {"RATED_ON_RESULTS_ALONE", "CALIBRATION_BOOTSTRAP"} <= reasons(session, market)
            assert findings(session, market)["verdict"]["action"] != "PICK"


def test_a_bias_that_has_stood_for_three_days_in_the_table_caps_the_league(rated):
    day = OPENS.date().isoformat()
    row = BaselineBias(
        NBA, day, 120, 5.0, 0.5, 5.0, 120, 0.9, 120, 0.001, None, 0, 2.7, 0.99, ("BIAS_ACTUAL", "MODEL_BIAS"), 3
    )
    with unit_of_work(rated) as session:
        bias.add(session, row, at=OPENS - HOUR)
        forecast_at(session, a_payload(*three_markets()))
        judge(session)
        for market in (MONEYLINE, SPREAD, TOTAL):
            assert "MODEL_BIAS" in reasons(session, market)
            assert findings(session, market)["verdict"]["action"] != "PICK"


@pytest.mark.parametrize(
    ("trigger", "fault", "blocked"),
    [
        ("HOME_WIN_RATE", "home_win_rate", (MONEYLINE, SPREAD)),
        ("OVERTIME_RATE", "overtime_rate", (MONEYLINE, SPREAD, TOTAL)),
    ],
)
def test_a_rate_of_the_row_in_force_closes_its_markets_and_no_others(rated, trigger, fault, blocked):
    row = BaselineBias(
        NBA, OPENS.date().isoformat(), 120, 0.0, 0.5, 0.0, 120, 0.5, 120, 0.5, None, 0, 0.0, 1.0, (trigger,), 0
    )
    with unit_of_work(rated) as session:
        bias.add(session, row, at=OPENS - HOUR)
        forecast_at(session, a_payload(*three_markets()))
        judge(session)
        found = {market: findings(session, market) for market in (MONEYLINE, SPREAD, TOTAL)}

    for market, rows in found.items():
        said = rows["reality_check"]
        assert (said["reason"] == "RCL_FAIL" and fault in said["inputs"]) is (market in blocked)
        assert market not in blocked or rows["verdict"]["action"] == "NO_PLAY"


@pytest.mark.parametrize(("chance", "share"), [(0.6, 1.0), (0.4, 0.0)])
def test_a_slate_is_counted_from_its_quoted_totals_and_leans_as_they_do(chance, share):
    total, other = a_prediction(TOTAL.key, chance), a_prediction(SPREAD.key, 0.6)
    derived = replace(total, basis="DERIVED")

    assert slate_of([total] * 9 + [other] * 3 + [derived]) == Slate(9, share)


def a_prediction(key, chance):
    return Prediction(
        "p", TENANT, "r", NBA, GAME, key, "OVER", 900, "archive", None, "QUOTED", chance, 0.0, chance, 0.5, None, None,
        None, None, OPENS,
    )  # fmt: skip


def test_a_quote_that_has_moved_to_another_line_is_not_joined_to_the_forecast_of_the_old_one(rated):
    with unit_of_work(rated) as session:
        forecast_at(session, a_payload(*both_sides(line=-14), *both_sides(market=TOTAL, line=900)))
        take_in(session, a_payload(*both_sides(line=-30), *both_sides(market=TOTAL, line=960)), at=OPENS)
        told = judge(session)
        found = {market: reasons(session, market) for market in (SPREAD, TOTAL)}

    assert told.picks + told.leans == 0
    assert all("NO_MARKET_NO_PICK" in reason for reason in found.values())


def test_a_league_that_has_learned_no_policy_plays_nothing(seeded):
    with unit_of_work(seeded) as session:
        forecast_at(session, a_payload(*three_markets()))
        told = judge(session)
        assert reasons(session) >= {"NO_DECISION_POLICY"}

    assert (told.picks, told.leans, told.no_plays) == (0, 0, 3)


def test_a_price_that_was_just_seen_again_is_not_stale(rated):
    early, late = START - 30 * HOUR, START - 8 * HOUR
    home, _ = both_sides(at=early)
    with unit_of_work(rated) as session:
        # One side alone first, so that nothing is forecast; then the whole market, with that side unchanged.
        take_in(session, a_payload(home), at=early)
        now = a_payload(*both_sides(at=late))
        snapshot = take_in_and_price(session, now, at=late)
        forecast.forecast(session, RatingBook(), tenant_id=TENANT, league=NBA, snapshot_id=snapshot, as_of=late)
        judge(session, late)
        assert "MARKET_LINE_STALE" not in reasons(session)


def test_what_came_later_changes_no_finding(rated):
    found = []
    from tests.builders.records import rolled_back

    for trapped in (False, True):
        with rolled_back(rated) as session:
            forecast_at(session, a_payload(*three_markets()))
            if trapped:
                later = OPENS + MINUTE
                take_in_and_price(
                    session,
                    a_payload(
                        an_event(starts_at=OPENS), *three_markets(at=later, spread=-60, moneyline=("+300", "-400"))
                    ),
                    at=later,
                )
                plant_policy(session, beta=0.0, threshold=None, at=later)
                models.add_config(session, {"leagues": {}}, tenant_id=TENANT, actor="x", why="trap", at=later)
            judge(session)
            found.append(rows_of(session, "SELECT * FROM candidate_finding ORDER BY prediction_id, side, ordinal"))

    assert found[0] == found[1] != []


def test_the_verdict_that_is_read_back_is_the_one_that_was_made(rated):
    with unit_of_work(rated) as session:
        forecast_at(session, a_payload(*three_markets()))
        told = judge(session)
        playable = candidates.playable(session, tenant_id=TENANT, league=NBA, as_of=OPENS)

    assert len(playable) == told.picks + told.leans
    for item in playable:
        assert item.verdict.p_final == pytest.approx(
            item.verdict.edge_probability + 1 / (1 / (item.verdict.p_final - item.verdict.edge_probability))
        )
        assert item.verdict.confidence == pytest.approx(100 * item.verdict.p_final, abs=0.005)


def test_a_moment_without_forecasts_has_no_candidates(trusting):
    with unit_of_work(trusting) as session:
        take_in(session, a_payload(a_quote()))
        told = judge(session, OPENS + timedelta(days=1))

    assert (told.picks, told.leans, told.no_plays) == (0, 0, 0)
