"""Operations of ev_kelly.json."""

import math

import numpy as np

from closeline.domain.odds import american_to_decimal
from closeline.maths.staking import (
    Outcome,
    kelly,
    kelly_exclusive,
    kelly_outcomes,
    log_growth,
    outcomes_value,
)
from closeline.maths.staking.joint import kelly_simultaneous
from closeline.maths.staking.limits import scale_exposure, stake
from closeline.maths.value import breakeven, edge_prob, expected_value, push_free


def _decimal(inputs):
    return float(inputs["decimal"]) if "decimal" in inputs else float(american_to_decimal(inputs["american"]))


def _decimals(inputs):
    if "decimal" in inputs:
        return [float(decimal) for decimal in inputs["decimal"]]
    return [float(american_to_decimal(american)) for american in inputs["american"]]


def _chances(inputs):
    p_win = inputs["p_win"]
    return p_win, 1.0 - p_win - inputs.get("p_push", 0.0)


def _single(inputs):
    p_win, p_loss = _chances(inputs)
    decimal = _decimal(inputs)
    full = kelly(p_win, p_loss, decimal)
    return {
        "ev_per_unit": expected_value(p_win, p_loss, decimal),
        "breakeven": breakeven(decimal),
        "edge_prob": edge_prob(push_free(p_win, p_loss), decimal),
        "kelly_full": full,
        "kelly_half": full / 2,
        "kelly_quarter": full / 4,
        "growth_at_full": log_growth(p_win, p_loss, decimal, full),
    }


def _log_growth(inputs):
    p_win, p_loss = _chances(inputs)
    decimal = _decimal(inputs)
    size = inputs["fraction_of_kelly"] * kelly(p_win, p_loss, decimal)
    return {"stake": size, "growth": log_growth(p_win, p_loss, decimal, size)}


def _outcomes(inputs):
    ways = [Outcome(way["p"], way["net"]) for way in inputs["outcomes"]]
    return {"ev": outcomes_value(ways), "kelly_full": kelly_outcomes(ways)}


NET = {
    "1": lambda decimal: decimal - 1,
    "W": lambda decimal: decimal - 1,
    "0": lambda _: -1.0,
    "L": lambda _: -1.0,
}
NET |= {"P": lambda _: 0.0}


def _simultaneous(inputs):
    decimals = _decimals(inputs)
    worlds = [[NET[letter](decimal) for letter, decimal in zip(key, decimals, strict=True)] for key in inputs["joint"]]
    most = inputs.get("max_total", inputs.get("f_max", 1.0))
    found = kelly_simultaneous(np.array(worlds), np.array(list(inputs["joint"].values())), stakes_sum_max=most)
    return {"stakes": found.stakes, "growth": found.growth}


def _exclusive(inputs):
    hedge = inputs.get("hedge", inputs.get("exclusive_hedge", True))
    found = kelly_exclusive(inputs["p"], _decimals(inputs), hedge=hedge)
    return {"stakes": found.stakes, "reserve": found.reserve}


def _parlay(inputs):
    chance = math.prod(leg["p"] for leg in inputs["legs"])
    decimal = math.prod(_decimal(leg) for leg in inputs["legs"])
    full = kelly(chance, 1.0 - chance, decimal)
    value = expected_value(chance, 1.0 - chance, decimal)
    return {"p": chance, "decimal": decimal, "ev": value, "kelly_full": full, "kelly_quarter": full / 4}


def _stake(inputs):
    p_win, p_loss = _chances(inputs)
    sized = stake(
        p_win,
        p_loss,
        _decimal(inputs),
        kelly_fraction=inputs["kelly_fraction"],
        stake_max=inputs["max_stake"],
        edge_min=inputs["min_edge"],
    )
    return {"edge_prob": sized.edge_prob, "eligible": sized.eligible, "stake": sized.stake}


def _scale(inputs):
    stakes, scale = scale_exposure(inputs["stakes"], inputs["max_total"])
    return {"stakes": stakes, "scale": scale}


OPERATIONS = {
    "single": _single,
    "log_growth": _log_growth,
    "kelly_outcomes": _outcomes,
    "kelly_simultaneous": _simultaneous,
    "kelly_exclusive": _exclusive,
    "parlay_independent": _parlay,
    "stake": _stake,
    "scale_exposure": _scale,
}
