"""No route is open by accident: each asks for a key, for a role, and shows one tenant nothing of another's."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from closeline.api import app as application
from closeline.api.app import PUBLIC, ROUTERS, paths
from closeline.api.dependencies import identify
from closeline.api.guard import GuardedRoute, guarded
from closeline.domain.clock import FixedClock
from closeline.domain.errors import StoreUnavailable
from closeline.store import access
from closeline.store.desk import incidents
from closeline.store.desk.alerts import Alert
from closeline.store.session import unit_of_work
from closeline.tenancy import keys
from closeline.tenancy.access import OF_THE_HOUSE, PERMISSIONS, Permission, Role
from tests.builders.callers import OTHER_TENANT, Door
from tests.builders.desks import later
from tests.builders.records import TENANT, rows_of
from tests.fakes import FakeChannel


def every_route():
    app = FastAPI(openapi_url=None)
    for prefix, router in (*ROUTERS, (application.PREFIX, application.description)):
        app.include_router(router, prefix=prefix)
    return [(method, path, getattr(route, "permission", None)) for method, path, route in paths(app)]


ROUTES = every_route()
GUARDED = [route for route in ROUTES if route[1] not in PUBLIC]
# What is forecast of a player is nobody's, as the name of a flag is: tests/api/test_props.py and test_governing.py ask.
NOBODYS = ("{player_id}", "{name}")
BY_ID = [(method, path) for method, path, _ in GUARDED if "{" in path and not any(mark in path for mark in NOBODYS)]
KNOWN = "/api/events/{event_id}/known"
# Prices are nobody's either: what the feeds say of a game is the same for every tenant. What else was known of it is not:
# tests/api/test_known.py asks.
SHARED = (
    "/api/calibration/snapshots/odds/{event_id}", "/api/calibration/snapshots/closing-line/{event_id}",
    "/api/board/events/{event_id}", KNOWN,
)  # fmt: skip
QUERIES = {KNOWN: {"at": "2100-01-01T00:00:00Z"}}
WHY = {"why": "mine"}
BODIES = {
    "accept": {**WHY, "report_id": "x"}, "activate-calibration": WHY, "supersede": WHY, "lift": WHY, "acknowledge": WHY,
    "void": {**WHY, "reason": "OPERATOR"},
}  # fmt: skip
MARK = re.compile(r"\{\w+\}")


def test_the_list_of_routes_is_that_of_the_whole_app(door):
    assert sorted((method, path) for method, path, _ in ROUTES) == sorted(
        (method, path) for method, path, _ in paths(door.app)
    )
    assert len(ROUTES) == len({(method, path) for method, path, _ in ROUTES}) > 20


def test_whatever_is_not_public_is_guarded_and_what_is_public_is_health_alone(door):
    open_routes = {path for _, path, route in paths(door.app) if not isinstance(route, GuardedRoute)}

    assert open_routes == set(PUBLIC)
    assert set(PUBLIC) == {"/api/health", "/api/calibration/health", "/healthz", "/readyz", "/monitoring/health"}


def test_a_route_without_a_guard_would_be_seen():
    """Planted: a route that somebody adds to the app itself."""
    app = FastAPI(openapi_url=None)
    app.get("/api/leak")(lambda: "everything")
    context = next(iter(iter_route_contexts(app.routes)))

    assert not isinstance(context.original_route, GuardedRoute)


@pytest.mark.parametrize(("method", "path", "permission"), GUARDED)
def test_without_a_key_nothing_is_answered_whatever_else_is_wrong(door, method, path, permission):
    for body in (None, b"{not json", b"{}"):
        answer = door.call(method, path, role=None, content=body)

        assert (answer.status_code, answer.json()["error"]) == (401, "KeyRefused")
        assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(("method", "path", "permission"), GUARDED)
@pytest.mark.parametrize("role", Role)
def test_a_role_that_is_too_small_is_refused_before_the_request_is_read(door, method, path, permission, role):
    answer = door.call(method, path, role=role, content=b"{not json")
    allowed = permission in PERMISSIONS[role]

    assert (answer.status_code == 403) is not allowed
    if not allowed:
        assert answer.json()["error"] == "NotAllowed"


def filled(path, names):
    return MARK.sub(lambda mark: names[mark.group()], path)


def names_of_the_first_tenant(door):
    """Give ids that are there, each of the tenant that the season belongs to."""
    queries = {
        "{pick_id}": "SELECT pick_id FROM pick ORDER BY 1 LIMIT 1",
        "{publish_id}": "SELECT publication_id FROM publication ORDER BY 1 LIMIT 1",
        "{sim_run_id}": "SELECT run_id FROM sim_run ORDER BY 1 LIMIT 1",
        "{version}": "SELECT calibration_version FROM calibration_version ORDER BY 1 LIMIT 1",
        "{event_id}": "SELECT event_id FROM sim_run ORDER BY 1 LIMIT 1",
    }
    with unit_of_work(door.desk.engine) as session:
        incidents.meet(session, Alert(TENANT, "nba", "JOB_DEAD", "a job", "{}", door.desk.clock()), scope="nba")
        names = {mark: next(iter(rows_of(session, query)[0].values())) for mark, query in queries.items()}
    switch = door.post("/api/switches", {"scope": "league:nba", **WHY}).json()["switch_id"]
    (alert,) = door.get("/api/alerts").json()["alerts"]
    return {**names, "{switch_id}": switch, "{alert_id}": alert["alert_id"]}


def house_only(method, path):
    return any(route[:2] == (method, path) and route[2] in OF_THE_HOUSE for route in ROUTES)


def test_ids_of_one_tenant_are_not_there_for_another(busy):
    names = names_of_the_first_tenant(busy)
    seen = {}
    for method, path in BY_ID:
        body = next((body for word, body in BODIES.items() if word in path), None)
        asked = {"params": QUERIES.get(path), **({"json": body} if body else {})}
        seen[method, path] = busy.call(method, filled(path, names), tenant=OTHER_TENANT, **asked).status_code

    expected = {route: 403 if house_only(*route) else 404 for route in seen if route[1] not in SHARED}
    assert {route: status for route, status in seen.items() if route[1] not in SHARED} == expected
    assert len(seen) > len(SHARED)


def test_the_same_ids_are_there_for_their_own_tenant(busy):
    """The other side of the law above: a 404 for everybody would prove nothing."""
    names = names_of_the_first_tenant(busy)
    statuses = {
        path: busy.get(filled(path, names), params=QUERIES.get(path)).status_code
        for method, path in BY_ID
        if method == "GET"
    }

    assert [path for path, status in statuses.items() if status != 200] == []
    for path in ("/api/alerts/{alert_id}/acknowledge", "/api/switches/{switch_id}/lift"):
        assert busy.post(filled(path, names), WHY).status_code == 200


def test_lists_of_another_tenant_are_empty(busy):
    assert busy.get("/api/picks").json()["total"] > 0
    assert busy.get("/api/picks", tenant=OTHER_TENANT).json() == {"total": 0, "picks": [], "next_cursor": None}


def test_a_key_may_come_in_either_header_and_two_different_ones_are_one_too_many(door):
    token, other = door.token(Role.READER), door.token(Role.ADMIN)
    statuses = [
        door.call("GET", "/api/picks", role=None, headers=sent).status_code
        for sent in (
            {"Authorization": f"Bearer {token}"}, {"authorization": f"bearer {token}"}, {"X-API-Key": token},
            {"X-API-Key": token, "Authorization": f"Bearer {token}"},
            {"X-API-Key": token, "Authorization": f"Bearer {other}"}, {"Authorization": f"Basic {token}"},
            {"Authorization": token}, {"Authorization": "Bearer"}, {"Cookie": f"key={token}"},
        )
    ]  # fmt: skip

    assert statuses == [200, 200, 200, 200, 401, 401, 401, 401, 401]
    assert door.call("GET", f"/api/picks?key={token}&api_key={token}", role=None).status_code == 401


def test_an_expired_and_a_revoked_key_open_nothing(quiet):
    short, gone = quiet.a_key(days=1), quiet.a_key()
    with unit_of_work(quiet.desk.engine) as session:
        keys.revoke(session, gone.partition(".")[0], tenant_id=TENANT, actor="test", at=quiet.desk.clock())
    tomorrow = Door(later(quiet.desk, quiet.desk.clock() + timedelta(days=1)))

    assert quiet.call("GET", "/api/picks", role=None, headers={"X-API-Key": short}).status_code == 200
    assert quiet.call("GET", "/api/picks", role=None, headers={"X-API-Key": gone}).status_code == 401
    assert tomorrow.call("GET", "/api/picks", role=None, headers={"X-API-Key": short}).status_code == 401


def test_when_a_key_was_last_used_is_known_to_the_minute(quiet):
    token = quiet.token(Role.READER)
    used = []
    for seconds in (0, 30, 61):
        moved = Door(later(quiet.desk, quiet.desk.clock() + timedelta(seconds=seconds)))
        moved.call("GET", "/api/picks", role=None, headers={"X-API-Key": token})
        with unit_of_work(quiet.desk.engine, write=False) as session:
            used.append(keys.listed(session, tenant_id=TENANT)[0].last_used_at - quiet.desk.clock())

    assert used == [timedelta(0), timedelta(0), timedelta(seconds=61)]


def test_a_guard_cannot_be_made_without_a_permission():
    made = [guarded(permission, tags=["x"]).route_class for permission in Permission]

    assert [vars(kind)["permission"] for kind in made] == list(Permission)
    assert not hasattr(GuardedRoute, "permission")


def test_the_clock_of_the_door_stands_in_these_tests(door):
    assert isinstance(door.desk.clock, FixedClock)


def test_a_busy_record_makes_nobody_wait_for_the_note_that_a_key_was_used(quiet, monkeypatch):
    def used(session, key_id, *, tenant_id, at):
        tried.append(key_id)
        raise StoreUnavailable("database is locked")

    tried: list[str] = []
    monkeypatch.setattr(access, "used", used)
    statuses = [quiet.get("/api/picks").status_code for _ in range(3)]

    assert statuses == [200, 200, 200]
    assert len(tried) == 1


def test_the_picks_of_a_guest_do_not_go_out_by_the_channels_of_the_house(quiet):
    desk = replace(quiet.desk, channels=(FakeChannel("app"),))
    house, _ = identify(desk, quiet.token(Role.ADMIN))
    guest, _ = identify(desk, quiet.token(Role.ADMIN, OTHER_TENANT))

    assert [channel.name for channel in house.desk.channels] == ["app"]
    assert guest.desk.channels == ()
    assert guest.desk.tenant_id == OTHER_TENANT
