"""Players' lines go the way of every market: forecast, judged, picked, published, settled, held against their close."""

# mypy: disable-error-code="union-attr, arg-type"

from datetime import timedelta

import pytest
from scipy.optimize import brentq

from closeline.domain.clock import micros
from closeline.domain.gates import APPLICABILITY, GATES, PLAYER_GATES
from closeline.domain.markets import MONEYLINE, Side
from closeline.domain.picks import Decision
from closeline.flow import forecast, pick, review, settle
from closeline.store import evaluations, forecasts
from closeline.store.desk import candidates, grades
from closeline.store.past.ratings import RatingBook
from closeline.store.session import unit_of_work
from closeline.store.tables.players import NUMBERS
from tests.builders.injuries import plant_report
from tests.builders.moments import CLOSES, ENDS, MINUTE, OPENS
from tests.builders.payloads import GAME
from tests.builders.props import (
    GUARD,
    LINE,
    NBA,
    ROOKIE,
    STAR,
    a_box,
    a_line,
    a_whole_log,
    forecast_lines,
    judged,
    played,
    published_lines,
    quoted,
    told_of,
    trust_players,
    with_players,
)
from tests.builders.records import TENANT, rows_of

KEY = f"PLAYER_PRA:FULL_GAME:{STAR}"
LATE = ENDS + timedelta(hours=1)


@pytest.fixture
def ready(rated):
    with_players(rated)
    trust_players(rated)
    return rated


def predictions(session, at=OPENS):
    return {item.market_key: item for item in forecasts.of_moment(session, tenant_id=TENANT, league=NBA, as_of=at)}


def findings(session, prediction):
    stored = candidates.verdicts_of(session, prediction_id=prediction.prediction_id, tenant_id=TENANT)[0]
    found = candidates.findings_of(session, prediction_id=prediction.prediction_id, side=stored.side)
    return stored, {item.gate: item for item in found}


def settled(session, at=LATE):
    settle.settle_picks(session, tenant_id=TENANT, league=NBA, snapshot_id="sweep", at=at)


def grade_of(session, item):
    return grades.grades(session, [item.pick_id], tenant_id=TENANT).get(item.pick_id)


def test_a_line_is_priced_and_forecast_as_a_market_of_its_own(ready):
    with unit_of_work(ready) as session:
        snapshot = quoted(session, [*a_line(), *a_line(GUARD, 90, ("-120", "+100"))])
        made = forecast_lines(session, snapshot, means={GUARD: 24.0})
        priced = {item.market_key: item for item in evaluations.of_snapshot(session, snapshot, as_of=OPENS)}
        found = predictions(session)

    assert (made.runs, made.predictions) == (1, 2)
    assert set(found) == {KEY, f"PLAYER_PRA:FULL_GAME:{GUARD}"}
    assert (priced[KEY].method, priced[KEY].fair_probability) == ("power", 0.5)
    one = found[KEY]
    assert (one.side, one.line_quarters, one.book, one.q_market) == ("OVER", LINE, "archive", 0.5)
    assert 0.60 < one.p_raw < 0.63
    # No exact number at a half line: what comes back is only the stake on who does not play.
    assert one.p_push == pytest.approx(0.04)


def test_games_and_players_are_forecast_at_one_moment_and_each_is_judged_once(ready):
    with unit_of_work(ready) as session:
        snapshot = quoted(session, a_line())
        asked = {"tenant_id": TENANT, "league": NBA, "snapshot_id": snapshot, "as_of": OPENS}
        of_games = forecast.forecast(session, RatingBook(), **asked)
        first = judged(session)
        of_players = forecast_lines(session, snapshot)
        second, third = judged(session), judged(session)

    assert of_games.runs == of_players.runs == 1
    assert sum((first.picks, first.leans, first.no_plays)) == of_games.predictions
    assert (second.picks, second.leans, second.no_plays) == (1, 0, 0)
    assert (third.picks, third.leans, third.no_plays) == (0, 0, 0)


def test_a_forecast_of_games_leaves_players_lines_to_their_models(ready):
    with unit_of_work(ready) as session:
        snapshot = quoted(session, a_line())
        forecast_lines(session, snapshot)
        asked = {"tenant_id": TENANT, "league": NBA, "snapshot_id": snapshot, "as_of": OPENS}
        forecast.forecast(session, RatingBook(), **asked)
        found = predictions(session)

        assert {key for key in found if not key.startswith("PLAYER")} == {
            "MONEYLINE:FULL_GAME", "SPREAD:FULL_GAME", "TOTAL:FULL_GAME"
        }  # fmt: skip
        assert forecasts.last_run(session, GAME, tenant_id=TENANT) == found[MONEYLINE.key].run_id


