"""Another policy is found where it was planted, and chance finds none: histories here are synthetic and seeded."""

from dataclasses import replace
from functools import cache
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from closeline.domain.policies.gate import policy_gate
from closeline.maths.bootstrap import clustered_gain
from closeline.maths.policy import EDGES, anchored, fit_movement
from closeline.maths.policy.multiplicity import holm
from closeline.maths.policy.trial import try_policies
from closeline.maths.policy.walk import CREDIBILITY, EMBARGO_DAYS, FOLDS, Lever, Terms, blocks, learn, play
from closeline.maths.score import log_losses
from tests.builders.histories import FIRST_DAY, a_history, a_history_of_idle_edges, a_history_worth

# What the idle edges teach, from two hundred thousand of them: in force, it leaves nothing to be learned but chance.
IDLE = Terms(0.3978, 0.01)
RESAMPLES = 400


def judged(history, terms, seed=1, others=()):
    asked = [("m", history, terms), *others]
    found = try_policies(asked, generator=np.random.default_rng(seed), resamples=RESAMPLES)[0]
    assert found is not None
    return found, policy_gate(found.evidence)


def test_a_planted_better_beta_is_found_and_accepted():
    found, verdict = judged(a_history(beta=0.5), Terms(0.2, 0.01))

    assert verdict.activate
    assert 0.35 < found.terms.beta < 0.5
    assert found.evidence.gained_lower > 0
    assert found.evidence.new.log_loss < found.evidence.old.log_loss


def test_a_planted_lower_threshold_is_found_and_moved_by_one_step():
    found, verdict = judged(a_history(2), Terms(0.4, 0.03))

    assert verdict.activate
    assert found.terms.threshold == pytest.approx(0.03 - EDGES[1])
    assert found.evidence.loosens


def test_a_planted_higher_threshold_is_found_and_moved_by_one_step():
    history = a_history_worth(lambda edge: np.where(edge >= EDGES[1], 0.02, -0.04), 1, spread=0.05, margin=0.0)
    beta = fit_movement(history.model, history.q_open, history.q_close, history.days).beta
    found, verdict = judged(history, Terms(beta, 0.0))

    assert verdict.activate
    assert found.terms == Terms(beta, EDGES[1])
    assert not found.evidence.loosens


@cache
def verdicts_on_noise():
    """Give, for each of a hundred leagues of three markets, what the gate says with and without the adjustment."""
    seen = []
    for seed in range(100):
        asked = [(f"m{each}", a_history_of_idle_edges(1000 * each + seed, size=1200), IDLE) for each in range(3)]
        found = try_policies(asked, generator=np.random.default_rng(seed), resamples=RESAMPLES)
        evidence = [item.evidence for item in found if item is not None]
        alone = [replace(item, p_adjusted=item.p_value) for item in evidence]
        seen.append(tuple(any(policy_gate(item).activate for item in items) for items in (evidence, alone)))
    return seen


def is_refused_enough(activated):
    return sum(not each for each in activated) >= 95


def test_noise_is_refused_in_at_least_ninety_five_of_a_hundred_leagues():
    assert is_refused_enough([adjusted for adjusted, _ in verdicts_on_noise()])


def test_without_the_adjustment_noise_is_not_refused_often_enough():
    assert not is_refused_enough([alone for _, alone in verdicts_on_noise()])


def test_a_model_that_knows_nothing_is_never_followed_further():
    verdicts = [judged(a_history(seed, beta=0.0), Terms(0.3, 0.005))[1] for seed in range(20)]

    assert not any(verdict.activate for verdict in verdicts)


def test_the_more_markets_are_tried_the_rarer_a_gain_must_be():
    history, terms = a_history_of_idle_edges(1, size=1200), IDLE
    others = [(f"other{each}", a_history(10 + each, size=1200), Terms(0.4, 0.01)) for each in range(4)]
    alone = judged(history, terms)[0].evidence
    among = judged(history, terms, others=others)[0].evidence

    assert (alone.tried, among.tried) == (3, 15)
    assert among.p_value == alone.p_value
    assert among.p_adjusted > alone.p_adjusted >= alone.p_value


def test_a_short_history_has_no_candidate():
    short = a_history(size=300)
    empty = a_history(size=0)

    assert try_policies([("a", short, IDLE), ("b", empty, IDLE)], generator=np.random.default_rng(1)) == [None, None]


def test_plays_of_one_day_have_no_bound_and_say_so():
    history = a_history(11, size=1200)
    only = np.where(history.days == history.days[-1], history.price, 1.01)
    found, verdict = judged(replace(history, price=only, price_other=np.full(1200, 1.01)), Terms(0.2, 0.0))

    assert 0 < found.threshold_n <= 8
    assert found.clv_lower_90 is None
    assert verdict.reasons == ("TOO_FEW",)


def test_a_market_that_is_never_played_moves_its_beta_alone():
    found, verdict = judged(a_history(beta=0.5), Terms(0.2, None))

    assert found.terms.threshold is None
    assert found.terms.beta > 0.2
    assert verdict.reasons == ("TOO_FEW",)


@given(st.lists(st.integers(0, 90), min_size=20, max_size=300))
def test_every_block_is_played_by_a_past_that_ends_a_day_before_it(days):
    ordinals = FIRST_DAY + np.array(days)
    folds = blocks(ordinals)

    assert len(folds) <= FOLDS
    seen = np.zeros(ordinals.size, dtype=int)
    for past, block in folds:
        assert ordinals[block].min() - ordinals[past].max() > EMBARGO_DAYS
        seen += block
    assert seen.max(initial=0) <= 1


