"""A cohort has one key, every key that is written can be read, and what names no cohort is told in one line."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.cohorts import (
    ALL,
    HOURS,
    Cohort,
    Dimension,
    cohort,
    hours_to_start,
    parse_cohort,
    parse_dimensions,
)
from closeline.domain.errors import BadInput
from closeline.domain.leagues import League
from tests.builders.moments import OPENS

VALUES = {
    Dimension.LEAGUE: st.sampled_from(list(League)).map(str),
    Dimension.MARKET: st.sampled_from(["TOTAL:FULL_GAME", "SPREAD:1H", "MONEYLINE_3WAY:REGULATION"]),
    Dimension.DECISION: st.sampled_from(["PICK", "LEAN", "NO_PLAY"]),
    Dimension.TIER: st.sampled_from(["A", "B", "C", "none"]),
    Dimension.BOOK: st.text("abcxyz_.-|0", min_size=1),
    Dimension.HOURS: st.sampled_from(HOURS),
    Dimension.POLICY: st.text("0123456789abcdef", min_size=1),
    Dimension.CALIBRATION: st.text("0123456789abcdef", min_size=1),
}
cohorts = st.fixed_dictionaries({}, optional=VALUES).map(cohort)


@given(cohorts, st.randoms())
def test_a_key_is_read_back_in_any_order(made, chance):
    parts = made.key.split(",")
    chance.shuffle(parts)

    assert parse_cohort(",".join(parts)) == made
    assert parse_cohort(made.key).key == made.key


@given(cohorts, cohorts)
def test_a_wider_cohort_holds_the_narrower(one, other):
    dimensions = tuple(dimension for dimension, _ in other.parts)

    assert one.along(dimensions).holds(one)
    assert Cohort().holds(one)
    assert one.holds(other) == all(part in other.parts for part in one.parts)


def test_everything_is_called_all():
    assert Cohort().key == ALL
    assert parse_cohort("all") == Cohort()
    assert parse_cohort(" market=TOTAL:FULL_GAME , league=nba").key == "league=nba,market=TOTAL:FULL_GAME"


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("", "cohort must be all or dimension=value joined by commas, was ''"),
        ("nba", "cohort must be all or dimension=value joined by commas, was 'nba'; such as league=nba"),
        ("sport=nba", "dimension must be one of league, market, decision, tier, book, hours, policy, calibration, was"),
        ("league=nba,league=nfl", "cohort must name league once"),
        ("league=xfl", "league must be nfl, ncaaf, nba, ncaab, mlb, nhl, was 'xfl'"),
        ("market=TOTAL", "market must be TYPE:PERIOD, such as TOTAL:FULL_GAME, was 'TOTAL'"),
        ("tier=", "tier must be A, B, C, none, was ''"),
        ("hours=7", "hours must be 0-1, 1-3, 3-6, 6-12, 12-24, 24-48, 48+, was '7'"),
        ("book=", "book must be a name without comma and equals sign, was ''"),
        ("book=a=b", "book must be a name without comma and equals sign, was 'a=b'"),
    ],
)
def test_what_names_no_cohort_is_told_with_the_mend(key, says):
    with pytest.raises(BadInput) as caught:
        parse_cohort(key)

    assert str(caught.value).startswith(says)
    assert "\n" not in str(caught.value)


def test_dimensions_come_in_their_own_order():
    assert parse_dimensions("tier, league") == (Dimension.LEAGUE, Dimension.TIER)
    with pytest.raises(BadInput, match="dimension must be one of"):
        parse_dimensions("tier,colour")


@pytest.mark.parametrize(
    ("hours", "bucket"), [(-1, "0-1"), (0, "0-1"), (1, "0-1"), (1.01, "1-3"), (24, "12-24"), (48, "24-48"), (49, "48+")]
)
def test_hours_to_the_start_are_counted_up_to_and_with_the_end_of_a_bucket(hours, bucket):
    assert hours_to_start(OPENS, OPENS + timedelta(hours=hours)) == bucket
