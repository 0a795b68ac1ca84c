"""Results that feeds tell live: held until a quorum bears them out, voided by the window, corrected by version."""

# mypy: disable-error-code="union-attr, no-untyped-def"

import itertools

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from closeline.domain.feeds.captures import GameFacts, ResultStatus
from closeline.domain.markets import TOTAL
from closeline.domain.settlement.quorum import RESULT_DISAGREEMENT, UNCONFIRMED, DecidedBy
from closeline.flow import settle
from closeline.jobs.grading import accept_result, reviews
from closeline.store import results
from closeline.store.desk import picks
from closeline.store.past import outcomes
from closeline.store.session import unit_of_work
from tests.builders.desks import a_desk
from tests.builders.heard import FINAL, hear, keep_word, marks, raised, sweep, word
from tests.builders.moments import ENDS, HOUR, MINUTE, OPENS, START
from tests.builders.payloads import GAME, a_payload, an_event, three_markets
from tests.builders.records import TENANT, number, rolled_back, rows_of
from tests.builders.stories import NBA, published_game

POSTPONED, SUSPENDED, LIVE = ResultStatus.POSTPONED, ResultStatus.SUSPENDED, ResultStatus.LIVE
NOTHING = (None, None)


def both(engine, score=(110, 104), *, at=ENDS, **other):
    """Let two feeds say the same, a minute apart."""
    for feed, later in (("a", 0), ("b", 1)):
        hear(engine, feed, word(score, at=at + later * MINUTE, **other), at=at + later * MINUTE)


def held(engine, at):
    with unit_of_work(engine, write=False) as session:
        found = settle.waiting(session, tenant_id=TENANT, league=NBA, at=at)
    return {item.held for item in found}


def made(engine):
    with unit_of_work(engine, write=False) as session:
        return {item.pick_id: item for item in picks.every(session, tenant_id=TENANT, league="nba")}


# -------------------------------------------------------------------------------------------------- a quorum


def test_one_word_of_one_feed_grades_nothing_and_says_so(published):
    hear(published, "a", word(at=ENDS), at=ENDS)

    assert marks(published) == {}
    assert held(published, ENDS) == {UNCONFIRMED}


def test_two_feeds_that_agree_grade_every_pick_and_review_its_close_first(published):
    both(published)
    found = marks(published)
    with unit_of_work(published, write=False) as session:
        result = results.of_events(session, [GAME], as_of=ENDS + HOUR)[GAME]
        tracked = number(session, "SELECT count(*) FROM line_track")

    assert set(found) == set(made(published))
    assert tracked == len(found) > 0
    assert (result.decided_by, result.result_version, len(result.evidence)) == (DecidedBy.QUORUM, 1, 2)
    assert {mark.graded_at for mark in found.values()} == {ENDS + MINUTE}


def test_one_feed_that_says_it_again_half_an_hour_later_grades_too(published):
    hear(published, "a", word(at=ENDS), at=ENDS)
    hear(published, "a", word(at=ENDS + 29 * MINUTE), at=ENDS + 29 * MINUTE)
    assert marks(published) == {}
    hear(published, "a", word(at=ENDS + 30 * MINUTE), at=ENDS + 30 * MINUTE)
    with unit_of_work(published, write=False) as session:
        result = results.of_events(session, [GAME], as_of=ENDS + HOUR)[GAME]

    assert len(marks(published)) == len(made(published))
    assert result.decided_by is DecidedBy.CONFIRMED


def test_the_same_bytes_brought_again_are_one_report(published):
    hear(published, "a", word(at=ENDS), at=ENDS, content=b"one answer")
    hear(published, "a", word(at=ENDS), at=ENDS + 2 * HOUR, content=b"one answer")
    with unit_of_work(published, write=False) as session:
        assert number(session, "SELECT count(*) FROM result_report") == 1

    assert marks(published) == {}


def test_feeds_that_contradict_each_other_hold_the_picks_and_alert_once(published):
    hear(published, "a", word(at=ENDS), at=ENDS)
    hear(published, "b", word((111, 104), at=ENDS + MINUTE), at=ENDS + MINUTE)
    for hours in (1, 2, 3):
        hear(published, "a", word(at=ENDS + hours * HOUR), at=ENDS + hours * HOUR)
        sweep(published, ENDS + hours * HOUR + MINUTE)

    assert marks(published) == {}
    assert held(published, ENDS + 4 * HOUR) == {RESULT_DISAGREEMENT}
    (alert,) = raised(published, RESULT_DISAGREEMENT)
    assert "a: FINAL 110-104; b: FINAL 111-104" in alert.text


