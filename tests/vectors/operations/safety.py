"""Operations of safety.json, each by the desk's own rules."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from closeline.domain.gates import GATES, Candidate, compress, verdict
from closeline.domain.gates.bias import GAMES_LEAST, baseline_correction, damp_factor, over_rate_test
from closeline.domain.gates.deviation import market_deviation
from closeline.domain.gates.thresholds import standard
from closeline.domain.gates.variance import high_variance
from closeline.domain.leagues import League
from closeline.domain.picks import Decision
from tests.builders.candidates import A_TOTAL, NUMBER, limits


def _compress(inputs: dict[str, Any]) -> float:
    return compress(inputs["q_market"], inputs["p_calibrated"], inputs["lambda"])


def _baseline_clamp(inputs: dict[str, Any]) -> dict[str, object]:
    correction = baseline_correction(inputs["n"], inputs["bias"], inputs["cap"])
    return {
        "active": inputs["n"] >= GAMES_LEAST,
        "correction": correction,
        "corrected_mean": inputs["model_mean"] - correction,
        "damp_factor": damp_factor(correction, inputs["league_mean"]),
    }


def _over_rate_test(inputs: dict[str, Any]) -> dict[str, object]:
    found = over_rate_test(inputs["overs"], inputs["n"], inputs["upper"], inputs["alpha"])
    return {"over_rate": found.over_rate, "p_value_upper": found.p_value, "trigger": found.triggered}


def _market_deviation(inputs: dict[str, Any]) -> dict[str, object]:
    projection = replace(NUMBER, mean=inputs["model_mean"], market_mean=inputs["market_line"])
    finding = market_deviation(replace(A_TOTAL, projection=projection), limits(League(inputs["league"].lower())))
    return {
        "delta": dict(finding.inputs)["points"],
        "lambda": finding.multiplier,
        "confidence_cap": finding.cap,
        "parlay_eligible": finding.cap is None,
        "max_state": finding.highest_state,
    }


def _variance_suppression(inputs: dict[str, Any]) -> dict[str, object]:
    judged = replace(A_TOTAL, projection=replace(NUMBER, sd=inputs["sigma_sim"]))
    finding = high_variance(judged, limits(reference_total_sd=inputs["sigma_ref"]))
    ratio = dict(finding.inputs)["ratio"]
    return {"ratio": ratio, "lambda": finding.multiplier, "max_state": finding.highest_state}


# What a layer of the vector says, as the candidate of which the desk's rule says it.
_LAYERS: dict[tuple[str, object], dict[str, Any]] = {
    ("integrity", "STALE"): {"quote_age_minutes": 9999.0},
    ("market_exists", False): {"quoted": False},
    ("rcl", "FAIL"): {"projection": replace(NUMBER, built_mean=300.0)},
    ("calibration", "UNINITIALISED"): {"calibration_active": False},
    ("delta_state", "LEAN"): {"projection": replace(NUMBER, market_mean=220.0)},
    ("variance_state", "LEAN"): {"projection": replace(NUMBER, sd=1.3 * 18.5)},
    ("variance_state", "NO_PLAY"): {"projection": replace(NUMBER, sd=1.7 * 18.5)},
}


def _with_edge(inputs: dict[str, Any]) -> Candidate:
    """Return a candidate of this confidence and edge, without a policy: market and model agree, so trust is no matter."""
    p = inputs["confidence"]
    agreed = replace(A_TOTAL, p_calibrated=p, q_market=p, decimal=1 / (p - inputs["edge_prob"]), beta=None)
    return replace(agreed, threshold=None, predicted_clv=None)


def _pick_state(inputs: dict[str, Any]) -> dict[str, object]:
    candidate = _with_edge(inputs)
    for layer, changes in _LAYERS.items():
        if inputs[layer[0]] == layer[1]:
            candidate = replace(candidate, **changes)
    found = [rule(candidate, limits()) for rule in GATES]
    final = verdict(candidate, [*found, standard(inputs["edge_prob"], inputs["ev"], limits())])
    return {
        "state": final.decision,
        "tier": final.tier if final.decision is Decision.PICK else None,
        "parlay_eligible": final.parlay_eligible,
        "reasons": list(final.reasons),
    }


OPERATIONS: dict[str, Callable[[dict[str, Any]], object]] = {
    "compress": _compress,
    "baseline_clamp": _baseline_clamp,
    "over_rate_test": _over_rate_test,
    "market_deviation": _market_deviation,
    "variance_suppression": _variance_suppression,
    "pick_state": _pick_state,
}
