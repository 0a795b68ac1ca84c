"""One story, two ways: whoever brings a model meets the same gates, errors and rows in process and over HTTP."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from closeline.client import OwnInput, OwnQuote, RecordInputs, Side
from closeline.domain.errors import BadInput, NotFound, Refused
from closeline.domain.feeds.captures import Phase
from closeline.domain.leagues import League
from closeline.jobs.replaying.verify import verify_run
from closeline.store.record import record_hash
from closeline.store.session import unit_of_work
from tests.builders.callers import OTHER_TENANT, a_tenant
from tests.builders.desks import a_desk
from tests.builders.moments import ENDS, MINUTE, OPENS, START
from tests.builders.own import (
    BOOK,
    MONEYLINE,
    TOTAL,
    a_claim,
    a_judged_run,
    a_run,
    an_end,
    own_prices,
    own_quotes,
    published_by,
)
from tests.builders.payloads import a_payload, a_result, an_event
from tests.builders.records import TENANT, number, rows_of, take_in, tamper
from tests.builders.ways import WAYS, by

TABLES = (
    "raw_payload", "snapshot", "quote", "market_evaluation", "event_version", "model_version", "sim_run",
    "sim_run_input", "prediction", "sim_run_completion", "candidate_finding", "pick", "pick_event", "publication",
    "delivery", "grade", "event_log", "quarantine", "mapping_review",
)  # fmt: skip


def counts(engine):
    with unit_of_work(engine, write=False) as session:
        return {table: number(session, f"SELECT count(*) FROM {table}") for table in TABLES}


def finished(way, score=(110, 104)):
    """Let the game end: the feed of the desk says so, never the model's owner."""
    way.at(ENDS)
    with unit_of_work(way.engine) as session:
        take_in(session, a_payload(an_event(), a_result("g1", score, at=ENDS)), at=ENDS, phase=Phase.RESULT)


def whole_life(way):
    way.record.record_inputs(RecordInputs(
        run_id=a_run(way.record).run_id, inputs=[OwnInput(kind="RATINGS", reference="sha256:00")],
    ))  # fmt: skip
    published = published_by(way.record)
    finished(way)
    return published, way.record.grade(published.publish_id)


def test_a_prediction_is_captured_run_judged_published_and_graded(way):
    published, grading = whole_life(way)

    assert (published.decision, published.is_official, published.price) == ("PICK", True, "-110")
    assert (grading.state, grading.versions[-1].result) == ("GRADED", "WIN")
    assert grading.versions[-1].units == pytest.approx(100 / 110, abs=1e-6)


def test_both_ways_leave_the_same_record(new_databases):
    from tests.builders.records import a_copy, make_trusting

    found = []
    for name in sorted(WAYS):
        with a_copy(new_databases, "trusting", make_trusting) as engine, by(name, engine) as way:
            answers = whole_life(way)
            with unit_of_work(engine, write=False) as session:
                found.append((answers, record_hash(session, tenant_id=TENANT, leagues=tuple(League))))

    assert found[0] == found[1]


def test_the_same_content_a_second_time_adds_nothing_and_answers_the_same(way):
    record = way.record

    def every_step():
        prices = own_prices()
        snapshot = record.capture_snapshot(prices)
        run = a_run(record, snapshot)
        noted = record.record_inputs(
            RecordInputs(run_id=run.run_id, inputs=[OwnInput(kind="RATINGS", reference="sha256:00")])
        )
        claim = record.create_prediction(a_claim(run))
        ended = record.complete_sim_run(an_end(run))
        gated = record.gate(run.run_id)
        published = record.publish(claim.prediction_id, price="-110")
        return snapshot, run.run_id, noted.run_id, claim, ended, gated, published

    first = every_step()
    before = counts(way.engine)
    way.at(OPENS + 3 * MINUTE)
    second = every_step()

    assert first == second
    assert before == counts(way.engine)


