"""The page about players: every figure with its n, nothing that runs, and plots that say in words what they show."""

import re
from datetime import UTC, date, datetime

import pytest

from closeline.schemas.props.watching import (
    AgainstLines,
    ChosenLines,
    Drifting,
    Interval,
    LinesFound,
    ModelSpan,
    Residuals,
    Standing,
    Watch,
    WatchedStatistic,
)
from closeline.web.report.players import coverage_chart, meets, pit_histogram, render_players

NOW = datetime(2025, 2, 1, tzinfo=UTC)


def a_standing(name="2025-01", **other):
    usual = {
        "n": 4000, "days": 30, "mae": 6.0, "crps": 4.4, "log_score": 3.4, "covered": [0.53, 0.81, 0.95],
        "inside": [0.5, 0.79, 0.94], "pit_gap": 0.02, "pit_p": 0.2, "bias": 0.01, "spread": 1.02,
    }  # fmt: skip
    return Standing(name=name, **{**usual, **other})


def a_page(statistic="PRA", lines=None, **more):
    drift = Drifting(mean=0.0, low=-0.1, high=0.1, n=4000, days=30, margin=0.03, since=None, alarm=False)
    watched = WatchedStatistic(
        statistic=statistic, models=[ModelSpan(version="SYNTHETIC", family="GAMMA", trained_to=date(2024, 4, 1), rows=1)],
        total=a_standing("model"), regulars=a_standing("model"), baselines=[a_standing("EWMA 7", n=3999)],
        regular_baselines=[], months=[a_standing()], pit_counts=[200] * 20,
        residuals=Residuals(middle=drift, width=drift, alarm=False), features=None,
    )  # fmt: skip
    found = LinesFound(
        as_of=NOW, since=None, first_day=None, last_day=None, models=[], total=None, statistics=[], bets=None,
        picks=None, published=0, published_share=None, chosen=[], judged=0, passing=None, costs=[], edges=None, uncounted=[],
    )  # fmt: skip
    whole = Watch(
        as_of=NOW, since=None, first_day=date(2025, 1, 1), last_day=date(2025, 1, 31), statistics=[watched],
        unwatched=[], degraded=[],
    )  # fmt: skip
    return render_players(whole, found.model_copy(update=lines or {}), **more)


def test_the_page_runs_nothing_and_shows_targets_and_baselines_beside_the_model():
    page = a_page()

    assert "<script" not in page
    assert "default-src 'none'" in page
    assert "meets all" in page
    assert re.search(r"EWMA 7</th><td>3999<", page)
    assert "No line of a day that a model had not seen" in page
    assert page == a_page()


def test_text_of_the_record_is_escaped():
    assert "<b>x" not in a_page("<b>x")


@pytest.mark.parametrize(
    ("other", "said"),
    [({}, "meets all"), ({"crps": 4.6}, "misses CRPS"), ({"covered": [0.5, 0.85, 0.95]}, "misses 80 %"),
     ({"pit_gap": 0.031, "log_score": 3.5}, "misses log score, PIT gap")],
)  # fmt: skip
def test_targets_that_are_missed_are_named(other, said):
    assert meets("PRA", a_standing(**other)) == said
    assert meets("THREES", a_standing(**other)) == ""


def test_the_plots_say_what_they_show():
    pits = pit_histogram("pit", [100] * 19 + [400])
    covered = coverage_chart("coverage", [a_standing("2025-01"), a_standing("2025-02", inside=[0.4, 0.7, 0.9])])

    assert pits.count("<rect") == 20
    assert "from 100 to 400 each" in pits
    assert "2025-02: 0.400, 0.700, 0.900 of 4000" in covered
    assert covered.count("<polyline") == 3


def test_lines_that_nobody_chose_stand_on_the_page_with_nought():
    gain = Interval(mean=-0.01, low=-0.02, high=0.0, n=90, clusters=9)
    every = AgainstLines(
        name="all lines", n=90, pushes=0, days=9, log_loss_model=0.70, log_loss_market=0.69, log_loss_gain=gain,
        mae_model=3.0, mae_line=3.0, mae_gain=gain, over_won=0.5, over_said=0.5, over_market=0.5,
    )  # fmt: skip
    nobody = ChosenLines(
        name="PICK or LEAN by the gates", n=0, share=0.0, published=0, published_share=0.0, against=None
    )
    page = a_page(lines={"total": every, "chosen": [nobody], "published_share": 0.0, "judged": 80})

    assert '<th scope="row">PICK or LEAN by the gates</th><td>0</td><td>0</td>' in page
    assert "The gates have judged 80." in page
