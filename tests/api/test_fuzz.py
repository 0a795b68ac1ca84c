"""Whatever is asked of a described call, the answer is one that the description names, and never a fault of ours."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import databases
from tests.builders.callers import a_door
from tests.builders.desks import PLAYED
from tests.builders.records import opened

ODD = ["", " ", "0", "-1", "%", "..", "a/b", "\x00", "'; DROP TABLE pick; --", "nba_lakers_spurs_2026_01_11", "𝄞", "x" * 300,
       "SPREAD:FULL_GAME", "9" * 400, "1e9", "NaN", "null", "true", "2024-01-01"]  # fmt: skip
TEXTS = st.sampled_from(ODD) | st.text(st.characters(codec="utf-8"), max_size=20)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS
ANYTHING = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3))
DAYS = st.dates().map(str)


@pytest.fixture(scope="module", params=databases.engines())
def fuzzed(request):
    """Give the API on a played season with its description, and a session of it for the whole module."""
    new = request.getfixturevalue(request.param)
    with databases.dropped_after(new, new.copy_of(*PLAYED)) as url, opened(url) as engine, a_door(engine) as door:
        yield door, door.get("/api/openapi.json").json(), ids_of(door)


def of_schema(schema: dict[str, Any], forms: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Give values that fit a JSON schema more often than not."""
    if "$ref" in schema:
        return of_schema(forms[schema["$ref"].rpartition("/")[2]], forms)
    if "anyOf" in schema:
        return st.one_of(*(of_schema(part, forms) for part in schema["anyOf"]))
    if "enum" in schema or "const" in schema:
        return st.sampled_from(schema.get("enum") or [schema["const"]])
    return BY_TYPE.get(schema.get("type", ""), lambda _, __: ANYTHING)(schema, forms)


def an_object(schema, forms):
    fields = {name: of_schema(part, forms) | LEAVES for name, part in schema.get("properties", {}).items()}
    return st.fixed_dictionaries({}, optional=fields)


BY_TYPE = {
    "object": an_object,
    "array": lambda schema, forms: st.lists(of_schema(schema.get("items", {}), forms), max_size=3),
    "integer": lambda schema, _: st.integers(schema.get("minimum"), schema.get("maximum")) | st.integers(),
    "string": lambda schema, _: DAYS | TEXTS if "format" in schema else TEXTS,
    "number": lambda _, __: st.floats(allow_nan=False),
    "boolean": lambda _, __: st.booleans(),
    "null": lambda _, __: st.none(),
}


def ids_of(door) -> list[str]:
    """Give ids that are there, so that not every path ends at its door."""
    page = door.get("/api/picks?limit=2").json()["picks"]
    return [page[0]["pick_id"], page[0]["selection_id"].partition("/")[0]]


def drawn_request(data, path, operation, forms, ids):
    query: list[tuple[str, str]] = []
    for parameter in operation.get("parameters", []):
        value = data.draw(of_schema(parameter["schema"], forms) | TEXTS | st.sampled_from(ids), parameter["name"])
        texts = value if isinstance(value, list) else [value]
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", quote(str(value), safe="") or "x")
        elif data.draw(st.booleans()):
            query += [(parameter["name"], quote(str(text), safe="")) for text in texts]
    body = None
    if "requestBody" in operation:
        form = operation["requestBody"]["content"]["application/json"]["schema"]
        body = json.dumps(data.draw(of_schema(form, forms) | ANYTHING, "body")).encode()
    asked = "&".join(f"{name}={text}" for name, text in query)
    return f"{path}?{asked}" if asked else path, body


def any_call(fuzzed, data):
    door, described, ids = fuzzed
    forms = described["components"]["schemas"]
    # A stream of events has no end that could be waited for; its tests are its own.
    calls = [
        (method, path)
        for path, methods in sorted(described["paths"].items())
        for method in sorted(methods)
        if "text/event-stream" not in methods[method]["responses"]["200"].get("content", {})
    ]
    method, path = data.draw(st.sampled_from(calls), "call")
    operation = described["paths"][path][method]
    address, body = drawn_request(data, path, operation, forms, ids)
    headers = {"Content-Type": "application/json"} if body is not None else {}
    answer = door.call(method.upper(), address, content=body, headers=headers)

    assert answer.status_code < 500, answer.text
    assert str(answer.status_code) in operation["responses"] or answer.status_code in (404, 405)
    assert answer.json() is not None


@settings(max_examples=60)
@given(data=st.data())
def test_no_call_ends_in_a_fault_of_ours(fuzzed, data):
    any_call(fuzzed, data)


@pytest.mark.campaign
@settings(max_examples=6000)
@given(data=st.data())
def test_no_call_of_thousands_ends_in_a_fault_of_ours(fuzzed, data):
    any_call(fuzzed, data)
