"""Bars: a distribution of whole points drawn with characters, as wide as there is room."""

from collections.abc import Sequence

BLOCKS = " ▁▂▃▄▅▆▇█"
EIGHTHS = len(BLOCKS) - 1
HEIGHT = 6
GUTTER = 7  # room for the percentage at the left
WIDEST = 4  # columns of one bar: wider ones say no more
LABEL = 6  # columns that a number below the bars wants for itself
TAIL = 0.005  # what is left out at either end
STEPS = (1, 2, 5, 10, 20, 50, 100, 200)


def bars(first: int, mass: Sequence[float], width: int) -> list[str]:
    """Return the lines of a drawing at most so many columns wide: the chances of first, first + 1, and so on.

    Half a percent at either end is left out. Where the room is too narrow for a column each, neighbours share one.
    """
    low, high = _middle(mass)
    room = max(width - GUTTER - 1, 1)
    shared = -(-(high - low) // room)
    heights = [sum(mass[at : min(at + shared, high)]) for at in range(low, high, shared)]
    wide = min(max(room // len(heights), 1), WIDEST)
    top = max(heights)
    rows = [_row(heights, top, level, wide) for level in reversed(range(HEIGHT))]
    labels = _labels(first + low, shared, len(heights), wide)
    return [f"{_share(top, number)}{row}".rstrip() for number, row in enumerate(rows)] + [labels.rstrip()]


def _middle(mass: Sequence[float]) -> tuple[int, int]:
    """Return where the tails end: from the first place to one past the last."""
    low, high = 0, len(mass)
    before = after = 0.0
    while low < high - 1 and before + mass[low] < TAIL:
        before, low = before + mass[low], low + 1
    while high > low + 1 and after + mass[high - 1] < TAIL:
        after, high = after + mass[high - 1], high - 1
    return low, high


def _row(heights: Sequence[float], top: float, level: int, wide: int) -> str:
    filled = [min(max(round(height / top * HEIGHT * EIGHTHS) - level * EIGHTHS, 0), EIGHTHS) for height in heights]
    return "".join(BLOCKS[eighths] * wide for eighths in filled)


def _share(top: float, number: int) -> str:
    """Return what stands left of a row: the tallest bar's chance beside its top, nothing elsewhere."""
    return f"{100 * top:{GUTTER - 3}.1f} % " if number == 0 else " " * GUTTER


def _labels(first: int, shared: int, count: int, wide: int) -> str:
    step = next(step for step in STEPS if step * wide >= LABEL * shared or step == STEPS[-1])
    line = " " * GUTTER
    for place in range(count):
        round_one = -(-(first + place * shared) // step) * step
        column = GUTTER + place * wide
        # A number stands below the bar that holds it, and never reaches past the last bar.
        held = round_one < first + (place + 1) * shared
        if held and len(line) <= column and column + len(str(round_one)) <= GUTTER + count * wide:
            line = line.ljust(column) + str(round_one) + " "
    return line
