"""Operations of gamma_props.json."""

from closeline.domain.markets import Side, line_quarters
from closeline.domain.odds import OddsFormat, Price
from closeline.domain.props.filters import PropFilters
from closeline.maths.props import families, scores
from closeline.maths.props.correlation import sum_moments
from closeline.maths.props.deciding import decide
from closeline.maths.props.distributions import PropForecast
from closeline.maths.props.families import Family

MODES = {"continuous": Family.GAMMA, "lattice": Family.GAMMA_LATTICE}


def _fit(inputs):
    fitted = families.fit_gamma(inputs["mean"], inputs["variance"])
    return {"alpha": fitted.alpha, "beta": fitted.beta, "scale": fitted.scale, "cv": fitted.cv}


def _over(mean, variance, family, line):
    chances = PropForecast(mean, variance, family).chances(Side.OVER, line_quarters(line))
    return {"p_over": chances.win, "p_push": chances.push, "p_under": chances.loss}


def _p_over(inputs):
    return _over(inputs["mean"], inputs["std"] ** 2, MODES[inputs["mode"]], inputs["line"])


def _negbin(inputs):
    fitted = families.fit_negative_binomial(inputs["mean"], inputs["variance"])
    beside = _over(inputs["mean"], inputs["variance"], Family.NEGATIVE_BINOMIAL, inputs["line"])
    return {"r": fitted.r, "p": fitted.p} | beside


def _crps(inputs):
    [score] = scores.crps(Family.GAMMA, inputs["mean"], inputs["std"] ** 2, inputs["y"])
    return score


def _pit(inputs):
    [score] = scores.pit(Family.GAMMA_LATTICE, inputs["mean"], inputs["std"] ** 2, inputs["y"], inputs["v"])
    return score


def _decision(inputs):
    asked = ("min_edge", "min_confidence", "max_cv", "kelly_fraction")
    filters = PropFilters(**{name: inputs[name] for name in asked})
    over, under = (
        Price.quoted(f"{inputs[side]:+d}", OddsFormat.AMERICAN) for side in ("over_american", "under_american")
    )
    forecast = PropForecast(inputs["mean"], inputs["std"] ** 2)
    made = decide(forecast, line_quarters(inputs["line"]), over, under, filters, games=filters.min_games)
    told = ("side", "p_side", "edge_prob", "ev", "cv", "kelly_quarter", "bet", "stake", "review")
    return {name: getattr(made, name) for name in told} | {"reasons": [str(reason) for reason in made.reasons]}


def _pra(inputs):
    pr, pa, ra = inputs["rho_pr"], inputs["rho_pa"], inputs["rho_ra"]
    found = sum_moments(inputs["means"], inputs["stds"], [[1, pr, pa], [pr, 1, ra], [pa, ra, 1]])
    return {"mean": found.mean, "variance": found.variance, "cv": found.cv}


OPERATIONS = {
    "fit_gamma_parameters": _fit,
    "p_over": _p_over,
    "negbin_probs": _negbin,
    "crps_gamma": _crps,
    "pit_gamma_lattice": _pit,
    "prop_decision": _decision,
    "pra_moments": _pra,
}
