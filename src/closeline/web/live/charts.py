"""How the line of a market moved, book by book: steps over time, drawn here, with nothing that a strict policy blocks.

Books differ by the pattern of their stroke and by a label at their end; colour only helps.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from markupsafe import Markup

from closeline.domain.markets import Market
from closeline.schemas.ending.clv import Snapshot
from closeline.web.live import words
from closeline.web.report.drawing import mark, padded, tick_text, ticks

# As many as have a stroke of their own in the style; the caption counts the others.
BOOKS_DRAWN = 12
_LABEL_APART = 14.0
_LEGEND_ROW = 17.0


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The room of a picture: names stand at the ends of their curves, or below where that is too narrow."""

    kind: str
    width: float
    height: float
    left: float
    right: float
    bottom: float
    time_ticks: int
    names_below: bool
    top: float = 10.0


ROOMY = _Sheet("roomy", 720.0, 230.0, 56.0, 150.0, 26.0, 4, names_below=False)
# Drawn for a telephone at about its own size, so that its texts are as large there as they are here.
NARROW = _Sheet("narrow", 300.0, 220.0, 48.0, 8.0, 42.0, 2, names_below=True)


@dataclass(frozen=True, slots=True)
class MovementChart:
    """The same picture for wide and for narrow windows, what its height means, and how many books it leaves out."""

    axis: str
    roomy: Markup
    narrow: Markup
    more: int


def movement_chart(name: str, of: Market, side: str, seen: Sequence[Snapshot]) -> MovementChart | None:
    """Draw the line of the first side, or its implied probability where there is no line or it stood still.

    None where fewer than two moments were seen.
    """
    first = [item for item in seen if item.side == of.sides[0]]
    by_line = of.has_line and len({item.line for item in first}) > 1
    books = _steps(first, by_line=by_line)
    moments = {step.at for steps in books.values() for step in steps}
    if len(moments) < 2:
        return None
    begins, ends = min(moments), max(step.until for steps in books.values() for step in steps)
    times = (begins, max(ends, begins + timedelta(minutes=1)))
    axis = f"Line of {side}, in points" if by_line else f"Implied chance of {side}, with margin"
    told = "; ".join(
        f"{book} from {_tell(steps[0], by_line)} to {_tell(steps[-1], by_line)}" for book, steps in books.items()
    )
    said = f"{words.moment(begins)} to {words.moment(ends)}: {told}."
    roomy, narrow = (
        _picture(f"{name}-{sheet.kind}", f"{axis}, by book", said, _Frame(*times, _span(books), sheet), books, by_line)
        for sheet in (ROOMY, NARROW)
    )
    return MovementChart(axis, roomy, narrow, len({item.book for item in first}) - len(books))


@dataclass(frozen=True, slots=True)
class _Step:
    at: datetime
    until: datetime
    height: float


@dataclass(frozen=True, slots=True)
class _Frame:
    begins: datetime
    ends: datetime
    y: tuple[float, float]
    sheet: _Sheet

    def across(self, at: datetime) -> float:
        sheet = self.sheet
        return sheet.left + (at - self.begins) / (self.ends - self.begins) * (sheet.width - sheet.left - sheet.right)

    def up(self, value: float) -> float:
        low, high = self.y
        sheet = self.sheet
        return sheet.height - sheet.bottom - (value - low) / (high - low) * (sheet.height - sheet.top - sheet.bottom)


def _picture(
    name: str, title: str, said: str, frame: _Frame, books: dict[str, list[_Step]], by_line: bool  # noqa: FBT001
) -> Markup:  # fmt: skip
    sheet = frame.sheet
    height = sheet.height + (len(books) * _LEGEND_ROW if sheet.names_below else 0.0)
    head = mark("title", title, id=f"{name}-title") + mark("desc", said, id=f"{name}-desc")
    marks = [_axes(frame, by_line=by_line), *_curves(frame, books)]
    return mark(
        "svg", head + Markup("").join(marks), viewBox=f"0 0 {sheet.width:g} {height:g}", role="img",
        aria_labelledby=f"{name}-title {name}-desc", class_=f"chart {sheet.kind}",
    )  # fmt: skip


