"""Line integrity fires on each fault that is planted, and on no sound line."""

# mypy: disable-error-code="operator"

from fractions import Fraction
from math import inf, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.gates import Action, Standing
from closeline.domain.gates.integrity import line_integrity
from closeline.domain.leagues import League
from closeline.domain.markets import MONEYLINE, SPREAD, TOTAL, Market, MarketType, Period, Selection, Side
from tests.builders.candidates import a_candidate, a_selection, limits

FAULTS: dict[str, dict[str, Any]] = {
    "MARKET_LINE_STARTED": {"minutes_to_start": 0.0},
    "MARKET_LINE_STALE": {"quote_age_minutes": 361.0, "minutes_to_start": 2000.0},
    "MARKET_LINE_ONE_SIDED": {"two_sided": False},
    "MARKET_LINE_OUT_OF_RANGE": {"selection": a_selection(TOTAL, line=1200)},
    "MARKET_LINE_BOOKSUM": {"booksum": 1.2},
    "MARKET_LINE_UNDERROUND": {"booksum": 0.995},
    "MARKET_LINE_MAPPING": {"standing": Standing(mapped=False)},
    "MARKET_LINE_SUSPENDED": {"standing": Standing(suspended=True)},
    "MARKET_LINE_INCONSISTENT": {"standing": Standing(mirrored=False)},
    "MARKET_LINE_OUTLIER": {"standing": Standing(consensus_line=-0.25)},
}


@pytest.mark.parametrize("reason", FAULTS)
def test_a_planted_fault_blocks_and_is_called_by_its_name(reason):
    finding = line_integrity(a_candidate(**FAULTS[reason]), limits())

    assert (finding.action, finding.reason) == (Action.BLOCK, reason)


@pytest.mark.parametrize(
    ("reason", "fault"),
    [
        ("MARKET_LINE_MISSING", {"decimal": 1.0}),
        ("MARKET_LINE_MISSING", {"decimal": nan}),
        ("MARKET_LINE_MISSING", {"decimal": inf}),
        ("MARKET_LINE_STARTED", {"minutes_to_start": nan}),
        ("MARKET_LINE_STALE", {"quote_age_minutes": nan}),
        ("MARKET_LINE_STALE", {"quote_age_minutes": -1.0}),
        ("MARKET_LINE_STALE", {"standing": Standing(consensus_moved=True)}),
        ("MARKET_LINE_BOOKSUM", {"booksum": nan}),
        ("MARKET_LINE_INCONSISTENT", {"standing": Standing(favourite_differs=True)}),
        ("MARKET_LINE_OUTLIER", {"standing": Standing(consensus_line=nan)}),
        ("MARKET_LINE_OUTLIER", {"standing": Standing(consensus_line=3.5)}),
    ],
)
def test_what_is_no_number_or_stands_alone_is_a_fault_too(reason, fault):
    assert line_integrity(a_candidate(**fault), limits()).reason == reason


def test_an_outlier_is_further_from_the_others_than_its_league_allows():
    line = a_selection(SPREAD).line_quarters / 4
    for league, points in ((League.NFL, 2.5), (League.NCAAB, 3.5), (League.NHL, 0.5)):
        for beyond in (0.0, 0.25):
            standing = Standing(consensus_line=line + points + beyond)
            judged = a_candidate(standing=standing, selection=a_selection(SPREAD, line=round(4 * line)))
            finding = line_integrity(judged, limits(league, spread_max=60))

            assert (finding.reason == "MARKET_LINE_OUTLIER") == (beyond > 0)


