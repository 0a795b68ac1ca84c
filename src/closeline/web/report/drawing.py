"""SVG by hand: a frame with axes, and marks in it. Colours are classes, so that the page's scheme decides them.

All text is escaped on its way in; what goes out may be set into a page as it is.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from closeline.web.report.words import MINUS

WIDTH, HEIGHT = 420, 280
LEFT, RIGHT, TOP, BOTTOM = 56, 20, 14, 44
TICKS = 5
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)

Point = tuple[float, float]


def mark(name: str, content: str | Markup = "", **attributes: str | float) -> Markup:
    """Return one element; `class_` is class, and an underscore in a name is a hyphen."""
    said = Markup("").join(
        Markup(' {}="{}"').format(
            key.rstrip("_").replace("_", "-"), f"{value:.2f}" if isinstance(value, float) else value
        )
        for key, value in attributes.items()
    )
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(name), said, content)  # noqa: S704 -- names are ours, the rest is escaped


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle of the picture in which values of x and y have their place."""

    x: tuple[float, float]
    y: tuple[float, float]

    def across(self, value: float) -> float:
        """Return the horizontal place of a value."""
        low, high = self.x
        return LEFT + (value - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    def up(self, value: float) -> float:
        """Return the vertical place of a value."""
        low, high = self.y
        return HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - TOP - BOTTOM)

    def path(self, points: Iterable[Point], class_: str) -> Markup:
        """Draw a line through points."""
        return mark("polyline", points=self._places(points), class_=class_)

    def area(self, points: Iterable[Point], class_: str) -> Markup:
        """Fill the surface that points enclose."""
        return mark("polygon", points=self._places(points), class_=class_)

    def _places(self, points: Iterable[Point]) -> str:
        return " ".join(f"{self.across(x):.1f},{self.up(y):.1f}" for x, y in points)

    def upright(self, value: float, class_: str) -> Markup:
        """Draw a vertical line through the whole frame."""
        at = self.across(value)
        return mark("line", x1=at, x2=at, y1=float(TOP), y2=float(HEIGHT - BOTTOM), class_=class_)

    def level(self, value: float, class_: str) -> Markup:
        """Draw a horizontal line through the whole frame."""
        at = self.up(value)
        return mark("line", x1=float(LEFT), x2=float(WIDTH - RIGHT), y1=at, y2=at, class_=class_)

    def dot(self, point: Point, class_: str, radius: float = 4.0) -> Markup:
        """Draw a point."""
        return mark("circle", cx=self.across(point[0]), cy=self.up(point[1]), r=radius, class_=class_)

    def axes(self, x_name: str, y_name: str, write: "Axes") -> Markup:
        """Draw the grid, the numbers at it, and what they count."""
        rows = [
            self.level(value, "grid") + words(LEFT - 6, self.up(value) + 4, write.y(value), "tick end")
            for value in ticks(self.y)
        ]
        columns = (
            [words(self.across(value), HEIGHT - BOTTOM + 16, write.x(value), "tick middle") for value in ticks(self.x)]
            if write.x_marked
            else []
        )
        names = [
            words((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, x_name, "name middle"),
            mark("text", y_name, x=-(TOP + HEIGHT - BOTTOM) / 2, y=12.0, class_="name middle", transform="rotate(-90)"),
        ]
        return Markup("").join([*rows, *columns, *names])


@dataclass(frozen=True, slots=True)
class Axes:
    """How the numbers at the two axes are written."""

    x: Callable[[float], str]
    y: Callable[[float], str]
    x_marked: bool = True


def words(x: float, y: float, text: str, class_: str) -> Markup:
    """Set a text; its class says whether it begins, centres or ends at x."""
    return mark("text", text, x=float(x), y=float(y), class_=class_)


def picture(name: str, title: str, description: str, marks: Sequence[Markup]) -> Markup:
    """Return a whole picture with its title and description, which a screen reader says instead of it."""
    head = mark("title", title, id=f"{name}-title") + mark("desc", description, id=f"{name}-desc")
    return mark(
        "svg", head + Markup("").join(marks), viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img",
        aria_labelledby=f"{name}-title {name}-desc", class_="chart",
    )  # fmt: skip


def ticks(span: tuple[float, float]) -> list[float]:
    """Return round values inside a span, about five of them."""
    low, high = span
    rough = (high - low) / TICKS
    power = 10.0 ** _exponent(rough)
    step = next(factor * power for factor in _STEPS if factor * power >= rough * 0.999)
    first = -int(-low // step) if low % step else int(low // step)
    found, at = [], first * step
    while at <= high + step * 1e-6:
        found.append(round(at, 10))
        at += step
    return [value for value in found if value >= low - step * 1e-6]


def _exponent(value: float) -> int:
    power = 0
    while value >= 10.0:
        value, power = value / 10.0, power + 1
    while value < 1.0:
        value, power = value * 10.0, power - 1
    return power


def padded(values: Iterable[float], share: float = 0.08, least: float = 1.0) -> tuple[float, float]:
    """Return a span that holds values with some air, and is never narrower than `least`."""
    found = list(values)
    low, high = min(found), max(found)
    air = max((high - low) * share, (least - (high - low)) / 2, 0.0)
    return low - air, high + air


def tick_text(value: float) -> str:
    """Write a tick the shortest way, with a real minus sign."""
    return f"{value:g}".replace("-", MINUS)


__all__ = ["Axes", "Frame", "Markup", "escape", "mark", "padded", "picture", "tick_text", "ticks", "words"]
