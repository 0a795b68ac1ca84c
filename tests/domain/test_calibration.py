"""The activation gate says yes only to evidence that passes every rule, and names each rule that failed."""

import math
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.calibration import (
    ACTIVATION_V1,
    ActivationEvidence,
    ActivationReason,
    CalibrationMethod,
    CalibrationScope,
    activation_gate,
)


def evidence_that_passes(**changes) -> ActivationEvidence:
    good = ActivationEvidence(
        scope=CalibrationScope.GLOBAL,
        evaluated=800,
        trained=2000,
        brier_old=0.2451,
        brier_new=0.2438,
        brier_difference_upper=-0.0002,
        log_loss_old=0.6833,
        log_loss_new=0.6806,
        ece_old=0.031,
        ece_new=0.018,
        ece_noise_floor=0.0305,
        slope=0.98,
        slope_standard_error=0.1,
        shift_p99=0.06,
        is_monotone=True,
        is_out_of_time=True,
    )
    return replace(good, **changes)


FAILURES: dict[ActivationReason, dict[str, object]] = {
    ActivationReason.MIN_SAMPLES: {"evaluated": 499},
    ActivationReason.NOT_OUT_OF_TIME: {"is_out_of_time": False},
    ActivationReason.NOT_MONOTONE: {"is_monotone": False},
    ActivationReason.BRIER_NOT_IMPROVED: {"brier_difference_upper": 0.0001},
    ActivationReason.LOGLOSS_WORSE: {"log_loss_new": 0.6834},
    ActivationReason.ECE_WORSE: {"ece_new": 0.0311},
    ActivationReason.SLOPE_OUT_OF_BAND: {"slope": 0.5},
    ActivationReason.SHIFT_TOO_LARGE: {"shift_p99": 0.151},
}


def test_good_evidence_activates_with_no_reason():
    verdict = activation_gate(evidence_that_passes())

    assert verdict.activate
    assert verdict.reasons == ()


def test_every_reason_can_be_given():
    assert set(FAILURES) == set(ActivationReason)


@pytest.mark.parametrize("reason", FAILURES, ids=str)
def test_a_single_failure_is_named_alone(reason):
    verdict = activation_gate(evidence_that_passes(**FAILURES[reason]))

    assert verdict.reasons == (reason.value,)
    assert not verdict.activate


@given(st.sets(st.sampled_from(sorted(FAILURES)), min_size=1))
def test_every_failure_is_named_in_alphabetical_order(reasons):
    changes = {name: value for reason in reasons for name, value in FAILURES[reason].items()}

    verdict = activation_gate(evidence_that_passes(**changes))

    assert verdict.reasons == tuple(sorted(reason.value for reason in reasons))


@pytest.mark.parametrize(
    ("scope", "evaluated", "activate"),
    [
        (CalibrationScope.GLOBAL, 500, True),
        (CalibrationScope.GLOBAL, 499, False),
        (CalibrationScope.SEGMENT, 100, True),
        (CalibrationScope.SEGMENT, 99, False),
    ],
)
def test_a_segment_needs_fewer_samples_than_the_whole(scope, evaluated, activate):
    assert activation_gate(evidence_that_passes(scope=scope, evaluated=evaluated)).activate is activate


def test_limits_are_inclusive_except_that_the_brier_score_must_fall():
    at_the_limit = evidence_that_passes(
        brier_difference_upper=0.0, log_loss_new=0.6833, ece_new=0.031, shift_p99=0.15, slope=1.3
    )

    assert activation_gate(at_the_limit).activate
    assert activation_gate(evidence_that_passes(brier_new=0.2451)).reasons == ("BRIER_NOT_IMPROVED",)


def test_a_worse_calibration_error_below_the_noise_floor_is_no_reason():
    assert activation_gate(evidence_that_passes(ece_old=0.01, ece_new=0.03)).activate


def test_an_uncertain_slope_may_lie_outside_the_band_while_its_interval_meets_it():
    assert activation_gate(evidence_that_passes(slope=0.5, slope_standard_error=0.2)).activate
    assert not activation_gate(evidence_that_passes(slope=1.6, slope_standard_error=0.1)).activate


@pytest.mark.parametrize(
    "name",
    [f.name for f in fields(ActivationEvidence) if f.type is float and f.name not in {"ece_old", "ece_noise_floor"}],
)
def test_a_figure_that_is_not_a_number_never_passes(name):
    assert not activation_gate(evidence_that_passes(**{name: math.nan})).activate


def test_the_policy_is_an_argument_with_a_name():
    strict = replace(ACTIVATION_V1, name="activation-strict", samples_min_global=1000)

    assert ACTIVATION_V1.name == "activation-v1"
    assert activation_gate(evidence_that_passes(), strict).reasons == ("MIN_SAMPLES",)


def test_methods_are_stored_by_their_names():
    assert [CalibrationMethod(name) for name in ("IDENTITY", "TEMPERATURE", "PLATT", "BETA", "ISOTONIC")] == list(
        CalibrationMethod
    )
