"""Guests: a model of somebody's own beside the house's, and what each may learn and change."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from closeline.client import Record
from closeline.client.in_process import InProcess
from closeline.domain.clock import micros
from closeline.domain.errors import Refused
from closeline.domain.feeds.captures import Phase
from closeline.domain.leagues import League
from closeline.domain.markets import SPREAD, TOTAL
from closeline.flow import forecast, gate, pick, publish
from closeline.jobs.replaying.verify import verify_run
from closeline.jobs.run_inline import unfinished
from closeline.store import forecasts
from closeline.store.desk import picks
from closeline.store.past import outcomes
from closeline.store.past.published import last_picks
from closeline.store.past.ratings import BEGINNING, RatingBook
from closeline.store.past.standing import guest_runs, is_learned_from, own_runs
from closeline.store.session import unit_of_work
from tests.builders.desks import a_desk, later
from tests.builders.moments import ENDS, MINUTE, OPENS
from tests.builders.own import a_claim, a_judged_run, a_run, an_end, own_prices
from tests.builders.payloads import GAME, a_payload, a_result, an_event, three_markets
from tests.builders.records import TENANT, a_copy, make_trusting, rows_of, take_in, take_in_and_price
from tests.builders.stories import rated_past

NBA = League.NBA
LATER = OPENS + 30 * MINUTE


def record_of(engine, now=OPENS):
    return Record(InProcess(a_desk(engine, now=now)))


def house_forecast(engine, at=OPENS):
    """Take the game of the tests through the house's own verbs, as the jobs do."""
    with unit_of_work(engine) as session:
        snapshot = take_in_and_price(session, a_payload(*three_markets(at=at)), at=at)
        forecast.forecast(session, RatingBook(), tenant_id=TENANT, league=NBA, snapshot_id=snapshot, as_of=at)
        told = gate.gate(session, tenant_id=TENANT, league=NBA, as_of=micros(at))
        pick.propose(session, tenant_id=TENANT, league=NBA, as_of=micros(at))
        publish.publish(session, tenant_id=TENANT, league=NBA, as_of=micros(at), channels=(), at=at)
    return snapshot, told


def house_rows(engine):
    with unit_of_work(engine, write=False) as session:
        own = own_runs(session, tenant_id=TENANT, league=NBA)
        tables = ("sim_run", "sim_run_input", "prediction", "pick", "sim_run_completion")
        found = {
            table: sorted(
                str({name: value for name, value in row.items() if name not in ("quote_id", "runtime_ms")})
                for row in rows_of(session, f"SELECT * FROM {table}")
                if row["run_id"] not in own
            )
            for table in tables
        }
    assert all(found[table] for table in ("sim_run", "prediction", "pick"))
    return found


def test_the_house_says_and_publishes_the_same_whether_or_not_a_guest_is_there(new_databases):
    found = []
    for with_guest in (False, True):
        with a_copy(new_databases, "trusting", make_trusting) as engine:
            rated_past(engine)
            snapshot, _ = house_forecast(engine)
            if with_guest:
                guest = record_of(engine)
                run = a_run(guest, guest.capture_snapshot(own_prices()))
                guest.create_prediction(a_claim(run, market_key="TOTAL:FULL_GAME", side="OVER", line=225.0, p_win=0.9))
                guest.complete_sim_run(an_end(run))
                guest.gate(run.run_id)
            with unit_of_work(engine) as session:
                again = forecast.forecast(
                    session, RatingBook(), tenant_id=TENANT, league=NBA, snapshot_id=snapshot, as_of=LATER
                )
            assert again is None
            found.append(house_rows(engine))

    assert found[0] == found[1]


def test_the_house_forecasts_an_event_that_a_guest_has_forecast(rated):
    a_judged_run(record_of(rated))
    _, told = house_forecast(rated, at=LATER)

    assert told.picks + told.leans + told.no_plays == 3


def test_gates_of_one_moment_judge_each_model_by_itself(rated):
    record = record_of(rated)
    run = a_run(record, record.capture_snapshot(own_prices()))
    claim = record.create_prediction(a_claim(run))
    record.complete_sim_run(an_end(run))
    _, told = house_forecast(rated)
    gated = record.gate(run.run_id)

    assert told.picks + told.leans + told.no_plays == 3
    assert [verdict.prediction_id for verdict in gated.verdicts] == [claim.prediction_id]