def test_a_person_decides_what_feeds_cannot(published):
    hear(published, "a", word(at=ENDS, words="Final"), at=ENDS)
    desk = hear(published, "b", word((111, 104), at=ENDS + MINUTE), at=ENDS + MINUTE)
    with unit_of_work(published, write=False) as session:
        (review,) = reviews(session, tenant_id=TENANT, at=ENDS + HOUR).reviews
    (report,) = [each.report_id for each in review.feeds if each.feed == "a"]
    done = accept_result(a_desk(published, now=ENDS + HOUR), GAME, report, why="the league's own page", actor="ann")
    with unit_of_work(published, write=False) as session:
        left = reviews(session, tenant_id=TENANT, at=ENDS + 2 * HOUR).reviews
        result = results.of_events(session, [GAME], as_of=ENDS + 2 * HOUR)[GAME]
        logged = rows_of(session, "SELECT actor, body FROM event_log WHERE name = 'ResultAccepted'")
    sweep(published, ENDS + 2 * HOUR)

    assert (review.reason, [each.words for each in review.feeds if each.feed == "a"]) == (
        RESULT_DISAGREEMENT, ["Final"],
    )  # fmt: skip
    assert done.graded == len(made(published)) == len(marks(published))
    assert (result.decided_by, result.home_score) == (DecidedBy.PERSON, 110)
    assert left == []
    assert logged[0]["actor"] == "ann"
    assert "the league's own page" in logged[0]["body"]
    assert desk.clock() < ENDS + HOUR


# -------------------------------------------------------------------------------- states that are not an ending


def test_post_without_completed_is_not_final_and_is_missed_in_the_end(published):
    hear(published, "a", word((110, 104), at=ENDS, status=LIVE, words="post, completed=false"), at=ENDS)
    hear(published, "a", word((110, 104), at=ENDS + HOUR, status=LIVE, words="post, completed=false"), at=ENDS + HOUR)
    sweep(published, START + 19 * HOUR)

    assert marks(published) == {}
    assert held(published, START + 19 * HOUR) == {"LIVE"}
    (alert,) = raised(published, settle.RESULT_MISSING)
    assert GAME in alert.text


def test_a_final_of_one_feed_that_is_postponed_in_the_other_is_graded_by_neither(published):
    hear(published, "a", word((0, 0), at=ENDS, words="Final"), at=ENDS)
    hear(published, "b", word(NOTHING, at=ENDS + MINUTE, status=POSTPONED, words="Postponed"), at=ENDS + MINUTE)
    sweep(published, START + 30 * HOUR)

    assert marks(published) == {}
    assert held(published, START + 30 * HOUR) == {RESULT_DISAGREEMENT}


def test_a_postponed_game_is_void_once_its_window_has_run_out_without_any_new_report(published):
    both(published, NOTHING, status=POSTPONED, at=START)
    sweep(published, START + 24 * HOUR)
    assert marks(published) == {}
    sweep(published, START + 24 * HOUR + MINUTE)
    sweep(published, START + 25 * HOUR)
    found = marks(published)

    assert len(found) == len(made(published)) > 0
    assert {(mark.result, mark.reason, mark.units_micros) for mark in found.values()} == {
        ("VOID", "POSTPONED_OUTSIDE_WINDOW", 0)
    }
    assert raised(published, settle.GRADE_LATE) == []


def test_a_postponed_game_that_a_feed_sees_played_is_not_given_up(published):
    both(published, NOTHING, status=POSTPONED, at=START)
    hear(published, "a", word((50, 40), at=START + 23 * HOUR, status=LIVE), at=START + 23 * HOUR)
    sweep(published, START + 26 * HOUR)
    assert marks(published) == {}
    both(published, at=START + 26 * HOUR)

    assert {mark.result for mark in marks(published).values()} <= {"WIN", "LOSS"}


MOVED = an_event(starts_at=START + 48 * HOUR)


def test_one_game_id_on_two_dates_voids_the_first_date_and_grades_the_second(published):
    first = set(made(published))
    both(published, NOTHING, status=POSTPONED, at=START)
    published_game(
        published, a_payload(MOVED, *three_markets(at=OPENS + 48 * HOUR, spread=-20, total=960)), at=OPENS + 48 * HOUR
    )
    second = set(made(published)) - first
    later = ENDS + 48 * HOUR
    for feed, minutes in (("a", 0), ("b", 1)):
        hear(published, feed, word(at=later + minutes * MINUTE), at=later + minutes * MINUTE, event=MOVED)
    found = marks(published)

    assert set(found) == first | second
    assert {(found[name].result, found[name].reason) for name in first} == {("VOID", "POSTPONED_OUTSIDE_WINDOW")}
    assert all(found[name].result != "VOID" for name in second)


