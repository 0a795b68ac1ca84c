"""A write that is sent again under its idempotency key is answered as before, and does nothing again."""

import threading
from datetime import timedelta

import pytest

from closeline.api import once
from closeline.domain.errors import StoreUnavailable
from closeline.jobs import grading
from closeline.schemas.ending.grading import GradeRun
from closeline.store import access
from closeline.store.session import unit_of_work
from closeline.tenancy.access import Role
from tests.builders.callers import OTHER_TENANT, Door
from tests.builders.desks import later
from tests.builders.records import TENANT

PATH = "/api/calibration/grade-all-pending"
NAMED = {once.HEADER: "a-call"}


class Grader:
    """Counts how often it is asked, and answers with the count."""

    def __init__(self, *faults):
        self.asked = 0
        self.faults = list(faults)
        self.entered, self.may_go = threading.Event(), threading.Event()
        self.may_go.set()

    def __call__(self, desk, *, lookback_hours, actor):
        self.asked += 1
        self.entered.set()
        assert self.may_go.wait(20)
        if self.faults:
            raise self.faults.pop(0)
        return GradeRun(
            at=desk.clock(), lookback_hours=lookback_hours, decided=self.asked, graded=0, regraded=0, held=[], reasons={},
            late=[],
        )  # fmt: skip


@pytest.fixture
def grader(monkeypatch):
    made = Grader()
    monkeypatch.setattr(grading, "grade_all_pending", made)
    return made


def ask(door, hours=24, headers=NAMED, **more):
    return door.post(PATH, {"lookback_hours": hours}, headers=headers, **more)


def test_the_same_call_under_the_same_key_is_answered_alike_and_done_once(quiet, grader):
    first, second = ask(quiet), ask(quiet)

    assert first.json()["decided"] == 1
    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert second.headers["content-type"] == first.headers["content-type"]
    assert [answer.headers.get("idempotency-replayed") for answer in (first, second)] == [None, "true"]
    assert grader.asked == 1


def test_another_request_under_the_same_key_is_refused(quiet, grader):
    ask(quiet)
    others = [
        ask(quiet, 25), quiet.post("/api/calibration/run-calibration-job", {"method": "auto"}, headers=NAMED),
        quiet.post(f"{PATH}?x=1", {"lookback_hours": 24}, headers=NAMED),
    ]  # fmt: skip

    assert [(answer.status_code, answer.json()["error"]) for answer in others] == [(409, "Refused")] * 3
    assert grader.asked == 1


def test_without_a_key_or_under_another_a_call_is_a_new_one(quiet, grader):
    for headers in ({}, {}, {once.HEADER: "one"}, {once.HEADER: "two"}):
        assert ask(quiet, headers=headers).status_code == 200

    assert grader.asked == 4


def test_each_tenant_has_its_own_keys(quiet, grader):
    mine, theirs = ask(quiet), ask(quiet, tenant=OTHER_TENANT)

    assert (mine.json()["decided"], theirs.json()["decided"]) == (1, 2)


def test_a_refusal_is_kept_and_a_fault_of_ours_is_not(quiet, grader):
    grader.faults = [StoreUnavailable("busy"), ZeroDivisionError(), StoreUnavailable("busy")]
    statuses = [ask(quiet).status_code for _ in range(5)]

    assert statuses == [503, 500, 503, 200, 200]
    assert grader.asked == 4


def test_what_is_wrong_with_a_request_is_said_again(quiet, grader):
    first, second = ask(quiet, "soon"), ask(quiet, "soon")

    assert [first.status_code, second.status_code] == [422, 422]
    assert second.content == first.content
    assert second.headers["content-type"] == "application/problem+json"
    assert grader.asked == 0


def test_a_role_that_may_not_is_told_nothing_of_what_was_answered(quiet, grader):
    ask(quiet)

    assert ask(quiet, role=Role.READER).status_code == 403
    assert ask(quiet, role=None).status_code == 401


def test_a_call_that_is_under_way_is_not_begun_again(quiet, grader):
    grader.may_go.clear()
    quiet.token(Role.ADMIN)
    answers = []
    slow = threading.Thread(target=lambda: answers.append(ask(quiet)))
    slow.start()
    assert grader.entered.wait(20)
    meanwhile = ask(quiet)
    grader.may_go.set()
    slow.join(20)

    assert (meanwhile.status_code, answers[0].status_code) == (409, 200)
    assert "still under way" in meanwhile.json()["detail"]
    assert ask(quiet).content == answers[0].content
    assert grader.asked == 1


def test_of_many_at_once_one_is_done(quiet, grader):
    quiet.token(Role.ADMIN)
    answers = []
    crowd = [threading.Thread(target=lambda: answers.append(ask(quiet).status_code)) for _ in range(6)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join(60)

    assert grader.asked == 1
    assert set(answers) <= {200, 409}
    assert 200 in answers
    assert len(answers) == 6


def test_whoever_died_under_way_blocks_the_key_for_an_hour_at_most(quiet, grader):
    quiet.token(Role.ADMIN)
    with unit_of_work(quiet.desk.engine) as session:
        hashed = once.request_hash("POST", PATH, "", b'{"lookback_hours":24}')
        access.ask(session, "a-call", hashed, tenant_id=TENANT, at=quiet.desk.clock())
    soon, late = (
        Door(later(quiet.desk, quiet.desk.clock() + wait), tokens=quiet.tokens)
        for wait in (once.UNDER_WAY_AT_MOST - timedelta(seconds=1), once.UNDER_WAY_AT_MOST)
    )

    assert ask(soon).status_code == 409
    assert ask(late).status_code == 200


def test_an_answer_is_kept_for_a_day(quiet, grader):
    ask(quiet)
    day = Door(later(quiet.desk, quiet.desk.clock() + once.KEPT_FOR), tokens=quiet.tokens)
    after = Door(later(quiet.desk, quiet.desk.clock() + once.KEPT_FOR + timedelta(seconds=1)), tokens=quiet.tokens)

    assert ask(day).json()["decided"] == 1
    assert ask(after).json()["decided"] == 2


@pytest.mark.parametrize("name", ["", "x" * 201, "tab\there"])
def test_a_key_is_a_short_line_of_plain_signs(quiet, grader, name):
    answer = ask(quiet, headers={once.HEADER: name})

    assert (answer.status_code, grader.asked) == (422, 0)


def test_a_reading_call_needs_no_idempotency_and_keeps_none(quiet):
    for _ in range(2):
        answer = quiet.get("/api/picks", headers=NAMED)

        assert answer.status_code == 200
        assert "idempotency-replayed" not in answer.headers
