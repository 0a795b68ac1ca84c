"""The four charts of a league: distribution of CLV, reliability, units against expectation, movement of a line."""

import math
from collections.abc import Sequence

from closeline.maths.record_figures import Mean
from closeline.maths.reliability import ReliabilityCurve
from closeline.web.report import words
from closeline.web.report.drawing import Axes, Frame, Markup, mark, padded, picture, tick_text, ticks
from closeline.web.report.drawing import words as text
from closeline.web.report_data import Movement, Units

BINS = 14


def clv_histogram(name: str, values: Sequence[float], mean: Mean) -> Markup:
    """Draw how CLV (points of probability) is distributed, its mean and the mean's interval."""
    low, high = padded([*values, 0.0], share=0.02)
    width = ticks((0.0, (high - low) / BINS * 5))[1]
    first, last = math.floor(low / width), math.ceil(high / width)
    counts = [sum(first + k <= value / width < first + k + 1 for value in values) for k in range(last - first)]
    frame = Frame((first * width, last * width), (0.0, max(counts) * 1.12))
    bars = [_bar(frame, (first + k) * width, width, number) for k, number in enumerate(counts) if number]
    marks = [frame.axes("CLV, points of probability", "picks", Axes(tick_text, _whole)), *bars]
    marks.append(frame.upright(0.0, "zero"))
    if mean.mean is not None and mean.low is not None and mean.high is not None:
        top = frame.y[1]
        marks.append(frame.area([(mean.low, 0), (mean.high, 0), (mean.high, top), (mean.low, top)], "interval"))
        marks.append(frame.upright(mean.mean, "mean"))
    said = (
        f"Histogram of {len(values)} picks, {sum(value > 0 for value in values)} of them above zero. "
        f"Mean {words.signed(mean.mean)} points, 95 % interval {words.interval(mean)}."
    )
    return picture(name, "Distribution of closing-line value", said, marks)


def _whole(value: float) -> str:
    # There is no half a pick.
    return tick_text(value) if value.is_integer() else ""


def _bar(frame: Frame, at: float, width: float, number: int) -> Markup:
    left, right, top = frame.across(at) + 0.75, frame.across(at + width) - 0.75, frame.up(number)
    side = "bar above" if at >= 0 else "bar below"
    return mark("rect", x=left, y=top, width=right - left, height=frame.up(0.0) - top, class_=side)


def reliability(name: str, curve: ReliabilityCurve, n: int) -> Markup:
    """Draw the CORP curve against the band in which a calibrated forecaster's curve would lie."""
    p, low, high, seen = (array.tolist() for array in (curve.p, curve.low, curve.high, curve.observed))
    span = padded([*p, *low, *high, *seen], share=0.03, least=0.2)
    span = (max(span[0], 0.0), min(span[1], 1.0))
    frame = Frame(span, span)
    inside = sum(lo <= value <= hi for value, lo, hi in zip(seen, low, high, strict=True))
    marks = [
        frame.axes("forecast probability", "observed frequency", Axes(_share, _share)),
        frame.area([*zip(p, low, strict=True), *reversed([*zip(p, high, strict=True)])], "band"),
        frame.path([(span[0], span[0]), (span[1], span[1])], "ideal"),
        frame.path(zip(p, seen, strict=True), "curve"),
    ]
    said = (
        f"Observed frequency against forecast probability of {n} forecasts from {min(p):.2f} to {max(p):.2f}. "
        f"The curve lies inside the {curve.level:.0%} band of a calibrated forecaster at {inside} of {len(p)} places."
    )
    return picture(name, "Reliability of the published home win", said, marks)


def _share(value: float) -> str:
    return f"{value:.2f}".lstrip("0") or "0"


def units_chart(name: str, units: Units) -> Markup:
    """Draw the units won, pick by pick, against what was expected at publication and at the close."""
    n = len(units.realised)
    frame = Frame((0.0, float(n)), padded([0.0, *units.realised, *units.low, *units.high, *units.expected_at_close]))
    low, high = (_from_nothing(values) for values in (units.low, units.high))
    marks = [
        frame.axes("graded picks, in order of publication", "units", Axes(tick_text, tick_text)),
        frame.area([*low, *reversed(high)], "band"),
        frame.level(0.0, "zero"),
        frame.path(_from_nothing(units.expected), "expected"),
        frame.path(_from_nothing(units.expected_at_close), "at-close"),
        frame.path(_from_nothing(units.realised), "curve"),
        frame.dot((float(n), units.realised[-1]), "end", 3.5),
    ]
    said = (
        f"After {n} picks {words.signed(units.realised[-1])} units; expected at publication "
        f"{words.signed(units.expected[-1])}, at the close {words.signed(units.expected_at_close[-1])}; 95 % of such "
        f"records would lie between {words.signed(units.low[-1])} and {words.signed(units.high[-1])}."
    )
    return picture(name, "Units against expectation", said, marks)


def _from_nothing(values: Sequence[float]) -> list[tuple[float, float]]:
    return [(0.0, 0.0), *((float(place), value) for place, value in enumerate(values, start=1))]


def movement_chart(name: str, movement: Movement) -> Markup:
    """Draw the line of one pick (the price, for a moneyline) from the open to the close."""
    steps = movement.steps
    heights = [step.height for step in steps]
    # The air holds the two lines of text above each point.
    frame = Frame((-0.5, len(steps) - 0.5), padded(heights, share=0.45, least=2.0 if movement.of_line else 0.2))
    measure = "line, points" if movement.of_line else "decimal odds"
    places = [(float(number), step.height) for number, step in enumerate(steps)]
    marks = [
        frame.axes("", measure, Axes(tick_text, tick_text, x_marked=False)),
        frame.path(places, "curve"),
    ]
    for place, step in zip(places, steps, strict=True):
        x, y = frame.across(place[0]), frame.up(place[1])
        marks.append(frame.dot(place, "end chosen" if step.moment == "Published" else "end"))
        marks.append(text(x, y - 12, step.price, "tick middle clear"))
        marks.append(text(x, y - 27, step.line, "value middle clear"))
        marks.append(text(x, frame.up(frame.y[0]) + 18, step.moment, "tick middle"))
    said = "; ".join(f"{step.moment} {' at '.join(part for part in (step.line, step.price) if part)}" for step in steps)
    return picture(name, f"Movement of {movement.label}", f"{said}.", marks)
