"""Forecast: one chain of steps, each of them checked by hand, from nothing that was received later."""

# mypy: disable-error-code="operator, arg-type"

from datetime import timedelta

import numpy as np
import pytest

from closeline.domain.clock import micros
from closeline.domain.errors import LookAhead
from closeline.domain.feeds.captures import Phase
from closeline.domain.gates import compress
from closeline.domain.leagues import League
from closeline.domain.markets import GAME_MARKETS, MONEYLINE, SPREAD, TOTAL
from closeline.flow import forecast as verb
from closeline.maths.calibrate import CalibrationMap
from closeline.maths.distributions import pmf, read_pair
from closeline.store import forecasts, models
from closeline.store.past.ratings import BEGINNING, RatingBook
from closeline.store.session import unit_of_work
from tests.builders.moments import CLOSES, DAY, ENDS, HOUR, MINUTE, OPENS, START
from tests.builders.payloads import GAME, a_payload, a_result, an_event, both_sides, three_markets
from tests.builders.records import TENANT, number, plant_calibration, plant_policy, rows_of, take_in, take_in_and_price
from tests.builders.stories import NBA, finished_game, forecast_at, rated_past


def predictions(session, at=OPENS):
    return {item.market_key: item for item in forecasts.of_moment(session, tenant_id=TENANT, league="nba", as_of=at)}


def everything(session):
    """Give every forecast row as plain values, to be compared as a whole."""
    whole = [
        rows_of(session, f"SELECT * FROM {table} ORDER BY 1, 2")
        for table in ("prediction", "sim_run", "sim_run_input", "decomposition")
    ]
    # How long a run took is the machine's affair.
    return [*whole, rows_of(session, "SELECT run_id, output_hash, completed_at FROM sim_run_completion ORDER BY 1")]


def test_every_market_has_one_forecast_of_its_canonical_side(trusting):
    with unit_of_work(trusting) as session:
        forecast_at(session, a_payload(*three_markets()))
        found = predictions(session)

    assert sorted(found) == sorted(market.key for market in GAME_MARKETS)
    assert {key: item.side for key, item in found.items()} == {
        MONEYLINE.key: "HOME",
        SPREAD.key: "HOME",
        TOTAL.key: "OVER",
    }
    assert {item.basis for item in found.values()} == {"QUOTED"}


def test_the_raw_probability_is_the_mass_on_either_side_of_the_line(rated):
    with unit_of_work(rated) as session:
        forecast_at(session, a_payload(*three_markets()))
        found = predictions(session)
        (run,) = rows_of(session, "SELECT margin_mean, margin_sd, total_mean, total_sd FROM sim_run")
        margin, total = read_pair(models.latest(session, league="nba", kind=models.DISTRIBUTION, as_of=OPENS)[1])

    for key, distribution, mean, sd, threshold in (
        (SPREAD.key, margin, run["margin_mean"], run["margin_sd"], 3.5),
        (MONEYLINE.key, margin, run["margin_mean"], run["margin_sd"], 0.0),
        (TOTAL.key, total, run["total_mean"], run["total_sd"], 225.0),
    ):
        mass = pmf(distribution, [mean], [sd])[0]
        values = distribution.values()
        win, push, lose = (
            mass[values > threshold].sum(),
            mass[values == threshold].sum(),
            mass[values < threshold].sum(),
        )
        # The simulated scores are weighed to this mass; what the cap and the equal parity of both leave is small.
        assert found[key].p_raw == pytest.approx(win / (win + lose), abs=0.004)
        assert found[key].p_push == pytest.approx(push, abs=0.002)


@pytest.mark.parametrize("beta", [0.0, 0.35, 1.0, 1.4])
def test_the_anchor_is_the_market_moved_by_beta_of_the_models_distance(seeded, beta):
    with unit_of_work(seeded) as session:
        plant_policy(session, beta=beta)
        forecast_at(session, a_payload(*three_markets()))
        found = predictions(session)

    for item in found.values():
        assert item.p_anchor == pytest.approx(compress(item.q_market, item.p_calibrated, beta), abs=1e-11)
        assert item.predicted_clv == pytest.approx(item.p_anchor - item.q_market, abs=1e-11)


