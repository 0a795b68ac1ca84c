"""The report: one HTML file that holds everything it shows, and runs nothing.

A report of plain values comes in, a page goes out. Always true: no script, no address outside the file, every text of
the record escaped, and a figure never without its n.
"""

import base64
import hashlib
from collections import defaultdict
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from closeline.domain.errors import BadInput
from closeline.domain.governance.notices import DEFAULT_NOTICE
from closeline.flow.view import LeagueFigures
from closeline.store.session import Session
from closeline.web.report import charts, words
from closeline.web.report_data import LeagueReport, Report, read_report

PICKS_SHOWN = 40


def write_report(
    session: Session, *, tenant_id: str, out: Path, publish_from: date | None = None, notice: str = DEFAULT_NOTICE.text
) -> None:  # fmt: skip
    """Write the report of a tenant's whole record to `out`; see `read_report` for `publish_from`."""
    page = render(read_report(session, tenant_id=tenant_id, publish_from=publish_from), notice)
    try:
        out.write_text(page, encoding="utf-8")
    except OSError as error:
        message = f"report must be a file that can be written, {out} was not: {error.strerror}"
        raise BadInput(message) from error


def render(report: Report, notice: str = DEFAULT_NOTICE.text) -> str:
    """Return the page: a pure function of the report, and of the notice that goes with everything public."""
    style = _packaged("report.css")
    # Leagues with picks come first; else their order stands.
    ordered = sorted(report.leagues, key=lambda league: not league.figures.published)
    return (
        _environment()
        .from_string(_packaged("report.html.j2"))
        .render(
            report=report,
            notice=notice,
            leagues=[(league, _charts(league)) for league in ordered],
            synthetic=any(league.synthetic for league in report.leagues),
            all_synthetic=all(league.synthetic for league in report.leagues),
            refusals=_refusals,
            published=sum(league.figures.published for league in report.leagues),
            style=Markup(style),  # noqa: S704 -- our own file
            style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
            picks_shown=PICKS_SHOWN,
            words=words,
        )
    )


def _charts(league: LeagueReport) -> dict[str, Markup]:
    code = league.figures.league
    drawn: dict[str, Markup] = {}
    if league.clv:
        drawn["clv"] = charts.clv_histogram(f"{code}-clv", league.clv, league.clv_mean)
    if league.curve is not None:
        drawn["reliability"] = charts.reliability(f"{code}-reliability", league.curve, league.forecasts)
    if league.units is not None:
        drawn["units"] = charts.units_chart(f"{code}-units", league.units)
    if league.movement is not None:
        drawn["movement"] = charts.movement_chart(f"{code}-movement", league.movement)
    return drawn


def _refusals(figures: LeagueFigures) -> list[tuple[str, str, dict[str, int]]]:
    """Return (gate, reason, candidates by market), one row per rule's reason."""
    rows: defaultdict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for gate, reason, market_key, number in figures.refusals:
        rows[gate, reason][market_key] = number
    return [(gate, reason, held) for (gate, reason), held in rows.items()]


@cache
def _environment() -> Environment:
    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


@cache
def _packaged(name: str) -> str:
    return files("closeline.web").joinpath("templates").joinpath(name).read_text(encoding="utf-8")


__all__ = ["LeagueReport", "Report", "read_report", "render", "write_report"]