def test_grading_twice_adds_nothing(way):
    published, grading = whole_life(way)
    before = counts(way.engine)

    assert way.record.grade(published.publish_id) == grading
    # That somebody asked is told in the log.
    assert before | {"event_log": 0} == counts(way.engine) | {"event_log": 0}


# --------------------------------------------------------------------------------------------- the order of the steps


def test_a_grade_before_the_result_says_what_it_waits_for(way):
    published = published_by(way.record)
    way.at(START + timedelta(hours=3))
    grading = way.record.grade(published.publish_id)

    assert (grading.state, grading.held, grading.versions) == ("HELD", "NO_REPORT", [])


def test_nothing_can_be_said_in_a_run_that_has_ended(way):
    run, _ = a_judged_run(way.record)

    with pytest.raises(Refused, match="a prediction must be created before the run is completed, was after"):
        way.record.create_prediction(a_claim(run, market_key=TOTAL, side="OVER", line=225.0))
    with pytest.raises(Refused, match="inputs must be recorded before the run is completed, was after"):
        way.record.record_inputs(RecordInputs(run_id=run.run_id, inputs=[OwnInput(kind="LATE", reference="x")]))
    with pytest.raises(Refused, match="a run must be completed once"):
        way.record.complete_sim_run(an_end(run, runtime_ms=251))


def test_the_gates_wait_for_the_end_of_the_run_and_publishing_for_the_gates(way):
    run = a_run(way.record)
    with pytest.raises(Refused, match="a run must have a prediction before it is completed"):
        way.record.complete_sim_run(an_end(run))
    claim = way.record.create_prediction(a_claim(run))
    with pytest.raises(Refused, match="a run must be completed before the gates look at it"):
        way.record.gate(run.run_id)
    way.record.complete_sim_run(an_end(run))
    with pytest.raises(Refused, match="the gates must have judged a prediction before it is published"):
        way.record.publish(claim.prediction_id, price="-110")


def test_a_run_says_one_chance_of_a_market(way):
    run = a_run(way.record)
    first = way.record.create_prediction(a_claim(run, p_win=0.57))
    other_side = way.record.create_prediction(a_claim(run, side="AWAY", line=3.5, p_win=0.43))

    assert first == other_side
    with pytest.raises(
        Refused, match=r"a run must say one chance of a market, SPREAD:FULL_GAME was 0.57 of HOME already"
    ):
        way.record.create_prediction(a_claim(run, p_win=0.58))


def test_what_the_gates_refuse_is_not_published(way):
    _, gated = a_judged_run(way.record, p_win=0.5)
    verdict = gated.verdicts[0]

    assert (verdict.decision, verdict.reasons) == ("NO_PLAY", ["EDGE_BELOW_PRICE"])
    with pytest.raises(Refused, match="PICK or LEAN before anything is published, said NO_PLAY: EDGE_BELOW_PRICE"):
        way.record.publish(verdict.prediction_id, price=verdict.price)
    assert counts(way.engine)["pick"] == 0


# ------------------------------------------------------------------------------------------------------- the price


def test_a_price_that_the_snapshot_lacks_is_refused(way):
    _, gated = a_judged_run(way.record)

    with pytest.raises(Refused, match=f"for HOME -3.5 at {BOOK}, -105 was not; it shows -110"):
        way.record.publish(gated.verdicts[0].prediction_id, price="-105")
    assert counts(way.engine)["pick"] == 0


def test_a_price_that_has_moved_since_is_refused(way):
    _, gated = a_judged_run(way.record)
    way.at(OPENS + MINUTE)
    way.record.capture_snapshot(own_prices(at=OPENS + MINUTE, quotes=own_quotes(price="-125")))

    with pytest.raises(Refused, match=r"price must still be on offer, HOME -3.5 at pinnacle is -125 now"):
        way.record.publish(gated.verdicts[0].prediction_id, price="-110")


