"""All rules look at every candidate: none is skipped, none speaks for another."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.gates import GATES, Action
from closeline.domain.gates.verdict import verdict
from closeline.domain.leagues import League
from closeline.domain.picks import Decision
from tests.builders.candidates import a_candidate, limits

ORDER = (
    "line_integrity", "no_market_no_pick", "opener_consistency", "direction", "market_rated", "calibration_active", "publish_thresholds",
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
    findings = [rule(candidate, limits(league)) for rule in GATES]

    assert tuple(finding.gate for finding in findings) == ORDER


@given(candidates)
def test_a_finding_that_objects_says_why_and_one_that_does_not_says_nothing(candidate):
    for rule in GATES:
        finding = rule(candidate, limits())
        objects = finding.action in (Action.BLOCK, Action.CAP)

        assert bool(finding.reason) == objects
        assert (finding.highest_state is Decision.PICK) != objects
        assert list(finding.inputs) == sorted(finding.inputs, key=lambda item: item[0])


@given(candidates)
def test_another_rules_finding_never_makes_a_verdict_more_daring(candidate):
    rank = {Decision.NO_PLAY: 0, Decision.LEAN: 1, Decision.PICK: 2}
    findings = [rule(candidate, limits()) for rule in GATES]
    verdicts = [rank[verdict(candidate, findings[:count]).decision] for count in range(1, len(findings) + 1)]

    assert all(before >= after for before, after in pairwise(verdicts))


def test_a_sound_candidate_passes_every_rule():
    assert {rule(a_candidate(), limits()).action for rule in GATES} == {Action.PASS}