def test_without_a_policy_there_is_a_model_and_a_market_and_no_anchor(seeded):
    with unit_of_work(seeded) as session:
        forecast_at(session, a_payload(*three_markets()))
        for item in predictions(session).values():
            assert (item.p_anchor, item.predicted_clv, item.policy_version) == (None, None, None)
            assert item.p_calibrated == item.p_raw
            assert item.calibration_version is None


def test_the_map_in_force_is_applied_and_named(seeded):
    from closeline.domain.calibration import CalibrationMethod

    halved = CalibrationMap(CalibrationMethod.TEMPERATURE, (2.0,))
    with unit_of_work(seeded) as session:
        version = plant_calibration(session, market_key=SPREAD.key, map_json=halved.to_json())
        forecast_at(session, a_payload(*three_markets()))
        found = predictions(session)

    assert found[SPREAD.key].calibration_version == version
    assert found[SPREAD.key].p_calibrated == pytest.approx(
        float(halved.apply(np.array([found[SPREAD.key].p_raw]))[0]), abs=1e-11
    )
    assert found[TOTAL.key].calibration_version is None


def test_who_wins_is_derived_from_the_spread_where_nobody_quotes_it(trusting):
    with unit_of_work(trusting) as session:
        forecast_at(session, a_payload(*both_sides(market=SPREAD), *both_sides(market=TOTAL, line=900)))
        item = predictions(session)[MONEYLINE.key]

    assert (item.basis, item.snapshot_id, item.line_quarters) == ("DERIVED", None, None)
    # Even money at -3.5 says that the home team wins more often than not.
    assert 0.5 < item.q_market < 0.75


def test_a_market_that_gives_money_away_is_nobodys_reference(trusting):
    with unit_of_work(trusting) as session:
        forecast_at(
            session, a_payload(*both_sides(market=SPREAD, prices=("+105", "+105")), *both_sides(market=TOTAL, line=900))
        )
        found = predictions(session)

    assert SPREAD.key not in found
    assert found[MONEYLINE.key].q_market is None


def test_an_event_is_forecast_once(trusting):
    with unit_of_work(trusting) as session:
        forecast_at(session, a_payload(*three_markets()))
        forecast_at(session, a_payload(*three_markets(at=OPENS + HOUR, spread=-16)), at=OPENS + HOUR)
        assert number(session, "SELECT count(*) FROM sim_run") == 1
        assert predictions(session, OPENS + HOUR) == {}


@pytest.mark.parametrize(
    ("before", "count"), [(timedelta(minutes=15), 1), (timedelta(minutes=15) - timedelta(seconds=1), 0)]
)
def test_a_game_that_is_about_to_start_is_not_forecast(trusting, before, count):
    with unit_of_work(trusting) as session:
        forecast_at(session, a_payload(*three_markets(at=START - before)), at=START - before)
        assert number(session, "SELECT count(*) FROM sim_run") == count


def test_reading_a_snapshot_that_was_received_later_raises(trusting):
    with unit_of_work(trusting) as session:
        snapshot = take_in_and_price(session, a_payload(*three_markets()))
        with pytest.raises(LookAhead):
            verb.forecast(
                session, RatingBook(), tenant_id=TENANT, league=NBA, snapshot_id=snapshot, as_of=OPENS - MINUTE
            )


def set_traps(session):
    """Put into the record what nobody may know at OPENS: each of these would change a forecast."""
    later = OPENS + MINUTE
    finished_game(session, "trap", DAY + timedelta(days=2), (190, 60), home="Boston Celtics", away="Miami Heat")
    take_in(
        session,
        a_payload(
            an_event(starts_at=START + 5 * HOUR, neutral=True),
            *three_markets(at=later, spread=-60, total=1100, moneyline=("-900", "+700")),
        ),
        at=later,
    )
    take_in(session, a_payload(a_result(score=(150, 60))), at=ENDS, phase=Phase.RESULT)
    plant_policy(session, beta=0.111, at=later)
    for market in GAME_MARKETS:
        from closeline.domain.calibration import CalibrationMethod

        plant_calibration(
            session,
            market_key=market.key,
            at=later,
            map_json=CalibrationMap(CalibrationMethod.TEMPERATURE, (3.0,)).to_json(),
        )
    content = models.latest(session, league="nba", kind=models.DISTRIBUTION, as_of=BEGINNING)[1].replace(
        '"scale"', '"scale" '
    )
    models.add(session, league="nba", kind=models.DISTRIBUTION, content=content + " ", fitted_on="9", at=later)
    models.add_config(session, {"trap": True}, tenant_id=TENANT, actor="x", why="x", at=later)


