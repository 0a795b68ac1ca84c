"""Modes: down at once, up late, and never better than the feed alone allows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.feeds.mode import Mode, Standing, worst
from closeline.domain.governance import modes
from closeline.domain.governance.modes import RULES, Health, situation
from closeline.domain.governance.switches import BY_HAND, Switch

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FULL = Standing(Mode.FULL, (), timedelta(minutes=1), stale=False)
WELL = Health(FULL, 0.5, (True, True, True), 0)


def feed(mode, *reasons):
    return Standing(mode, reasons, timedelta(minutes=20), stale=True)


def a_switch(scope="league:nfl"):
    return Switch("default", "a", scope, BY_HAND, "someone", "a reason", AT)


# cause: health that opens it, health in between, health that lifts it.
COURSES = {
    "FEED_STALE": (
        replace(WELL, feed=feed(Mode.NONE, "FEED_STALE")), replace(WELL, feed=feed(Mode.NONE, "FRESH_POLLS")),
        replace(WELL, feed=feed(Mode.EDGE_ONLY, "QUOTA")),
    ),
    "QUOTA": (
        replace(WELL, feed=feed(Mode.NONE, "QUOTA")), replace(WELL, feed=feed(Mode.NONE, "FRESH_POLLS")), WELL,
    ),
    "PROVIDER_DOWN": (
        replace(WELL, answered=(False, False, False)), replace(WELL, answered=(True, True, False)), WELL,
    ),
    "GRADING_LATE": (replace(WELL, late=3), replace(WELL, late=2), WELL),
    "MODEL_BIAS": (replace(WELL, biased=True, unbiased=False), replace(WELL, unbiased=False), WELL),
    "DISK_LOW": (replace(WELL, disk_free=0.049), replace(WELL, disk_free=0.06), replace(WELL, disk_free=0.08)),
}  # fmt: skip


def test_every_rule_has_its_course_here():
    assert {rule.cause for rule in RULES} == set(COURSES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.cause)
def test_a_rule_opens_at_once_stays_between_and_lifts_when_it_is_better_than_what_opened_it(rule):
    bad, between, well = COURSES[rule.cause]

    assert (rule.opens(bad), rule.lifts(bad)) == (True, False)
    assert (rule.opens(between), rule.lifts(between)) == (False, False)
    assert (rule.opens(well), rule.lifts(well)) == (False, True)


def test_a_disk_that_cannot_be_measured_lifts_nothing():
    (rule,) = (item for item in RULES if item.cause == "DISK_LOW")

    assert (rule.opens(replace(WELL, disk_free=None)), rule.lifts(replace(WELL, disk_free=None))) == (False, False)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.cause)
def test_a_rule_that_lifts_as_soon_as_it_does_not_open_would_flap(rule):
    """The planted twin of the test above: without hysteresis the state in between would lift."""
    naive = replace(rule, lifts=lambda health: not rule.opens(health))
    _, between, _ = COURSES[rule.cause]

    assert naive.lifts(between)
    assert not rule.lifts(between)


@given(
    st.sampled_from(Mode), st.lists(st.sampled_from(("league:nfl", "league:nba", "global", "verb:grade")), max_size=3),
    st.none() | st.floats(0, 1),
)  # fmt: skip
def test_the_situation_is_the_strictest_of_feed_switches_and_disk_and_a_pure_function_of_them(mode, scopes, disk):
    standing = feed(mode)
    on = [a_switch(scope) for scope in scopes]
    stopped = bool({"league:nfl", "global"} & set(scopes)) or (disk is not None and disk < 0.05)

    found = situation(standing, on, "nfl", disk_free=disk)

    assert found.mode is (Mode.NONE if stopped else mode)
    assert found.mode is worst([found.mode, standing.mode])
    assert found == situation(standing, on, "nfl", disk_free=disk)


def test_the_reasons_name_everything_that_is_in_the_way():
    found = situation(feed(Mode.NONE, "FEED_STALE"), [a_switch()], "nfl", disk_free=0.01)

    assert found.reasons == ("FEED_STALE", modes.DISK_LOW, modes.KILL_SWITCH)
    assert found.switch == a_switch()


def test_a_market_that_is_stopped_leaves_the_mode_of_its_league_alone():
    assert situation(FULL, [a_switch("market:TOTAL")], "nfl").mode is Mode.FULL