def test_a_line_is_forecast_once_and_a_new_player_in_a_run_of_his_own(ready):
    with unit_of_work(ready) as session:
        first = forecast_lines(session, quoted(session, a_line()))
        again = quoted(session, [*a_line(at=OPENS + MINUTE), *a_line(GUARD, at=OPENS + MINUTE)], at=OPENS + MINUTE)
        second = forecast_lines(session, again, at=OPENS + MINUTE)
        third = forecast_lines(session, again, at=OPENS + MINUTE)

    assert (first.predictions, second.predictions, third) == (1, 1, None)


def test_a_line_that_was_not_seen_again_is_not_priced_again(ready):
    with unit_of_work(ready) as session:
        first = quoted(session, [*a_line(), *a_line(GUARD)])
        later = quoted(session, a_line(at=OPENS + MINUTE), at=OPENS + MINUTE)
        priced = [
            {item.market_key for item in evaluations.of_snapshot(session, name, as_of=OPENS + MINUTE)}
            for name in (first, later)
        ]

    assert [{key for key in keys if key.startswith("PLAYER")} for keys in priced] == [
        {KEY, f"PLAYER_PRA:FULL_GAME:{GUARD}"}, {KEY}
    ]  # fmt: skip


def test_every_rule_says_something_of_a_players_line_and_why_it_does_not_speak(ready):
    with unit_of_work(ready) as session:
        forecast_lines(session, quoted(session, a_line()))
        judged(session)
        stored, found = findings(session, predictions(session)[KEY])

    assert list(found) == [*(rule.__name__ for rule in (*GATES, *PLAYER_GATES)), "publish_thresholds", "verdict"]
    silent = {name for name, item in found.items() if item.action == "INACTIVE"}
    assert silent == {name for name, item in APPLICABILITY.items() if item.games and not item.players}
    assert all(dict(found[name].inputs)["why"] == APPLICABILITY[name].why for name in silent)
    assert stored.verdict.decision is Decision.PICK, stored.verdict.reasons


def refused(engine, lines, means=None):
    """Give (decision, reasons) of the star's line."""
    with unit_of_work(engine) as session:
        forecast_lines(session, quoted(session, lines), means=means)
        judged(session)
        key = f"PLAYER_PRA:FULL_GAME:{lines[0].player_id}"
        stored, _ = findings(session, predictions(session)[key])
    return stored.verdict.decision, stored.verdict.reasons


@pytest.mark.parametrize(("lines", "means", "reason"), [
    (a_line(), {STAR: 28.9}, "prop_filters_edge"),
    (a_line(prices=("+130", "-160")), {STAR: 29.2}, "PROP_FILTERS:CONFIDENCE"),
    (a_line(line=66), {STAR: 19.8}, "PROP_FILTERS:CV"),
    (a_line(ROOKIE), {}, "PROP_FILTERS:INSUFFICIENT_DATA"),
])  # fmt: skip
def test_what_the_house_asks_of_a_players_line_is_one_rule_among_the_others(ready, lines, means, reason):
    decision, reasons = refused(ready, lines, means)

    assert decision is Decision.NO_PLAY
    wanted = {"prop_filters_edge": "PROP_FILTERS:EDGE+CONFIDENCE"}.get(reason, reason)
    assert wanted in reasons


def test_a_line_without_a_calibration_of_its_kind_is_a_lean_at_most(rated):
    with_players(rated)

    decision, reasons = refused(rated, a_line())

    assert decision is Decision.LEAN
    assert "CALIBRATION_BOOTSTRAP" in reasons


def test_a_pick_has_the_players_name_one_live_pick_a_player_and_the_terms_of_his_quote(ready):
    made = published_lines(ready, [*a_line(), *a_line(GUARD)])
    with unit_of_work(ready) as session:
        again = pick.propose(session, tenant_id=TENANT, league=NBA, as_of=micros(OPENS))
        terms = [row["terms"] for row in rows_of(session, "SELECT terms FROM publication")]

    assert {item.selection.market.key for item in made} == {KEY, f"PLAYER_PRA:FULL_GAME:{GUARD}"}
    assert again.proposed == 0
    assert any("Synthetic Star over 27.5 points + rebounds + assists" in text for text in terms)
    assert all((item.price.text, item.selection.side) == ("-110", Side.OVER) for item in made)
    assert all(item.distribution_version.startswith("SYNTHETIC") for item in made)


