"""The report on players: how forecasts held up after training and against the books' lines, in one file."""

import base64
import hashlib
import math
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from closeline.domain.errors import BadInput
from closeline.domain.governance.notices import DEFAULT_NOTICE
from closeline.schemas.props.watching import EdgeTest, Interval, LinesFound, Standing, Watch
from closeline.web.report.drawing import Axes, Frame, mark, padded, picture, tick_text

# What the figures of a statistic should come to, of players with the usual minutes: CRPS and log score at most, the
# PIT's largest gap at most, the share of the central 80 % at least and at most.
TARGETS = {"PRA": (4.50, 3.48, 0.03, 0.79, 0.83)}
_LEVELS = ((0.5, "expected"), (0.8, "curve"), (0.95, "at-close"))
_MONTHS_MARKED = 8


def write_players(watched: Watch, found: LinesFound, *, out: Path, notice: str = DEFAULT_NOTICE.text) -> None:
    """Write the page to `out`; raises BadInput where it cannot be written."""
    try:
        out.write_text(render_players(watched, found, notice), encoding="utf-8")
    except OSError as error:
        message = f"report must be a file that can be written, {out} was not: {error.strerror}"
        raise BadInput(message) from error


def render_players(watched: Watch, found: LinesFound, notice: str = DEFAULT_NOTICE.text) -> str:
    """Return the page: a pure function of what was found, and of the notice that goes with everything public."""
    style = _packaged("report.css")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(_packaged("players.html.j2")).render(
        watched=watched, found=found, notice=notice, targets=TARGETS, charts={
            item.statistic: (
                pit_histogram(f"{item.statistic}-pit", item.pit_counts),
                coverage_chart(f"{item.statistic}-coverage", item.months),
            )
            for item in watched.statistics
        },
        edges=edge_chart("edges", found.edges) if found.edges and found.edges.buckets else None,
        against=[
            item
            for item in (found.total, *found.statistics, *(each.against for each in found.chosen))
            if item is not None
        ],
        meets=meets, interval=interval, percent=percent,
        style=Markup(style),  # noqa: S704 -- our own file
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
    )  # fmt: skip


def pit_histogram(name: str, counts: Sequence[int]) -> Markup:
    """Draw how often numbers fell in each equal part of their forecasts, between the ends that chance allows."""
    n, parts = sum(counts), len(counts)
    usual = n / parts
    air = 1.96 * math.sqrt(usual * (1.0 - 1.0 / parts))
    low, high = max(usual - air, 0.0), usual + air
    frame = Frame((0.0, 1.0), (0.0, 1.12 * max(*counts, high)))
    marks = [frame.axes("place within the forecast (PIT)", "numbers", Axes(tick_text, tick_text))]
    for place, count in enumerate(counts):
        left, right, top = frame.across(place / parts) + 0.75, frame.across((place + 1) / parts) - 0.75, frame.up(count)
        marks.append(mark("rect", x=left, y=top, width=right - left, height=frame.up(0.0) - top, class_="bar above"))
    marks += [frame.level(edge, "zero") for edge in (low, high)]
    inside = sum(low <= count <= high for count in counts)
    said = (
        f"{n} numbers in {parts} equal parts of their forecasts, from {min(counts)} to {max(counts)} each; "
        f"{usual:.0f} would be even. {inside} parts lie within {low:.0f} to {high:.0f}, where 95 % of independent ones "
        "would."
    )
    return picture(name, "Where numbers fell in their forecasts", said, marks)


def coverage_chart(name: str, months: Sequence[Standing]) -> Markup:
    """Draw, by month, how often the central 50, 80 and 95 % held, an edge counted by its share."""
    least = min(0.4, *(share - 0.02 for item in months for share in item.inside))
    frame = Frame((-0.5, len(months) - 0.5), (least, 1.0))
    marks = [frame.axes("", "share that held", Axes(tick_text, _share, x_marked=False))]
    for place, (level, class_) in enumerate(_LEVELS):
        shares = [item.inside[place] for item in months]
        marks.append(frame.level(level, "zero"))
        marks.append(frame.path([(float(number), share) for number, share in enumerate(shares)], class_))
        marks += [frame.dot((float(number), share), "end", 3.0) for number, share in enumerate(shares)]
    step = math.ceil(len(months) / _MONTHS_MARKED)
    for number, item in enumerate(months):
        if number % step == 0:
            marks.append(mark(
                "text", item.name, x=frame.across(float(number)), y=frame.up(least) + 18, class_="tick middle"
            ))  # fmt: skip
    said = "; ".join(
        f"{item.name}: {', '.join(f'{share:.3f}' for share in item.inside)} of {item.n}" for item in months
    )  # fmt: skip
    return picture(name, "Coverage of 50, 80 and 95 % by month", f"{said}.", marks)


def edge_chart(name: str, edges: EdgeTest) -> Markup:
    """Draw win rate less break-even by bucket of edge."""
    heights = [100.0 * item.excess for item in edges.buckets]
    frame = Frame((-0.5, len(heights) - 0.5), padded([0.0, *heights], share=0.2))
    marks = [
        frame.axes("", "won less break-even, points", Axes(tick_text, tick_text, x_marked=False)),
        frame.level(0.0, "zero"),
        frame.path([(float(place), height) for place, height in enumerate(heights)], "curve"),
    ]
    for place, (item, height) in enumerate(zip(edges.buckets, heights, strict=True)):
        start = "less" if item.low is None else f"from {100 * item.low:g}"
        at = frame.across(float(place))
        marks.append(frame.dot((float(place), height), "end"))
        marks.append(mark("text", start, x=at, y=frame.up(frame.y[0]) + 18, class_="tick middle"))
        marks.append(mark("text", f"n {item.n}", x=at, y=frame.up(height) - 10, class_="value middle clear"))
    said = "; ".join(
        f"{'below the first' if item.low is None else f'from {item.low:g}'}: {100 * item.excess:.1f} points, n {item.n}"
        for item in edges.buckets
    )
    return picture(name, "Win rate less break-even by edge", f"{said}.", marks)


def meets(statistic: str, item: Standing) -> str:
    """Say which of a statistic's targets a standing misses; nothing where there are none."""
    if statistic not in TARGETS:
        return ""
    crps, log_score, gap, least, most = TARGETS[statistic]
    asked: Sequence[tuple[str, float, Callable[[float], bool]]] = (
        ("CRPS", item.crps, lambda value: value <= crps),
        ("log score", item.log_score, lambda value: value <= log_score),
        ("PIT gap", item.pit_gap, lambda value: value <= gap),
        ("80 %", item.covered[1], lambda value: least <= value <= most),
    )
    missed = [name for name, value, held in asked if not held(value)]
    return f"misses {', '.join(missed)}" if missed else "meets all"


def interval(item: Interval, digits: int = 4) -> str:
    """Write a mean and its interval."""
    return f"{item.mean:+.{digits}f} ({item.low:+.{digits}f} to {item.high:+.{digits}f})"


def percent(value: float | None) -> str:
    """Write a share; nothing for none."""
    return "" if value is None else f"{100 * value:.1f} %"


def _share(value: float) -> str:
    return f"{value:.2f}".lstrip("0") or "0"


def _packaged(name: str) -> str:
    return files("closeline.web").joinpath("templates").joinpath(name).read_text(encoding="utf-8")


__all__ = ["coverage_chart", "edge_chart", "meets", "pit_histogram", "render_players", "write_players"]
