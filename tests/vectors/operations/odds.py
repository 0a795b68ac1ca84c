"""Operations of odds.json."""

from closeline.domain import odds


def _american(inputs, decimal):
    return odds.rounded_american(decimal) if inputs.get("round") else float(odds.decimal_to_american(decimal))


def _market_margin(inputs):
    decimals = [odds.american_to_decimal(american) for american in inputs["american"]]
    return _margin_of(decimals) | {"decimal": [float(decimal) for decimal in decimals]}


def _margin_of(decimals):
    margin = odds.margin(decimals)
    return {
        "booksum": float(margin.booksum),
        "overround": float(margin.overround),
        "hold": float(margin.hold),
    }


OPERATIONS = {
    "american_to_decimal": lambda inputs: float(odds.american_to_decimal(inputs["american"])),
    "american_to_implied": lambda inputs: float(odds.implied(odds.american_to_decimal(inputs["american"]))),
    "decimal_to_american": lambda inputs: _american(inputs, inputs["decimal"]),
    "probability_to_american": lambda inputs: _american(inputs, odds.probability_to_decimal(inputs["p"])),
    "fractional_to_decimal": lambda inputs: float(odds.fractional_to_decimal(inputs["fractional"])),
    "decimal_to_fractional": lambda inputs: odds.decimal_to_fractional(inputs["decimal"]),
    "market_margin": _market_margin,
    "market_margin_decimal": lambda inputs: _margin_of(inputs["decimal"]),
    "roundtrip_american": lambda inputs: odds.rounded_american(odds.american_to_decimal(inputs["american"])),
}
