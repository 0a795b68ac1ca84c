"""The life of a calibration: which step follows which, one in force at most, and what a roll-back goes back to."""

# mypy: disable-error-code="arg-type"

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.calibration import (
    RETRIES,
    SHADOW,
    TRANSITIONS,
    WATCH,
    CalibrationScope,
    CalibrationStatus,
    RetirementReason,
    ShadowEvidence,
    Standing,
    Step,
    WatchEvidence,
    must_deactivate,
    one_sided,
    shadow_reasons,
    standing,
)
from closeline.domain.errors import IllegalTransition, Refused

S = CalibrationStatus
NAMES = ("a", "b", "c")
NOW = datetime(2024, 3, 3, 3, tzinfo=UTC)


def took(*steps):
    return standing(Step(name, status, reasons) for name, status, reasons in steps)


def entered(*names):
    """Give the steps by which these come into force, one after the other."""
    steps, before = [], None
    for name in names:
        steps += [(name, S.CANDIDATE, ()), (name, S.SHADOW, ())]
        if before is not None:
            steps.append((before, S.RETIRED, (RetirementReason.SUPERSEDED,)))
        steps.append((name, S.ACTIVE, ()))
        before = name
    return steps


def test_a_version_lives_from_candidate_to_retirement():
    found = took(*entered("a", "b"))

    assert found.statuses == {"a": S.RETIRED, "b": S.ACTIVE}
    assert (found.active, found.shadow, found.attempts) == ("b", None, 0)


@pytest.mark.parametrize("before", [None, *S])
@pytest.mark.parametrize("after", S)
def test_only_the_steps_of_the_table_are_allowed(before, after):
    found = Standing(statuses={} if before is None else {"a": before})
    if after in TRANSITIONS[before]:
        found.check("a", after)
        return
    with pytest.raises(IllegalTransition, match="must follow its life"):
        found.check("a", after)


def test_a_rejected_version_never_comes_back():
    assert TRANSITIONS[S.REJECTED] == frozenset()
    assert issubclass(IllegalTransition, Refused)


def test_a_second_version_in_force_or_in_the_shadow_is_refused():
    in_force = took(*entered("a"), ("b", S.CANDIDATE, ()), ("b", S.SHADOW, ()))
    with pytest.raises(IllegalTransition, match="one version of a scope must be ACTIVE"):
        in_force.check("b", S.ACTIVE)
    shadowed = took(("a", S.CANDIDATE, ()), ("a", S.SHADOW, ()), ("b", S.CANDIDATE, ()))
    with pytest.raises(IllegalTransition, match="one version of a scope must be SHADOW"):
        shadowed.check("b", S.SHADOW)


@given(
    st.lists(
        st.tuples(st.sampled_from(NAMES), st.sampled_from(list(S)), st.sampled_from([(), *((r,) for r in RetirementReason)])),
        max_size=40,
    )
)  # fmt: skip
def test_whatever_is_asked_for_at_most_one_is_in_force_and_it_is_the_last_that_entered(story):
    found, entered_last = Standing(), None
    for name, status, reasons in story:
        try:
            found.check(name, status)
        except IllegalTransition:
            continue
        found.take(Step(name, status, reasons))
        entered_last = name if status is S.ACTIVE else entered_last
        active = [each for each, now in found.statuses.items() if now == S.ACTIVE]
        assert len(active) <= 1
        assert found.active == (active[0] if active else None)
        assert found.active in (entered_last, None)
        assert sum(now == S.SHADOW for now in found.statuses.values()) <= 1


def test_a_roll_back_goes_back_one_version_at_a_time_and_then_to_none():
    found = took(*entered("a", "b", "c"))
    gone_back = []
    while found.active is not None:
        before = found.rolls_back_to
        found.take(Step(found.active, S.RETIRED, (RetirementReason.ROLLED_BACK,)))
        if before is not None:
            found.take(Step(before, S.ACTIVE))
        gone_back.append(found.active)

    assert gone_back == ["b", "a", None]


def test_what_was_taken_out_counts_as_nothing_in_force():
    found = took(*entered("a"), ("a", S.RETIRED, (RetirementReason.DEACTIVATED,)))
    assert found.active is None
    found = took(*entered("a"), ("a", S.RETIRED, (RetirementReason.DEACTIVATED,)), *entered("b"))

    assert found.rolls_back_to is None


def test_a_version_rolled_back_and_put_in_force_again_goes_back_to_what_was_before():
    found = took(
        *entered("a", "b"), ("b", S.RETIRED, (RetirementReason.ROLLED_BACK,)), ("a", S.ACTIVE, ()),
        ("a", S.RETIRED, (RetirementReason.SUPERSEDED,)), ("b", S.ACTIVE, ()),
    )  # fmt: skip

    assert (found.active, found.rolls_back_to) == ("b", "a")


