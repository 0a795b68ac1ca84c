"""Every event has its reactions, every reaction a job, and jobs take JSON scalars."""

import inspect

import pytest

from closeline.domain.events import EVENTS
from closeline.jobs import schedule
from closeline.jobs.errands import Errand, Job
from closeline.jobs.reactions import REACTIONS
from closeline.jobs.registry import JOBS


def scheduled_jobs():
    lists = (schedule.WEEKLY, schedule.RECONCILING, schedule.NIGHTLY, schedule.DAILY, schedule.EMBEDDED, schedule.LIVE)
    return {cadence.job for cadences in lists for cadence in cadences}


def test_every_event_has_a_row_of_reactions():
    assert set(REACTIONS) == {event.__name__ for event in EVENTS}


def test_every_reaction_is_a_registered_job():
    assert {job for jobs in REACTIONS.values() for job in jobs} <= set(JOBS)


def test_every_scheduled_job_is_registered():
    assert scheduled_jobs() <= set(JOBS)


def test_every_job_is_set_going_by_something():
    reactions = {job for jobs in REACTIONS.values() for job in jobs}

    assert set(JOBS) == reactions | scheduled_jobs() | {"capture.payload", "capture.archive", "capture.asked"}


def test_no_reaction_leads_back_to_its_own_event():
    told = {
        "evaluate.snapshot": "MarketEvaluated", "forecast.slate": "ForecastMade", "gate.candidates": "CandidatesGated",
        "pick.propose": "PicksProposed", "publish.picks": "PicksPublished", "review.close": "PicksReviewed",
        "settle.results": "ResultsCaptured", "settle.picks": "PicksSettled", "tune.distribution": "DistributionFitted", "tune.calibration": "CalibrationJudged",
        "tune.policy": "PolicyFitted",
    }  # fmt: skip

    def ahead(event, seen=()):
        assert event not in seen, f"{event} sets itself going"
        for job in REACTIONS[event]:
            if job in told:
                ahead(told[job], (*seen, event))

    for event in REACTIONS:
        ahead(event)


@pytest.mark.parametrize("name", JOBS)
def test_a_job_is_named_verb_dot_noun_and_is_a_plain_function(name):
    task = JOBS[name]
    verb, _, noun = name.partition(".")

    assert verb
    assert noun
    assert isinstance(task, Job | Errand)
    assert inspect.isfunction(task.keep)
    assert not inspect.iscoroutinefunction(task.keep)


def test_only_delivery_polling_and_the_board_touch_the_world():
    polling = {f"capture.{what}" for what in ("close", "poll", "results", "scores", "schedule", "injuries", "asked")}
    # Goes nowhere: it reads for long, outside of any transaction that could make others wait.
    polling.add("props.watch")

    assert {name for name, task in JOBS.items() if isinstance(task, Errand)} == {
        *polling, "evaluate.board", "publish.deliver", "publish.reconcile",
    }  # fmt: skip
