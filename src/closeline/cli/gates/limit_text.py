"""A limit as people read it: numbers short, ages by the time to the start, lists in a line."""

from collections.abc import Sequence

from closeline.cli.printing import NONE


def limit_text(value: object) -> str:
    """Write a limit of whichever kind in a few words."""
    if value is None:
        return NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:.10g}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_item(item) for item in value) or "none"
    return str(value)


def _item(item: object) -> str:
    if isinstance(item, Sequence) and not isinstance(item, str):
        ahead, age = item
        return f">{limit_text(ahead)}: {limit_text(age)}"
    return str(item)
