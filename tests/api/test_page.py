"""The page of the API names every call, with the role that it needs, and none that is not there."""

import re
from pathlib import Path

from closeline.api.app import PUBLIC, paths
from closeline.api.errors import STATUSES
from closeline.tenancy.access import smallest_role

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ((?:`[A-Z]+ /[^`]*`(?:, )?)+) \| (\w+(?:, or none at home)?) \|", PAGE, flags=re.MULTILINE)


def test_every_call_is_on_the_page_with_its_role_and_every_call_of_the_page_is_there(door):
    shown = {call: role for calls, role in ROWS for call in re.findall(r"`([^`]+)`", calls)}
    there = {f"{method} {path}": role_of(path, route) for method, path, route in paths(door.app)}

    assert shown == there


def role_of(path, route):
    if path in PUBLIC:
        return "none"
    return f"{smallest_role(route.permission)}{', or none at home' if route.open_at_home else ''}"


def test_every_status_of_the_table_of_errors_is_on_the_page():
    told = {int(status) for status in re.findall(r"^\| (\d{3}) \|", PAGE, flags=re.MULTILINE)}

    assert told >= {int(status) for status in STATUSES.values()}


def test_no_secret_of_a_key_is_on_the_page():
    assert re.findall(r"clk_[0-9a-f]{12}\.[\w-]{20,}", PAGE) == []
