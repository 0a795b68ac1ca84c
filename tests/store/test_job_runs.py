"""A slot is claimed once, in the transaction of what was done for it."""

import pytest

from closeline.store.scheduling import job_runs
from closeline.store.session import unit_of_work
from tests.builders.moments import OPENS


def claim(session, slot="s"):
    return job_runs.claim(session, "a.job", slot, at=OPENS)


def test_a_slot_is_claimed_once(record):
    with unit_of_work(record) as session:
        assert [claim(session), claim(session), claim(session, "t")] == [True, False, True]
    with unit_of_work(record) as session:
        assert not claim(session)
        assert job_runs.done_slots(session) == {("a.job", "s"), ("a.job", "t")}


def test_a_claim_that_was_rolled_back_is_free_again(record):
    with pytest.raises(RuntimeError), unit_of_work(record) as session:  # noqa: PT012
        claim(session)
        raise RuntimeError
    with unit_of_work(record) as session:
        assert not job_runs.is_done(session, "a.job", "s")
        assert claim(session)


def test_another_jobs_slot_of_the_same_name_is_another_slot(record):
    with unit_of_work(record) as session:
        claim(session)
        assert not job_runs.is_done(session, "b.job", "s")
