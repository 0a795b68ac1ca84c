"""The report: every figure with its n, nothing from outside, nothing believed that the record says."""

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from sqlalchemy import Engine

from closeline.flow.view import LeagueFigures, MarketFigures
from closeline.flow.view.home_win import HomeWin
from closeline.jobs.replaying.backtest import backtest
from closeline.maths.record_figures import CalibrationError, Mean, Slope
from closeline.maths.reliability import reliability_curve
from closeline.store.session import unit_of_work
from closeline.web.report import LeagueReport, Report, read_report, render, words, write_report
from closeline.web.report.drawing import ticks
from closeline.web.report_data import Movement, PickRow, Quoted, Units
from tests.builders.archives import archive_of, rows, without
from tests.builders.desks import PLAYED, a_desk
from tests.builders.records import TENANT, a_copy, make_seeded, make_trusting
from tests.databases import SqliteDatabases

HOSTILE = '<script>alert("x")</script>&\'"'


def a_market(key: str = "TOTAL:FULL_GAME", **changes) -> MarketFigures:
    market = MarketFigures(
        key, 41, Mean(2.31, 1.02, 3.55, 40), 2.17, 1.93, Slope(1.08, 0.21, 317), Slope(0.97, 0.33, 39), 22, 16, 2, 1, 0,
        1, 3.25, 1.75, 2.5,
    )  # fmt: skip
    return replace(market, **changes)


def some_figures(**changes) -> LeagueFigures:
    figures = LeagueFigures(
        league="nba",
        games=2474,
        warmup_games=2384,
        decisions={"PICK": 41, "LEAN": 12, "NO_PLAY": 250},
        published=41,
        leans=12,
        graded={"WIN": 22, "LOSS": 16, "PUSH": 2, "VOID": 1},
        open=0,
        quarantined={"IMPOSSIBLE_PRICE": 17},
        markets=(a_market(),),
        home_win=HomeWin(
            0.6432,
            0.648,
            0.6427,
            0.6438,
            1089,
            "moneyline 1089",
            "spread 1089",
            11,
            7,
            Mean(0.0048, 0.001, 0.009, 1089),
            Mean(-0.0005, -0.001, 0.0002, 1089),
        ),
        ece=CalibrationError(0.031, 0.029, 1090),
        ece_equal_width=CalibrationError(0.021, 0.019, 1090),
        ece_by_market=(("TOTAL:FULL_GAME", CalibrationError(0.041, 0.037, 1087)),),
        refusals=(("publish_thresholds", "EDGE_BELOW_PRICE", "TOTAL:FULL_GAME", 204),),
        notes=("CLV is against one recorded source (archive): an upper bound, for openers hold errors.",),
    )
    return replace(figures, **changes)


def a_pick(**changes) -> PickRow:
    pick = PickRow(
        date(2023, 12, 4), "Over 222.5 (Heat at Bulls)", "PICK", "archive", "−110", False, 0.541, 2.6, 1.4, "WIN", 0.909
    )
    return replace(pick, **changes)


def a_movement(**changes) -> Movement:
    movement = Movement(
        "Over 222.5 (Heat at Bulls)",
        "archive",
        (
            Quoted("Open", "221", "−110", 221.0),
            Quoted("Published", "222.5", "−110", 222.5),
            Quoted("Close", "224", "−105", 224.0),
        ),
        True,
        1.5,
        False,
    )
    return replace(movement, **changes)


def a_league(**changes) -> LeagueReport:
    p = np.linspace(0.3, 0.7, 200)
    won = (np.arange(200) * 7 % 10 < 10 * p).astype(float)
    league = LeagueReport(
        figures=some_figures(),
        synthetic=False,
        sources=("games.csv",),
        clv=(1.4, -0.5, 3.9, 2.2),
        clv_mean=Mean(1.75, 0.4, 3.1, 4),
        units_per_pick=Mean(0.081, -0.22, 0.37, 38),
        curve=reliability_curve(p, won, points=21, resamples=20, generator=np.random.default_rng(1)),
        forecasts=1089,
        units=Units(
            (0.9, -0.1), (0.03, 0.05), (0.02, 0.06), (-1.8, -2.6), (1.9, 2.7), date(2023, 12, 4), date(2023, 12, 5)
        ),
        movement=a_movement(),
        picks=(a_pick(),),
        missing_closes={"NO_TWO_SIDED_QUOTE": 1},
        prices_assumed=0,
        first=date(2023, 12, 4),
        last=date(2023, 12, 17),
    )
    return replace(league, **changes)


