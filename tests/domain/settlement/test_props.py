"""Players: who took part, exact numbers, corrections."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.markets import Side
from closeline.domain.settlement import (
    Grading,
    NotFinal,
    PlayerRecord,
    Result,
    Role,
    settle_head_to_head,
    settle_number,
    settle_prop,
    settle_versions,
)
from tests.domain.settlement.builders import AT_MINUS_110, TEN_ELEVENTHS, graded

BOTH = (Side.OVER, Side.UNDER)
DNP = Grading(Result.VOID, 4, Fraction(0), "DNP")


@pytest.mark.parametrize("side", BOTH)
@pytest.mark.parametrize(
    ("role", "player"),
    [
        (Role.BASKETBALL, PlayerRecord(0, seconds_played=0)),
        (Role.BASKETBALL, PlayerRecord(None, seconds_played=0)),
        (Role.FOOTBALL, PlayerRecord(0, snaps=0)),
        (Role.SKATER, PlayerRecord(0, seconds_played=0)),
        (Role.GOALIE, PlayerRecord(20, seconds_played=1800, started=False)),
        (Role.BATTER, PlayerRecord(1, plate_appearances=1, started=False)),
        (Role.BATTER, PlayerRecord(0, plate_appearances=0, started=True)),
        (Role.STARTING_PITCHER, PlayerRecord(5, started=False)),
    ],
)
def test_a_player_who_did_not_take_part_voids_both_sides(side, role, player):
    assert settle_prop(role, side, 122, AT_MINUS_110, player) == DNP


@pytest.mark.parametrize(
    ("role", "player"),
    [
        (Role.BASKETBALL, PlayerRecord(0, seconds_played=1)),
        (Role.FOOTBALL, PlayerRecord(0, snaps=1)),
        (Role.SKATER, PlayerRecord(0, seconds_played=0.5)),
        (Role.GOALIE, PlayerRecord(0, started=True)),
        (Role.BATTER, PlayerRecord(0, plate_appearances=1, started=True)),
        (Role.STARTING_PITCHER, PlayerRecord(0, started=True)),
    ],
)
def test_the_least_part_is_enough(role, player):
    assert graded(settle_prop(role, Side.UNDER, 2, AT_MINUS_110, player)).result is Result.WIN


@pytest.mark.parametrize("role", list(Role))
def test_unknown_participation_is_held(role):
    assert settle_prop(role, Side.OVER, 2, AT_MINUS_110, PlayerRecord(3)) == NotFinal("PARTICIPATION_UNKNOWN")


def test_a_missing_number_is_held():
    player = PlayerRecord(None, seconds_played=100)

    assert settle_prop(Role.BASKETBALL, Side.OVER, 2, AT_MINUS_110, player) == NotFinal("VALUE_MISSING")


@given(value=st.integers(0, 90), side=st.sampled_from(BOTH))
def test_a_prop_that_lands_on_its_line_is_a_push_for_both_sides(value, side):
    player = PlayerRecord(value, seconds_played=1)

    assert graded(settle_prop(Role.BASKETBALL, side, 4 * value, AT_MINUS_110, player)).result is Result.PUSH


def test_a_side_that_a_number_does_not_have_is_refused():
    with pytest.raises(ValueError, match="OVER or UNDER"):
        settle_number(Side.HOME, 2, AT_MINUS_110, 1)


def test_head_to_head_needs_both_players():
    here, there = PlayerRecord(30, seconds_played=1), PlayerRecord(28, seconds_played=1)
    absent, unknown = PlayerRecord(0, seconds_played=0), PlayerRecord(20)

    ahead = settle_head_to_head(Role.BASKETBALL, AT_MINUS_110, here, there)
    level = settle_head_to_head(Role.BASKETBALL, AT_MINUS_110, here, there, handicap_quarters=-8)

    assert graded(ahead).units == TEN_ELEVENTHS
    assert graded(level).result is Result.PUSH
    assert settle_head_to_head(Role.BASKETBALL, AT_MINUS_110, here, absent) == DNP
    assert settle_head_to_head(Role.BASKETBALL, AT_MINUS_110, unknown, here) == NotFinal("PARTICIPATION_UNKNOWN")


def corrected(*versions):
    return settle_versions(Side.OVER, 122, AT_MINUS_110, versions)


def test_a_correction_counts_through_the_last_hour_of_its_window():
    settled = corrected((31, 0.5), (30, 24.0))

    assert [(grade.version, grade.grading.result) for grade in settled.grades] == [(1, "WIN"), (2, "LOSS")]
    assert settled.effective.reason == "STAT_CORRECTION"
    assert settled.grades[0].reason is None


def test_a_later_correction_is_kept_on_record_and_ignored():
    settled = corrected((31, 0.5), (30, 24.01))

    assert settled.effective.version == 1
    assert [(late.value, late.reason) for late in settled.ignored] == [(30, "CORRECTION_AFTER_WINDOW")]


def test_the_first_official_value_settles_however_late_it_comes():
    assert corrected((31, 30.0)).effective.grading.result is Result.WIN


def test_without_an_official_value_there_is_nothing_to_grade():
    with pytest.raises(ValueError, match="first official value"):
        corrected()


@given(versions=st.lists(st.tuples(st.integers(0, 60), st.floats(0, 100)), min_size=1, max_size=8))
def test_every_version_is_graded_or_ignored_and_old_grades_stay(versions):
    settled = corrected(*versions)

    assert len(settled.grades) + len(settled.ignored) == len(versions)
    assert [grade.version for grade in settled.grades] == list(range(1, len(settled.grades) + 1))
    assert corrected(*versions[:1]).grades[0] == settled.grades[0]
