"""Superseding and voiding as the API does them: once for each key, by whoever runs the desk, and told in the lineage."""

import pytest

from closeline.domain.markets import MarketType
from closeline.store.session import unit_of_work
from closeline.tenancy.access import Role
from tests.builders.callers import a_door
from tests.builders.moments import MINUTE
from tests.builders.records import a_copy, number
from tests.builders.watched import LATER, first_picks, make_behind

WHY = {"why": "the price has moved"}
VOID = {"reason": "OPERATOR", "why": "wrong game"}


@pytest.fixture
def behind(new_databases):
    with a_copy(new_databases, "picks behind", make_behind) as engine:
        yield engine


@pytest.fixture
def door(behind):
    with a_door(behind, now=LATER + 2 * MINUTE) as opened:
        yield opened


@pytest.fixture
def name(behind):
    with unit_of_work(behind, write=False) as session:
        return first_picks(session)[MarketType.MONEYLINE].pick_id


def test_a_version_takes_over_once_for_each_key(door, behind, name):
    once = {"Idempotency-Key": "night"}
    first = door.post(f"/api/picks/{name}/supersede", WHY, headers=once)
    second = door.post(f"/api/picks/{name}/supersede", WHY, headers=once)
    third = door.post(f"/api/picks/{name}/supersede", WHY)
    shown = door.get(f"/api/picks/{name}/lineage").json()

    assert (first.status_code, second.json(), third.status_code) == (200, first.json(), 409)
    assert first.json()["actor"].startswith("key:")
    assert [(link["pick_version"], link["state"]) for link in shown["chain"]] == [(1, "SUPERSEDED"), (2, "PUBLISHED")]
    assert [mark["state"] for mark in shown["validity"]] == ["VALID"]
    assert shown["validity"][0]["reasons"] == ["MODEL_OLD", "NO_OFFER"]
    with unit_of_work(behind, write=False) as session:
        assert number(session, "SELECT count(*) FROM pick_event WHERE to_state = 'SUPERSEDED'") == 1


def test_a_pick_is_void_by_whoever_runs_the_desk_and_by_nobody_else(door, name):
    path = f"/api/picks/{name}/void"
    for role in (Role.READER, Role.SYSTEM, Role.OPERATOR):
        assert door.post(path, VOID, role=role).status_code == 403
        assert door.post(f"/api/picks/{name}/supersede", WHY, role=role).status_code == 403
    assert door.post(path, VOID, tenant="other").status_code == 404
    assert door.post(path, {"reason": "BAD_BEAT"}).status_code == 422
    assert door.post(path, VOID | {"evidence": "trust me"}).status_code == 422
    done = door.post(path, VOID, role=Role.OPS)

    assert (done.status_code, done.json()["state"], done.json()["reason"]) == (200, "VOIDED", "OPERATOR")
    assert door.post(path, VOID).status_code == 409
