"""Decoding: values of JSON back into the frozen dataclasses that they were written from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import is_dataclass
from enum import StrEnum
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")


def decoded(kind: type[T], value: object) -> T:
    """Return `value` as a `kind`: a dataclass with exactly its fields, a tuple, a choice or a plain value.

    ValueError, TypeError or KeyError for what is none.
    """
    found: T = _decoded(kind, value)
    return found


def _decoded(kind: Any, value: Any) -> Any:  # noqa: ANN401 -- the moment when text becomes types
    if is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        if set(value) != set(hints):
            raise ValueError(f"{kind.__name__} must have fields {sorted(hints)}, had {sorted(value)}")
        return kind(**{name: _decoded(hint, value[name]) for name, hint in hints.items()})
    if get_origin(kind) is tuple:
        return _tuple(get_args(kind), list(value))
    if issubclass(kind, StrEnum):
        return kind(value)
    return _plain(kind, value)


def _tuple(kinds: tuple[Any, ...], values: list[Any]) -> tuple[Any, ...]:
    if kinds[-1] is Ellipsis:
        return tuple(_decoded(kinds[0], value) for value in values)
    return tuple(_decoded(kind, value) for kind, value in zip(kinds, values, strict=True))


def _plain(kind: Callable[[Any], Any], value: Any) -> Any:  # noqa: ANN401
    # JSON may write a float without its point; nothing else changes its kind.
    if type(value) is not kind and not (kind is float and type(value) is int):
        raise TypeError(f"value must be {kind}, was {value!r}")
    return kind(value)
