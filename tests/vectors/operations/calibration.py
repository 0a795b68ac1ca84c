"""Operations of calibration.json: each takes the inputs of one vector and returns what `expected` holds."""

from collections.abc import Callable

from closeline.domain.calibration import ActivationEvidence, CalibrationScope, activation_gate
from closeline.maths import calibrate, reliability
from closeline.maths.score import log_loss


def _fit_temperature(inputs: dict) -> object:
    p, y = inputs["p"], inputs["y"]
    temperature = calibrate.fit_temperature(p, y)
    after = calibrate.apply_temperature(p, temperature)
    return {"T": temperature, "nll_before": log_loss(p, y), "nll_after": log_loss(after, y)}


def _fit_platt(inputs: dict) -> object:
    p, y = inputs["p"], inputs["y"]
    fit = calibrate.fit_platt(p, y, smoothing=inputs["smoothing"])
    answer = {"a": fit.slope, "b": fit.intercept}
    if inputs["smoothing"]:
        return {**answer, "target_pos": fit.target_win, "target_neg": fit.target_loss}
    return {**answer, "nll_after": log_loss(calibrate.apply_platt(p, fit.slope, fit.intercept), y)}


def _fit_beta(inputs: dict) -> object:
    p, y = inputs["p"], inputs["y"]
    fit = calibrate.fit_beta(p, y, constrained=inputs["constrained"])
    after = calibrate.apply_beta(p, fit.a, fit.b, fit.c)
    return {"a": fit.a, "b": fit.b, "c": fit.c, "nll_after": log_loss(after, y)}


def _isotonic_predict(inputs: dict) -> object:
    blocks = calibrate.pool_adjacent_violators(inputs["p"], inputs["y"])
    return float(calibrate.isotonic_predict(blocks, inputs["at"]))


def _segment_shrink(inputs: dict) -> object:
    n, k0 = inputs["n_segment"], inputs["k0"]
    shrunk = calibrate.shrink_to_global(inputs["p_segment"], inputs["p_global"], n, k0=k0)
    return {"weight": calibrate.segment_weight(n, k0=k0), "p": float(shrunk)}


def _activation_gate(inputs: dict) -> object:
    assert inputs["policy"] == "activation-v1"
    evidence = ActivationEvidence(
        scope=CalibrationScope(inputs["scope"].upper()),
        evaluated=inputs["n_eval"],
        trained=inputs["n_train"],
        brier_old=inputs["brier_old"],
        brier_new=inputs["brier_new"],
        brier_difference_upper=inputs["brier_diff_upper90"],
        log_loss_old=inputs["logloss_old"],
        log_loss_new=inputs["logloss_new"],
        ece_old=inputs["ece_old"],
        ece_new=inputs["ece_new"],
        ece_noise_floor=inputs["ece_noise_floor"],
        slope=inputs["slope_new"],
        slope_standard_error=inputs.get("slope_se", 0.0),
        shift_p99=inputs["max_abs_shift"],
        is_monotone=inputs["monotone"],
        is_out_of_time=inputs["out_of_time"],
    )
    verdict = activation_gate(evidence)
    return {"activate": verdict.activate, "reasons": list(verdict.reasons)}


OPERATIONS: dict[str, Callable[[dict], object]] = {
    "fit_temperature": _fit_temperature,
    "apply_temperature": lambda inputs: float(calibrate.apply_temperature(inputs["p"], inputs["T"])),
    "fit_platt": _fit_platt,
    "apply_platt": lambda inputs: float(calibrate.apply_platt(inputs["p"], inputs["a"], inputs["b"])),
    "fit_beta": _fit_beta,
    "apply_beta": lambda inputs: float(calibrate.apply_beta(inputs["p"], inputs["a"], inputs["b"], inputs["c"])),
    "isotonic_predict": _isotonic_predict,
    "fit_isotonic": lambda inputs: {"fitted": calibrate.fit_isotonic(inputs["p"], inputs["y"]).tolist()},
    "isotonic_clip": lambda inputs: float(calibrate.clip_block(inputs["fitted"], inputs["n_block"])),
    "segment_shrink": _segment_shrink,
    "activation_gate": _activation_gate,
    "ece_noise_floor": lambda inputs: reliability.noise_floor(inputs["n"], inputs["bins"], inputs["p"]),
}
