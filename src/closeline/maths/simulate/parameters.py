"""Parameters of a sport's model as exact text, and back, with every field asked for by name."""

from __future__ import annotations

import json
from dataclasses import asdict, fields, is_dataclass
from typing import Any, TypeVar

Model = TypeVar("Model")


def to_json(model: object) -> str:
    """Return the text of a frozen dataclass of numbers and tuples of numbers; equal models give equal bytes."""
    assert is_dataclass(model), f"a model must be a dataclass, was {type(model).__name__}"
    assert not isinstance(model, type), "a model must be an instance"
    return json.dumps(asdict(model), sort_keys=True, separators=(",", ":"), allow_nan=False)


def read(kind: type[Model], text: str) -> Model:
    """Read a model of this kind; ValueError names a field that is missing, unknown or no number."""
    found = json.loads(text)
    if not isinstance(found, dict):
        fault = f"parameters must be a JSON object, were {type(found).__name__}"
        raise ValueError(fault)  # noqa: TRY004 -- a wrong text is a wrong value
    wanted = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    if set(found) != wanted:
        raise ValueError(f"parameters must be {', '.join(sorted(wanted))}, were {', '.join(sorted(found))}")
    return kind(**{name: _frozen(name, value) for name, value in found.items()})


def _frozen(name: str, value: Any) -> Any:  # noqa: ANN401 -- whatever JSON holds
    if isinstance(value, list):
        return tuple(_frozen(name, item) for item in value)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        fault = f"parameter {name} must be a number, was {value!r}"
        raise ValueError(fault)  # noqa: TRY004 -- a wrong text is a wrong value
    return value
