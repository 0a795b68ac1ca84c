"""Operations of parlay.json."""

from fractions import Fraction

import numpy as np

from closeline.domain.odds import american_to_decimal, decimal_to_american, exact
from closeline.maths.parlays.copula import joint_probability, lift
from closeline.maths.parlays.parlay import (
    Leg,
    LegResult,
    leg_factors,
    price,
    settle,
    settle_same_game,
    value_independent,
    value_joint,
    value_on_paths,
)

LETTERS = {"W": LegResult.WIN, "L": LegResult.LOSS, "P": LegResult.PUSH, "V": LegResult.VOID}


def _exact(leg):
    return exact(leg["decimal"]) if "decimal" in leg else american_to_decimal(leg["american"])


def _all_exact(inputs):
    if "decimal" in inputs:
        return [exact(decimal) for decimal in inputs["decimal"]]
    return [american_to_decimal(american) for american in inputs["american"]]


def _price(inputs):
    decimal = price(_all_exact(inputs))
    american = decimal_to_american(decimal)
    return {"decimal": float(decimal), "american_exact": float(american), "implied": float(1 / decimal)}


def _ticket(ticket):
    multiple = float(ticket.return_multiple)
    return {"result": ticket.result, "units": float(ticket.units), "return_multiple": multiple}


def _settle(inputs):
    return _ticket(settle([Leg(LegResult(leg["result"]), _exact(leg)) for leg in inputs["legs"]]))


def _same_game(inputs):
    surviving = exact(inputs["reprice_decimal"]) if inputs.get("reprice_available") else None
    results = [LegResult(leg["result"]) for leg in inputs["legs"]]
    return _ticket(settle_same_game(results, exact(inputs["sgp_decimal"]), surviving))


def _independent(inputs):
    legs = inputs["legs"]
    wins, pushes = [leg["p_win"] for leg in legs], [leg.get("p_push", 0.0) for leg in legs]
    return {"ev": value_independent(wins, pushes, [float(_exact(leg)) for leg in legs])}


def _joint(inputs):
    chances = {tuple(LETTERS[letter] for letter in key): chance for key, chance in inputs["joint"].items()}
    return _joint_answer(value_joint(chances, [float(decimal) for decimal in _all_exact(inputs)]))


def _joint_answer(joint):
    return {
        "ev": joint.value,
        "p_all_win": joint.p_all_win,
        "p_win_legs": joint.p_win_legs,
        "lift_vs_independent": joint.lift,
    }


BEYOND_LINE = {
    "HOME": lambda path, line: path["margin"] + line,
    "AWAY": lambda path, line: -path["margin"] + line,
    "OVER": lambda path, line: path["total"] - line,
    "UNDER": lambda path, line: line - path["total"],
}


def _paths(inputs):
    decimals = [float(_exact(leg)) for leg in inputs["legs"]]
    columns = []
    for leg, decimal in zip(inputs["legs"], decimals, strict=True):
        line = leg.get("line") or 0.0
        beyond = np.array([BEYOND_LINE[leg["side"]](path, line) for path in inputs["paths"]], dtype=float)
        columns.append(leg_factors(beyond, decimal, quarter_line=(line * 4) % 2 == 1))
    factors = np.column_stack(columns)
    joint = value_on_paths(factors, decimals).joint
    return _joint_answer(joint) | {"leg_results": [_letters(row, decimals) for row in factors]}


def _letters(row, decimals):
    names = [{decimal: "W", 1.0: "P", 0.0: "L"} for decimal in decimals]
    return "".join(name.get(factor, "H") for name, factor in zip(names, row.tolist(), strict=True))


def _copula(inputs):
    p, q = inputs["p"]
    joint = joint_probability(p, q, inputs["rho"])
    return {
        "p_joint": joint,
        "fair_decimal": float(1 / Fraction(joint)) if joint else None,
        "lift_vs_independent": lift(p, q, inputs["rho"]),
    }


OPERATIONS = {
    "parlay_price": _price,
    "parlay_settle": _settle,
    "sgp_settle": _same_game,
    "parlay_ev_independent": _independent,
    "parlay_ev_joint": _joint,
    "parlay_ev_paths": _paths,
    "gaussian_copula_joint": _copula,
}
