"""Grading on demand, and the six hours after a final: computed from the record, over a whole replay."""

# mypy: disable-error-code="no-untyped-def"

import json
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta

import pytest

from closeline.domain.clock import instant
from closeline.domain.errors import BadInput, NotFound
from closeline.domain.feeds.captures import ResultStatus
from closeline.domain.leagues import League
from closeline.domain.settlement.configured import changed_rules
from closeline.flow import settle
from closeline.jobs.duty.run_embedded import due
from closeline.jobs.grading import (
    accept_result,
    grade_all_pending,
    grade_pick,
    grade_published,
    grading_of,
    lateness,
    reviews,
)
from closeline.jobs.importing import import_archive
from closeline.jobs.replaying.backtest import backtest
from closeline.jobs.run_inline import run
from closeline.jobs.shelf import Archive
from closeline.providers.catalog import recognise
from closeline.store import models
from closeline.store.session import unit_of_work
from tests.builders.archives import RECEIVED_AT, an_archive
from tests.builders.desks import a_desk
from tests.builders.heard import hear, keep_word, marks, raised, word
from tests.builders.moments import ENDS, HOUR, MINUTE, START
from tests.builders.payloads import GAME
from tests.builders.records import TENANT, number, rows_of
from tests.providers.scoreboards import espn, espn_game

SHARE_WANTED = 0.99


def heard_only(engine, *told, at=ENDS):
    """Keep what feeds say, as an import does: nothing is set going."""
    with unit_of_work(engine) as session:
        for feed, score in told:
            keep_word(session, feed, word(score, at=at), at=at)


def publications(engine):
    with unit_of_work(engine, write=False) as session:
        return [row["publication_id"] for row in rows_of(session, "SELECT publication_id FROM publication ORDER BY 1")]


# ------------------------------------------------------------------------------------------------- six hours


def test_nearly_every_grade_of_a_replay_comes_within_six_hours_of_its_final(played):
    with unit_of_work(played, write=False) as session:
        found = lateness(session, tenant_id=TENANT, at=RECEIVED_AT)
        # The same share by plain SQL: results of an archive have one version, received when they became known.
        pairs = rows_of(session, """
            SELECT g.graded_at, r.received_at FROM grade g JOIN pick p ON p.pick_id = g.pick_id
            JOIN event_result r ON r.event_id = p.event_id""")  # fmt: skip
        published = number(session, "SELECT count(*) FROM publication")
    in_time = sum(instant(pair["graded_at"]) - instant(pair["received_at"]) <= 6 * HOUR for pair in pairs)

    assert found.graded == len(pairs) == published > 20
    assert found.within == in_time
    assert found.share == in_time / published >= SHARE_WANTED
    assert found.late == []
    assert raised(played, "GRADE_LATE") == raised(played, "RESULT_MISSING") == []


def test_a_grade_that_does_not_come_takes_the_share_down(published):
    """The planted fault: with settling switched off, the figure must fall and every pick must be named."""
    heard_only(published, ("a", (110, 104)), ("b", (110, 104)))
    with unit_of_work(published, write=False) as session:
        found = lateness(session, tenant_id=TENANT, at=ENDS + 7 * HOUR)
        soon = lateness(session, tenant_id=TENANT, at=ENDS + 6 * HOUR)

    assert (found.graded, found.within, found.share) == (0, 0, 0.0)
    assert len(found.late) == len(publications(published))
    assert {item.hours for item in found.late} == {7.0}
    assert (soon.share, soon.late) == (None, [])


def test_the_nightly_reconciliation_tells_of_what_is_missing_and_late(published):
    heard_only(published, ("a", (110, 104)))
    run(a_desk(published, now=ENDS + 8 * HOUR), "settle.reconcile", "night", {"league": "nba"})
    run(a_desk(published, now=START + 40 * HOUR), "settle.reconcile", "next night", {"league": "nba"})

    assert len(raised(published, "GRADE_LATE")) == len(publications(published))
    assert len(raised(published, "RESULT_MISSING")) == 1


