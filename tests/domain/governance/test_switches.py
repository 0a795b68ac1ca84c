"""Kill switches: what each scope stops, and what nothing but its own stops."""

from datetime import UTC, datetime, timedelta

import pytest

from closeline.domain.errors import BadInput
from closeline.domain.governance.switches import (
    BY_HAND,
    Switch,
    automatic,
    first,
    reason_of,
    scope_of,
    stops_channel,
    stops_grading,
    stops_publishing,
)  # fmt: skip

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
# scope: publishing of an NFL total, of an NBA spread; grading; posts and notices on telegram.
EFFECTS = {
    "global": (True, True, False, True, False),
    "tenant": (True, True, False, True, False),
    "verb:publish": (True, True, False, True, False),
    "verb:grade": (False, False, True, False, False),
    "league:nfl": (True, False, False, False, False),
    "market:TOTAL": (True, False, False, False, False),
    "channel:telegram": (False, False, False, True, True),
    "channel:app": (False, False, False, False, False),
}


def a_switch(scope, cause=BY_HAND, minute=0):
    return Switch("default", f"{scope}{minute}", scope, cause, "someone", "a reason", AT + timedelta(minutes=minute))


@pytest.mark.parametrize("scope", EFFECTS)
def test_a_switch_stops_what_its_scope_says_and_nothing_else(scope):
    on = a_switch(scope)

    assert EFFECTS[scope] == (
        stops_publishing(on, "nfl", "TOTAL"), stops_publishing(on, "nba", "SPREAD"), stops_grading(on),
        stops_channel(on, "telegram"), stops_channel(on, "telegram", notice=True),
    )  # fmt: skip


@pytest.mark.parametrize("scope", EFFECTS)
def test_a_scope_is_read_as_it_is_written(scope):
    assert scope_of(scope) == scope_of(f" {scope} ") == scope


@pytest.mark.parametrize("scope", ["", "nfl", "league:", "league:xfl", "market:X", "verb:capture", "channel:", "global:x",
                                   "channel:A B", "tenant:other"])  # fmt: skip
def test_any_other_scope_is_refused_with_what_is_expected(scope):
    with pytest.raises(BadInput, match="scope must be global, tenant, league:nfl"):
        scope_of(scope)


def test_of_a_kind_that_is_known_every_name_is_told():
    with pytest.raises(BadInput, match="league is one of nfl, ncaaf, nba, ncaab, mlb, nhl"):
        scope_of("league:xfl")


@pytest.mark.parametrize("why", ["", "  ", "two\nlines", "x" * 501])
def test_a_reason_is_one_line(why):
    with pytest.raises(BadInput, match="why must be one line"):
        reason_of(why)


def test_the_longest_on_is_the_one_that_is_named():
    early = a_switch("global", minute=1)
    assert first([a_switch("tenant", minute=5), early]) is early
    assert first([]) is None


def test_a_rule_finds_its_own_switch_and_never_that_of_a_person_or_of_another_rule():
    by_hand, other = a_switch("league:nfl"), a_switch("league:nfl", "QUOTA")
    own = a_switch("league:nfl", "FEED_STALE", 3)

    assert automatic([by_hand, other], "league:nfl", "FEED_STALE") is None
    assert automatic([by_hand, other, own], "league:nfl", "FEED_STALE") is own
    assert automatic([by_hand], "league:nfl", BY_HAND) is None
