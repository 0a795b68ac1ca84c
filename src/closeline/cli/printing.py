"""What commands print: JSON for machines, tables for people, progress for whoever waits at a terminal."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.text import Text

    from closeline.schemas.shape import Shape

NONE = "-"
PIPE_WIDTH = 200
# Columns of blanks that a table puts between two of its own.
_BETWEEN = 2
Progress = Callable[[int, int], None]


def print_json(shape: "Shape") -> None:
    """Print one JSON object."""
    print(shape.model_dump_json(indent=2))  # noqa: T201 -- the command line speaks


def say(text: str) -> None:
    """Print a line for people."""
    print(text)  # noqa: T201 -- the command line speaks


def counted(count: int, noun: str) -> str:
    """Write a number with its noun, which is one or many: `1 call`, `2 calls`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], empty: str = "") -> None:
    """Print a table, or a sentence when it has no rows. Columns whose name ends in `#` hold numbers."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    held = [[Text(shown(cell)) for cell in row] for row in rows]
    if not held:
        say(f"{title}: {empty or 'none'}")
        return
    # A pipe has no width of its own: a reader cuts lines better than we fold words.
    console = Console(width=None if sys.stdout.isatty() else PIPE_WIDTH)
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name, whole in zip(columns, _unbroken(columns, held), strict=True):
        table.add_column(
            name.removesuffix("#"), justify="right" if name.endswith("#") else "left", overflow="fold", no_wrap=whole
        )
    for row in held:
        table.add_row(*row)
    console.print(Text(title, style="bold"))
    # A number or a name that is broken over two lines is neither any more: where they do not fit, rows are stacked.
    if _least_width(columns, held) > console.width:
        _say_stacked(columns, held)
    else:
        console.print(table)


def _least_width(columns: Sequence[str], held: "Sequence[Sequence[Text]]") -> int:
    """Return the width at which no word of a table has to be broken."""
    words = [
        max(len(word) for text in (name.removesuffix("#"), *(row[at].plain for row in held)) for word in text.split())
        for at, name in enumerate(columns)
    ]
    return sum(words) + _BETWEEN * len(words)


def _unbroken(columns: Sequence[str], held: "Sequence[Sequence[Text]]") -> list[bool]:
    """Say of which columns every cell is one word, so that only those with sentences give way."""
    return [
        not any(" " in text for text in (name, *(row[at].plain for row in held))) for at, name in enumerate(columns)
    ]


def _say_stacked(columns: Sequence[str], held: "Sequence[Sequence[Text]]") -> None:
    """Print each row as lines of its own, a name and a value in each; what is nothing is left out."""
    for row in held:
        say("")
        for name, cell in zip(columns, row, strict=True):
            if cell.plain != NONE:
                say(f"  {name.removesuffix('#')}: {cell.plain}")


def shown(value: object) -> str:
    """Return a cell for people: nothing is a dash, yes and no are words."""
    if value is None or value == "":
        return NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def number(value: float | None, digits: int = 2, *, signed: bool = False) -> str:
    """Return a number with so many digits, or a dash."""
    if value is None or value != value:  # noqa: PLR0124 -- what is not itself is not a number
        return NONE
    return f"{value:+.{digits}f}" if signed else f"{value:.{digits}f}"


def _unseen(done: int, of: int) -> None:
    del done, of


@contextmanager
def progress(label: str) -> Iterator[Progress]:
    """Give a function that is told (done, of); a bar shows it when standard error is a terminal."""
    if not sys.stderr.isatty():
        yield _unseen
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)