def test_the_blocks_cover_the_later_half_once():
    days = FIRST_DAY + np.arange(600) // 3
    folds = blocks(days)

    assert len(folds) == FOLDS >= 4
    assert (sum(block for _, block in folds) == (days >= days[300])).all()


def test_what_comes_later_changes_nothing_that_was_learned_before_it():
    history = a_history(4)
    past, block = blocks(history.days)[2]
    upside_down = replace(
        history,
        q_close=np.where(past, history.q_close, 1 - history.q_close),
        won=np.where(past, history.won, 1 - history.won),
    )
    for lever in Lever:
        assert learn(history.of(past), IDLE, lever) == learn(upside_down.of(past), IDLE, lever)
    assert (history.of(block).q_close != upside_down.of(block).q_close).any()


def test_beta_is_shrunk_by_what_the_sample_weighs():
    history = a_history(5, beta=0.5)
    fitted = fit_movement(history.model, history.q_open, history.q_close, history.days).beta
    weight = 2400 / (2400 + CREDIBILITY)
    learned = learn(history, Terms(0.1, 0.01), Lever.BETA).terms

    assert learned.beta == pytest.approx(weight * fitted + (1 - weight) * 0.1, abs=1e-8)
    assert learned.threshold == 0.01


def test_a_beta_that_cannot_be_told_from_the_one_in_force_stays():
    history = a_history(6)
    movement = fit_movement(history.model, history.q_open, history.q_close, history.days)

    assert learn(history, Terms(movement.beta + movement.standard_error, 0.0), Lever.BETA).terms.beta == (
        movement.beta + movement.standard_error
    )


@given(st.integers(0, 200), st.sampled_from(EDGES), st.floats(0, 1))
def test_a_threshold_moves_at_most_one_step_of_the_grid_and_stays_on_it(seed, threshold, beta):
    learned = learn(a_history(seed, size=300), Terms(beta, threshold), Lever.THRESHOLD).terms

    assert learned.threshold in EDGES
    assert abs(EDGES.index(learned.threshold) - EDGES.index(threshold)) <= 1
    assert learned.beta == beta


def test_a_run_is_what_brute_force_plays():
    history = a_history(7, size=200)
    terms = Terms(0.3, 0.005)
    run = play([history], [terms])
    values, losses = [], []
    for row in range(200):
        anchor = float(anchored(history.q_open[row : row + 1], history.model[row : row + 1], 0.3)[0])
        sides = (
            (anchor - 1 / history.price[row], history.q_close[row] - 1 / history.price[row]),
            (1 - anchor - 1 / history.price_other[row], 1 - history.q_close[row] - 1 / history.price_other[row]),
        )
        edge, realised = max(sides)
        values.append(realised if edge >= 0.005 else 0.0)
        losses.append(float(log_losses([anchor], [history.won[row]])[0]))

    np.testing.assert_allclose(run.value, values, atol=1e-12)
    assert run.log_loss == pytest.approx(np.mean(losses))


def test_what_was_not_quoted_is_learned_from_and_never_played():
    history = a_history(8)
    unquoted = replace(history, price=np.full(2400, np.nan))

    assert learn(unquoted, Terms(0.1, 0.01), Lever.BETA) == learn(history, Terms(0.1, 0.01), Lever.BETA)
    assert try_policies([("m", unquoted, IDLE)], generator=np.random.default_rng(1)) == [None]


def test_a_push_counts_in_no_log_loss():
    history = a_history(9)
    pushed = replace(history, won=np.where(np.arange(2400) % 2, np.nan, history.won))

    assert play([pushed], [IDLE]).losses.size == 1200


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_holm_is_the_closed_test_of_bonferroni(p_values):
    count = len(p_values)
    subsets = [each for size in range(1, count + 1) for each in combinations(range(count), size)]
    closed = [
        max(min(1.0, len(each) * min(p_values[at] for at in each)) for each in subsets if place in each)
        for place in range(count)
    ]

    assert holm(p_values) == pytest.approx(closed)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_is_at_least_as_strict_as_the_false_discovery_rate_of_a_peer(p_values):
    assert (np.array(holm(p_values)) >= false_discovery_control(p_values) - 1e-12).all()


def test_a_p_value_that_is_none_counts_as_one():
    assert holm([float("nan"), 0.01, -1.0]) == pytest.approx((1.0, 0.03, 1.0))


def test_the_p_value_of_chance_is_as_rare_as_it_says_and_never_nought():
    found = []
    for seed in range(300):
        generator = np.random.default_rng(seed)
        values = generator.normal(0, 1, 240) + np.repeat(generator.normal(0, 1, 60), 4)
        found.append(clustered_gain(values, np.arange(240) // 4, resamples=200, generator=generator))
    rare = sum(p <= 0.05 for _, p in found)

    # 5 % of 300 is 15, with a standard deviation of 3.8.
    assert 5 <= rare <= 27
    assert min(p for _, p in found) >= 1 / 201
    assert clustered_gain(np.zeros(20), np.arange(20), resamples=50, generator=np.random.default_rng(1)) == (0.0, 1.0)