def test_one_game_id_on_two_dates_of_one_answer_is_held(published):
    told = (
        word(NOTHING, at=ENDS, status=POSTPONED, place="dates[0]"),
        word(at=ENDS, place="dates[1]"),
    )
    hear(published, "a", *told, at=ENDS, content=b"both")
    hear(published, "a", *told, at=ENDS + HOUR, content=b"both again")

    assert marks(published) == {}
    assert held(published, ENDS + HOUR) == {RESULT_DISAGREEMENT}


def test_the_second_game_of_a_double_header_grades_nothing_of_the_first(published):
    second = an_event("g2", starts_at=START + 4 * HOUR, game_no=2)
    for feed, minutes in (("a", 0), ("b", 1)):
        at = ENDS + minutes * MINUTE
        hear(published, feed, word((90, 120), at=at, event="g2"), at=at, event=second)
    assert marks(published) == {}
    both(published, at=ENDS + HOUR)
    with unit_of_work(published, write=False) as session:
        known = results.of_events(session, [GAME, f"{GAME}_g2"], as_of=ENDS + 2 * HOUR)

    assert (known[GAME].home_score, known[f"{GAME}_g2"].home_score) == (110, 90)
    assert len(marks(published)) == len(made(published))


def test_a_game_suspended_overnight_and_finished_in_time_counts_as_played(published):
    both(published, (50, 40), status=SUSPENDED, at=START + 2 * HOUR)
    sweep(published, START + 20 * HOUR)
    assert marks(published) == {}
    assert held(published, START + 20 * HOUR) == {"SUSPENDED"}
    both(published, at=START + 30 * HOUR)

    assert {mark.result for mark in marks(published).values()} <= {"WIN", "LOSS"}


def test_a_game_suspended_and_finished_too_late_is_void_but_for_what_was_settled_already(published):
    both(published, (150, 140), status=SUSPENDED, at=START + 2 * HOUR)
    both(published, (160, 141), at=START + 72 * HOUR)
    items, found = made(published), marks(published)
    by_market = {items[name].selection.market: mark for name, mark in found.items()}

    assert by_market[TOTAL].result in ("WIN", "LOSS")
    assert {(mark.result, mark.reason) for market, mark in by_market.items() if market != TOTAL} == {
        ("VOID", "SUSPENSION_OUTSIDE_WINDOW")
    }


def test_a_suspended_game_that_is_never_finished_is_void_by_the_sweep(published):
    both(published, (50, 40), status=SUSPENDED, at=START + 2 * HOUR)
    sweep(published, START + 48 * HOUR + MINUTE)

    assert {mark.reason for mark in marks(published).values()} == {"SUSPENSION_OUTSIDE_WINDOW"}


def test_an_earlier_start_that_a_feed_tells_is_the_start(published):
    began = START - 30 * MINUTE
    both(published, facts=GameFacts(started_at=began, ended_at=ENDS))
    with unit_of_work(published, write=False) as session:
        assert results.started_at(session, [GAME], as_of=ENDS + HOUR) == {GAME: began}
        assert results.started_at(session, [GAME], as_of=ENDS - HOUR) == {}

    assert {mark.result for mark in marks(published).values()} <= {"WIN", "LOSS"}


def test_a_pick_that_is_void_by_the_window_stays_so_when_the_game_is_played_days_later(published):
    both(published, NOTHING, status=POSTPONED, at=START)
    sweep(published, START + 25 * HOUR)
    before = marks(published)
    both(published, at=START + 75 * HOUR)
    sweep(published, START + 76 * HOUR)

    assert {mark.reason for mark in before.values()} == {"POSTPONED_OUTSIDE_WINDOW"}
    assert marks(published) == before


def test_a_game_that_was_put_off_and_played_at_a_time_that_nobody_told_is_held(published):
    both(published, NOTHING, status=POSTPONED, at=START)
    both(published, at=START + 75 * HOUR)
    assert marks(published) == {}
    assert held(published, START + 75 * HOUR + MINUTE) == {"START_UNKNOWN"}
    hear(published, "a", word(at=START + 76 * HOUR), at=START + 76 * HOUR, event=an_event(starts_at=START + 72 * HOUR))
    sweep(published, START + 77 * HOUR)

    assert {mark.reason for mark in marks(published).values()} == {"POSTPONED_OUTSIDE_WINDOW"}


def test_a_game_that_was_put_off_and_over_within_the_window_stands_whenever_it_began(published):
    both(published, NOTHING, status=POSTPONED, at=START)
    both(published, at=START + 20 * HOUR)

    assert {mark.result for mark in marks(published).values()} <= {"WIN", "LOSS"}
    assert len(marks(published)) == len(made(published))


