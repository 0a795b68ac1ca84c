"""Who may call what stands in one table: the guard reads it, the page repeats it, and nothing is outside of it."""

import re
from pathlib import Path

from closeline.api.app import paths
from closeline.domain.governance.roles import CALLS, PUBLIC, Role, may_call
from closeline.tenancy.access import PERMISSIONS
from tests.builders.callers import Door

API = Path(__file__).parents[2] / "docs" / "api.md"
PAGE = Path(__file__).parents[2] / "docs" / "audit.md"
CELL = re.compile(r"^\| `(GET|POST|PUT|PATCH|DELETE) (/[^`]*)` \| ([A-Z]{3,})\b", re.MULTILINE)
LINE = re.compile(r"^\| `(GET|POST|PUT|PATCH|DELETE) (/[^`]*)` \| (\w+) \|$", re.MULTILINE)


def routes(door: Door) -> set[tuple[str, str]]:
    return {(method, path) for method, path, _ in paths(door.app)}


def test_every_call_is_in_the_table_and_every_line_of_the_table_is_a_call(door):
    assert routes(door) - set(CALLS) - PUBLIC == set()
    assert (set(CALLS) | PUBLIC) - routes(door) == set()
    assert set(CALLS) & PUBLIC == set()


def test_what_openapi_describes_is_in_the_table(door):
    described = {
        (method.upper(), path) for path, methods in door.app.openapi()["paths"].items() for method in methods
    }  # fmt: skip

    assert described <= set(CALLS) | PUBLIC
    assert len(described) > 20


def test_the_table_gives_a_role_what_its_permissions_give_it_and_nothing_else(door):
    for method, path, route in paths(door.app):
        if (method, path) in PUBLIC:
            continue
        assert CALLS[method, path] == {role for role in Role if route.permission in PERMISSIONS[role]}, path


def test_a_role_that_may_call_is_followed_by_all_above_it():
    assert [role for role in Role if any(roles != role.and_above for roles in CALLS.values() if min(
        roles, key=list(Role).index
    ) is role)] == []  # fmt: skip


def test_a_call_that_nobody_declared_is_refused_to_everybody(door, monkeypatch):
    """Planted: a line is taken out of the table, and the permission of its router alone would let it pass."""
    assert door.get("/api/picks").status_code == 200
    fewer = {call: roles for call, roles in CALLS.items() if call != ("GET", "/api/picks")}
    monkeypatch.setattr("closeline.domain.governance.roles.CALLS", fewer)

    answer = door.get("/api/picks")
    assert (answer.status_code, answer.json()["error"]) == (403, "NotAllowed")
    assert [role for role in Role if may_call(role, "GET", "/api/picks")] == []


def test_a_call_by_another_verb_or_path_is_no_call_of_the_table():
    assert may_call(Role.ADMIN, "GET", "/api/picks")
    assert not may_call(Role.ADMIN, "DELETE", "/api/picks")
    assert not may_call(Role.ADMIN, "GET", "/api/picks/")


def test_the_page_lists_every_call_with_the_least_role_that_may_make_it():
    told = {(method, path): role for method, path, role in LINE.findall(PAGE.read_text(encoding="utf-8"))}
    expected = {call: str(min(roles, key=list(Role).index)) for call, roles in CALLS.items()}

    assert told == expected | dict.fromkeys(PUBLIC, "nobody")


def test_where_the_page_of_the_api_names_a_role_for_a_call_it_is_that_one():
    named = CELL.findall(API.read_text(encoding="utf-8"))
    told = {(method, path): role for method, path, role in named if (method, path) in CALLS}

    assert told == {call: str(min(CALLS[call], key=list(Role).index)) for call in told}
    assert len(told) > 20