def page(*leagues: LeagueReport) -> str:
    return render(Report("default", leagues or (a_league(),), "ab" * 32))


class Seen(HTMLParser):
    """Everything that a reader sees, and every tag and attribute behind it."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data


def read(content: str) -> str:
    return re.sub(r"\s+", " ", Seen(content).text)


@pytest.mark.parametrize(
    "said",
    [
        "41", "of 303 candidates judged", "12 leans",
        "+1.75 points", "+0.40 to +3.10", "n = 4",
        "+0.081", "−0.220 to +0.370", "n = 38", "22–16–2 W–L–P, 1 void",
        "0.6427", "open 0.6432, close 0.6438", "n = 1,089",
        "3.1 %", "2.9 %", "n = 1,090",
        "+2.31", "+1.02 to +3.55", "n = 40", "+2.17", "+1.93 %", "1.08 ± 0.21", "n = 317", "0.97 ± 0.33", "n = 39",
        "4.1 %", "floor 3.7 %", "n = 1,087", "+3.25", "+1.75", "+2.50",
        "0.6480", "11", "7 with a suspect opening line", "from the moneyline", "from the spread",
        "2,474 games with a result, 2,384 of them before anything was published",
        "The predicted close does not pay the price", "EDGE_BELOW_PRICE", "Publish thresholds", "204",
        "A price that no book can ask", "IMPOSSIBLE_PRICE", "17",
        "NO_TWO_SIDED_QUOTE", "Over 222.5 (Heat at Bulls)", "WIN",
        "ab" * 32, "upper bound", "closing line is the ceiling",
    ],
)  # fmt: skip
def test_every_figure_stands_on_the_page_with_its_n(said: str) -> None:
    assert said in read(page())


def test_text_from_the_record_is_never_markup() -> None:
    hostile = a_league(
        figures=some_figures(quarantined={HOSTILE: 3}, refusals=((HOSTILE, HOSTILE, "TOTAL:FULL_GAME", 2),)),
        sources=(HOSTILE,),
        picks=(a_pick(label=HOSTILE, book=HOSTILE, price=HOSTILE, result=HOSTILE),),
        movement=a_movement(label=HOSTILE, book=HOSTILE),
        missing_closes={HOSTILE: 1},
    )
    content = render(Report(HOSTILE, (hostile,), HOSTILE))

    assert "<script" not in content
    assert 'alert("x")' not in content
    assert read(content).count("alert") >= 10
    assert not [tag for tag, _ in Seen(content).tags if tag == "script"]


@pytest.mark.parametrize("text", [HOSTILE, "é ü 日本", "a" * 300])
def test_every_chart_is_well_formed_with_a_title_and_a_description(text: str) -> None:
    content = page(a_league(movement=a_movement(label=text)))
    charts = re.findall(r"<svg.*?</svg>", content, re.DOTALL)

    assert len(charts) == 4
    for chart in charts:
        root = ET.fromstring(chart)
        names = [child.attrib["id"] for child in root if child.tag in {"title", "desc"}]
        assert root.attrib["role"] == "img"
        assert root.attrib["aria-labelledby"].split() == names
        assert all(child.text for child in root if child.tag in {"title", "desc"})


def test_the_page_asks_for_nothing_from_outside_and_runs_nothing() -> None:
    content = page(a_league(synthetic=True))
    seen = Seen(content)
    addresses = [value for _, attributes in seen.tags for name, value in attributes.items() if name in {"src", "href"}]

    assert not re.search(r"https?:|//[a-z]|url\(|@import|javascript:", content)
    assert all(str(address).startswith("#") for address in addresses)
    assert not {"script", "link", "img", "iframe", "object", "form", "base"} & {tag for tag, _ in seen.tags}
    assert not [name for _, attributes in seen.tags for name in attributes if name.startswith("on") or name == "style"]


def test_the_content_policy_allows_exactly_the_style_that_is_there() -> None:
    content = page()
    style = re.search(r"<style>(.*?)</style>", content, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = next(str(a["content"]) for tag, a in Seen(content).tags if tag == "meta" and "http-equiv" in a)

    assert policy.startswith("default-src 'none'; ")
    assert f"'sha256-{digest}'" in policy
    assert "unsafe" not in policy


def test_every_tag_is_closed_and_every_id_is_its_own() -> None:
    nfl = a_league(figures=some_figures(league="nfl"))
    seen = Seen(page(a_league(), nfl))
    ids = [attributes["id"] for _, attributes in seen.tags if "id" in attributes]

    assert seen.open == []
    assert len(ids) == len(set(ids))


def test_synthetic_data_is_labelled_wherever_it_is_shown() -> None:
    plain, marked = page(), page(a_league(synthetic=True))
    seen = Seen(marked)
    headings = re.findall(r"<(h[123])[ >].*?</\1>", marked, re.DOTALL)

    assert "SYNTHETIC" not in plain
    assert "<title>SYNTHETIC" in marked
    assert "None of these games was ever played" in seen.text
    # Every heading below the league's, but for the two that belong to a section that is labelled, and every pick.
    assert seen.text.count("SYNTHETIC") >= len(headings)
    for league_part in re.findall(r"<figure>.*?</figure>", marked, re.DOTALL):
        assert "SYNTHETIC" in league_part


def test_real_and_synthetic_leagues_are_told_apart() -> None:
    content = page(a_league(), a_league(figures=some_figures(league="nfl"), synthetic=True))
    nba, nfl = content.split('<section class="league"')[1:]

    assert "SYNTHETIC" not in nba
    assert "SYNTHETIC" in nfl
    assert "Some of these games were never played" in content


def test_an_assumed_price_is_said_to_be_assumed() -> None:
    content = read(page(a_league(picks=(a_pick(price_assumed=True),), prices_assumed=1)))

    assert "price assumed −110" in content
    assert "1 of 41 picks stand at a price assumed −110" in content


def test_a_pick_that_has_not_ended_is_open() -> None:
    content = read(page(a_league(picks=(a_pick(result=None, units=None, clv=None),))))

    assert " open " in content


def an_empty_league() -> LeagueReport:
    nothing = Mean(None, None, None, 0)
    market = a_market(
        picks=0, clv_prob=nothing, predicted_clv_mean=None, clv_ev_mean=None, clv_slope=Slope(None, None, 0),
        clv_slope_picks=Slope(None, None, 0), wins=0, losses=0, pushes=0, voids=0, units=0.0, units_expected=0.0,
        units_expected_at_close=0.0, missing_closes=0,
    )  # fmt: skip
    figures = some_figures(
        decisions=dict.fromkeys(("PICK", "LEAN", "NO_PLAY"), 0), published=0, leans=0,
        graded=dict.fromkeys(("WIN", "LOSS", "PUSH", "VOID"), 0), quarantined={}, markets=(market,), refusals=(),
        home_win=HomeWin(
        None, None, None, None, 0, "none", "none", 0, 0, Mean(None, None, None, 0), Mean(None, None, None, 0)
    ), ece=CalibrationError(None, None, 0),
        ece_by_market=(("TOTAL:FULL_GAME", CalibrationError(None, None, 0)),),
    )  # fmt: skip
    return a_league(
        figures=figures, sources=(), clv=(), clv_mean=nothing, units_per_pick=nothing, curve=None, forecasts=0,
        units=None, movement=None, picks=(), missing_closes={}, first=None, last=None,
    )  # fmt: skip


def test_a_league_without_picks_says_so_and_shows_no_empty_chart() -> None:
    content = page(an_empty_league())

    assert "Nothing published yet." in content
    assert "<svg" not in content
    assert "None" not in re.sub(r"None\.|None of these", "", read(content))


def test_an_empty_record_has_a_report_too(sqlite: SqliteDatabases, tmp_path: Path) -> None:
    with a_copy(sqlite, "seeded", make_seeded) as engine, unit_of_work(engine, write=False) as session:
        write_report(session, tenant_id=TENANT, out=tmp_path / "report.html")

    assert "Nothing published yet." in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_the_same_report_gives_the_same_page() -> None:
    assert page() == page()


# ------------------------------------------------------------------------------------------- from a record


@pytest.fixture
def played(sqlite: SqliteDatabases) -> Iterator[Engine]:
    with a_copy(sqlite, *PLAYED) as engine:
        yield engine


def test_a_played_record_is_read_whole(played: Engine) -> None:
    with unit_of_work(played, write=False) as session:
        report = read_report(session, tenant_id=TENANT)
    [league] = report.leagues
    figures = league.figures

    assert figures.published > 0
    assert len(league.clv) == league.clv_mean.n == sum(market.clv_prob.n for market in figures.markets)
    assert league.units is not None
    assert league.units.realised[-1] == pytest.approx(sum(market.units for market in figures.markets))
    assert league.units.expected[-1] == pytest.approx(sum(market.units_expected for market in figures.markets))
    assert league.forecasts == figures.ece.n
    assert len(league.picks) == figures.published + figures.leans
    assert league.sources == ("nba.csv",)
    assert not league.synthetic
    assert league.movement is not None
    assert [step.moment for step in league.movement.steps] == ["Open", "Published", "Best after", "Close"]


def test_a_played_record_becomes_a_page(played: Engine, tmp_path: Path) -> None:
    with unit_of_work(played, write=False) as session:
        write_report(session, tenant_id=TENANT, out=tmp_path / "report.html")
    content = (tmp_path / "report.html").read_text(encoding="utf-8")

    assert content.startswith("<!doctype html>")
    assert content.count("<svg") == 4
    assert Seen(content).open == []


def test_an_archive_called_synthetic_makes_its_league_synthetic_and_lines_without_prices_are_assumed(
    sqlite: SqliteDatabases,
) -> None:
    made = without(rows(days=8), "open_total_over_price", "open_total_under_price")
    with a_copy(sqlite, "trusting", make_trusting) as engine:
        backtest(a_desk(engine, [archive_of(made, "Synthetic_nba.csv")]))
        with unit_of_work(engine, write=False) as session:
            [league] = read_report(session, tenant_id=TENANT).leagues

    assert league.synthetic
    assert {pick.price_assumed for pick in league.picks if pick.label.startswith(("Over", "Under"))} == {True}


# -------------------------------------------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.234, "+1.23"), (-1.234, "−1.23"), (0.001, "0.00"), (-0.001, "0.00"), (None, "–"), (1234.5, "+1,234.50")],
)
def test_a_signed_number_has_a_real_minus_and_no_sign_at_nothing(value: float | None, text: str) -> None:
    assert words.signed(value) == text


def test_a_line_that_moved_says_which_way() -> None:
    assert words.moved(1.5) == "It gained 1.5 points of line by the close."
    assert words.moved(-1.0) == "It lost 1.0 points of line by the close."
    assert words.moved(0.0) == "The line closed where it was taken."


@pytest.mark.parametrize("span", [(0.0, 1.0), (-4.1, 8.3), (0.0, 36.0), (221.0, 224.5), (1.85, 2.05), (-3.5, -1.5)])
def test_ticks_are_few_round_and_inside(span: tuple[float, float]) -> None:
    found = ticks(span)
    steps = {round(b - a, 9) for a, b in pairwise(found)}

    assert 3 <= len(found) <= 8
    assert len(steps) == 1
    assert span[0] - 1e-9 <= found[0]
    assert found[-1] <= span[1] + 1e-6
