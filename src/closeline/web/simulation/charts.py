"""The charts of a simulated game: how its margin and its total are spread."""

from collections.abc import Sequence
from itertools import accumulate

from closeline.schemas.simulation import Distribution
from closeline.web.report import words
from closeline.web.report.drawing import Axes, Frame, Markup, mark, picture, tick_text
from closeline.web.report.drawing import words as text

TAIL = 0.002  # drawn up to here at either end
NAMED = 6  # how many peaks are named
APART = 2  # a peak is likelier than all numbers this near
STANDS_OUT = 1.02  # and by this much likelier than the mean of its neighbours, or it is only the top of a hill


def margin_chart(name: str, spread: Distribution, mean: float) -> Markup:
    """Draw the chances of each margin, home's side and away's told apart, with its key numbers and its mean."""
    first, mass = _middle(spread)
    classes = ["bar above" if first + place > 0 else "bar below" for place in range(len(mass))]
    said = f"{_likeliest(first, mass, 'Margins, home less away')} Mean {words.signed(mean)}."
    marks = _marks(first, mass, classes, mean, "margin, home less away")
    return picture(name, "Distribution of the margin", said, marks)


def total_chart(name: str, spread: Distribution, mean: float) -> Markup:
    """Draw the chances of each total, with its key numbers and its mean."""
    first, mass = _middle(spread)
    said = f"{_likeliest(first, mass, 'Totals')} Mean {words.number(mean)}."
    marks = _marks(first, mass, ["bar above"] * len(mass), mean, "total points")
    return picture(name, "Distribution of the total", said, marks)


def key_numbers(first: int, mass: Sequence[float]) -> list[int]:
    """Return the numbers that stand out from their neighbours, the likeliest first, a few at most."""
    peaks = []
    for place, chance in enumerate(mass):
        near = [*mass[max(place - APART, 0) : place], *mass[place + 1 : place + 1 + APART]]
        if near and chance > STANDS_OUT * max(near):
            peaks.append(place)
    peaks.sort(key=lambda place: -mass[place])
    return [first + place for place in peaks[:NAMED]]


def likeliest(spread: Distribution, count: int = 5) -> list[tuple[int, float]]:
    """Return the likeliest numbers and their chances, the likeliest first."""
    ranked = sorted(enumerate(spread.mass), key=lambda item: -item[1])
    return [(spread.first + place, chance) for place, chance in ranked[:count]]


def _likeliest(first: int, mass: Sequence[float], name: str) -> str:
    found = likeliest(Distribution(first=first, mass=list(mass)), 3)
    return f"{name}; the likeliest are {', '.join(f'{number} ({words.percent(chance)})' for number, chance in found)}."


def _middle(spread: Distribution) -> tuple[int, list[float]]:
    below = list(accumulate(spread.mass))
    low = next((place for place, sum_ in enumerate(below) if sum_ >= TAIL), 0)
    high = next((place for place, sum_ in enumerate(below) if sum_ >= below[-1] - TAIL), len(below) - 1)
    return spread.first + low, spread.mass[low : high + 1]


def _marks(first: int, mass: Sequence[float], classes: Sequence[str], mean: float, name: str) -> list[Markup]:
    frame = Frame((first - 0.5, first + len(mass) - 0.5), (0.0, 100 * max(mass) * 1.15))
    marks = [frame.axes(name, "chance, %", Axes(tick_text, tick_text))]
    marks += [
        _bar(frame, first + place, 100 * chance, class_)
        for place, (chance, class_) in enumerate(zip(mass, classes, strict=True))
    ]
    marks.append(frame.upright(mean, "mean"))
    for number in key_numbers(first, mass):
        height = frame.up(100 * mass[number - first])
        marks.append(text(frame.across(number), height - 5, tick_text(number), "value middle clear"))
    return marks


def _bar(frame: Frame, at: int, height: float, class_: str) -> Markup:
    left, right, top = frame.across(at - 0.46), frame.across(at + 0.46), frame.up(height)
    return mark("rect", x=left, y=top, width=right - left, height=frame.up(0.0) - top, class_=class_)