def test_a_backtest_reconciles_on_the_night_after_the_results_of_each_day(trusting):
    backtest(a_desk(trusting, [an_archive(days=2, games=1)]))
    with unit_of_work(trusting, write=False) as session:
        slots = rows_of(session, "SELECT slot FROM job_run WHERE job = 'settle.reconcile' ORDER BY slot")

    assert [row["slot"] for row in slots] == ["nba:2023-11-03T04:00:00+00:00", "nba:2023-11-04T04:00:00+00:00"]


# ------------------------------------------------------------------------------------------------ on demand


def test_all_that_waits_is_decided_and_graded_once(published):
    heard_only(published, ("a", (110, 104)), ("b", (110, 104)))
    desk = a_desk(published, now=ENDS + HOUR)
    first = grade_all_pending(desk, lookback_hours=24, actor="ann")
    again = grade_all_pending(desk, lookback_hours=24, actor="ann")

    assert (first.decided, first.graded, first.held, first.late) == (1, len(marks(published)), [], [])
    assert (again.decided, again.graded, again.regraded) == (0, 0, 0)
    with unit_of_work(published, write=False) as session:
        asked = rows_of(session, "SELECT actor FROM event_log WHERE name = 'GradingAsked'")
    assert [row["actor"] for row in asked] == ["ann", "ann"]


def test_what_is_held_is_named_with_its_reason(published):
    heard_only(published, ("a", (110, 104)))
    found = grade_all_pending(a_desk(published, now=ENDS + 7 * HOUR), lookback_hours=24, actor="ann")

    assert found.reasons == {"UNCONFIRMED": len(publications(published))}
    assert len(found.late) == len(found.held) > 0
    assert {item.publish_id for item in found.held} == set(publications(published))


def test_what_was_reported_before_the_look_back_is_not_decided(published):
    heard_only(published, ("a", (110, 104)), ("b", (110, 104)))
    found = grade_all_pending(a_desk(published, now=ENDS + 30 * HOUR), lookback_hours=24, actor="ann")

    assert (found.decided, found.graded) == (0, 0)


@pytest.mark.parametrize("hours", [0, -1, 100_000])
def test_a_look_back_that_cannot_be_is_refused(seeded, hours):
    with pytest.raises(BadInput, match="lookback_hours must be from 1"):
        grade_all_pending(a_desk(seeded), lookback_hours=hours, actor="ann")


def test_one_publication_is_graded_by_name_with_its_versions(published):
    heard_only(published, ("a", (110, 104)), ("b", (110, 104)))
    name = publications(published)[0]
    done = grade_published(a_desk(published, now=ENDS + HOUR), name, actor="ann")
    for feed in "ab":
        hear(published, feed, word((90, 145), at=ENDS + 2 * HOUR), at=ENDS + 2 * HOUR)
    with unit_of_work(published, write=False) as session:
        later = grading_of(session, name, tenant_id=TENANT)
        before = grading_of(session, name, tenant_id=TENANT, at=ENDS + HOUR)

    assert (done.state, done.held, len(done.versions), done.late) == ("GRADED", None, 1, False)
    assert before == done
    assert [item.supersedes for item in later.versions] == [None, "settlement-v1@1"]
    assert later.grade == later.versions[-1]
    assert later.grade.cause == "RESULT_CORRECTION"


def test_a_pick_that_cannot_be_graded_says_why(published):
    name = publications(published)[0]
    with unit_of_work(published, write=False) as session:
        before = grading_of(session, name, tenant_id=TENANT, at=START - HOUR)
    after = grade_pick(a_desk(published, now=START + HOUR), before.pick_id, actor="ann")

    assert (before.state, before.held) == ("OPEN", "NO_REPORT")
    assert (after.state, after.held, after.versions) == ("HELD", "NO_REPORT", [])


@pytest.mark.parametrize("ask", [grade_published, grade_pick], ids=["publication", "pick"])
def test_what_is_not_there_is_not_graded(seeded, ask):
    with pytest.raises(NotFound, match="must be in the record"):
        ask(a_desk(seeded), "nothing", actor="ann")
    with unit_of_work(seeded, write=False) as session, pytest.raises(NotFound, match="publication must be"):
        grading_of(session, "nothing", tenant_id=TENANT)


