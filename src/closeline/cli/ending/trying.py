"""`closeline settle try`: what the settlement rules make of cases that a person wrote."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from closeline.cli.options import AsJson
from closeline.cli.printing import number, print_json, print_table, say
from closeline.cli.written import json_of
from closeline.domain.errors import BadInput

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from closeline.schemas.rules.cases import Settlement, Settlements, WrittenCase
    from closeline.schemas.shape import Shape

SIZE_MAX = 4 * 1024 * 1024  # ten thousand cases
MEND = "docs/settlement.md shows a case to start from"
# How near a figure must come to the one that a file expects.
NEAR = 1e-9
_WRAPPED = {"name", "inputs", "expected", "tolerance", "source"}
# What the path of a fault calls a choice of kinds.
_KINDS = {"str", "int", "float", "dict[str,any]"}
_COMPARED = ("result", "settled_fraction", "units", "reason", "flags")
DIFFERENT = 1


def try_cases(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A case or a list of cases, as JSON.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Settle cases written by hand: games, players, corrections, parlays, dead heats. Needs no record.

    A case may stand in {"name", "inputs", "expected"}: then what comes out is compared; a difference is exit code 1.
    """
    result = _settled(json_of(file, MEND, size_max=SIZE_MAX))
    if as_json:
        print_json(result)
    else:
        _print(result)
    if result.differ:
        raise typer.Exit(DIFFERENT)


def _settled(content: object) -> "Settlements":
    from closeline.schemas.rules.cases import Settlements

    items = content if isinstance(content, list) else [content]
    if not items:
        raise BadInput(f"file must hold at least one case, held none; {MEND}")
    cases = [_case(item, f"case {position}") for position, item in enumerate(items, start=1)]
    compared = [case for case in cases if case.differs is not None]
    return Settlements(
        cases=cases, compared=len(compared), differ=sum(bool(case.differs) for case in compared),
        not_compared=sorted({name for item in items for name in _expected(item) if name not in _COMPARED}),
    )  # fmt: skip


def _expected(item: object) -> "dict[str, object]":
    expected = item.get("expected") if isinstance(item, dict) else None
    return expected if isinstance(expected, dict) else {}


def _case(item: object, name: str) -> "Settlement":
    from closeline.jobs.grading.trying import settle_written

    if not isinstance(item, dict):
        raise BadInput(f"{name} must be a JSON object, was {'null' if item is None else type(item).__name__}; {MEND}")
    if "inputs" not in item:
        return settle_written(_read(item, name), name)
    unknown = sorted(set(item) - _WRAPPED)
    if unknown:
        raise BadInput(f"{name} must hold only {', '.join(sorted(_WRAPPED))} beside its inputs, held {unknown[0]!r}")
    name = str(item.get("name", name))
    settled = settle_written(_read(item["inputs"], name), name)
    expected = item.get("expected")
    if expected is None:
        return settled
    differs = _differences(settled, expected)
    # Of what has nothing to compare it is not said that it came as expected.
    return settled.model_copy(update={"differs": differs if set(_COMPARED) & set(expected) else None})


def _read(inputs: object, name: str) -> "WrittenCase":
    from pydantic import ValidationError

    from closeline.schemas.rules.cases import WrittenCase

    try:
        return WrittenCase.model_validate(inputs)
    except ValidationError as faults:
        # Of a choice of kinds, the fault that reaches deepest is of the kind that was meant.
        raise BadInput(f"{name}: {_told(max(faults.errors(), key=_depth))}; {MEND}") from None


def _depth(fault: "ErrorDetails") -> int:
    return len(fault["loc"])


def _told(fault: "ErrorDetails") -> str:
    key = ".".join(str(step) for step in fault["loc"] if step not in _KINDS) or "case"
    if fault["type"] == "extra_forbidden":
        return f"{key} must be a key that cases have, was not one; they have {', '.join(_known(fault['loc']))}"
    return f"{key} must be right ({fault['msg']}), was {fault['input']!r}"


def _known(path: tuple[int | str, ...]) -> list[str]:
    from closeline.schemas.rules.cases import WrittenCase, WrittenGame, WrittenPlayer, WrittenVersion

    parts: dict[str, type[Shape]] = {"game": WrittenGame, "player": WrittenPlayer, "versions": WrittenVersion}
    shape = next((parts[str(step)] for step in reversed(path) if step in parts), WrittenCase)
    return list(shape.model_fields)


def _differences(settled: "Settlement", expected: object) -> list[str]:
    if not isinstance(expected, dict):
        raise BadInput(f"expected must be a JSON object, was {type(expected).__name__}")
    return [
        f"{name}: expected {expected[name]}, came {getattr(settled, name)}"
        for name in _COMPARED
        if name in expected and not _same(expected[name], getattr(settled, name))
    ]


def _same(expected: object, came: object) -> bool:
    if isinstance(expected, int | float) and isinstance(came, int | float):
        return abs(expected - came) <= NEAR
    return expected == came


def _print(result: "Settlements") -> None:
    rows = [
        (
            case.name, case.result or "not final", number(case.settled_fraction, 1), number(case.units, 4, signed=True),
            ", ".join(filter(None, (case.reason, *case.flags, *case.versions, *case.legs))),
            "-" if case.differs is None else "as expected" if not case.differs else "; ".join(case.differs),
        )
        for case in result.cases
    ]  # fmt: skip
    print_table("Settled by the rules", ("case", "result", "of stake#", "units#", "why", "compared"), rows)
    if result.compared:
        say(f"{result.compared - result.differ} of {result.compared} cases as expected")
    if result.not_compared:
        say(f"not compared: {', '.join(result.not_compared)}")