# ------------------------------------------------------------------------------------------------ corrections


def say(engine, score, at, tag):
    """Let two feeds say a score in bytes of their own that a tag names."""
    for feed in "ab":
        hear(engine, feed, word(score, at=at), at=at, content=f"{feed}: {tag}".encode())


def official(engine):
    with unit_of_work(engine, write=False) as session:
        told = results.histories(session, [GAME], as_of=ENDS + 99 * HOUR)[GAME]
    return [(item.home_score, item.away_score, (item.received_at - ENDS) / HOUR) for item in told]


def unheard(engine, score, at, decided_at=None):
    """Keep what two feeds say and decide it, now or later, without grading anything."""
    with unit_of_work(engine) as session:
        for feed in "ab":
            keep_word(session, feed, word(score, at=at), at=at)
        if decided_at is not None:
            settle.decide_results(session, tenant_id=TENANT, league=NBA, events=[GAME], at=decided_at)


def test_a_correction_that_is_taken_back_in_the_very_bytes_of_before_is_heard(published):
    say(published, (110, 104), ENDS, "as first")
    before = marks(published)
    say(published, (90, 135), ENDS + 3 * HOUR, "otherwise")
    say(published, (110, 104), ENDS + 6 * HOUR, "as first")
    after = marks(published)

    assert official(published) == [(110, 104, 0), (90, 135, 3), (110, 104, 6)]
    assert {mark.result_version for mark in after.values()} == {3}
    assert {name: (mark.result, mark.units_micros, mark.brier) for name, mark in after.items()} == {
        name: (mark.result, mark.units_micros, mark.brier) for name, mark in before.items()
    }


def test_one_answer_under_two_names_of_feeds_grades_nothing(published):
    for feed in "ab":
        hear(published, feed, word(at=ENDS), at=ENDS, content=b"one and the same")

    assert marks(published) == {}
    assert held(published, ENDS) == {UNCONFIRMED}


def test_a_correction_within_the_window_counts_though_a_later_one_came_before_anybody_graded(published):
    both(published, (110, 104))
    unheard(published, (90, 145), ENDS + 20 * HOUR, ENDS + 20 * HOUR)
    unheard(published, (91, 145), ENDS + 30 * HOUR, ENDS + 30 * HOUR)
    sweep(published, ENDS + 31 * HOUR)

    assert {mark.result_version for mark in marks(published).values()} == {2}
    (alert,) = raised(published, "CORRECTION_AFTER_WINDOW")
    assert "from FINAL 90-145 to FINAL 91-145" in alert.text


def test_the_sweep_tells_of_a_correction_after_the_window_though_it_grades_nothing(published):
    both(published, (110, 104))
    unheard(published, (90, 145), ENDS + 30 * HOUR, ENDS + 30 * HOUR)
    with unit_of_work(published) as session:
        told = settle.sweep(session, tenant_id=TENANT, league=NBA, at=ENDS + 31 * HOUR)

    assert told.gradable == 0
    assert len(raised(published, "CORRECTION_AFTER_WINDOW")) == 1


def test_a_correction_counts_from_when_it_was_borne_out_and_not_from_when_the_desk_looked(published):
    both(published, (110, 104))
    unheard(published, (90, 145), ENDS + 23 * HOUR)
    sweep(published, ENDS + 25 * HOUR)

    assert official(published)[1:] == [(90, 145, 23)]
    assert {mark.result_version for mark in marks(published).values()} == {2}
    assert raised(published, "CORRECTION_AFTER_WINDOW") == []


def test_a_first_grade_that_is_made_late_rests_on_the_version_that_grades_made_in_time_rest_on(published):
    unheard(published, (110, 104), ENDS, ENDS)
    unheard(published, (90, 145), ENDS + 40 * HOUR, ENDS + 40 * HOUR)
    sweep(published, ENDS + 41 * HOUR)

    assert {mark.result_version for mark in marks(published).values()} == {1}
    assert len(marks(published)) == len(made(published))


def test_what_was_told_only_after_an_ending_was_borne_out_is_not_known_by_then(published):
    periods = ((60, 54), (50, 50))
    unheard(published, (110, 104), ENDS)
    with unit_of_work(published) as session:
        keep_word(session, "c", word(at=ENDS + HOUR, periods=periods), at=ENDS + HOUR)
        settle.decide_results(session, tenant_id=TENANT, league=NBA, events=[GAME], at=ENDS + 2 * HOUR)
        told = results.histories(session, [GAME], as_of=ENDS + 3 * HOUR)[GAME]

    assert [(item.received_at, item.periods) for item in told] == [(ENDS, ()), (ENDS + 2 * HOUR, periods)]