def test_another_tenant_sees_no_publication_of_this_one(published):
    name = publications(published)[0]
    with unit_of_work(published, write=False) as session, pytest.raises(NotFound):
        grading_of(session, name, tenant_id="other")


# ------------------------------------------------------------------------------------------------- a person


def reports_by_feed(engine, at):
    with unit_of_work(engine, write=False) as session:
        (review,) = reviews(session, tenant_id=TENANT, at=at).reviews
    return {item.feed: item.report_id for item in review.feeds}


def test_what_a_person_accepts_must_be_an_ending_of_that_event_told_whole(published):
    at = START + 19 * HOUR
    hear(published, "a", word((60, 50), at=at, status=ResultStatus.LIVE), at=at)
    hear(published, "b", word((110, None), at=at + MINUTE), at=at + MINUTE)
    named = reports_by_feed(published, at + HOUR)
    desk = a_desk(published, now=at + HOUR)
    with unit_of_work(published, write=False) as session:
        found = rows_of(session, "SELECT event_id FROM event ORDER BY event_id")
    another = next(row["event_id"] for row in found if row["event_id"] != GAME)
    for event_id, report, said in (
        (GAME, named["a"], "must tell an ending, told LIVE"),
        (GAME, named["b"], "must hold both scores"),
        ("nba_other", named["b"], "event must be in the record, 'nba_other' was not"),
        (another, named["b"], f"must be of {another}"),
    ):
        with pytest.raises(BadInput, match=said):
            accept_result(desk, event_id, report, why="because", actor="ann")
    with pytest.raises(NotFound, match="report must be in the record"):
        accept_result(desk, GAME, "nothing", why="because", actor="ann")
    with pytest.raises(BadInput, match="why"):
        accept_result(desk, GAME, named["a"], why=" ", actor="ann")
    with unit_of_work(published, write=False) as session:
        assert number(session, "SELECT count(*) FROM event_result WHERE event_id = :name", name=GAME) == 0


def test_what_a_person_decided_stands_until_feeds_agree_on_something_new(published):
    for feed, home in (("a", 110), ("b", 111)):
        hear(published, feed, word((home, 104), at=ENDS), at=ENDS)
    named = reports_by_feed(published, ENDS + HOUR)
    accept_result(a_desk(published, now=ENDS + HOUR), GAME, named["a"], why="seen", actor="ann")
    by_person = marks(published)
    with pytest.raises(BadInput, match="another ending than the official one"):
        accept_result(a_desk(published, now=ENDS + HOUR), GAME, named["a"], why="seen", actor="ann")
    hear(published, "b", word((111, 104), at=ENDS + 2 * HOUR), at=ENDS + 2 * HOUR)
    assert marks(published) == by_person
    hear(published, "a", word((111, 104), at=ENDS + 3 * HOUR), at=ENDS + 3 * HOUR)

    assert {mark.result_version for mark in marks(published).values()} == {2}


def test_a_game_without_any_word_waits_for_a_person_in_the_end(published):
    with unit_of_work(published, write=False) as session:
        early = reviews(session, tenant_id=TENANT, at=START + timedelta(hours=17)).reviews
        (late,) = reviews(session, tenant_id=TENANT, at=START + timedelta(hours=19)).reviews

    assert early == []
    assert (late.reason, late.feeds, late.decided) == ("NO_REPORT", [], None)


# --------------------------------------------------------------------------------------------- from the bytes


def scoreboard(at, *, status="STATUS_FINAL", completed=True, score=("110", "104")):
    """Give ESPN's scoreboard of the game of these tests, as a file that was received at a moment."""
    game = espn_game(
        score=score,
        status=status,
        completed=completed,
        date="2023-11-16T00:00Z",
        lines=([30, 30, 25, 25], [24, 30, 25, 25]),
    )
    payload = replace(espn(game | {"note": at.isoformat()}), received_at=at)
    feed = recognise(payload)
    return Archive(payload, feed.name, feed.parse(payload))


