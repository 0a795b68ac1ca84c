"""What a feed tells of a game beside its score, as JSON text and back."""

import json
from dataclasses import fields
from datetime import datetime
from typing import Any

from closeline.domain.clock import instant, micros
from closeline.domain.feeds.captures import NO_FACTS, GameFacts, is_told
from closeline.domain.ids import canonical_json
from closeline.domain.markets import Side


def facts_text(facts: GameFacts) -> str | None:
    """Return the facts that were told as canonical JSON, null where none was; times are microseconds since 1970."""
    told = {field.name: getattr(facts, field.name) for field in fields(facts)}
    kept = {name: _plain(value) for name, value in told.items() if is_told(value)}
    return canonical_json(kept) if kept else None


def _plain(value: object) -> object:
    return micros(value) if isinstance(value, datetime) else value


def facts_of(text: str | None) -> GameFacts:
    """Return the facts that a text holds."""
    return (
        GameFacts(**{name: _READ.get(name, _as_is)(value) for name, value in json.loads(text).items()})
        if text
        else NO_FACTS
    )


def _as_is(value: Any) -> Any:  # noqa: ANN401 -- a JSON scalar
    return value


def _sides(value: Any) -> tuple[Side, ...]:  # noqa: ANN401 -- a JSON list
    return tuple(Side(side) for side in value)


_READ: dict[str, Any] = {
    "started_at": instant, "ended_at": instant, "regulation": tuple, "at_suspension": tuple, "starters_changed": _sides,
}  # fmt: skip
