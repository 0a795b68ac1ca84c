"""Operations of devig.json."""

import math

from closeline.domain.odds import DevigMethod, american_to_decimal
from closeline.maths.consensus import Pool, pool
from closeline.maths.devig import devig

PARAMETERS = {DevigMethod.POWER: "k", DevigMethod.SHIN: "z", DevigMethod.ODDS_RATIO: "c"}


def _prices(inputs):
    if "decimal" in inputs:
        return [float(decimal) for decimal in inputs["decimal"]]
    return [float(american_to_decimal(american)) for american in inputs["american"]]


def _devig(inputs):
    shifted = inputs["method"] == "logit"  # the odds ratio under its other name
    fair = devig(_prices(inputs), DevigMethod("odds_ratio" if shifted else inputs["method"]))
    answer = {"probabilities": fair.probabilities, "flags": fair.flags, "booksum": fair.booksum}
    if fair.method in PARAMETERS:
        answer[PARAMETERS[fair.method]] = fair.parameter
    return answer | ({"shift": math.log(fair.parameter or 0.0)} if shifted else {})


def _consensus(inputs):
    per_book = [_devig(book | {"method": inputs["devig"]})["probabilities"] for book in inputs["books"]]
    weights = [book["weight"] for book in inputs["books"]]
    return {"probabilities": pool(per_book, weights, Pool(inputs["pool"])), "per_book": per_book}


OPERATIONS = {
    "devig": _devig,
    "shin_two_way": lambda inputs: _devig(inputs | {"method": "shin"}),
    "consensus": _consensus,
}
