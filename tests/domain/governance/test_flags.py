"""Flags: the strictest setting that applies decides, a flag that nobody set is on, and safety has no off."""

from datetime import UTC, datetime
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.errors import BadInput, Refused
from closeline.domain.governance import flags
from closeline.domain.governance.flags import LOCKED, NAMES, Setting, flag_scope, must_be_settable, name_of, resolve

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
NAME = "PUBLISH_ENABLED_NFL"
SCOPES = ("global", "tenant", "league:nfl", "market:TOTAL")
settings_of_one = st.lists(
    st.tuples(st.sampled_from(SCOPES), st.booleans()), max_size=4, unique_by=lambda item: item[0]
)


def setting(scope, is_on, name=NAME):
    return Setting("default", name, scope, is_on, "someone", "a reason", AT)


def here(settings, name=NAME):
    return resolve(settings, name, league="nfl", market="TOTAL")


def test_a_flag_that_nobody_set_is_on():
    assert here([]) == flags.Resolved(is_on=True, by=None)


@pytest.mark.parametrize("scope", SCOPES)
def test_a_flag_is_off_where_any_setting_that_applies_says_so(scope):
    others = [setting(other, True) for other in SCOPES if other != scope]

    found = here([*others, setting(scope, False)])

    assert not found.is_on
    assert found.by.scope == scope


@pytest.mark.parametrize(("wide", "narrow"), list(combinations(SCOPES, 2)))
def test_a_narrow_on_never_undoes_a_wide_off(wide, narrow):
    assert not here([setting(wide, False), setting(narrow, True)]).is_on


def test_the_narrowest_of_those_that_say_off_is_named():
    assert here([setting(scope, False) for scope in SCOPES]).by.scope == "market:TOTAL"


@pytest.mark.parametrize("scope", ["league:nba", "market:SPREAD"])
def test_a_setting_for_somewhere_else_does_not_apply(scope):
    assert here([setting(scope, False)]).is_on


def test_a_setting_of_another_flag_does_not_apply():
    assert here([setting("tenant", False, "PUBLISH_ENABLED_NBA")]).is_on


@given(said=settings_of_one, more=settings_of_one)
def test_a_setting_only_ever_tightens(said, more):
    """What is off stays off whatever else is set beside it: no setting lets out more."""
    before = [setting(*item) for item in said]
    scopes = {item.scope for item in before}
    after = [*before, *(setting(*item) for item in more if item[0] not in scopes)]

    assert here(after).is_on <= here(before).is_on


def test_a_resolution_by_the_narrowest_alone_would_loosen():
    """The planted twin of the test above: the rule that other flag systems have."""

    def narrowest(settings):
        order = ["market:TOTAL", "league:nfl", "tenant", "global"]
        return min(settings, key=lambda item: order.index(item.scope)).is_on

    stopped = [setting("global", False)]
    assert not narrowest(stopped)
    assert narrowest([*stopped, setting("league:nfl", True)])
    assert not here([*stopped, setting("league:nfl", True)]).is_on


@pytest.mark.parametrize("name", LOCKED)
def test_a_safety_layer_is_on_whatever_the_record_says_and_cannot_be_put_off(name):
    assert here([setting(scope, False, name) for scope in SCOPES], name).is_on
    must_be_settable(name, is_on=True)
    with pytest.raises(Refused, match="safety layer and has no off switch"):
        must_be_settable(name, is_on=False)


@pytest.mark.parametrize("name", ["PUBLISH_ENABLED_NFI", "", "ENABLE_NO_MARKET_RULE"])
def test_an_unknown_flag_is_refused_with_the_list(name):
    with pytest.raises(BadInput, match="flag must be one of PUBLISH_ENABLED_ALL, ") as fault:
        name_of(name)
    assert all(known in str(fault.value) for known in NAMES)
    with pytest.raises(BadInput):
        resolve([], name)


def test_names_are_read_in_any_case():
    assert name_of(" publish_enabled_nfl ") == NAME


@pytest.mark.parametrize("scope", ["channel:app", "verb:publish", "nfl", "league:xfl"])
def test_a_flag_has_no_scope_but_the_four(scope):
    with pytest.raises(BadInput):
        flag_scope(scope)


@pytest.mark.parametrize(("said", "meant"), [("GLOBAL", "global"), ("TENANT", "tenant"), ("LEAGUE:NFL", "league:nfl"),
                                             ("market:total", "market:TOTAL")])  # fmt: skip
def test_scopes_are_read_in_any_case(said, meant):
    assert flag_scope(said) == meant


def test_what_is_published_and_graded_asks_its_own_flags():
    assert flags.publishing_flags("nfl", "TOTAL") == (
        "PUBLISH_ENABLED_ALL", "PUBLISH_ENABLED_NFL", "LEAGUE_ENABLED_NFL", "MARKET_ENABLED_TOTAL",
    )  # fmt: skip
    assert flags.grading_flags("nfl") == ("GRADE_ENABLED_ALL", "GRADE_ENABLED_NFL")
