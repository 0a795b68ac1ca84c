"""A small file that a person wrote: its text or its JSON, or one line that says what is wrong with it."""

import json
from pathlib import Path
from typing import Any, NoReturn

from closeline.domain.errors import BadInput, UnreadableFile
from closeline.domain.limits.proposal import shown

SIZE_MAX = 64 * 1024  # a document of forty keys fills a hundredth of this


def json_of(path: Path, mend: str, *, finite: bool = True, size_max: int = SIZE_MAX) -> object:
    """Return what a JSON file holds; BadInput in one line for bytes that are none, and for a key that is there twice.

    finite: refuse NaN and Infinity too, which JSON does not have and Python reads.
    """
    constant = _no_number if finite else float
    try:
        return json.loads(text_of(path, mend, size_max=size_max), object_pairs_hook=_once, parse_constant=constant)
    except RecursionError:
        raise BadInput(f"{path} must be JSON, was nested too deep; {mend}") from None
    except ValueError as fault:
        raise BadInput(f"{path} must be JSON, was not: {fault}; {mend}") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise BadInput(f"{shown(twice)} must be written once, was twice; leave one out")
    return dict(pairs)


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"a number must be finite, was {word}")


def text_of(path: Path, mend: str, *, size_max: int = SIZE_MAX) -> str:
    """Return the text of a file in UTF-8; UnreadableFile where it cannot be read or is too large, with the mend.

    Raises ValueError for bytes that are no text: the caller names the format that it expected.
    """
    return bytes_of(path, mend, size_max=size_max).decode("utf-8-sig")


def bytes_of(path: Path, mend: str, *, size_max: int = SIZE_MAX) -> bytes:
    """Return the bytes of a file; UnreadableFile where it cannot be read or is too large, with the mend."""
    try:
        with path.open("rb") as file:
            content = file.read(size_max + 1)
    except (OSError, ValueError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) else fault
        raise UnreadableFile(f"{path} must be a file that can be read, was not: {reason}; {mend}") from None
    if len(content) > size_max:
        raise UnreadableFile(f"{path} must be at most {size_max} bytes, was more; {mend}")
    return content
