"""Forecasts beside reports of injuries: only what the quotes cannot know counts, and only of valued players."""

# mypy: disable-error-code="operator, arg-type"

import json

import pytest

from closeline.flow import forecast as verb
from closeline.store import forecasts
from closeline.store.past.ratings import RatingBook
from closeline.store.session import unit_of_work
from tests.builders.injuries import AWAY_TEAM, STAR, STAR_POINTS, plant_report, plant_values
from tests.builders.moments import HOUR, MINUTE, OPENS
from tests.builders.payloads import GAME, a_payload, three_markets
from tests.builders.records import TENANT, rolled_back, rows_of, take_in_and_price
from tests.builders.stories import NBA

LATER = OPENS + HOUR  # when the forecast is made, of quotes that are an hour old
BETWEEN = OPENS + 10 * MINUTE


def predict_later(session, plant=lambda _: None):
    """Take quotes in, then what a test plants, and forecast an hour later; give all rows and the run's name."""
    snapshot = take_in_and_price(session, a_payload(*three_markets()))
    planted = plant(session)
    verb.forecast(session, RatingBook(), tenant_id=TENANT, league=NBA, snapshot_id=snapshot, as_of=LATER)
    return forecasts.last_run(session, GAME, tenant_id=TENANT), planted


def bits(session):
    return [
        rows_of(session, f"SELECT * FROM {table} ORDER BY 1, 2")
        for table in ("sim_run", "sim_run_input", "prediction", "decomposition")
    ]


def run_of(session, plant=lambda _: None):
    name, planted = predict_later(session, plant)
    made = forecasts.run(session, name)[0]
    return made, planted


def news(status, at=BETWEEN, **more):
    def plant(session):
        return plant_values(session), plant_report(session, status, reported_at=at, **more)

    return plant


def spread_of(session, known):
    """Give the sd of the margin that a forecast's game has."""
    from closeline.flow.forecast.games import EXACT, simulate_slate

    (game,) = simulate_slate(known, EXACT, [1])
    return game.simulated.moments()[0]


def knowledge(session, plant):
    from closeline.store import evaluations, references

    snapshot = take_in_and_price(session, a_payload(*three_markets()))
    plant(session)
    games = (references.versions(session, [GAME], as_of=LATER)[GAME],)
    priced = evaluations.of_snapshot(session, snapshot, as_of=LATER)
    return verb.know(session, RatingBook(), TENANT, NBA, snapshot, LATER, games, priced)


@pytest.mark.parametrize(("team", "sign"), [("nba_celtics", -1.0), (AWAY_TEAM, 1.0)])
def test_a_star_who_is_out_since_the_quotes_moves_the_margin_by_his_value(rated, team, sign):
    def plant(session):
        plant_values(session, [(team, STAR, STAR_POINTS)])
        plant_report(session, "OUT", reported_at=BETWEEN, team_id=team)

    with rolled_back(rated) as session:
        plain = run_of(session)[0]
    with rolled_back(rated) as session:
        moved = run_of(session, plant)[0]
    part = json.loads(moved.decomposition)["adjustments"][-1]

    assert moved.run.margin_mean - plain.run.margin_mean == pytest.approx(sign * STAR_POINTS)
    assert moved.run.total_mean - plain.run.total_mean == pytest.approx(-0.5 * STAR_POINTS)
    assert part == {
        "name": "INJURIES", "margin_points": sign * STAR_POINTS, "total_points": -0.5 * STAR_POINTS,
        "source": "injury_report", "known_at": BETWEEN.isoformat(),
    }  # fmt: skip
    assert {item.market_key: item.p_raw for item in plain.predictions} != {
        item.market_key: item.p_raw for item in moved.predictions
    }


def test_the_simulated_game_has_the_moved_mean_and_a_doubt_widens_it(rated):
    def values_only(session):
        plant_values(session)

    with rolled_back(rated) as session:
        mean, sd = spread_of(session, knowledge(session, values_only))
    with rolled_back(rated) as session:
        doubted, wider = spread_of(session, knowledge(session, news("QUESTIONABLE")))

    assert doubted - mean == pytest.approx(-0.45 * STAR_POINTS, abs=0.1)
    assert wider**2 - sd**2 == pytest.approx(0.45 * 0.55 * STAR_POINTS**2, rel=0.25)


def test_a_report_that_the_quotes_know_changes_nothing_bit_by_bit(rated):
    found = []
    for plant in (lambda _: None, news("OUT", OPENS - MINUTE), news("OUT", OPENS)):
        with rolled_back(rated) as session:
            predict_later(session, plant)
            found.append(bits(session))

    assert found[0] == found[1] == found[2]


def test_a_report_of_a_player_without_a_value_changes_nothing_bit_by_bit(rated):
    found = []
    for plant in (lambda _: None, news("OUT", player="Nobody Valued")):
        with rolled_back(rated) as session:
            predict_later(session, plant)
            found.append(bits(session))

    assert found[0] == found[1]


def test_a_report_received_after_the_forecast_is_unseen(rated):
    found = []
    for plant in (lambda _: None, news("OUT", received_at=LATER + MINUTE)):
        with rolled_back(rated) as session:
            predict_later(session, plant)
            found.append(bits(session))

    assert found[0] == found[1]


def test_values_set_after_the_forecast_are_not_in_force_for_it(rated):
    def plant(session):
        plant_values(session, at=LATER + MINUTE)
        plant_report(session, reported_at=BETWEEN)

    found = []
    for each in (lambda _: None, plant):
        with rolled_back(rated) as session:
            predict_later(session, each)
            found.append(bits(session))

    assert found[0] == found[1]


def test_a_star_who_was_questionable_in_the_quotes_is_news_for_the_rest_of_the_way(rated):
    def plant(session):
        plant_values(session)
        plant_report(session, "QUESTIONABLE", reported_at=OPENS - HOUR)
        plant_report(session, "OUT", reported_at=BETWEEN, player="jay star")

    with rolled_back(rated) as session:
        plain = run_of(session)[0]
    with rolled_back(rated) as session:
        moved = run_of(session, plant)[0]

    assert moved.run.margin_mean - plain.run.margin_mean == pytest.approx(-0.55 * STAR_POINTS)
    assert [item.kind for item in moved.inputs].count("INJURY_REPORT") == 2


def test_a_run_names_the_reports_and_the_values_that_it_used(rated):
    with unit_of_work(rated) as session:
        made, (version, report) = run_of(session, news("OUT"))

    assert [(item.kind, item.reference) for item in made.inputs[3:]] == [
        ("PLAYER_VALUES", version),
        ("INJURY_REPORT", report),
    ]


def test_other_values_make_another_run(rated):
    names = []
    for points in (5.0, 6.0):

        def plant(session, points=points):
            plant_values(session, [("nba_celtics", STAR, points)])
            plant_report(session, reported_at=BETWEEN)

        with rolled_back(rated) as session:
            names.append(predict_later(session, plant)[0])

    assert names[0] != names[1]


def test_what_is_known_of_a_game_holds_reports_that_its_quotes_know_too(rated):
    with rolled_back(rated) as session:
        known = knowledge(session, news("OUT", OPENS - MINUTE))

    assert [[item.player for item in game] for game in known.absences] == [[STAR]]
    assert known.injuries[0].kept == ()