def test_traps_dated_after_as_of_change_nothing_of_a_forecast(rated, new_databases):
    with unit_of_work(rated) as session:
        snapshot = take_in_and_price(session, a_payload(*three_markets()))
        set_traps(session)
        verb.forecast(session, RatingBook(), tenant_id=TENANT, league=NBA, snapshot_id=snapshot, as_of=OPENS)
        trapped = everything(session)
    from tests.builders.records import a_copy, make_trusting

    with a_copy(new_databases, "rated", make_trusting) as clean:
        rated_past(clean)
        with unit_of_work(clean) as session:
            forecast_at(session, a_payload(*three_markets()))
            assert everything(session) == trapped
    assert trapped[0]


SLATE = (
    ("g1", "Boston Celtics", "Miami Heat"),
    ("g2", "Utah Jazz", "Phoenix Suns"),
    ("g3", "Chicago Bulls", "Denver Nuggets"),
)


def a_slate(order):
    games = [SLATE[place] for place in order]
    events = [an_event(name, home=home, away=away) for name, home, away in games]
    return a_payload(
        *events, *(quote for name, _, _ in games for quote in three_markets(name, spread=-8 - 4 * int(name[1])))
    )


def test_the_order_of_games_in_a_slate_changes_nothing(rated):
    found = []
    from tests.builders.records import rolled_back

    for order in ((0, 1, 2), (2, 0, 1)):
        with rolled_back(rated) as session:
            forecast_at(session, a_slate(order))
            found.append(
                {
                    (item.event_id, item.market_key): (item.p_raw, item.p_push, item.q_market, item.p_anchor)
                    for item in forecasts.of_moment(session, tenant_id=TENANT, league="nba", as_of=OPENS)
                }
            )

    assert found[0] == found[1]
    assert len(found[0]) == 9


def test_an_evening_game_is_forecast_though_an_afternoon_game_of_the_day_has_ended(trusting):
    from tests.builders.moments import DAY as TODAY

    evening = an_event("g2", home="Utah Jazz", away="Phoenix Suns", starts_at=START)
    over = OPENS + 7 * HOUR
    with unit_of_work(trusting) as session:
        take_in_and_price(session, a_payload(an_event(starts_at=OPENS + 3 * HOUR), *three_markets()))
        take_in(
            session, a_payload(an_event(starts_at=OPENS + 3 * HOUR), a_result(at=over)), at=over, phase=Phase.RESULT
        )
        forecast_at(session, a_payload(evening, *three_markets("g2", at=over)), at=over)
        assert {row["event_id"] for row in rows_of(session, "SELECT event_id FROM prediction")} == {
            f"nba_suns_jazz_{TODAY:%Y_%m_%d}"
        }


def test_ratings_that_never_saw_a_close_are_said_to_be_on_results_alone(trusting):
    with unit_of_work(trusting) as session:
        forecast_at(session, a_payload(*three_markets()))
        (run,) = rows_of(session, "SELECT engine, as_of FROM sim_run")

    assert run["engine"].endswith("/results-only")
    assert run["as_of"] == micros(OPENS)


def test_a_run_names_all_that_it_was_made_from(rated):
    with unit_of_work(rated) as session:
        snapshot = forecast_at(session, a_payload(*three_markets()))
        (name,) = {item.run_id for item in predictions(session).values()}
        made, output = forecasts.run(session, name)
        run, inputs, stored = made.run, made.inputs, made.predictions
        states = {row["rating_state_id"] for row in rows_of(session, "SELECT rating_state_id FROM rating_state")}

    assert [item.kind for item in inputs] == ["SNAPSHOT", "RATING_STATE", "EVENT_VERSION"]
    assert inputs[0].reference == snapshot
    assert inputs[1].reference in states
    assert inputs[2].reference == f"{GAME}@1"
    assert output == forecasts.output_hash(stored)
    assert (run.engine, run.league) == ("exact-v1", League.NBA)


def test_the_close_is_not_forecast_again(trusting):
    with unit_of_work(trusting) as session:
        forecast_at(session, a_payload(*three_markets()))
        forecast_at(session, a_payload(*three_markets(at=CLOSES, phase=Phase.CLOSE)), at=CLOSES)
        assert number(session, "SELECT count(*) FROM sim_run") == 1
