"""The page of a simulated game: every figure that the JSON has a reader for, nothing from outside, nothing run."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest

from closeline.schemas.decomposition import Decomposition, Figure, Part, TeamUnits
from closeline.schemas.simulation import Distribution, Distributions, Legs, MarketChances, OfGame, Simulation, Subset
from closeline.web.board_rows import by_period, main_lines, rows_of
from closeline.web.report.drawing import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH
from closeline.web.simulation import render
from closeline.web.simulation.charts import key_numbers, likeliest

HOSTILE = '<script>alert("x")</script>&\'"'
EMPTY = {"meta", "br"}


def chances(key: str, side: str, line: float | None, win: float, push: float = 0.0) -> MarketChances:
    return MarketChances(market_key=key, side=side, line=line, win=win, push=push, loss=1.0 - win - push)


def a_board() -> list[MarketChances]:
    return [
        chances("MONEYLINE:FULL_GAME", "HOME", None, 0.6),
        chances("MONEYLINE:FULL_GAME", "AWAY", None, 0.4),
        chances("SPREAD:FULL_GAME", "HOME", -3.5, 0.46),
        chances("SPREAD:FULL_GAME", "AWAY", 3.5, 0.54),
        chances("SPREAD:FULL_GAME", "HOME", -3.0, 0.46, 0.09),
        chances("SPREAD:FULL_GAME", "AWAY", 3.0, 0.45, 0.09),
        chances("MONEYLINE_3WAY:1H", "HOME", None, 0.5),
        chances("MONEYLINE_3WAY:1H", "DRAW", None, 0.125),
        chances("MONEYLINE_3WAY:1H", "AWAY", None, 0.375),
    ]


def some_legs(**changes: object) -> Legs:
    legs = Legs(
        legs=[chances("SPREAD:FULL_GAME", "HOME", -3.5, 0.4612), chances("TOTAL:1H", "OVER", 22.5, 0.5234)],
        win=0.2712, win_standard_error=0.0032, independent=0.2414, lift=1.1234, lift_standard_error=0.0131,
        fair_decimal=3.69, hits=5391, enough=True, reason=None,
        subsets=[
            Subset(legs=[0], win=0.4612, no_push=1.0, fair_decimal=2.17),
            Subset(legs=[1], win=0.5234, no_push=1.0, fair_decimal=1.91),
            Subset(legs=[0, 1], win=0.2712, no_push=1.0, fair_decimal=3.69),
        ],
    )  # fmt: skip
    return legs.model_copy(update=changes)


def a_decomposition() -> Decomposition:
    units, efficiency = Figure(value=11.4, baseline=11.1, z=0.2), Figure(value=2.05, baseline=1.97, z=0.3)
    team = TeamUnits(units=units, efficiency=efficiency, rates=[], overtime_points=0.2)
    edge = Part(name="HOME_EDGE", margin_points=1.6, total_points=0.0, source="ratings/level")
    return Decomposition(
        team_home=team, team_away=team, adjustments=[edge], base_margin=1.9, base_total=44.5, margin=3.5, total=44.5
    )


def test_the_parts_of_the_means_are_on_the_page_with_their_points() -> None:
    page = render(a_simulation())
    assert "Home edge" in page
    assert "+1.60" in page
    assert "ratings/level" in page


def a_simulation(**changes: object) -> Simulation:
    margin = [0.02, 0.03, 0.10, 0.03, 0.04, 0.05, 0.06, 0.05, 0.22, 0.10, 0.08, 0.08, 0.14]
    found = Simulation(
        league="nfl", event_id=None, name="nfl margin 3.5 total 44.5", engine="worlds", worlds=20000, seed=77,
        effective_sample_size=18765.0, effective_share=0.94, too_few=False, seconds=0.4, simulation_version="ab" * 32,
        fitted_on="1999-2014", notes=["news of the last hour is left out"], wanted=OfGame(margin=3.5, total=44.5),
        mean=OfGame(margin=3.47, total=44.61), sd=OfGame(margin=13.31, total=13.42),
        decomposition=a_decomposition(),
        distribution=Distributions(
            margin=Distribution(first=-5, mass=margin), total=Distribution(first=40, mass=[0.2, 0.5, 0.3])
        ),
        legs=None, markets=a_board(),
    )  # fmt: skip
    return found.model_copy(update=changes)


class Seen(HTMLParser):
    """What a reader sees, and the tags behind it."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(content)
        self.text = re.sub(r"\s+", " ", self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data


@pytest.mark.parametrize(
    "said",
    [
        "nfl margin 3.5 total 44.5", "simulated in 20,000 worlds", "73.0 %", "+3.47", "sd 13.31; wanted +3.50", "44.61",
        "18,765", "0.94 N", "+3 (22.0 %)", "41 (50.0 %)", "Moneyline", "−3.5", "46.0 %", "Moneyline three-way", "12.5 %",
        "2.67", "All 3 lines", "Full game", "ab" * 32, "1999-2014", "Seed 77", "news of the last hour is left out",
    ],
)  # fmt: skip
def test_every_figure_stands_on_the_page(said: str) -> None:
    page = Seen(render(a_simulation())).text.replace("Moneyline 3way", "Moneyline three-way")

    assert said in page


@pytest.mark.parametrize(
    "said", ["27.12 %", "± 0.32 %", "5,391 worlds", "24.14 %", "1.123", "± 0.013", "3.69", "1. Spread Home −3.5 46.12 %0.00 %53.88 %",
             "2. Total 1H Over 22.5", "1 + 2"],
)  # fmt: skip
def test_legs_stand_on_the_page_with_their_error(said: str) -> None:
    assert said in Seen(render(a_simulation(legs=some_legs()))).text
    assert "Legs together" not in Seen(render(a_simulation())).text


def test_a_lift_that_is_refused_says_why() -> None:
    legs = some_legs(lift=None, lift_standard_error=None, enough=False, reason="a lift needs at least 200 worlds")
    page = Seen(render(a_simulation(legs=legs))).text

    assert "Lift– a lift needs at least 200 worlds" in page.replace(" –", "–")
    assert "None" not in page


def test_an_exact_game_shows_no_sample_and_no_seed() -> None:
    exact = a_simulation(engine="exact", worlds=0, seed=None, effective_sample_size=None)
    page = Seen(render(exact)).text

    assert "nothing was drawn" in page
    assert "Seed" not in page
    assert "Effective sample size" not in page
    assert "0.94 N" in page
    assert "None" not in page


def test_too_small_a_sample_is_said_at_the_top() -> None:
    assert "effective sample size is below 0.8 N" in Seen(render(a_simulation(too_few=True))).text
    assert "below 0.8 N" not in Seen(render(a_simulation())).text


def test_the_page_asks_for_nothing_from_outside_and_believes_no_text() -> None:
    content = render(a_simulation(name=HOSTILE, fitted_on=HOSTILE, notes=[HOSTILE], legs=some_legs(reason=HOSTILE)))
    seen = Seen(content)
    addresses = [value for _, attributes in seen.tags for name, value in attributes.items() if name in {"src", "href"}]

    assert seen.open == []
    assert seen.text.count("alert") >= 4
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in seen.tags}
    assert all(str(address).startswith("#") for address in addresses)
    assert not re.search(r"https?:|url\(|@import|javascript:", content)
    assert not [name for _, attributes in seen.tags for name in attributes if name.startswith("on") or name == "style"]


