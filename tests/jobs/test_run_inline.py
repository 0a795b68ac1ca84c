"""The inline runner: every reaction of every event, once, and what was interrupted is found again."""

# mypy: disable-error-code="attr-defined, var-annotated"

from dataclasses import replace

import pytest

from closeline.jobs import run_inline
from closeline.jobs.reactions import REACTIONS
from closeline.jobs.registry import JOBS
from closeline.jobs.replaying.backtest import backtest, timetable
from closeline.jobs.run_inline import react, reaction_slot, run, unfinished
from closeline.store import events
from closeline.store.session import unit_of_work
from tests.builders.archives import an_archive
from tests.builders.desks import a_desk, later
from tests.builders.records import TENANT, rows_of

ARCHIVE = an_archive(days=2)


def done(engine):
    with unit_of_work(engine, write=False) as session:
        return {(row["job"], row["slot"]) for row in rows_of(session, "SELECT job, slot FROM job_run")}


def logged(engine):
    with unit_of_work(engine, write=False) as session:
        return [event for chain in ("SYSTEM", TENANT) for event in events.since(session, chain=chain, after=0)]


def test_every_event_of_a_backtest_had_all_its_reactions(trusting):
    backtest(a_desk(trusting, [ARCHIVE]))
    desk, ran = a_desk(trusting, [ARCHIVE]), done(trusting)

    for event in logged(trusting):
        for job in REACTIONS[event.name]:
            assert ((job, reaction_slot(event)) in ran) is JOBS[job].due(later(desk, event.at), event.body)
    assert unfinished(a_desk(trusting, [ARCHIVE])) == []


def test_warm_up_is_not_taken_for_work_left_behind_by_a_desk_that_comes_later(trusting):
    begins = max(item.day for item in a_desk(trusting, [ARCHIVE]).shelf.timetable())
    backtest(replace(a_desk(trusting, [ARCHIVE]), publish_from=begins))

    assert unfinished(a_desk(trusting, [ARCHIVE])) == []


def test_reactions_come_first_told_first_served(trusting, monkeypatch):
    order = []
    execute = run_inline.execute

    def watched(desk, job, slot, arguments):
        order.append(job)
        return execute(desk, job, slot, arguments)

    monkeypatch.setattr(run_inline, "execute", watched)
    desk = a_desk(trusting, [ARCHIVE])
    steps = list(timetable(desk))
    for step in steps[:2]:
        run(later(desk, step.at), step.job, step.slot, step.arguments)

    assert order[:7] == [
        "capture.payload",
        "capture.archive",
        "evaluate.snapshot",
        "forecast.slate",
        "props.forecast",
        "gate.candidates",
        "pick.propose",
    ]


@pytest.mark.parametrize("stops_after", [2, 4, 5, 7])
def test_what_an_interruption_left_behind_is_found_and_finished(trusting, monkeypatch, stops_after):
    class Stopped(Exception):
        """Somebody pulled the plug."""

    desk = a_desk(trusting, [ARCHIVE])
    steps = list(timetable(desk))
    execute, count = run_inline.execute, []

    def dying(*given):
        if len(count) == stops_after:
            raise Stopped
        count.append(1)
        return execute(*given)

    with monkeypatch.context() as patch, pytest.raises(Stopped):  # noqa: PT012
        patch.setattr(run_inline, "execute", dying)
        for step in steps[:3]:
            run(later(desk, step.at), step.job, step.slot, step.arguments)
    fresh = a_desk(trusting, [ARCHIVE])
    for event in unfinished(fresh):
        react(later(fresh, event.at), [event])

    assert unfinished(fresh) == []
    ran = done(trusting)
    for event in logged(trusting):
        due = [job for job in REACTIONS[event.name] if JOBS[job].due(later(fresh, event.at), event.body)]
        assert {(job, reaction_slot(event)) for job in due} <= ran


def test_an_event_reacted_to_twice_is_done_once(trusting):
    desk = a_desk(trusting, [ARCHIVE])
    backtest(desk)
    before = done(trusting)
    react(desk, logged(trusting))

    assert done(trusting) == before


def test_what_is_finished_is_not_read_again_however_long_the_record_grows(played, monkeypatch):
    desk = a_desk(played)
    assert unfinished(desk) == []
    read, since = [], events.since

    def counting(session, *, chain, after):
        found = since(session, chain=chain, after=after)
        read.append(len(found))
        return found

    monkeypatch.setattr(run_inline.events, "since", counting)
    assert unfinished(desk) == []

    assert sum(read) < 2 * run_inline._STRIDE < len(logged_of(played, since))


def test_a_cursor_never_passes_an_event_whose_reactions_are_open(played):
    desk = a_desk(played)
    with unit_of_work(played) as session:
        (row,) = rows_of(session, "SELECT min(slot) AS slot FROM job_run WHERE job = 'forecast.slate'")
        session.connection.exec_driver_sql(
            f"DELETE FROM job_run WHERE job = 'forecast.slate' AND slot = '{row['slot']}'"
        )
    for _ in range(3):
        assert [reaction_slot(event) for event in unfinished(desk)] == [row["slot"]]


def logged_of(engine, since):
    with unit_of_work(engine, write=False) as session:
        return [event for chain in ("SYSTEM", TENANT) for event in since(session, chain=chain, after=0)]