def _steps(seen: Sequence[Snapshot], *, by_line: bool) -> dict[str, list[_Step]]:
    """Return each book's main line, or its implied percentage, as it stood; the books that spoke most often."""
    held: defaultdict[str, dict[datetime, Snapshot]] = defaultdict(dict)
    for item in seen:
        before = held[item.book].get(item.captured_at)
        # Of several lines at one moment, the main one is that which splits the game most evenly.
        if before is None or abs(item.decimal - 2.0) < abs(before.decimal - 2.0):
            held[item.book][item.captured_at] = item
    chosen = sorted(held, key=lambda book: (-len(held[book]), book))[:BOOKS_DRAWN]
    return {
        book: [
            _Step(at, item.seen_until, item.line if by_line and item.line is not None else 100 / item.decimal)
            for at, item in sorted(held[book].items())
        ]
        for book in sorted(chosen)
    }


def _span(books: dict[str, list[_Step]]) -> tuple[float, float]:
    return padded((step.height for steps in books.values() for step in steps), share=0.12, least=2.0)


def _axes(frame: _Frame, *, by_line: bool) -> Markup:
    sheet = frame.sheet
    rows = Markup("").join(
        mark("line", x1=sheet.left, x2=sheet.width - sheet.right, y1=frame.up(value), y2=frame.up(value), class_="grid")
        + mark("text", _height(value, by_line), x=sheet.left - 6, y=frame.up(value) + 4, class_="tick end")
        for value in ticks(frame.y)
    )
    span = frame.ends - frame.begins
    last = sheet.time_ticks - 1
    times = [frame.begins + span * k / last for k in range(last + 1)]
    shape = "moment" if span > timedelta(hours=20) else "minute"
    columns = Markup("").join(
        mark(
            "text", words.moment(at) if shape == "moment" else f"{at:%H:%M} UTC", x=frame.across(at),
            y=sheet.height - sheet.bottom + 18 + (15.0 * k if sheet.names_below else 0.0),
            class_="tick " + ("start" if k == 0 else "middle" if k < last else "end"),
            data_time=words.machine(at), data_shape=shape,
        )
        for k, at in enumerate(times)
    )  # fmt: skip
    return rows + columns


def _curves(frame: _Frame, books: dict[str, list[_Step]]) -> list[Markup]:
    drawn, ends = [], {}
    for number, (book, steps) in enumerate(books.items(), start=1):
        points: list[tuple[float, float]] = []
        for step, after in zip(steps, [*steps[1:], None], strict=True):
            right = frame.ends if after is None else after.at
            points += [(frame.across(step.at), frame.up(step.height)), (frame.across(right), frame.up(step.height))]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        drawn.append(mark("polyline", points=path, class_=f"book b{number}"))
        ends[book] = points[-1]
    return drawn + (_names_below(frame.sheet, books) if frame.sheet.names_below else _names_beside(frame.sheet, ends))


def _names_beside(sheet: _Sheet, ends: dict[str, tuple[float, float]]) -> list[Markup]:
    placed = _apart(sheet, {book: end[1] for book, end in ends.items()})
    x = sheet.width - sheet.right
    return [
        mark("line", x1=end[0], y1=end[1], x2=x + 12, y2=placed[book], class_="lead")
        + mark("text", book, x=x + 15, y=placed[book] + 4, class_=f"book-name n{number}")
        for number, (book, end) in enumerate(ends.items(), start=1)
    ]


def _names_below(sheet: _Sheet, books: Iterable[str]) -> list[Markup]:
    rows = [(number, book, sheet.height + _LEGEND_ROW * (number - 0.5)) for number, book in enumerate(books, start=1)]
    return [
        mark("line", x1=4.0, x2=sheet.left - 4, y1=y, y2=y, class_=f"book b{number}")
        + mark("text", book, x=sheet.left + 2, y=y + 4, class_=f"book-name n{number}")
        for number, book, y in rows
    ]


def _apart(sheet: _Sheet, places: dict[str, float]) -> dict[str, float]:
    """Move labels apart that would lie on each other, each no further than it must."""
    found: dict[str, float] = {}
    least = sheet.top
    for book in sorted(places, key=lambda name: (places[name], name)):
        found[book] = max(places[book], least)
        least = found[book] + _LABEL_APART
    # From below they are pushed back up, so that a crowd at the foot does not lift those that have room.
    most = sheet.height - sheet.bottom
    for book in reversed(found):
        found[book] = min(found[book], most)
        most = found[book] - _LABEL_APART
    return found


def _height(value: float, by_line: bool) -> str:  # noqa: FBT001 -- how a height is written
    return tick_text(value) if by_line else f"{tick_text(value)} %"


def _tell(step: _Step, by_line: bool) -> str:  # noqa: FBT001 -- how a height is written
    return tick_text(step.height) if by_line else f"{step.height:.1f} %"
