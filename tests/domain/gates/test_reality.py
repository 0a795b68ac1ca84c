"""The reality check fires on each planted impossibility, and on no projection that a game could have."""

# mypy: disable-error-code="arg-type"

from dataclasses import replace
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.gates import Action
from closeline.domain.gates.reality import reality_check
from closeline.domain.markets import MONEYLINE, SPREAD, TOTAL, Market, MarketType, Period, Selection
from closeline.domain.picks import Decision
from tests.builders.candidates import A_TOTAL, LEVEL, MARGIN, NUMBER, a_candidate, limits


def judged(projection, *, of_total=True):
    return reality_check(replace(A_TOTAL if of_total else a_candidate(), projection=projection), limits())


@pytest.mark.parametrize(
    ("fault", "changes"),
    [
        ("mass", {"mass": 1.0 + 2e-9}),
        ("mass", {"mass": nan}),
        ("range", {"mean": 184.9, "baseline_mean": 200.0, "built_mean": 185.0}),
        ("range", {"mean": nan}),
        ("range", {"mean": inf}),
        ("baseline", {"baseline_mean": 228.0 - 3.01 * 8.6}),
        ("baseline", {"baseline_mean": nan}),
        ("quantile", {"line_quantile": 0.0099}),
        ("quantile", {"line_quantile": 0.9901}),
        ("quantile", {"line_quantile": nan}),
        ("identity", {"built_mean": 228.0 * 1.0201}),
        ("identity", {"built_mean": nan}),
        ("narrow", {"sd": 0.749 * 18.5}),
        ("narrow", {"sd": nan}),
    ],
)
def test_what_no_game_could_be_is_blocked_and_named(fault, changes):
    finding = judged(replace(NUMBER, **changes))

    assert (finding.action, finding.reason, finding.highest_state) == (Action.BLOCK, "RCL_FAIL", Decision.NO_PLAY)
    assert dict(finding.inputs)["fault"] == fault


@pytest.mark.parametrize(("away", "reason"), [(2.5, ""), (2.51, "RCL_FAR"), (3.0, "RCL_FAR")])
def test_a_total_far_from_its_baseline_keeps_its_state_and_loses_confidence(away, reason):
    finding = judged(replace(NUMBER, baseline_mean=228.0 - away * 8.6 + 1e-9))

    assert (finding.reason, finding.highest_state) == (reason, Decision.PICK)
    assert finding.cap == (limits().confidence_cap if reason else None)


def test_a_margin_has_a_range_of_its_own_and_no_baseline_of_points():
    assert judged(MARGIN, of_total=False).action is Action.PASS
    assert judged(replace(MARGIN, mean=25.1), of_total=False).reason == "RCL_FAIL"
    assert judged(replace(MARGIN, mean=-25.1), of_total=False).reason == "RCL_FAIL"


@given(st.floats(0.75, 5.0))
def test_a_wide_outcome_is_left_to_the_rule_of_variance(ratio):
    assert judged(replace(NUMBER, sd=ratio * 18.5 + 1e-9)).reason == ""


@pytest.mark.parametrize("p", [nan, inf, 0.0, 1.0, -0.2])
def test_a_probability_that_is_none_is_blocked_whatever_was_simulated(p):
    for projection in (NUMBER, None):
        finding = reality_check(replace(A_TOTAL, p_calibrated=p, projection=projection), limits())

        assert (finding.action, dict(finding.inputs)["fault"]) == (Action.BLOCK, "probability")


def test_where_nothing_was_simulated_the_rule_is_silent():
    assert judged(None).action is Action.INACTIVE


HALF = Market(MarketType.SPREAD, Period.FIRST_HALF)
HALF_TOTAL = Market(MarketType.TOTAL, Period.FIRST_HALF)
TEAM_TOTAL = Market(MarketType.TEAM_TOTAL_HOME)


def of_league(market, *triggers, **changes):
    """Judge a sound candidate of a market, after a morning with these triggers."""
    selection = Selection("game", market, market.sides[0], 8 if market.has_line else None)
    projection = NUMBER if market == TOTAL else MARGIN if market in (MONEYLINE, SPREAD) else None
    baseline = replace(LEVEL, triggers=triggers)
    given = {"selection": selection, "projection": projection, "baseline": baseline} | changes
    return reality_check(a_candidate(**given), limits())


@pytest.mark.parametrize(
    ("fault", "trigger", "markets"),
    [
        ("home_win_rate", "HOME_WIN_RATE", (MONEYLINE, SPREAD, HALF)),
        ("overtime_rate", "OVERTIME_RATE", (MONEYLINE, SPREAD, TOTAL, TEAM_TOTAL)),
    ],
)
def test_a_league_whose_last_games_ended_otherwise_is_blocked_and_told_which_rate(fault, trigger, markets):
    for market in markets:
        finding = of_league(market, "OVER_RATE", trigger)

        assert (finding.action, finding.reason, finding.highest_state) == (Action.BLOCK, "RCL_FAIL", Decision.NO_PLAY)
        assert dict(finding.inputs) == {"fault": fault, "day": LEVEL.day}


@pytest.mark.parametrize(
    ("triggers", "markets"),
    [
        (("HOME_WIN_RATE",), (TOTAL, TEAM_TOTAL, HALF_TOTAL)),
        (("OVERTIME_RATE",), (HALF, HALF_TOTAL)),
        (("OVER_RATE", "BIAS_ACTUAL", "BIAS_MARKET", "MODEL_BIAS"), (MONEYLINE, SPREAD, TOTAL, TEAM_TOTAL)),
        ((), (MONEYLINE, SPREAD, TOTAL, HALF)),
    ],
)
def test_a_rate_says_nothing_of_markets_that_it_does_not_move_and_other_triggers_are_other_rules(triggers, markets):
    for market in markets:
        finding = of_league(market, *triggers)

        assert (finding.reason, finding.highest_state) == ("", Decision.PICK)


def test_a_rate_blocks_where_nothing_was_simulated_and_no_row_blocks_nothing():
    assert dict(of_league(SPREAD, "HOME_WIN_RATE", projection=None).inputs)["fault"] == "home_win_rate"
    assert of_league(SPREAD, baseline=None).action is Action.PASS