def test_a_correction_replaces_the_grade_and_both_dates_keep_their_figures(published):
    both(published, (110, 104))
    before = marks(published)
    both(published, (90, 135), at=ENDS + 3 * HOUR)
    after = marks(published)

    assert {(mark.result_version, mark.supersedes, mark.cause) for mark in after.values()} == {
        (2, "settlement-v1@1", "RESULT_CORRECTION")
    }
    assert marks(published, ENDS + 2 * HOUR) == before
    assert any(after[name].result != before[name].result for name in before)


def test_a_correction_after_the_window_changes_no_grade_and_is_learned_from(published):
    both(published, (110, 104))
    before = marks(published)
    late = ENDS + 24 * HOUR + 5 * MINUTE
    both(published, (90, 145), at=late)
    sweep(published, late + HOUR)
    with unit_of_work(published, write=False) as session:
        known = outcomes.settled(
            session, tenant_id=TENANT, league="nba", market_key=TOTAL.key, since=OPENS, as_of=late + HOUR
        )
        latest = results.of_events(session, [GAME], as_of=late + HOUR)[GAME]

    assert marks(published) == before
    assert latest.result_version == 2
    assert len(raised(published, "CORRECTION_AFTER_WINDOW")) == 1
    assert list(known.won) == [1.0] == [float(line < 235) for line in known.lines]


def test_a_correction_inside_the_window_by_one_minute_still_counts(published):
    both(published, (110, 104))
    both(published, (90, 135), at=ENDS + 24 * HOUR - MINUTE)

    assert {mark.result_version for mark in marks(published).values()} == {2}
    assert raised(published, "CORRECTION_AFTER_WINDOW") == []


def test_settling_again_adds_nothing(published):
    both(published)
    both(published, (90, 135), at=ENDS + HOUR)
    with unit_of_work(published) as session:
        before = number(session, "SELECT count(*) FROM grade")
        for hours in (2, 3):
            told = settle.settle_picks(session, tenant_id=TENANT, league=NBA, snapshot_id="x", at=ENDS + hours * HOUR)
            assert (told.graded, told.regraded) == (0, 0)
        assert number(session, "SELECT count(*) FROM grade") == before


SCORES = st.lists(st.tuples(st.integers(80, 140), st.integers(80, 140)), min_size=1, max_size=3)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SCORES)
def test_a_correction_and_its_reversal_end_in_the_first_grades_numbers(published, scores):
    told = [(110, 104), *scores, (110, 104)]
    figures = []
    with rolled_back(published) as session:
        for place, score in enumerate(told):
            at = ENDS + place * 90 * MINUTE
            for feed in "ab":
                keep_word(session, feed, word(score, at=at), at=at)
            settle.decide_results(session, tenant_id=TENANT, league=NBA, events=[GAME], at=at)
            settle.settle_picks(session, tenant_id=TENANT, league=NBA, snapshot_id="x", at=at)
            figures.append(rows_of(session, """
                SELECT pick_id, result, settled_fraction_quarters, units_micros, brier, log_loss, brier_market FROM grade g
                WHERE result_version = (SELECT max(result_version) FROM grade WHERE pick_id = g.pick_id)
                ORDER BY pick_id"""))  # fmt: skip
        changes = sum(one != two for one, two in itertools.pairwise(told))
        assert number(session, "SELECT max(result_version) FROM grade") == 1 + changes

    assert figures[0] == figures[-1] != []


# ------------------------------------------------------------------------------------------------- being late


def test_a_grade_that_is_late_is_told_once_for_each_pick(published):
    hear(published, "a", word(at=ENDS), at=ENDS)
    sweep(published, ENDS + 6 * HOUR)
    assert raised(published, settle.GRADE_LATE) == []
    for hours in (7, 8):
        sweep(published, ENDS + hours * HOUR)
    hear(published, "b", word(at=ENDS + 9 * HOUR), at=ENDS + 9 * HOUR)

    assert len(marks(published)) == len(made(published)) == len(raised(published, settle.GRADE_LATE))
    assert {alert.at for alert in raised(published, settle.GRADE_LATE)} == {ENDS + 6 * HOUR}


def test_a_report_decides_for_the_day_it_came_and_not_before(published):
    both(published)
    with unit_of_work(published, write=False) as session:
        assert results.of_events(session, [GAME], as_of=ENDS) == {}
        assert results.of_events(session, [GAME], as_of=ENDS + MINUTE)[GAME].status is FINAL