def test_old_records_whose_candidates_came_into_force_at_once_are_read_as_they_were():
    found = took(
        ("a", S.CANDIDATE, ()), ("a", S.ACTIVE, ()), ("b", S.CANDIDATE, ()),
        ("a", S.RETIRED, (RetirementReason.SUPERSEDED,)), ("b", S.ACTIVE, ()), ("c", S.CANDIDATE, ()),
        ("c", S.REJECTED, ("ECE_WORSE",)),
    )  # fmt: skip

    assert (found.active, found.rolls_back_to, found.attempts) == ("b", "a", 1)


def test_attempts_are_counted_since_the_last_activation():
    tries = [("b", S.CANDIDATE, ()), ("b", S.REJECTED, ("R",)), ("c", S.CANDIDATE, ()), ("c", S.REJECTED, ("R",))]

    assert took(*tries).attempts == 2
    assert took(*entered("a"), *tries).attempts == 2
    assert took(*tries, *entered("a")).attempts == 0


# ------------------------------------------------------------------------------------------------ retries


def test_a_first_look_is_judged_at_the_level_of_the_gate():
    assert RETRIES.level(1) == pytest.approx(0.90)


@given(st.integers(1, 40))
def test_all_looks_at_the_same_observations_err_with_less_than_twice_the_error(looks):
    assert sum(1.0 - RETRIES.level(look) for look in range(1, looks + 1)) < 2 * RETRIES.error


@pytest.mark.parametrize(
    ("results", "tried", "look"),
    [(500, [], 1), (714, [500], 2), (715, [500], 1), (600, [500, 550], 3), (1020, [714, 715], 3), (1022, [714, 715], 1),
     (1100, [714, 1022], 2), (1462, [714, 1022, 1100], 1)],
)  # fmt: skip
def test_a_look_is_a_new_one_once_the_results_have_grown(results, tried, look):
    assert RETRIES.look(results, tried) == look


def test_the_schedule_begins_where_the_past_can_carry_a_fit():
    assert RETRIES.results_due(CalibrationScope.SEGMENT) * 0.7 == pytest.approx(500, abs=1)
    assert RETRIES.results_due(CalibrationScope.GLOBAL) * 3 == pytest.approx(1_700)


def test_with_the_growth_of_the_schedule_no_observation_judges_twice():
    # The last 30 % judge: those of the attempt before ended where the results of then ended.
    assert RETRIES.growth * (1 - 0.3) >= 1.0


# ------------------------------------------------------------------------------------------------- shadow


@pytest.mark.parametrize(
    ("days", "events", "over"), [(14, 150, True), (13, 150, False), (14, 149, False), (400, 149, False)]
)
def test_a_shadow_is_over_after_days_and_events(days, events, over):
    since = NOW - timedelta(days=days)

    assert SHADOW.is_over(CalibrationScope.SEGMENT, since=since, at=NOW, events=events) is over


def test_the_global_shadow_waits_for_more():
    since = NOW - timedelta(days=100)

    assert not SHADOW.is_over(CalibrationScope.GLOBAL, since=since, at=NOW, events=299)
    assert SHADOW.is_over(CalibrationScope.GLOBAL, since=since, at=NOW, events=300)


@pytest.mark.parametrize(("difference", "reasons"), [(-1e-6, ()), (0.0, ()), (1e-6, ("SHADOW_WORSE",))])
def test_a_shadow_that_was_worse_is_rejected(difference, reasons):
    assert shadow_reasons(ShadowEvidence(200, 200, 0.25, 0.25, difference, 0.001)) == reasons


def test_a_difference_that_is_no_number_is_worse():
    assert shadow_reasons(ShadowEvidence(200, 200, 0.25, 0.25, float("nan"), 0.001)) == ("SHADOW_WORSE",)


# -------------------------------------------------------------------------------------------------- watch


@pytest.mark.parametrize(
    ("picks", "p_value", "out"), [(300, 0.049, True), (300, 0.05, False), (299, 0.001, False), (300, float("nan"), False)]
)  # fmt: skip
def test_what_is_in_force_goes_when_it_made_enough_picks_worse(picks, p_value, out):
    assert must_deactivate(WatchEvidence(picks, 0.24, 0.26, 0.01, p_value), WATCH) is out


def test_the_p_value_is_that_of_the_normal_law():
    assert one_sided(0.0, 1.0) == pytest.approx(0.5)
    assert one_sided(1.6448536, 1.0) == pytest.approx(0.05, abs=1e-8)
    assert one_sided(-1.6448536, 1.0) == pytest.approx(0.95, abs=1e-8)
    assert (one_sided(0.0, 0.0), one_sided(0.1, 0.0)) == (1.0, 0.0)
