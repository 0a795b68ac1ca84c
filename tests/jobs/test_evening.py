"""The evening of the demonstration: what is told is in the chat, once, whoever stopped it, and the same every time."""

from dataclasses import replace

import pytest

from closeline.domain.errors import CorruptRecord
from closeline.domain.picks import PickState
from closeline.jobs.demo import Condition, evening, publish_from, run_demo
from closeline.jobs.demo.retold import WEEK, retell
from closeline.jobs.replaying.window.replaying import replay
from closeline.store import schema
from closeline.store.desk import picks
from closeline.store.record.replay.happened import Window
from closeline.store.session import unit_of_work
from tests.builders.evenings import (
    BEFORE,
    DAYS,
    EVENING,
    OUTCOMES,
    StoppedError,
    a_stage,
    evening_desk,
    forgetful,
    stopped,
)
from tests.builders.records import TENANT, a_copy, number, opened


@pytest.fixture
def lived(new_databases):
    """Give a desk whose demonstration has run to the end of its evening, and the stage of it."""
    with a_copy(new_databases, *EVENING) as engine:
        desk = evening_desk(engine)
        yield desk, a_stage(desk)


def test_what_moved_is_superseded_what_is_void_says_so_and_every_alert_is_cleared(lived):
    told = retell(*lived)
    what = [item.what for item in told.happened]

    assert [item.at for item in told.happened] == sorted(item.at for item in told.happened)
    assert "SYNTHETIC" in what[0]
    assert "on the simulated telegram" in what[0]
    assert any("moves past what was published" in line for line in what)
    raised = sum("INVALIDATED (" in line for line in what)
    assert raised == sum("cleared" in line for line in what) > 0
    assert sum("is superseded" in line for line in what) == sum("goes out in the place of" in line for line in what) > 0
    assert sum("is void" in line for line in what) == 1
    assert (told.laws > 20, told.broken) == (True, ())


def test_the_chat_has_every_pick_once_with_edits_and_notices_of_what_was_called_back(lived):
    desk, stage = lived
    shown = retell(desk, stage).chat
    posts = [item for item in shown if item.kind == "POST"]
    notices = [item for item in shown if item.kind != "POST"]

    assert [item.message_id for item in shown] == [str(place) for place in range(1, len(shown) + 1)]
    assert len({item.about for item in posts}) == len(posts) == len({item.pick_id for item in out(desk, stage)})
    assert {item.kind for item in notices} == {"SUPERSEDED", "VOIDED"}
    assert {item.about for item in posts if item.edited} == {item.about for item in notices}
    assert all(item.about in item.text for item in shown)


def out(desk, stage):
    with unit_of_work(desk.engine, write=False) as session:
        found = picks.of_events(session, sorted(evening.events_of(session, stage.slate)), tenant_id=TENANT)
        states = picks.states(session, [item.pick_id for item in found], tenant_id=TENANT)
    ended = {PickState.GRADED, PickState.SUPERSEDED, PickState.VOIDED}
    return [item for item in found if states[item.pick_id][1] in ended]


def test_a_second_time_it_says_so_sends_nothing_and_changes_nothing(lived):
    desk, stage = lived
    again = run_demo(desk, stage=stage)
    first = OUTCOMES[desk.engine.dialect.name]

    assert (first.condition, again.condition) == (Condition.RESUMED, Condition.ALREADY_DONE)
    assert (again.record_hash, again.steps, again.figures) == (first.record_hash, first.steps, first.figures)
    with unit_of_work(desk.engine, write=False) as session:
        tries = "SELECT count(*) FROM delivery_attempt WHERE channel = 'telegram' AND attempt > 1"
        assert number(session, tries) == 0


def test_both_databases_end_with_the_same_record(lived, sqlite):
    with a_copy(sqlite, *EVENING):
        assert len({outcome.record_hash for outcome in OUTCOMES.values()}) == 1
    assert lived[0].engine.dialect.name in OUTCOMES


def test_its_week_replays_with_equal_rows_and_nothing_leaves(lived, new_databases):
    desk, stage = lived
    with a_copy(new_databases, "nothing but a schema", make_empty) as empty:
        source, target = replace(desk, read=read), replace(evening_desk(empty), read=read)
        found = replay(source, target, Window(stage.results_at - WEEK, stage.results_at, TENANT))

    assert [(table.table, table.first) for table in found.tables if not table.equal] == []
    assert (found.faults, found.outside, found.equal) == ((), (), True)
    assert {table.table: table.recorded for table in found.tables}["pick"] > 0


def make_empty(url):
    with opened(url) as engine:
        schema.ready(engine)


def read(payload):
    from closeline.wiring import reading

    return reading.read(payload)


@pytest.mark.parametrize("reads", [2, 3])
def test_an_evening_that_was_stopped_is_taken_up_and_ends_the_same(sqlite, reads):
    with a_copy(sqlite, *EVENING):
        whole = OUTCOMES["sqlite"]
    with a_copy(sqlite, *BEFORE) as engine:
        desk = evening_desk(engine)
        stage, left = a_stage(desk), [reads]

        def stops(payload):
            left[0] -= 1
            return stopped() if left[0] == 0 else stage.archive_of(payload)

        with pytest.raises(StoppedError):
            evening.play(from_the_fortnight(desk), replace(stage, archive_of=stops))
        taken_up = run_demo(desk, stage=stage)
        shown = retell(desk, stage).chat

    assert (taken_up.condition, taken_up.record_hash) == (Condition.RESUMED, whole.record_hash)
    assert {item.kind for item in shown} == {"POST", "SUPERSEDED", "VOIDED"}


def from_the_fortnight(desk):
    return replace(desk, publish_from=publish_from(desk.shelf))


def test_a_message_that_was_never_sent_is_noticed(sqlite):
    with a_copy(sqlite, *BEFORE) as engine:
        desk = evening_desk(engine)
        with pytest.raises(CorruptRecord, match="message 99 must be in the chat as the record says"):
            evening.play(from_the_fortnight(desk), forgetful(a_stage(desk), 2))


def test_the_slate_is_of_known_teams_each_in_one_game_on_the_day_after(sqlite):
    with a_copy(sqlite, *BEFORE) as engine:
        slate = a_stage(evening_desk(engine)).slate
    teams = [team for game in slate.games for team in (game.home, game.away)]

    assert len(teams) == len(set(teams)) == 8
    assert {team for event in DAYS.parsed.events for team in (event.home, event.away)} == set(teams)
    assert slate.day > max(event.day for event in DAYS.parsed.events)
