"""Slots are UTC instants: a change of the clocks adds none and loses none."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.leagues import EASTERN, League
from closeline.jobs import schedule
from closeline.jobs.schedule import SUNDAY, daily, opening_night, slot_of, weekly

NBA = (League.NBA,)
days = st.dates(date(2015, 1, 1), date(2030, 1, 1))


@given(days, st.integers(0, 400))
def test_the_weeks_learning_is_due_every_sunday_at_three_and_never_twice(first, length):
    due = [each for each in weekly(first, first + timedelta(days=length), NBA) if each.order == 0]

    assert all(each.at.astimezone(UTC).weekday() == SUNDAY and each.at.hour == 3 for each in due)
    assert all(later.at - before.at == timedelta(days=7) for before, later in pairwise(due))
    sundays = sum((first + timedelta(days=offset)).weekday() == SUNDAY for offset in range(length + 1))
    assert len(due) == sundays


@given(days)
def test_every_morning_at_seven_is_a_slot_of_its_own_in_each_league(day):
    mornings = [day + timedelta(days=offset) for offset in range(10)]
    due = list(daily(mornings, (League.NBA, League.NFL)))

    assert [each.at for each in due if each.league is League.NBA] == [
        datetime(each.year, each.month, each.day, 7, tzinfo=UTC) for each in mornings
    ]
    assert {each.job for each in due} == {"tune.bias"}
    assert len({(each.job, each.slot) for each in due}) == 20


def test_a_year_with_both_changes_of_the_clocks_has_fifty_two_weeks():
    slots = {each.slot for each in weekly(date(2026, 1, 1), date(2026, 12, 31), NBA) if each.order == 0}

    assert len(slots) == 52


def test_the_shape_of_scores_is_learned_before_probabilities_are_calibrated():
    due = list(weekly(date(2023, 11, 5), date(2023, 11, 5), NBA))

    assert [each.job for each in sorted(due)] == ["tune.distribution", "tune.calibration", "tune.policy"]
    assert len({each.at for each in due}) == 1


def test_each_league_learns_in_slots_of_its_own():
    due = list(weekly(date(2023, 11, 5), date(2023, 11, 5), (League.NBA, League.NFL)))

    assert len({(each.job, each.slot) for each in due}) == 2 * len(schedule.WEEKLY)


@given(days)
def test_warm_up_is_learned_from_on_the_morning_of_the_first_day_of_publishing(day):
    due = list(opening_night(day, NBA))

    assert [each.job for each in due] == ["tune.distribution", "tune.calibration", "tune.policy"]
    assert {each.at.astimezone(EASTERN).date() for each in due} == {day}
    assert all(each.first for each in due)


@given(
    st.integers(946_684_800, 2_208_988_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    st.sampled_from([60, 300, 3600]),
)
def test_a_moment_falls_into_the_slot_that_began_last(moment, seconds):
    every = timedelta(seconds=seconds)
    slot = datetime.fromisoformat(slot_of(moment, every))

    assert slot <= moment < slot + every
    assert slot_of(slot, every) == slot_of(slot + every - timedelta(seconds=1), every)
    assert slot_of(slot + every, every) != slot_of(slot, every)


def test_the_hour_that_a_clock_shows_twice_is_two_hours_of_slots():
    first = datetime(2026, 11, 1, 1, 30, tzinfo=EASTERN)
    second = first.replace(fold=1)

    assert slot_of(first, timedelta(hours=1)) != slot_of(second, timedelta(hours=1))
    assert schedule.EMBEDDED[0].every is not None