@pytest.mark.parametrize(("numbers", "result"), [((20, 6, 2), "WIN"), ((20, 5, 2), "LOSS"), ((10, 4, 2), "LOSS")])
def test_a_pick_settles_by_the_number_of_its_player(ready, numbers, result):
    (item,) = published_lines(ready)
    with unit_of_work(ready) as session:
        played(session, [a_box("1", numbers)])
        settled(session)

        assert grade_of(session, item).result == result


def test_an_exact_number_is_a_push(ready):
    (item,) = published_lines(ready, a_line(line=112), means={STAR: 31.0})
    with unit_of_work(ready) as session:
        played(session, [a_box("1", (18, 6, 4))])
        settled(session)
        grade = grade_of(session, item)

    assert (grade.result, grade.units_micros) == ("PUSH", 0)


def test_who_is_missing_in_a_whole_log_did_not_play_and_his_bet_is_void(ready):
    (item,) = published_lines(ready)
    with unit_of_work(ready) as session:
        # The others scored all of the 214 points in all of the minutes: nobody is left out.
        played(session, a_whole_log())
        settled(session)
        grade = grade_of(session, item)

    assert (grade.result, grade.reason, grade.units_micros) == ("VOID", "DNP", 0)


def test_who_is_missing_in_a_log_that_is_not_whole_waits(ready):
    (item,) = published_lines(ready)
    with unit_of_work(ready) as session:
        played(session, [a_box("2", (100, 5, 5), at_home=False)])
        settled(session)
        waiting = settle.waiting(session, tenant_id=TENANT, league=NBA, at=LATE)

        assert grade_of(session, item) is None
        assert [one.held for one in waiting] == ["PARTICIPATION_UNKNOWN"]


def test_who_may_have_played_without_a_point_is_not_called_absent_by_points_alone(ready):
    (item,) = published_lines(ready)
    with unit_of_work(ready) as session:
        # Every point is there; of the home team's 240 minutes twelve are not, nor is whoever played them.
        boxes = [box._replace(seconds=2160) if box.player == "nba_3" else box for box in a_whole_log()]
        played(session, boxes)
        settled(session)
        waiting = settle.waiting(session, tenant_id=TENANT, league=NBA, at=LATE)

        assert grade_of(session, item) is None
        assert [one.held for one in waiting] == ["PARTICIPATION_UNKNOWN"]


def test_overtime_that_one_team_alone_played_is_a_log_with_somebody_left_out(ready):
    (item,) = published_lines(ready)
    with unit_of_work(ready) as session:
        played(session, [box._replace(seconds=3180) if box.home else box for box in a_whole_log()])
        settled(session)

        assert grade_of(session, item) is None


def test_who_was_on_the_court_for_less_than_half_a_minute_took_part(ready):
    (item,) = published_lines(ready)
    with unit_of_work(ready) as session:
        # Whole minutes are what a log tells: nought of them, and a rebound.
        played(session, [a_box("1", (0, 1, 0), seconds=0)])
        settled(session)
        grade = grade_of(session, item)

    assert (grade.result, grade.reason) == ("LOSS", None)


def test_of_whom_nothing_was_counted_in_no_minute_nobody_can_tell_whether_he_played(ready):
    published_lines(ready)
    nothing = dict.fromkeys(NUMBERS, 0)
    with unit_of_work(ready) as session:
        played(session, [a_box("1", seconds=0)._replace(**nothing)])
        settled(session)
        waiting = settle.waiting(session, tenant_id=TENANT, league=NBA, at=LATE)

        assert [one.held for one in waiting] == ["PARTICIPATION_UNKNOWN"]


def test_without_a_result_of_the_game_nothing_of_a_player_settles(ready):
    (item,) = published_lines(ready)
    with unit_of_work(ready) as session:
        told_of(session, [a_box("1")], at=ENDS)
        settled(session)

        assert grade_of(session, item) is None


