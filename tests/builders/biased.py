"""Desks whose model is off on purpose: every NFL total forecast too high or too low by so many points."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from closeline.domain.gates.baseline import STRUCTURAL_DAYS
from closeline.domain.gates.bias import BaselineBias
from closeline.domain.leagues import League
from closeline.flow.forecast import clamp, knowledge
from closeline.jobs.replaying.backtest import backtest
from tests.builders.archives import FIRST, an_archive
from tests.builders.desks import a_desk
from tests.builders.records import make_seeded, opened

DAYS = 22
GAMES = 4
POINTS = 7.0
# A season without publishing is forecast and measured all the same, and much sooner.
NEVER = date(2100, 1, 1)
LAST = FIRST + timedelta(days=DAYS - 1)


@contextmanager
def off_by(points: float) -> Iterator[None]:
    """Let every forecast total be off by so many points, before anything is corrected."""
    original = clamp.clamped

    def planted(rated: Any, parts: Any, found: Any) -> Any:
        moved = replace(rated, total_mean=rated.total_mean + points)
        off = tuple((replace(game[0], total_points=game[0].total_points + points), *game[1:]) for game in parts)
        return original(moved, off, found)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(knowledge, "clamped", planted)
        yield


def _season(url: str, points: float) -> None:
    make_seeded(url)
    archive = an_archive(League.NFL, days=DAYS, games=GAMES)
    with opened(url) as engine, off_by(points):
        backtest(a_desk(engine, [archive], publish_from=NEVER))


def make_over(url: str) -> None:
    """Fill a record with a season whose totals were forecast seven points too high."""
    _season(url, POINTS)


def make_under(url: str) -> None:
    """Fill a record with a season whose totals were forecast seven points too low."""
    _season(url, -POINTS)


def make_fair(url: str) -> None:
    """Fill a record with a season of the model as it is."""
    _season(url, 0.0)


def chart(rows: Sequence[BaselineBias]) -> str:
    """Draw a bias table: a mark for each point of bias, the correction from that day on, the most it may be."""
    lines = ["day         games   bias                    taken off  at most"]
    for row in rows:
        state = "LEAN" if row.structural_days >= STRUCTURAL_DAYS else "PICK"
        bar = "#" * round(abs(row.bias))
        lines.append(f"{row.day}  {row.n:5}  {row.bias:+5.1f}  {bar:<16}  {row.correction:+9.2f}  {state}")
    return "\n".join(lines) + "\n"
