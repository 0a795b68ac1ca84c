"""A simulated game as one HTML file that holds everything it shows, and runs nothing.

The shape that `closeline simulate --json` prints comes in, a page goes out. Always true: no script, no address
outside the file, every text escaped, and the engine with its effective sample size beside the figures.
"""

import base64
import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from closeline.domain.errors import BadInput
from closeline.domain.governance.notices import DEFAULT_NOTICE
from closeline.schemas.simulation import Simulation
from closeline.web.board_rows import by_period, line_of, main_lines, rows_of
from closeline.web.report import words
from closeline.web.simulation import charts


def write_simulation(simulation: Simulation, out: Path, notice: str = DEFAULT_NOTICE.text) -> None:
    """Write a simulated game as a page; raises BadInput where it cannot be written."""
    try:
        out.write_text(render(simulation, notice), encoding="utf-8")
    except OSError as error:
        message = f"page must be a file that can be written, {out} was not: {error.strerror}"
        raise BadInput(message) from error


def render(simulation: Simulation, notice: str = DEFAULT_NOTICE.text) -> str:
    """Return the page: a pure function of the simulated game, and of the notice that goes with everything public."""
    style = _packaged("report.css")
    spread, mean = simulation.distribution, simulation.mean
    return (
        _environment()
        .from_string(_packaged("simulation.html.j2"))
        .render(
            found=simulation,
            notice=notice,
            margin_chart=charts.margin_chart("margin", spread.margin, mean.margin),
            total_chart=charts.total_chart("total", spread.total, mean.total),
            likeliest=charts.likeliest,
            home_wins=sum(chance for at, chance in enumerate(spread.margin.mass, spread.margin.first) if at > 0),
            periods=by_period(rows_of(simulation.markets)),
            main_lines=main_lines,
            line_of=line_of,
            style=Markup(style),  # noqa: S704 -- our own file
            style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
            words=words,
        )
    )


@cache
def _environment() -> Environment:
    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


@cache
def _packaged(name: str) -> str:
    return files("closeline.web").joinpath("templates").joinpath(name).read_text(encoding="utf-8")