def test_a_correction_of_a_line_is_a_later_grade_beside_the_first(ready):
    (item,) = published_lines(ready)
    with unit_of_work(ready) as session:
        played(session, [a_box("1", (20, 6, 2))])
        settled(session)
        told_of(session, [a_box("1", (20, 5, 2))], at=LATE)
        settled(session, LATE + MINUTE)
        settled(session, LATE + 2 * MINUTE)
        every = rows_of(session, "SELECT result, supersedes, cause, result_version FROM grade ORDER BY result_version")
        last = grade_of(session, item)

    assert [(row["result"], row["cause"]) for row in every] == [("WIN", None), ("LOSS", "STAT_CORRECTION")]
    assert every[1]["supersedes"] == f"settlement-v1@{every[0]['result_version']}"
    assert last.result == "LOSS"


def test_a_correction_after_the_window_changes_no_grade(ready):
    (item,) = published_lines(ready)
    with unit_of_work(ready) as session:
        played(session, [a_box("1", (20, 6, 2))])
        settled(session)
        late = ENDS + timedelta(days=6)
        told_of(session, [a_box("1", (20, 5, 2))], at=late)
        settled(session, late + MINUTE)

        assert grade_of(session, item).result == "WIN"


def reviewed(engine, item, close, at=CLOSES):
    with unit_of_work(engine) as session:
        quoted(session, close, at=at)
        review.review(session, tenant_id=TENANT, league=NBA, snapshot_id="close", at=ENDS)
        return grades.tracks(session, [item.pick_id], tenant_id=TENANT)[item.pick_id]


def test_a_pick_is_held_against_the_close_of_its_own_line(ready):
    (item,) = published_lines(ready)

    track = reviewed(ready, item, a_line(prices=("-130", "+110"), at=CLOSES))

    assert (track.close_line_quarters, track.close_price, track.missing_reason) == (LINE, "-130", None)
    assert track.clv_points == 0
    # Both implied figures to one power, such that they sum to 1.
    over, under = 130 / 230, 100 / 210
    power = brentq(lambda k: over**k + under**k - 1, 0.5, 2.0)
    assert track.method == "power"
    assert track.q_close == pytest.approx(over**power, abs=1e-9)
    assert track.clv_prob == pytest.approx(track.q_close - 0.5)
    assert track.beat_close == 1


def test_a_close_at_another_line_is_carried_by_the_players_own_distribution(ready):
    (item,) = published_lines(ready)

    track = reviewed(ready, item, a_line(line=LINE + 4, at=CLOSES))

    assert (track.close_line_quarters, track.clv_points, track.missing_reason) == (LINE + 4, 1.0, None)
    # One point of a number whose sd is 8 is worth some four or five points of probability.
    assert 0.53 < track.q_close < 0.57


def test_a_line_that_was_not_shown_again_has_no_close(ready):
    (item,) = published_lines(ready)
    with unit_of_work(ready) as session:
        review.review(session, tenant_id=TENANT, league=NBA, snapshot_id="close", at=ENDS)
        track = grades.tracks(session, [item.pick_id], tenant_id=TENANT)[item.pick_id]

    assert track.missing_reason is not None
    assert track.q_close is None


def reported(engine, status):
    """Give the star's prediction, verdict and findings where a report says so of him."""
    with unit_of_work(engine) as session:
        plant_report(session, status, reported_at=OPENS - MINUTE, player="Synthetic Star")
        forecast_lines(session, quoted(session, a_line()))
        judged(session)
        made = predictions(session)[KEY]
        return made, *findings(session, made)


def test_a_player_who_is_out_gets_no_pick(ready):
    made, stored, found = reported(ready, "OUT")

    assert (stored.verdict.decision, found["participation"].reason) == (Decision.NO_PLAY, "PLAYER_OUT")
    assert (made.p_push, stored.verdict.ev_per_unit) == (1.0, 0.0)


@pytest.mark.parametrize(("status", "plays"), [("DOUBTFUL", 0.1), ("QUESTIONABLE", 0.55), ("PROBABLE", 0.9)])
def test_a_bet_on_who_may_not_play_is_worth_as_much_less_and_no_less_likely_to_win(ready, status, plays):
    made, stored, found = reported(ready, status)

    sure = stored.verdict.p_final * 21 / 11 - 1
    assert stored.verdict.ev_per_unit == pytest.approx(plays * sure)
    assert made.p_raw == pytest.approx(0.61, abs=0.02)
    assert dict(found["participation"].inputs)["plays"] == str(plays)
