"""A calibration is fitted on the past and judged on what came after, never on a day of both."""

# mypy: disable-error-code="union-attr"

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.calibration import CalibrationMethod
from closeline.maths.calibrate import IDENTITY, UNCALIBRATED, fit_calibration
from closeline.maths.score import brier_scores, log_losses
from closeline.maths.trial import EMBARGO_DAYS, EVALUATED_SHARE, split, try_out

SIZE = 1200


def overconfident(seed=3, size=SIZE, stretch=2.0):
    """Give raw probabilities whose logits are too far from even money, with outcomes of the true ones."""
    generator = np.random.default_rng(seed)
    logit = generator.normal(0, 0.8, size)
    true = 1 / (1 + np.exp(-logit))
    won = (generator.random(size) < true).astype(np.float64)
    return 1 / (1 + np.exp(-stretch * logit)), won, 738_000 + np.arange(size) // 6


@given(st.lists(st.integers(0, 60), min_size=4, max_size=300))
def test_no_day_trains_and_judges_and_a_day_lies_between(days):
    days = np.array(days)
    parts = split(days)

    assert not (parts.train & parts.judge).any()
    assert parts.judge.sum() >= EVALUATED_SHARE * days.size - 1
    if parts.train.any():
        assert days[parts.judge].min() - days[parts.train].max() > EMBARGO_DAYS


@given(st.permutations(range(40)))
def test_the_split_goes_by_day_and_not_by_the_order_of_rows(order):
    days = np.arange(40) // 2
    parts, shuffled = split(days), split(days[list(order)])

    assert (parts.train[list(order)] == shuffled.train).all()
    assert (parts.judge[list(order)] == shuffled.judge).all()


def test_the_fit_knows_nothing_of_the_days_that_judge_it():
    p, won, days = overconfident()
    judged = split(days).judge
    upside_down = np.where(judged, 1 - won, won)
    first, second = (
        try_out(p, each, days, active=IDENTITY, generator=np.random.default_rng(1)) for each in (won, upside_down)
    )

    assert first.fitted == second.fitted
    assert first.evidence.brier_new != second.evidence.brier_new


@given(st.lists(st.integers(0, 60), min_size=4, max_size=300), st.integers(-5, 70))
def test_what_was_fitted_on_elsewhere_judges_nothing_and_trains_the_same(days, known_to):
    days = np.array(days)
    plain, parts = split(days), split(days, known_to=known_to)

    assert (parts.train == plain.train).all()
    assert (parts.judge == (plain.judge & (days > known_to + EMBARGO_DAYS))).all()


def test_a_segment_whose_global_map_has_seen_nearly_all_is_not_tried():
    p, won, days = overconfident()
    last = int(days.max())
    trials = [
        try_out(p, won, days, active=UNCALIBRATED, generator=np.random.default_rng(1), under=IDENTITY, under_to=known)
        for known in (int(days.min()), last - 30, last - 5)
    ]

    assert [trial and int(trial.split.judge.sum()) for trial in trials] == [360, 174, None]


def test_a_global_map_that_has_seen_the_judging_span_does_not_help_a_segment_through():
    # SYNTHETIC: the raw probability is the truth, and the rich global map was fitted on the span that judges.
    share = {known: np.mean([leaning(seed, known) for seed in range(150)]) for known in (False, True)}

    # The level of the gate is 0.10, and 0.15 is two standard errors of 150 trials above it.
    assert share[True] <= 0.15
    assert share[False] > 0.20  # as it was where nobody asked what the global map had seen


def leaning(seed, is_known):
    """Say whether a segment's candidate gets its bound to nought, over a global map fitted on all but the last days."""
    p, won, days = overconfident(seed, 2400, stretch=1.0)
    known = int(days.max()) - 20
    other_p, other_won, _ = overconfident(1000 + seed, 2500, stretch=1.0)
    use = days <= known
    under = fit_calibration(CalibrationMethod.ISOTONIC, np.r_[other_p, p[use]], np.r_[other_won, won[use]])
    trial = try_out(
        p, won, days, active=UNCALIBRATED, generator=np.random.default_rng(seed), under=under.kept(),
        under_to=known if is_known else None, method="temperature",
    )  # fmt: skip
    return trial.evidence.brier_difference_upper <= 0.0


def test_the_evidence_is_what_brute_force_finds():
    p, won, days = overconfident()
    trial = try_out(p, won, days, active=IDENTITY, generator=np.random.default_rng(1))
    judged = trial.split.judge
    new = trial.fitted.apply(p[judged])

    assert trial.evidence.evaluated == judged.sum()
    assert trial.evidence.trained == trial.split.train.sum()
    assert trial.evidence.is_out_of_time
    np.testing.assert_allclose(trial.evidence.brier_old, ((p[judged] - won[judged]) ** 2).mean())
    np.testing.assert_allclose(trial.evidence.brier_new, brier_scores(new, won[judged]).mean())
    np.testing.assert_allclose(trial.evidence.log_loss_new, log_losses(new, won[judged]).mean())
    np.testing.assert_allclose(trial.evidence.shift_p99, np.quantile(np.abs(new - p[judged]), 0.99))


def test_a_past_too_short_for_any_method_has_no_trial():
    p, won, days = overconfident(size=400)

    assert try_out(p, won, days, active=IDENTITY, generator=np.random.default_rng(1)) is None


def test_the_method_is_the_one_that_the_past_alone_can_carry():
    p, won, days = overconfident(size=2400)
    trial = try_out(p, won, days, active=IDENTITY, generator=np.random.default_rng(1))

    # 2,400 observations are enough for Platt; the 70 % of them that train are not.
    assert trial.fitted.method is CalibrationMethod.TEMPERATURE


def test_overconfidence_is_mended_and_shows_in_the_evidence():
    p, won, days = overconfident()
    evidence = try_out(p, won, days, active=IDENTITY, generator=np.random.default_rng(1)).evidence

    assert evidence.brier_new < evidence.brier_old
    assert evidence.brier_difference_upper < 0
    assert evidence.log_loss_new < evidence.log_loss_old


def test_a_candidate_that_is_worse_than_the_map_in_force_is_given_no_benefit_of_chance():
    p, won, days = overconfident(stretch=1.0)
    trial = try_out(p, won, days, active=IDENTITY, generator=np.random.default_rng(1))
    again = try_out(p, won, days, active=trial.fitted, generator=np.random.default_rng(1))

    assert again.evidence.brier_new == again.evidence.brier_old
    assert again.evidence.brier_difference_upper == 1.0
