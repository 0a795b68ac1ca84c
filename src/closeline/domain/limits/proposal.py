"""A proposal: what somebody wants to change of a league's limits, refused where no limit may go.

Every refusal is one line: the key, what it must be and why, what it was, and how to mend it.
"""

import difflib
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields, replace
from typing import Any, NoReturn

from closeline.domain.errors import BadInput
from closeline.domain.gates import Limits
from closeline.domain.leagues import League
from closeline.domain.limits.effects import age_at, edges
from closeline.domain.limits.meanings import AGES_FACTOR, FIELDS, ORDERS, STANDARD_AGES, Field, Kind
from closeline.domain.markets import market

SHOWN_MAX = 60
STEPS_MAX = 12
AHEAD_MAX = 525_600  # a year: nothing is quoted longer before the start


def propose(current: Limits, wanted: Mapping[str, object]) -> Limits:
    """Return the limits with what is wanted in them; raises BadInput at the first that must not be."""
    league = League(current.league)
    changed = {name: _checked(name, value, league, current) for name, value in wanted.items()}
    after = replace(current, **changed)
    for name, value in asdict(after).items():
        if name not in changed and FIELDS[name].kind is not Kind.NAME:
            _checked(name, value, league, current)
    for low, high, why in ORDERS:
        _in_order(after, low, high, why)
    return after


def expected(field: Field, league: League) -> str:
    """Say what a limit must be, in words that follow "must be"."""
    if field.low is None or field.high is None:
        return _EXPECTED[field.kind]
    low, high = field.low.of(league), field.high.of(league)
    start = f"above {low:g}" if field.low.open else f"from {low:g}"
    return f"{_EXPECTED[field.kind]} {start} to {high:.6g}"


def shown(value: object) -> str:
    """Write a value in one short line, whatever it is."""
    try:
        text = str(value).lower() if isinstance(value, bool) else repr(value) if _quoted(value) else str(value)
    except (ValueError, RecursionError):
        return "something too large to show"
    text = " ".join(text.split())
    return text if len(text) <= SHOWN_MAX else f"{text[:SHOWN_MAX]}..."


def _quoted(value: object) -> bool:
    return isinstance(value, str | list | tuple | dict)


def _checked(name: str, value: object, league: League, current: Limits) -> Any:  # noqa: ANN401 -- of any kind
    known = [field.name for field in fields(Limits) if FIELDS[field.name].kind is not Kind.NAME]
    if name not in known:
        near = difflib.get_close_matches(name[:SHOWN_MAX], known, n=1)
        mend = f"did you mean {near[0]}?" if near else f"limits are {', '.join(known)}"
        raise BadInput(f"a proposal must hold only limits, had {shown(name)}; {mend}")
    field = FIELDS[name]
    read = _READ[field.kind](value)
    if read is None or not _within(field, league, read):
        _refuse(name, field, league, value, getattr(current, name))
    return read


def _refuse(name: str, field: Field, league: League, value: object, held: object) -> NoReturn:
    raise BadInput(
        f"{name} must be {expected(field, league)}, was {shown(value)}: {field.why}; mend it, or leave it out "
        f"to keep {shown(held)}"
    )


def _within(field: Field, league: League, value: Any) -> bool:  # noqa: ANN401 -- of any kind
    low, high = field.low, field.high
    if low is not None and (value <= low.of(league) if low.open else value < low.of(league)):
        return False
    return high is None or value <= high.of(league)


def _in_order(after: Limits, low: str, high: str, why: str) -> None:
    below, above = getattr(after, low), getattr(after, high)
    if not below < above:
        raise BadInput(
            f"{low} must be below {high}, was {shown(below)} and {shown(above)}: {why}; propose both together"
        )


# Each reads a value as its kind keeps it, or says by null that it is none of its kind.


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float):
        # A whole number is kept as one, so that 28 and 28.0 are the same content.
        return (int(value) if value.is_integer() else value) if math.isfinite(value) else None
    return value


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _markets(value: object) -> tuple[str, ...] | None:
    if not isinstance(value, list | tuple) or any(not isinstance(key, str) for key in value):
        return None
    try:
        return tuple(sorted({market(key).key for key in value}))
    except ValueError:
        return None


def _ages(value: object) -> tuple[tuple[float, float], ...] | None:
    if not isinstance(value, list | tuple) or not 1 <= len(value) <= STEPS_MAX:
        return None
    pairs = [_pair(item) for item in value]
    ages = tuple(pair for pair in pairs if pair is not None)
    aheads = [ahead for ahead, _ in ages]
    if len(ages) < len(pairs) or aheads != sorted(set(aheads), reverse=True) or aheads[-1] != 0:
        return None
    within = all(age_at(ages, edge) <= AGES_FACTOR * age_at(STANDARD_AGES, edge) for edge in edges(ages, STANDARD_AGES))
    return ages if within else None


def _pair(value: object) -> tuple[float, float] | None:
    if not isinstance(value, list | tuple) or len(value) != 2:
        return None
    ahead, age = (_number(item) for item in value)
    if ahead is None or age is None or not 0 <= ahead <= AHEAD_MAX or age <= 0:
        return None
    return ahead, age


_READ: dict[Kind, Callable[[object], Any]] = {
    Kind.NUMBER: _number,
    Kind.COUNT: _count,
    Kind.FLAG: _flag,
    Kind.MARKETS: _markets,
    Kind.AGES: _ages,
}
_LONGEST = ", ".join(f"[{ahead:g}, {AGES_FACTOR * age:g}]" for ahead, age in STANDARD_AGES)
_EXPECTED: dict[Kind, str] = {
    Kind.NAME: "what it is",
    Kind.NUMBER: "a number",
    Kind.COUNT: "a whole number",
    Kind.FLAG: "true or false",
    Kind.MARKETS: 'a list of market keys such as ["TOTAL:FULL_GAME", "SPREAD:1H"]',
    Kind.AGES: f"pairs of minutes to the start, descending to 0, and minutes above 0, at most [{_LONGEST}]",
}
