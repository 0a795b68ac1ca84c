"""Versions of a configuration: what differs between two of them, and what a roll-back goes back to."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# What a version says of its own place among the others, and nobody decides by.
_PLACE = frozenset({"follows", "restores", "version"})


@dataclass(frozen=True, slots=True)
class Difference:
    """A number or a word that two configurations hold differently, by the path to it; null where one lacks it."""

    path: str
    before: object
    after: object


def differences(before: str, after: str) -> list[Difference]:
    """Return what differs between two configurations, by path."""
    first, second = flat(json.loads(before)), flat(json.loads(after))
    return [
        Difference(path, first.get(path), second.get(path))
        for path in sorted(first.keys() | second.keys())
        if first.get(path) != second.get(path)
    ]


def flat(content: Mapping[str, Any], start: str = "") -> dict[str, object]:
    """Return everything that a configuration decides by its path, lists whole."""
    found: dict[str, object] = {}
    for name, value in content.items():
        if not start and name in _PLACE:
            continue
        path = f"{start}{name}"
        if isinstance(value, Mapping):
            found |= flat(value, f"{path}.")
        else:
            found[path] = value
    return found


def rolls_back_to(contents: Sequence[tuple[str, str]]) -> str | None:
    """Return the version before the one in force, of (version, content) pairs in their order; null where there is none.

    A version that restores another one stands where that one stood: going back twice goes back two, and not to and fro.
    """
    stood: list[str] = []
    for version, content in contents:
        restores = json.loads(content).get("restores")
        if restores in stood:
            stood = stood[: stood.index(restores) + 1]
        else:
            stood.append(version)
    return stood[-2] if len(stood) > 1 else None


def merged(content: str, packaged: str) -> tuple[dict[str, Any], list[str]]:
    """Return a configuration with the limits that it lacks and a newer package has, and the paths of those."""
    held: dict[str, Any] = json.loads(content)
    added: list[str] = []
    for league, limits in json.loads(packaged)["leagues"].items():
        mine = held["leagues"].setdefault(league, {})
        for name, value in limits.items():
            if name not in mine:
                mine[name] = value
                added.append(f"leagues.{league}.{name}")
    return held, added
