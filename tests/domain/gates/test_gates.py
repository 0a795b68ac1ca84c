"""All rules look at every candidate: none is skipped, none speaks for another."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.gates import Action, judge
from closeline.domain.gates.verdict import verdict
from closeline.domain.leagues import League
from closeline.domain.picks import Decision
from tests.builders.candidates import A_TOTAL, a_candidate, limits

ORDER = (
    "line_integrity", "no_market_no_pick", "flags", "opener_consistency", "direction", "reality_check", "double_counting",
    "league_baseline", "slate_skew", "market_rated", "calibration_active", "market_deviation", "high_variance",
    "publish_thresholds",
)  # fmt: skip

candidates = st.builds(
    a_candidate,
    two_sided=st.booleans(), quoted=st.booleans(), booksum=st.floats(0.8, 1.4), quote_age_minutes=st.floats(0, 800),
    minutes_to_start=st.floats(-60, 3000), opener_disagreement=st.none() | st.floats(-4, 4),
    calibration_active=st.booleans(), market_rated=st.booleans(), beta=st.none() | st.floats(0, 2),
    threshold=st.none() | st.floats(0, 0.1), predicted_clv=st.none() | st.floats(-0.3, 0.3),
)  # fmt: skip


@given(candidates, st.sampled_from(League))
def test_every_rule_is_run_and_gives_one_finding_of_its_own(candidate, league):
    findings, _ = judge(candidate, limits(league))

    assert tuple(finding.gate for finding in findings) == ORDER


@given(candidates)
def test_a_finding_that_objects_says_why_and_one_that_does_not_says_nothing(candidate):
    for finding in judge(candidate, limits())[0]:
        objects = finding.action in (Action.BLOCK, Action.CAP)

        assert bool(finding.reason) == objects
        assert finding.highest_state is Decision.PICK or objects
        assert finding.highest_state is not Decision.PICK or not objects or finding.cap is not None
        assert list(finding.inputs) == sorted(finding.inputs, key=lambda item: item[0])


@given(candidates)
def test_another_rules_finding_never_makes_a_verdict_more_daring(candidate):
    rank = {Decision.NO_PLAY: 0, Decision.LEAN: 1, Decision.PICK: 2}
    findings, _ = judge(candidate, limits())
    verdicts = [rank[verdict(candidate, findings[:count]).decision] for count in range(1, len(findings) + 1)]

    assert all(before >= after for before, after in pairwise(verdicts))


def test_a_sound_candidate_passes_every_rule():
    for candidate in (a_candidate(), A_TOTAL):
        findings, final = judge(candidate, limits())

        assert {finding.action for finding in findings} <= {Action.PASS, Action.INACTIVE}
        assert final.decision is Decision.PICK
