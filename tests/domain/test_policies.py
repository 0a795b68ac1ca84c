"""A decision policy is named by its content and read back exactly."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.markets import GAME_MARKETS
from closeline.domain.policies import ONE_UNIT, DecisionPolicy, MarketPolicy, Staking

numbers = st.floats(allow_nan=False, allow_infinity=False)
market_policies = st.builds(
    MarketPolicy,
    st.sampled_from([market.key for market in GAME_MARKETS]), numbers, numbers, st.integers(0, 10**6), st.none() | numbers,
    st.integers(0, 10**6), st.none() | numbers,
)  # fmt: skip
policies = st.builds(
    DecisionPolicy,
    st.sampled_from(["nba", "nfl"]),
    st.integers(0, 10**5),
    st.lists(market_policies, max_size=3).map(tuple),
    st.builds(Staking, units=numbers) | st.just(ONE_UNIT),
)


@given(policies)
def test_a_policy_is_read_back_to_the_last_bit(policy):
    again = DecisionPolicy.from_json(policy.to_json())

    assert again == policy
    assert again.policy_version == policy.policy_version


@given(policies, policies)
def test_two_policies_share_a_version_only_when_they_say_the_same(first, second):
    # Minus nought is written with its sign, so equal numbers may still be two texts.
    if first != second:
        assert first.policy_version != second.policy_version


def test_a_market_without_a_policy_has_none():
    one = MarketPolicy("SPREAD:FULL_GAME", 0.3, 0.1, 500, None, 0, None)
    policy = DecisionPolicy("nba", 500, (one, replace(one, market_key="TOTAL:FULL_GAME")))

    assert policy.of("SPREAD:FULL_GAME") is one
    assert policy.of("MONEYLINE:FULL_GAME") is None


def test_policies_from_before_staking_was_said_keep_their_text_and_their_version():
    text = (
        '{"league":"nba","markets":[{"beta":0.3,"beta_n":500,"beta_standard_error":0.1,"clv_lower_90":null,'
        '"market_key":"SPREAD:FULL_GAME","threshold":null,"threshold_n":0}],"results":500}'
    )
    policy = DecisionPolicy.from_json(text)

    assert policy.staking == Staking() == ONE_UNIT
    assert policy.to_json() == text
    assert policy.policy_version == "24fc1d006ee0a04cbbf0417b36689457"
    assert replace(policy, staking=Staking(units=2.0)).policy_version != policy.policy_version
