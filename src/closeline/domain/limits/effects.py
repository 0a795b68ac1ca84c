"""What changes between two sets of limits, and whether each change lets more through or less."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from closeline.domain.limits.meanings import FIELDS, Field, Kind, Looser


class Effect(StrEnum):
    """What a change does: SHIFTS where it does both, or neither."""

    TIGHTENS = "TIGHTENS"
    LOOSENS = "LOOSENS"
    SHIFTS = "SHIFTS"


@dataclass(frozen=True, slots=True)
class Change:
    """One limit before and after; null where a version did not hold it."""

    name: str
    before: object
    after: object
    effect: Effect


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """Return what differs between two sets of limits, by name, in the order in which fields are explained."""
    names = [*FIELDS, *sorted((before.keys() | after.keys()) - FIELDS.keys())]
    return tuple(
        Change(name, before.get(name), after.get(name), effect_of(name, before.get(name), after.get(name)))
        for name in names
        if before.get(name) != after.get(name)
    )


def effect_of(name: str, before: Any, after: Any) -> Effect:  # noqa: ANN401 -- a limit of whichever kind
    """Say what a change of a limit does."""
    field = FIELDS.get(name)
    if field is None or before is None or after is None:
        return Effect.SHIFTS
    return _EFFECTS.get(field.kind, _of_number)(field, before, after)


def age_at(ages: Sequence[tuple[float, float]], edge: float) -> float:
    """Return how old a quote may be a moment more than `edge` minutes before the start; 0 is not at all."""
    return next((age for ahead, age in ages if ahead <= edge), 0.0)


def edges(*ages: Sequence[tuple[float, float]]) -> list[float]:
    """Return every moment at which one of these tables steps."""
    return sorted({ahead for table in ages for ahead, _ in table})


def _of_number(field: Field, before: float, after: float) -> Effect:
    if field.looser is Looser.NEITHER:
        return Effect.SHIFTS
    return Effect.LOOSENS if (after > before) is (field.looser is Looser.HIGHER) else Effect.TIGHTENS


def _of_markets(field: Field, before: Iterable[str], after: Iterable[str]) -> Effect:
    del field
    return _both_ways(bool(set(before) - set(after)), bool(set(after) - set(before)))


def _of_ages(field: Field, before: Sequence[tuple[float, float]], after: Sequence[tuple[float, float]]) -> Effect:
    del field
    steps = [age_at(after, edge) - age_at(before, edge) for edge in edges(before, after)]
    return _both_ways(any(step > 0 for step in steps), any(step < 0 for step in steps))


def _both_ways(looser: bool, tighter: bool) -> Effect:  # noqa: FBT001 -- two answers to one question
    if looser is tighter:
        return Effect.SHIFTS
    return Effect.LOOSENS if looser else Effect.TIGHTENS


_EFFECTS: dict[Kind, Callable[[Field, Any, Any], Effect]] = {Kind.MARKETS: _of_markets, Kind.AGES: _of_ages}