OTHER = an_event("g2", home="Utah Jazz", away="Chicago Bulls")


def a_guests_pick(engine):
    """Let a guest of the house publish on another game of the day, before the house has looked at it."""
    rated_past(engine)
    house_forecast(engine)
    guest = record_of(engine, LATER)
    run = a_run(guest, guest.capture_snapshot(own_prices(at=LATER, home=OTHER.home, away=OTHER.away, game="g2")))
    claim = guest.create_prediction(a_claim(run, market_key=TOTAL.key, side="OVER", line=225.0))
    guest.complete_sim_run(an_end(run))
    guest.gate(run.run_id)
    return guest.publish(claim.prediction_id, price="-110")


def test_a_guest_that_published_first_does_not_keep_the_house_from_its_pick(trusting):
    published, at = a_guests_pick(trusting), LATER + MINUTE
    with unit_of_work(trusting) as session:
        prices = three_markets("g2", at=at, spread=-20)
        name = take_in_and_price(session, a_payload(OTHER, *prices), at=at)
        forecast.forecast(session, RatingBook(), tenant_id=TENANT, league=NBA, snapshot_id=name, as_of=at)
        told = gate.gate(session, tenant_id=TENANT, league=NBA, as_of=micros(at))
        made = pick.propose(session, tenant_id=TENANT, league=NBA, as_of=micros(at))
        proposed = [item.selection.market for item in picks.of_moment(session, tenant_id=TENANT, league=NBA, as_of=at)]

    assert published.decision == "LEAN"
    assert made.proposed == told.picks + told.leans
    assert TOTAL in proposed


def test_the_picks_of_a_guest_do_not_judge_the_map_of_the_house(trusting):
    a_guests_pick(trusting)
    with unit_of_work(trusting) as session:
        take_in(session, a_payload(OTHER, a_result("g2", (110, 104), at=ENDS)), at=ENDS, phase=Phase.RESULT)
        take_in(session, a_payload(an_event(), a_result("g1", (110, 104), at=ENDS)), at=ENDS, phase=Phase.RESULT)
        judging = last_picks(session, tenant_id=TENANT, markets=[(NBA, TOTAL.key)], most=300, as_of=ENDS)

    assert judging.events == (GAME,)


def test_a_record_learns_from_the_model_that_forecast_first_and_not_from_its_guest(rated):
    house_forecast(rated)
    guest = record_of(rated, LATER)
    run, gated = _judged_at(guest)
    with pytest.raises(Refused, match="one pick may be alive on SPREAD:FULL_GAME"):
        guest.publish(gated.verdicts[0].prediction_id, price="-110")
    with unit_of_work(rated) as session:
        take_in(session, a_payload(an_event(), a_result("g1", (110, 104), at=ENDS)), at=ENDS, phase=Phase.RESULT)
    with unit_of_work(rated, write=False) as session:
        learned = outcomes.settled(
            session, tenant_id=TENANT, league=NBA, market_key=SPREAD.key, since=BEGINNING, as_of=ENDS
        )
        left_out = guest_runs(session, tenant_id=TENANT, league=NBA)

    assert not run.learned_from
    assert left_out == {run.run_id}
    assert gated.verdicts[0].prediction_id not in learned.predictions
    assert len(learned.predictions) == 1


def _judged_at(record):
    run = a_run(record, record.capture_snapshot(own_prices(at=LATER)))
    record.create_prediction(a_claim(run))
    record.complete_sim_run(an_end(run))
    return run, record.gate(run.run_id)


def test_no_map_of_the_house_touches_a_guest_and_so_it_is_a_lean_at_most(rated):
    house_forecast(rated)
    _, gated = _judged_at(record_of(rated, LATER))
    verdict = gated.verdicts[0]

    assert (verdict.decision, verdict.reasons) == ("LEAN", ["CALIBRATION_BOOTSTRAP"])


def test_where_a_model_of_ones_own_stands_the_house_is_the_guest(trusting):
    run, gated = a_judged_run(record_of(trusting))
    rated_past(trusting)
    house_forecast(trusting, at=LATER)
    with unit_of_work(trusting, write=False) as session:
        house = forecasts.of_moment(session, tenant_id=TENANT, league=NBA, as_of=LATER)
        stands = is_learned_from(session, tenant_id=TENANT, league=NBA, engine="own/elo", as_of=LATER)

    assert (run.learned_from, gated.verdicts[0].decision, stands) == (True, "PICK", True)
    assert {item.calibration_version for item in house} == {None}


