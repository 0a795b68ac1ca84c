"""Operations of scoring.json: each takes the inputs of one vector and returns what `expected` holds."""

import math
from collections.abc import Callable

import numpy as np

from closeline.maths import bootstrap, reliability, score, summary

_SIGNS = {"WIN": 1.0, "LOSS": -1.0, "PUSH": 0.0, "VOID": math.nan, "HALF_WIN": 0.5, "HALF_LOSS": -0.5}


def _outcomes(inputs: dict, names: list[str]) -> np.ndarray:
    fractions = inputs.get("settled_fraction", [1.0] * len(names))
    return np.array([_SIGNS[name] for name in names]) * np.asarray(fractions)


def _ece(inputs: dict) -> object:
    scheme = reliability.BinScheme(inputs["scheme"])
    bins = inputs.get("bins") or reliability.default_bins(len(inputs["p"]))
    errors = reliability.calibration_errors(inputs["p"], inputs["y"], bins=bins, scheme=scheme)
    quick = reliability.expected_calibration_error(inputs["p"], inputs["y"], bins=bins, scheme=scheme)
    assert math.isclose(quick, errors.ece, abs_tol=1e-12)
    if scheme is reliability.BinScheme.MASS:
        return {
            "ece": errors.ece,
            "ace": errors.ace,
            "l2_plugin": errors.l2_plugin,
            "l2_debiased": errors.l2_debiased,
        }
    table = [{"bin": b.index, "n": b.n, "mean_p": b.mean_p, "freq": b.frequency} for b in errors.table]
    return {"ece": errors.ece, "mce": errors.mce, "table": table}


def _murphy(inputs: dict) -> object:
    parts = score.murphy_decomposition(inputs["p"], inputs["y"])
    return {
        "reliability": parts.reliability,
        "resolution": parts.resolution,
        "uncertainty": parts.uncertainty,
        "brier": parts.brier,
    }


def _slope(inputs: dict) -> object:
    fit = reliability.calibration_slope(inputs["p"], inputs["y"])
    return {"intercept": fit.intercept, "slope": fit.slope, "calibration_in_the_large": fit.in_the_large}


def _corp(inputs: dict) -> object:
    which = reliability.CorpScore(inputs.get("score", "brier"))
    parts = reliability.corp_decomposition(inputs["p"], inputs["y"], score=which)
    return {
        "score": parts.score,
        "mcb": parts.miscalibration,
        "dsc": parts.discrimination,
        "unc": parts.uncertainty,
        "recalibrated": parts.recalibrated.tolist(),
    }


def _crps_sample(inputs: dict) -> object:
    sample, y = inputs["sample"], inputs["y"]
    return {"crps": score.crps_sample(sample, y), "crps_fair": score.crps_fair(sample, y)}


def _push_aware(inputs: dict) -> object:
    outcome = _outcomes(inputs, inputs["result"])
    result = score.push_aware_brier(inputs["p_win"], inputs["p_push"], outcome)
    return {"brier": result.brier, "n": result.n, "n_push": result.n_push}


def _paired(inputs: dict) -> object:
    each = {"brier": score.brier_scores, "logloss": score.log_losses, "log_loss": score.log_losses}[inputs["score"]]
    new, old = each(inputs["p_new"], inputs["y"]), each(inputs["p_old"], inputs["y"])
    difference = score.paired_score_difference(new, old)
    # With one pick per event the clustered error is the plain one: two ways to the same number.
    clustered = bootstrap.clustered_standard_error(new - old, np.arange(new.size))
    assert math.isclose(clustered, difference.standard_error, rel_tol=1e-9, abs_tol=1e-15)
    return {"mean_diff": difference.mean, "se": difference.standard_error, "t": difference.t}


def _portfolio(inputs: dict) -> object:
    outcome = _outcomes(inputs, inputs["results"])
    result = summary.portfolio_summary(inputs["stakes"], inputs["decimal"], outcome)
    return {name: getattr(result, name) for name in summary.PortfolioSummary.__slots__}


def _growth(inputs: dict) -> object:
    growth = summary.bankroll_growth(inputs["start"], inputs["profits"])
    return {"final": growth.final, "log_growth": growth.log_growth, "per_bet": growth.per_bet}


def _sharpe(inputs: dict) -> object:
    ratio = summary.sharpe_ratio(inputs["daily"], periods_per_year=inputs["periods_per_year"])
    return {"sharpe": ratio.per_period, "annualised": ratio.annualised}


def _decimal(inputs: dict) -> float:
    if "decimal" in inputs:
        return inputs["decimal"]
    american = inputs["american"]
    return 1.0 + (american / 100.0 if american > 0 else 100.0 / -american)


def _roi_z(inputs: dict) -> object:
    test = summary.roi_test(inputs["n"], inputs["wins"], _decimal(inputs))
    return {
        "roi": test.roi,
        "se": test.standard_error,
        "z_vs_zero": test.z_vs_zero,
        "z_vs_breakeven": test.z_vs_breakeven,
    }


def _bets_needed(inputs: dict) -> object:
    decimal = _decimal(inputs)
    return {
        "p": (1.0 + inputs["roi"]) / decimal,
        "n": summary.bets_needed(inputs["roi"], decimal, z=inputs["z"]),
    }


OPERATIONS: dict[str, Callable[[dict], object]] = {
    "brier": lambda inputs: score.brier(inputs["p"], inputs["y"]),
    "logloss": lambda inputs: score.log_loss(
        inputs["p"], inputs["y"], eps=inputs.get("eps", score.PROBABILITY_EPSILON)
    ),
    "brier_skill": lambda inputs: score.brier_skill(inputs["p"], inputs["market_p"], inputs["y"]),
    "murphy": _murphy,
    "ece": _ece,
    "calibration_slope": _slope,
    "corp": _corp,
    "crps_sample": _crps_sample,
    "crps_normal": lambda inputs: float(score.crps_normal(inputs["mu"], inputs["sigma"], inputs["y"])),
    "brier_push_aware": _push_aware,
    "paired_score_diff": _paired,
    "rps": lambda inputs: score.ranked_probability_score(inputs["p"], inputs["outcome"]),
    "portfolio": _portfolio,
    "max_drawdown_units": lambda inputs: summary.drawdown(inputs["profits"]).units,
    "max_drawdown_fraction": lambda inputs: summary.drawdown(inputs["profits"], start=inputs["start"]).fraction,
    "log_growth_realised": _growth,
    "sharpe": _sharpe,
    "roi_z": _roi_z,
    "bets_needed": _bets_needed,
    "pit_discrete": lambda inputs: float(score.pit_discrete(inputs["cdf_below"], inputs["cdf_at"], inputs["v"])),
}