def test_the_content_policy_allows_exactly_the_style_that_is_there() -> None:
    content = render(a_simulation())
    style = re.search(r"<style>(.*?)</style>", content, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()

    assert f"style-src 'sha256-{digest}'" in content
    assert "prefers-color-scheme: dark" in style[1]
    assert "width=device-width" in content


def test_both_charts_are_well_formed_and_every_bar_lies_inside_its_frame() -> None:
    charts = [ET.fromstring(chart) for chart in re.findall(r"<svg.*?</svg>", render(a_simulation()), re.DOTALL)]

    assert [len(chart.findall("rect")) for chart in charts] == [13, 3]
    for chart in charts:
        assert [child.attrib["id"] for child in chart if child.tag in {"title", "desc"}] == chart.attrib[
            "aria-labelledby"
        ].split()
        for bar in chart.findall("rect"):
            x, y, width, height = (float(bar.attrib[name]) for name in ("x", "y", "width", "height"))
            assert LEFT <= x < x + width <= WIDTH - RIGHT
            assert TOP <= y <= y + height <= HEIGHT - BOTTOM + 0.01


def test_bars_of_the_margin_tell_home_from_away() -> None:
    chart = ET.fromstring(re.findall(r"<svg.*?</svg>", render(a_simulation()), re.DOTALL)[0])

    assert [bar.attrib["class"] for bar in chart.findall("rect")] == ["bar below"] * 6 + ["bar above"] * 7


def test_key_numbers_stand_out_from_their_neighbours_and_a_hill_has_one_at_most() -> None:
    assert key_numbers(-5, a_simulation().distribution.margin.mass) == [3, 7, -3]
    assert key_numbers(0, [0.1, 0.2, 0.202, 0.201, 0.1]) == []
    assert likeliest(Distribution(first=40, mass=[0.2, 0.5, 0.3]), 2) == [(41, 0.5), (42, 0.3)]


def test_a_board_has_one_row_a_line_with_both_sides_in_it() -> None:
    rows = rows_of(a_board())

    assert [(row.market_key, row.line) for row in rows] == [
        ("MONEYLINE:FULL_GAME", ""), ("SPREAD:FULL_GAME", "-3.5"), ("SPREAD:FULL_GAME", "-3"), ("MONEYLINE_3WAY:1H", ""),
    ]  # fmt: skip
    assert (rows[3].home, rows[3].level, rows[3].away) == (0.5, 0.125, 0.375)
    assert list(by_period(rows)) == ["FULL_GAME", "1H"]


def test_the_main_line_is_the_one_that_splits_its_market_most_evenly() -> None:
    assert [row.line for row in main_lines(rows_of(a_board()))] == ["", "-3", ""]


def test_fair_odds_return_the_stake_of_a_push_but_not_that_of_a_draw() -> None:
    rows = rows_of(a_board())

    assert rows[2].fair == pytest.approx((0.91 / 0.46, 0.91 / 0.45))
    assert rows[3].fair == pytest.approx((2.0, 1 / 0.375))
    assert rows_of([chances("SPREAD:FULL_GAME", "HOME", 90.0, 1.0)])[0].fair == (1.0, None)
