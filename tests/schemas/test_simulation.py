"""The shape of a simulated game: nothing has a default, and what is not a number crosses as null."""

import json
import math

import pytest
from pydantic import ValidationError

from closeline.schemas import simulation as shapes
from closeline.schemas.shape import Shape

SHAPES = [
    shapes.OfGame, shapes.MarketChances, shapes.Distribution, shapes.Distributions, shapes.Subset, shapes.Legs,
    shapes.Simulation,
]  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_a_field_that_was_forgotten_is_an_error_and_not_a_null(shape: type[Shape]) -> None:
    assert [name for name, field in shape.model_fields.items() if not field.is_required()] == []


def test_a_market_crosses_with_exactly_six_keys_and_a_line_in_points() -> None:
    moneyline = shapes.MarketChances(
        market_key="MONEYLINE:FULL_GAME", side="HOME", line=None, win=0.5, push=0.0, loss=0.5
    )

    assert json.loads(moneyline.model_dump_json()) == {
        "market_key": "MONEYLINE:FULL_GAME", "side": "HOME", "line": None, "win": 0.5, "push": 0.0, "loss": 0.5,
    }  # fmt: skip
    with pytest.raises(ValidationError):
        shapes.MarketChances.model_validate({**moneyline.model_dump(), "edge": 0.02})


def test_what_is_no_number_is_null() -> None:
    assert json.loads(shapes.OfGame(margin=math.nan, total=math.inf).model_dump_json()) == {
        "margin": None, "total": None,
    }  # fmt: skip