def test_a_run_on_old_prices_says_nothing_of_a_market_that_has_moved(way):
    old = way.record.capture_snapshot(own_prices())
    way.at(OPENS + MINUTE)
    way.record.capture_snapshot(own_prices(at=OPENS + MINUTE, quotes=own_quotes(price="+120")))
    run = a_run(way.record, old)

    with pytest.raises(Refused, match="snapshot must hold the last price of SPREAD:FULL_GAME at pinnacle, which moved"):
        way.record.create_prediction(a_claim(run))
    assert way.record.create_prediction(a_claim(run, market_key=TOTAL, side="OVER", line=225.0)).basis == "QUOTED"


def test_a_price_that_nobody_has_seen_for_long_is_refused_until_it_is_captured_again(way):
    _, gated = a_judged_run(way.record)
    later = START - timedelta(minutes=45)
    way.at(later)
    with pytest.raises(Refused, match=r"minutes old, was seen .* minutes ago: capture it again"):
        way.record.publish(gated.verdicts[0].prediction_id, price="-110")
    way.record.capture_snapshot(own_prices(at=later))

    assert way.record.publish(gated.verdicts[0].prediction_id, price="-110").price == "-110"


def test_nothing_goes_out_once_the_game_is_about_to_begin(way):
    _, gated = a_judged_run(way.record)
    way.at(START - timedelta(seconds=30))
    way.record.capture_snapshot(own_prices(at=START - timedelta(seconds=30)))

    with pytest.raises(Refused, match="a pick must be published 60 seconds before its game"):
        way.record.publish(gated.verdicts[0].prediction_id, price="-110")


def test_a_run_close_to_the_start_is_refused(way):
    way.at(START - 14 * MINUTE)
    snapshot = way.record.capture_snapshot(own_prices(at=START - 14 * MINUTE))

    with pytest.raises(Refused, match=r"a run must be created 15 minutes before the start, was 14.0"):
        a_run(way.record, snapshot)


def test_a_published_pick_stays_at_its_price(way):
    published = published_by(way.record)

    with pytest.raises(Refused, match="must stay at its published price, -110, was -105"):
        way.record.publish(published.prediction_id, price="-105")


def test_one_pick_is_alive_on_a_market(way):
    published = published_by(way.record)
    other, gated = a_judged_run(way.record, model={"version": "8"})

    with pytest.raises(Refused, match=f"one pick may be alive on SPREAD:FULL_GAME of .*, {published.pick_id} was"):
        way.record.publish(gated.verdicts[0].prediction_id, price="-110")
    assert other.model_version != published.pick_id


# ---------------------------------------------------------------------------------------------------- the evidence


def test_an_unknown_team_waits_for_a_person_and_the_error_names_who_may_be_meant(way):
    with pytest.raises(BadInput, match=r"team must be known, 'Bostn Celtics' was not \(did you mean Boston Celtics"):
        way.record.capture_snapshot(own_prices(home="Bostn Celtics"))

    found = counts(way.engine)
    assert (found["raw_payload"], found["mapping_review"], found["quarantine"], found["quote"]) == (1, 1, 6, 0)


def test_a_price_that_cannot_be_is_set_aside_and_the_rest_is_kept(way):
    with pytest.raises(BadInput, match=r"games\[0\].quotes\[0\] \(IMPOSSIBLE_PRICE\).*the rest is snapshot"):
        way.record.capture_snapshot(own_prices(quotes=own_quotes(price="-11")))

    found = counts(way.engine)
    assert (found["quarantine"], found["quote"], found["market_evaluation"]) == (1, 5, 2)


@pytest.mark.parametrize("key", ["PLAYER_POINTS:FULL_GAME", "MONEYLINE_3WAY:FULL_GAME", "SPREAD:9Q", "", "TOTAL"])
def test_a_market_that_is_none_of_the_game_cannot_be_predicted(way, key):
    run = a_run(way.record)

    with pytest.raises((BadInput, ValidationError), match=r"must be|at least 1"):
        way.record.create_prediction(a_claim(run, market_key=key, side="HOME", line=None))


