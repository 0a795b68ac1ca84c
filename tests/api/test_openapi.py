"""The description is true: it lists what is there, names every problem, and every reference in it leads somewhere."""

import json
import re

import pytest

from closeline.api.app import PUBLIC, paths
from closeline.api.errors import MEDIA_TYPE

PROBLEMS = {"401", "403", "404", "409", "413", "415", "422", "500", "503"}


@pytest.fixture
def described(door):
    return door.get("/api/openapi.json").json()


# What Prometheus scrapes, and a stream of events, have forms of their own.
AS_TEXT = ("/metrics", "/api/board/stream")


def operations(described):
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def test_it_describes_every_route_but_itself(door, described):
    there = {(method, path) for method, path, _ in paths(door.app)}

    assert {(method, path) for method, path, _ in operations(described)} == there - {("GET", "/api/openapi.json")}
    assert described["openapi"].startswith("3.1")
    assert described["info"]["title"] == "Closeline"


def test_every_guarded_call_names_its_problems_in_their_form_and_asks_for_a_key(described):
    for _, path, operation in operations(described):
        if path in PUBLIC:
            assert "security" not in operation
            continue
        answers = operation["responses"]
        assert set(answers) >= PROBLEMS, path
        for status in PROBLEMS:
            assert answers[status]["content"] == {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}, (
                path
            )
        assert operation["security"] == [{"HTTPBearer": []}, {"APIKeyHeader": []}]
        assert re.fullmatch(
            r"The role must be (READER|SYSTEM|OPERATOR|OPS|ADMIN) or above\.", answers["403"]["description"]
        )


def test_every_answer_has_a_form_and_every_call_a_sentence_and_a_name_of_its_own(described):
    names = [operation["operationId"] for _, _, operation in operations(described)]

    assert len(names) == len(set(names))
    for _, path, operation in operations(described):
        assert operation["description"].endswith("."), path
        if path not in AS_TEXT:
            assert operation["responses"]["200"]["content"]["application/json"]["schema"].get("$ref"), path


def test_every_reference_leads_somewhere(described):
    references = set(re.findall(r'"\$ref": "#/components/schemas/([^"]+)"', json.dumps(described)))

    assert references - set(described["components"]["schemas"]) == set()
    assert "HTTPValidationError" not in described["components"]["schemas"]
    assert set(described["components"]["schemas"]["Problem"]["required"]) >= {"type", "title", "status", "detail"}


def test_it_names_no_stranger(described):
    assert re.findall(r"https?://(?!json-schema\.org)[^\s\"]+", json.dumps(described)) == []


def test_a_problem_that_is_answered_fits_the_form_that_is_described(door, described):
    form = described["components"]["schemas"]["Problem"]
    told = door.get("/api/picks?limit=x").json()

    assert set(told) == set(form["properties"]) == set(form["required"])
