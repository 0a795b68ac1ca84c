"""What a whole league or a whole day says: a baseline off for days, a slate that leans one way, a closed market."""

import math
from dataclasses import replace

import pytest

from closeline.domain.gates import Action, Slate
from closeline.domain.gates.baseline import league_baseline
from closeline.domain.gates.flags import flags
from closeline.domain.gates.slate import slate_skew
from closeline.domain.picks import Decision
from tests.builders.candidates import A_TOTAL, LEVEL, a_candidate, limits


@pytest.mark.parametrize(
    ("days", "state"), [(0, Decision.PICK), (2, Decision.PICK), (3, Decision.LEAN), (9, Decision.LEAN)]
)
def test_a_bias_that_stands_for_three_days_caps_the_whole_league(days, state):
    for candidate in (A_TOTAL, a_candidate()):
        finding = league_baseline(replace(candidate, baseline=replace(LEVEL, structural_days=days)), limits())

        assert finding.highest_state is state
        assert finding.reason == ("MODEL_BIAS" if days >= 3 else "")


@pytest.mark.parametrize("correction", [5.1, -5.1, math.nan, math.inf])
def test_a_correction_beyond_its_cap_is_none(correction):
    finding = league_baseline(replace(A_TOTAL, baseline=replace(LEVEL, correction=correction)), limits())

    assert (finding.reason, finding.highest_state) == ("MODEL_BIAS", Decision.LEAN)


def test_the_correction_stands_beside_the_decision_also_when_it_is_nought():
    assert dict(league_baseline(A_TOTAL, limits()).inputs)["correction"] == 0.0
    assert league_baseline(replace(A_TOTAL, baseline=None), limits()).action is Action.INACTIVE


@pytest.mark.parametrize(
    ("games", "share", "skewed"),
    [
        (8, 0.81, True),
        (8, 0.19, True),
        (8, 0.8, False),
        (8, 0.2, False),
        (7, 1.0, False),
        (8, 1.0, True),
        (8, 0.0, True),
    ],
)
def test_a_slate_that_leans_one_way_over_or_under_caps_its_totals(games, share, skewed):
    finding = slate_skew(replace(A_TOTAL, slate=Slate(games, share)), limits())

    assert (finding.reason, finding.highest_state) == (("SLATE_SKEW", Decision.LEAN) if skewed else ("", Decision.PICK))


def test_a_slate_says_nothing_of_who_wins():
    assert slate_skew(a_candidate(slate=Slate(20, 1.0)), limits()).action is Action.INACTIVE


def test_what_the_desk_has_closed_is_not_played():
    key = A_TOTAL.selection.market.key

    assert flags(A_TOTAL, limits(publishing=False)).reason == "PUBLISHING_CLOSED"
    assert flags(A_TOTAL, limits(closed_markets=(key,))).reason == "MARKET_CLOSED"
    assert flags(a_candidate(), limits(closed_markets=(key,))).action is Action.PASS
