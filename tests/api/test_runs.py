"""A run that somebody brings is shown as it stands, complete or not."""

import pytest

from tests.builders.callers import OTHER_TENANT, a_door
from tests.builders.moments import MINUTE, OPENS
from tests.builders.own import a_claim, a_run, an_end
from tests.builders.records import a_copy, make_trusting
from tests.builders.ways import by


@pytest.fixture
def brought(new_databases):
    with (
        a_copy(new_databases, "trusting", make_trusting) as engine,
        by("in_process", engine) as way,
        a_door(engine, now=OPENS + MINUTE) as door,
    ):
        yield way.record, door


def test_a_run_has_no_hash_until_it_is_complete_and_what_it_said_so_far_is_shown(brought):
    record, door = brought
    run = a_run(record)
    path = f"/api/calibration/sim-runs/{run.run_id}"
    begun = door.get(path)
    record.create_prediction(a_claim(run))
    said = door.get(path).json()
    record.complete_sim_run(an_end(run))
    complete = door.get(path).json()

    assert begun.status_code == 200, begun.text
    assert (begun.json()["output_hash"], begun.json()["predictions"]) == (None, [])
    assert (said["output_hash"], len(said["predictions"])) == (None, 1)
    assert len(complete["output_hash"]) == 32
    assert complete["predictions"] == said["predictions"]
    assert door.get(f"/api/calibration/sim-runs/event/{run.event_id}").json()["sim_runs"] == [complete]
    assert door.get(path, tenant=OTHER_TENANT).status_code == 404


def test_a_guest_brings_no_prices_into_the_evidence_that_all_share(brought):
    _, door = brought
    answer = door.post("/api/record/snapshots", {"anything": "at all"}, tenant=OTHER_TENANT)

    assert (answer.status_code, answer.json()["error"]) == (403, "NotAllowed")
