"""What was known, over HTTP: the answer of the record itself, and the same from the client in process and outside."""

from datetime import timedelta

import pytest

from closeline.client import Record
from closeline.client.in_process import InProcess
from closeline.client.over_http import OverHttp
from closeline.domain.clock import instant
from closeline.domain.errors import NotFound
from closeline.flow.view.known import known_then
from closeline.schemas.again.known import KnownThen
from closeline.store.session import unit_of_work
from closeline.tenancy.access import Role
from tests.builders.callers import OTHER_TENANT
from tests.builders.records import TENANT, rows_of

HOURS = timedelta(hours=5)


def a_pick(door):
    """Give the event of the first pick, and when that was proposed."""
    with unit_of_work(door.desk.engine, write=False) as session:
        (row,) = rows_of(session, "SELECT event_id, proposed_at FROM pick ORDER BY proposed_at, pick_id LIMIT 1")
    return str(row["event_id"]), instant(int(row["proposed_at"]))


def test_the_answer_is_the_records_own_and_the_clients_is_the_same(busy):
    event, at = a_pick(busy)
    with unit_of_work(busy.desk.engine, write=False) as session:
        own = known_then(session, event, tenant_id=TENANT, at=at, other=at + HOURS)
    asked = {"at": at.isoformat(), "and": (at + HOURS).isoformat()}
    told = busy.get(f"/api/events/{event}/known", params=asked, role=Role.READER)
    busy.client.headers["X-API-Key"] = busy.token(Role.READER)

    assert told.status_code == 200
    assert KnownThen.model_validate(told.json()) == own
    assert own.first.picks
    for door in (InProcess(busy.desk), OverHttp(busy.client)):
        assert Record(door).known(event, at=at, other=at + HOURS) == own


def test_a_guest_is_told_the_prices_and_nothing_of_what_another_tenant_thought_of_them(busy):
    event, at = a_pick(busy)
    asked = {"at": (at + HOURS).isoformat()}
    own, guest = (
        busy.get(f"/api/events/{event}/known", params=asked, tenant=tenant).json()["first"]
        for tenant in (TENANT, OTHER_TENANT)
    )

    assert guest["quotes"] == own["quotes"] != []
    assert all((own["run"], own["verdicts"], own["picks"]))
    assert (guest["run"], guest["verdicts"], guest["picks"]) == (None, [], [])


def test_an_event_that_nobody_knew_of_by_then_is_not_found(busy):
    event, at = a_pick(busy)
    busy.client.headers["X-API-Key"] = busy.token(Role.READER)

    for door in (InProcess(busy.desk), OverHttp(busy.client)):
        with pytest.raises(NotFound, match="must have been known by"):
            Record(door).known(event, at=at - timedelta(days=365))


def test_a_time_without_its_zone_and_no_time_at_all_are_refused(busy):
    event, _ = a_pick(busy)

    for params in ({}, {"at": "2023-11-15T10:00:00"}, {"at": "yesterday"}):
        assert busy.get(f"/api/events/{event}/known", params=params, role=Role.READER).status_code == 422