def test_a_price_of_a_player_without_the_player_is_set_aside(way):
    props = [OwnQuote(book=BOOK, market_key="PLAYER_POINTS:FULL_GAME", side=Side.OVER, line=20.5, price="-110")]
    with pytest.raises(BadInput, match=r"quotes\[6\] \(UNSUPPORTED_MARKET\)"):
        way.record.capture_snapshot(own_prices(quotes=own_quotes() + props))


@pytest.mark.parametrize("year", [1, 1899, 2200, 9999])
def test_a_moment_that_no_calendar_of_ours_has_is_refused_at_the_door(way, year):
    with pytest.raises(ValidationError, match="starts_at"):
        own_prices(starts_at=datetime(year, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("minutes", [-6, 1])
def test_prices_of_another_moment_cannot_be_handed_in_as_those_of_now(way, minutes):
    with pytest.raises(BadInput, match="captured_at must be within 5 minutes before the desk's clock"):
        way.record.capture_snapshot(own_prices(at=OPENS + minutes * MINUTE))
    assert counts(way.engine)["raw_payload"] == 0


def test_a_market_that_the_snapshot_does_not_show_is_recorded_and_never_published(way):
    _, gated = a_judged_run(way.record, line=-7.5, p_win=0.9)
    verdict = gated.verdicts[0]

    assert (verdict.decision, verdict.price, verdict.book) == ("NO_PLAY", None, "")
    assert "NO_MARKET_NO_PICK" in verdict.reasons


def test_a_book_that_does_not_show_the_market_is_refused(way):
    run = a_run(way.record)

    with pytest.raises(BadInput, match=r"book must show both sides of MONEYLINE:FULL_GAME .* those that do: pinnacle"):
        way.record.create_prediction(a_claim(run, market_key=MONEYLINE, line=None, book="circa"))


def test_every_run_verifies_until_a_byte_of_its_payload_is_changed(way):
    run, _ = a_judged_run(way.record)
    desk = a_desk(way.engine)
    before = verify_run(desk_with_reader(desk), run.run_id)
    with unit_of_work(way.engine, write=False) as session:
        stored = rows_of(session, "SELECT payload_sha, compressed FROM raw_payload")[0]
    spoilt = bytes(stored["compressed"])[:-1] + bytes([bytes(stored["compressed"])[-1] ^ 1])
    tamper(way.engine, "raw_payload", "UPDATE raw_payload SET compressed = :c", {"c": spoilt})
    after = verify_run(desk_with_reader(desk), run.run_id)

    assert before.differences == ()
    assert "the stored bytes were changed" in " ".join(after.differences)


def desk_with_reader(desk):
    from dataclasses import replace

    from closeline import wiring

    return replace(desk, read=wiring.read)


# ----------------------------------------------------------------------------------------------------- whose it is


def test_another_tenant_knows_nothing_of_a_run(way):
    run, gated = a_judged_run(way.record)
    published = way.record.publish(gated.verdicts[0].prediction_id, price="-110")
    a_tenant(way.engine)
    from dataclasses import replace

    with_other = replace(way.desk, tenant_id=OTHER_TENANT)
    from closeline.client import Record
    from closeline.client.in_process import InProcess

    stranger = Record(InProcess(with_other))
    for ask in (
        lambda: stranger.gate(run.run_id),
        lambda: stranger.create_prediction(a_claim(run)),
        lambda: stranger.complete_sim_run(an_end(run)),
        lambda: stranger.record_inputs(RecordInputs(run_id=run.run_id, inputs=[OwnInput(kind="X1", reference="x")])),
        lambda: stranger.publish(published.prediction_id, price="-110"),
        lambda: stranger.grade(published.publish_id),
    ):
        with pytest.raises(NotFound, match="was not"):
            ask()