@pytest.mark.parametrize(("changed", "decision", "reason"), [
    ({"model": {"market_rated": False}}, "LEAN", "RATED_ON_RESULTS_ALONE"),
    ({"end": {"margin": None}}, "NO_PLAY", "RCL_FAIL"),
    ({"end": {"margin": {"mean": 5.0, "sd": 12.5}}}, "LEAN", "DOUBLE_COUNTING_LIKELY"),
    ({"end": {"margin": {"mean": 9.0, "sd": 12.5, "base": 5.0}}}, "LEAN", "DOUBLE_COUNTING_LIKELY"),
    ({"end": {"margin": {"mean": 25.0, "sd": 12.5, "base": 25.0}}}, "NO_PLAY", "MARKET_DEVIATION"),
    ({"end": {"margin": {"mean": 5.0, "sd": 5.0, "base": 5.0}}}, "NO_PLAY", "RCL_FAIL"),
    ({"end": {"margin": {"mean": 5.0, "sd": 40.0, "base": 5.0}}}, "NO_PLAY", "HIGH_VARIANCE"),
])  # fmt: skip
def test_what_a_model_does_not_tell_is_held_against_it(trusting, changed, decision, reason):
    _, gated = a_judged_run(record_of(trusting), **changed)
    verdict = gated.verdicts[0]

    assert verdict.decision == decision
    assert reason in verdict.reasons
    assert reason in {item.reason for item in verdict.objections}


def test_adjustments_that_explain_a_mean_are_not_held_against_it(trusting):
    moved = {"name": "REST", "margin_points": 1.5, "total_points": 0.0, "source": "schedule"}
    told = {"margin": {"mean": 5.0, "sd": 12.5, "base": 3.5}, "adjustments": [moved]}
    _, gated = a_judged_run(record_of(trusting), end=told)

    assert gated.verdicts[0].decision == "PICK"


def test_recording_sets_no_job_of_the_house_going(trusting):
    desk = a_desk(trusting, now=OPENS)
    record = Record(InProcess(desk))
    _, gated = a_judged_run(record)
    record.publish(gated.verdicts[0].prediction_id, price="-110")

    assert unfinished(later(desk, OPENS)) == []


def test_a_changed_probability_fails_the_run(trusting):
    from tests.builders.records import tamper

    run, _ = a_judged_run(record_of(trusting))
    tamper(trusting, "prediction", "UPDATE prediction SET p_anchor = 0.6")
    found = verify_run(replace(a_desk(trusting), read=None), run.run_id)

    assert len(found.differences) == 2
    assert "p_anchor was 0.6" in found.differences[1]


def test_the_same_steps_taken_at_once_are_one_row_and_equal_answers(trusting):
    record = record_of(trusting)
    snapshot = record.capture_snapshot(own_prices())

    def every_step():
        run = a_run(record, snapshot)
        claim = record.create_prediction(a_claim(run))
        return run.run_id, claim

    with ThreadPoolExecutor(4) as pool:
        found = [job.result() for job in [pool.submit(every_step) for _ in range(4)]]
    with unit_of_work(trusting, write=False) as session:
        rows = rows_of(session, "SELECT run_id FROM sim_run")

    assert [answer == found[0] for answer in found] == [True] * 4
    assert [row["run_id"] for row in rows] == [found[0][0]]


def test_how_somebody_elses_totals_lean_says_nothing_of_the_house(rated):
    other = record_of(rated)
    run = a_run(other, other.capture_snapshot(own_prices(home=OTHER.home, away=OTHER.away, game="g2")))
    other.create_prediction(a_claim(run, market_key=TOTAL.key, side="OVER", line=225.0))
    other.complete_sim_run(an_end(run))
    other.gate(run.run_id)
    house_forecast(rated, at=LATER)
    with unit_of_work(rated, write=False) as session:
        found = rows_of(
            session, "SELECT inputs FROM candidate_finding WHERE gate = 'slate_skew' AND inputs LIKE '%share%'"
        )

    assert [json.loads(row["inputs"])["games"] for row in found] == [1, 1]
