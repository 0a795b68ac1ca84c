"""Every night the models in force are held against what was played, on both databases; one incident for each that is off."""

from dataclasses import replace
from datetime import timedelta

import pytest

from closeline.cli.live.feed_text import say_feeds
from closeline.jobs.capturing import showing
from closeline.jobs.props import degrading
from closeline.jobs.props.degrading import PROP_MODEL_DEGRADED
from closeline.jobs.props.health import Health, status
from closeline.jobs.props.moments import LEAGUE
from closeline.jobs.props.training import train
from closeline.jobs.registry import JOBS
from closeline.jobs.run_inline import run
from closeline.jobs.schedule import NIGHTLY
from closeline.store.desk import alerts, incidents
from closeline.store.session import unit_of_work
from tests.builders.desks import later
from tests.builders.prop_league import KEY, TINY
from tests.builders.records import a_copy
from tests.jobs.test_prop_watching import NOW, a_watching_desk, make_played

NBA = {"league": LEAGUE}
MARGIN = "closeline.maths.props.watching.residuals.MIDDLE_MARGIN"
# A margin that no forecast can keep: the smallest that a middle may be is -1/2.
UNKEEPABLE = -0.6


@pytest.fixture
def played(new_databases):
    with a_copy(new_databases, "prop league played", make_played) as engine:
        yield engine


def a_night(desk, number=0):
    """Run the job of a night and give the open incidents of models."""
    desk = later(desk, NOW + timedelta(days=number))
    run(desk, "props.watch", f"NBA:{number}", NBA)
    with unit_of_work(desk.engine, write=False) as session:
        return degrading.degraded(session, desk)


def test_it_is_done_every_night_after_the_grades_are_counted():
    jobs = [item.job for item in NIGHTLY]

    assert jobs.index("props.watch") > jobs.index("view.rollups")
    assert "props.watch" in JOBS


def test_models_that_are_what_they_say_open_nothing(played):
    assert a_night(a_watching_desk(played)) == []
    assert status(a_watching_desk(played)).degraded == []


def test_a_model_that_is_off_opens_one_incident_however_many_nights_find_it(played, monkeypatch):
    desk = a_watching_desk(played)
    monkeypatch.setattr(MARGIN, UNKEEPABLE)
    first, second = a_night(desk), a_night(desk, 1)
    with unit_of_work(desk.engine, write=False) as session:
        told = alerts.since(session, tenant_id=desk.tenant_id, league=LEAGUE, after=NOW - timedelta(days=9), as_of=NOW)

    assert [(item.scope, item.repeats) for item in first] == [("PRA", 1)]
    assert [(item.scope, item.repeats) for item in second] == [("PRA", 2)]
    assert "closeline props train" in first[0].text
    assert [item.kind for item in told] == [PROP_MODEL_DEGRADED]


def test_the_same_night_twice_counts_once(played, monkeypatch):
    monkeypatch.setattr(MARGIN, UNKEEPABLE)
    a_night(a_watching_desk(played))

    assert [item.repeats for item in a_night(a_watching_desk(played))] == [1]


def test_the_incident_is_closed_when_all_is_right_again(played, monkeypatch):
    desk = a_watching_desk(played)
    with monkeypatch.context() as patched:
        patched.setattr(MARGIN, UNKEEPABLE)
        a_night(desk)
    with unit_of_work(desk.engine, write=False) as session:
        was_open = incidents.is_known(session, PROP_MODEL_DEGRADED, scope="PRA", tenant_id=desk.tenant_id)

    assert was_open
    assert a_night(desk, 1) == []


def test_training_on_the_days_that_were_off_is_the_answer_to_an_alarm(played, monkeypatch):
    desk = a_watching_desk(played)
    monkeypatch.setattr(MARGIN, UNKEEPABLE)
    a_night(desk)
    train(desk, TINY, key=KEY)

    assert a_night(desk, 1) == []


def test_who_asks_how_things_stand_is_told(played, monkeypatch, capsys):
    desk = a_watching_desk(played)
    monkeypatch.setattr(MARGIN, UNKEEPABLE)
    a_night(desk)
    found = status(desk)
    with unit_of_work(desk.engine, write=False) as session:
        say_feeds(showing.feeds(session, desk))

    assert (found.health, found.mend) == (Health.DEGRADED, "train again: closeline props train")
    assert [(item.statistic, item.repeats) for item in found.degraded] == [("PRA", 1)]
    assert "PROP_MODEL_DEGRADED since" in capsys.readouterr().out


def test_a_desk_without_models_and_another_league_have_nothing_to_look_at(played):
    desk = a_watching_desk(played)

    assert not degrading.due(desk, {"league": "NFL"})
    assert not degrading.due(replace(desk, prop_models=None), NBA)
    assert degrading.due(desk, NBA)
