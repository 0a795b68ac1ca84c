"""Limits per league: read from a configuration version, explained, bounded and changed.

Comes in: the content of a configuration, and what somebody wants to change of it. Goes out: `Limits` of a league, what
each of its fields means, and changes that are inside the hard bounds. Always true: every field has a meaning, and
bounds or the reason why it has none; nothing outside them is proposed.
"""

import json
from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from closeline.domain.gates import Limits
from closeline.domain.leagues import League


def limits_of(config: str, league: League) -> Limits:
    """Return a league's limits from the content of a configuration version."""
    return Limits(**held(config, league))


def held(config: str, league: League) -> dict[str, Any]:
    """Return a league's limits by name as a configuration holds them, defaults in their place; empty without any."""
    limits: dict[str, Any] = json.loads(config)["leagues"].get(league, {})
    defaults = {field.name: field.default for field in fields(Limits) if field.default is not MISSING}
    return {name: _frozen(value) for name, value in (defaults | limits if limits else limits).items()}


def with_limits(config: str, league: League, changed: Mapping[str, object], *, follows: str) -> dict[str, Any]:
    """Return the content of a configuration with some limits of a league changed.

    It names the version that it follows: so going back to earlier numbers is a version of its own, and in force.
    """
    content: dict[str, Any] = json.loads(config)
    content["leagues"][league] |= changed
    return content | {"follows": follows}


def _frozen(value: Any) -> Any:  # noqa: ANN401 -- bytes become types here
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