def test_an_imported_scoreboard_is_a_report_and_a_second_one_later_makes_it_a_result(published):
    for minutes in (0, 40):
        at = ENDS + minutes * MINUTE
        import_archive(a_desk(published, now=at), scoreboard(at))
        done = grade_all_pending(a_desk(published, now=at), lookback_hours=24, actor="ann")
        assert (done.decided, done.graded > 0) == ((0, False) if minutes == 0 else (1, True))

    with unit_of_work(published, write=False) as session:
        (row,) = rows_of(session, "SELECT * FROM event_result WHERE event_id = :name", name=GAME)
    assert (row["status"], row["home_score"], row["decided_by"], row["feed"]) == ("FINAL", 110, "CONFIRMED", "espn")
    assert row["periods"] == "[[30,24],[30,30],[25,25],[25,25]]"


def test_a_scoreboard_that_says_post_without_completed_grades_nothing(published):
    for minutes in (0, 40):
        at = ENDS + minutes * MINUTE
        import_archive(a_desk(published, now=at), scoreboard(at, completed=False))
        done = grade_all_pending(a_desk(published, now=at), lookback_hours=24, actor="ann")
        assert (done.decided, done.graded) == (0, 0)
        assert set(done.reasons) <= {"LIVE", "NO_REPORT"}


def test_a_game_put_off_on_a_scoreboard_waits_for_its_window(published):
    for minutes in (0, 40):
        at = START + minutes * MINUTE
        import_archive(
            a_desk(published, now=at), scoreboard(at, status="STATUS_POSTPONED", completed=False, score=("0", "0"))
        )
    first = grade_all_pending(a_desk(published, now=START + HOUR), lookback_hours=24, actor="ann")
    last = grade_all_pending(a_desk(published, now=START + 25 * HOUR), lookback_hours=48, actor="ann")

    assert (first.decided, first.graded, set(first.reasons)) == (1, 0, {"POSTPONED"})
    assert {mark.reason for mark in marks(published).values()} == {"POSTPONED_OUTSIDE_WINDOW"}
    assert last.graded == len(marks(published)) > 0


# ------------------------------------------------------------------------------------------------- the schedule


def test_the_sweep_is_due_every_quarter_of_an_hour_and_the_reconciliation_once_a_night():
    day = START.replace(hour=0, minute=0)
    slots = defaultdict(set)
    for minutes in range(0, 24 * 60, 5):
        for call in due(day + minutes * MINUTE, (League.NBA,)):
            slots[call.job].add((call.slot, call.arguments.get("league")))

    assert len(slots["settle.sweep"]) == 96
    assert {league for _, league in slots["settle.sweep"]} == {None}
    # Last night's is caught up with for a day, where it was missed.
    nights = (day.replace(hour=4) - timedelta(days=1), day.replace(hour=4))
    assert slots["settle.reconcile"] == {(f"nba:{night.isoformat()}", "nba") for night in nights}


# ---------------------------------------------------------------------------------------- rules of other names


def test_a_pick_is_settled_by_the_rules_that_it_names_and_by_no_others(published):
    with unit_of_work(published) as session:
        content = json.loads(models.config(session, tenant_id=TENANT, as_of=ENDS)[1])
        wanted = {"nba": {"start_window_hours": 96}}
        models.add_config(
            session, content | {"settlement": wanted}, tenant_id=TENANT, actor="ann", why="longer", at=START - HOUR
        )
    longer = changed_rules({"start_window_hours": 96})
    for feed, minutes in (("a", 0), ("b", 1)):
        at = START + minutes * MINUTE
        hear(published, feed, word((None, None), at=at, status=ResultStatus.POSTPONED), at=at)
    with unit_of_work(published, write=False) as session:
        found = settle.waiting(session, tenant_id=TENANT, league=League.NBA, at=START + 48 * HOUR)
        items = [(item.pick, item.published_at) for item in found]

        def asked(name):
            renamed = [(replace(item, settlement_rules=name), at) for item, at in items]
            told = settle.standings(session, renamed, tenant_id=TENANT, at=START + 48 * HOUR)
            return {(item.held, item.grade and (item.grade.rules, item.grade.reason)) for item in told}

        assert asked("settlement-v1") == {(None, ("settlement-v1", "POSTPONED_OUTSIDE_WINDOW"))}
        assert asked(longer.version) == {("POSTPONED", None)}
        assert asked("settlement-v1+unknown") == {("RULES_UNKNOWN", None)}