@pytest.mark.parametrize(
    ("league", "kind", "period", "points", "reason"),
    [
        (League.NBA, MarketType.TOTAL, Period.FIRST_HALF, 112.5, ""),
        (League.NBA, MarketType.TOTAL, Period.FIRST_HALF, 900, "MARKET_LINE_OUT_OF_RANGE"),
        (League.NBA, MarketType.TEAM_TOTAL_HOME, Period.FULL_GAME, 112.5, ""),
        (League.NBA, MarketType.TEAM_TOTAL_HOME, Period.FULL_GAME, 0.5, "MARKET_LINE_OUT_OF_RANGE"),
        (League.NFL, MarketType.TOTAL, Period.FIRST_HALF, 23.5, ""),
        (League.NFL, MarketType.TOTAL, Period.FIRST_HALF, 65, "MARKET_LINE_OUT_OF_RANGE"),
        (League.NFL, MarketType.TOTAL, Period.FIRST_HALF, 5, "MARKET_LINE_OUT_OF_RANGE"),
        (League.NFL, MarketType.TOTAL, Period.FIRST_QUARTER, 7.5, ""),
        (League.NFL, MarketType.TEAM_TOTAL_AWAY, Period.FIRST_HALF, 9.5, ""),
        (League.NFL, MarketType.TOTAL, Period.FIRST_FIVE, 23.5, "MARKET_LINE_MAPPING"),
        (League.NHL, MarketType.TOTAL, Period.FIRST_PERIOD, 1.5, ""),
        (League.NHL, MarketType.TOTAL, Period.FOURTH_QUARTER, 1.5, "MARKET_LINE_MAPPING"),
        (League.NHL, MarketType.TEAM_TOTAL_HOME, Period.FULL_GAME, 2.5, ""),
        (League.MLB, MarketType.TOTAL, Period.FIRST_FIVE, 4.5, ""),
        (League.NCAAB, MarketType.TOTAL, Period.FIRST_QUARTER, 35, "MARKET_LINE_MAPPING"),
    ],
)
def test_a_part_of_a_game_and_a_team_have_their_share_of_the_range_and_the_periods_of_their_league(
    league, kind, period, points, reason
):
    selection = Selection("game", Market(kind, period), Side.OVER, round(4 * points))

    assert line_integrity(a_candidate(selection=selection), limits(league)).reason == reason


def test_a_sound_line_passes():
    assert line_integrity(a_candidate(), limits()).action is Action.PASS


@pytest.mark.parametrize(
    ("ahead", "age", "stale"),
    [
        (1441, 360, False), (1441, 360.01, True), (1440, 60, False), (1440, 60.01, True), (180, 10, False),
        (180, 10.01, True), (31, 10, False), (30, 3, False), (30, 3.01, True), (0.5, 3, False),
    ],
)  # fmt: skip
def test_a_quote_may_be_older_the_further_off_the_game_is(ahead, age, stale):
    finding = line_integrity(a_candidate(minutes_to_start=ahead, quote_age_minutes=age), limits())

    assert (finding.reason == "MARKET_LINE_STALE") == stale


@pytest.mark.parametrize(
    ("league", "line", "out"),
    [
        (League.NFL, 45 * 4, False), (League.NFL, 66 * 4 + 2, True), (League.NFL, 27 * 4, True), (League.NBA, 45 * 4, True),
        (League.NBA, 225 * 4, False), (League.MLB, 8 * 4, False), (League.NHL, 6 * 4, False), (League.NHL, 9 * 4, True),
    ],
)  # fmt: skip
def test_a_total_is_judged_by_the_range_of_its_own_league(league, line, out):
    finding = line_integrity(a_candidate(selection=a_selection(TOTAL, line=line)), limits(league))

    assert (finding.reason == "MARKET_LINE_OUT_OF_RANGE") == out


@given(st.integers(-200, 200), st.sampled_from([Side.HOME, Side.AWAY]), st.sampled_from(League))
def test_a_spread_is_out_of_range_alike_for_both_sides(line, side, league):
    finding = line_integrity(a_candidate(selection=a_selection(SPREAD, side, line)), limits(league))

    assert (finding.reason == "MARKET_LINE_OUT_OF_RANGE") == (abs(Fraction(line, 4)) > limits(league).spread_max)


@pytest.mark.parametrize(("american", "out"), [(-600, False), (-601, True), (600, False), (605, True)])
def test_a_baseball_moneyline_beyond_six_hundred_is_out_of_range(american, out):
    finding = line_integrity(a_candidate(selection=a_selection(MONEYLINE), american=american), limits(League.MLB))

    assert (finding.reason == "MARKET_LINE_OUT_OF_RANGE") == out


@pytest.mark.parametrize(
    ("booksum", "reason"),
    [
        (0.9899, "MARKET_LINE_BOOKSUM"), (0.99, "MARKET_LINE_UNDERROUND"), (0.9999, "MARKET_LINE_UNDERROUND"), (1.0, ""),
        (1.12, ""), (1.1201, "MARKET_LINE_BOOKSUM"),
    ],
)  # fmt: skip
def test_a_booksum_must_hold_a_margin_and_not_too_much_of_it(booksum, reason):
    assert line_integrity(a_candidate(booksum=booksum), limits()).reason == reason


def test_what_nobody_quotes_has_no_sum_to_be_judged_by():
    assert line_integrity(a_candidate(quoted=False, two_sided=False, booksum=0.0), limits()).action is Action.PASS
