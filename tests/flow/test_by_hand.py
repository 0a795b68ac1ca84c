"""A candidate written by hand: each key reaches the rules, and nothing that a person may write breaks them."""

import random
from math import isfinite
from typing import Any

import pytest
from pydantic import ValidationError

from closeline.domain.errors import BadInput
from closeline.domain.gates import Parts, Projection, Slate, compress
from closeline.domain.markets import TOTAL, Selection, Side
from closeline.domain.picks import Decision
from closeline.flow.gate.by_hand import candidate_by_hand, try_by_hand
from closeline.schemas.trial import WrittenCandidate
from tests.builders.candidates import limits

OVER = Selection("", TOTAL, Side.OVER, 914)
WRITTEN: dict[str, Any] = {
    "league": "nba", "market": "TOTAL:FULL_GAME", "side": "OVER", "line": 228.5, "price": "-110", "price_other": "-110",
    "probability": 0.58, "quote_age_minutes": 2, "minutes_to_start": 240, "model_mean": 231, "model_sd": 18.5,
    "market_mean": 228.5, "baseline_mean": 228.5, "calibration_active": True, "market_rated": True,
}  # fmt: skip
CHANGED: dict[str, object] = {
    "price": "-105", "price_other": "-105", "probability": 0.6, "quote_age_minutes": 3, "minutes_to_start": 200,
    "market_probability": 0.52, "probability_sd": 0.03, "push": 0.1, "suspended": True, "mapped": False,
    "mirrored": False, "favourite_differs": True, "consensus_line": 228.0, "consensus_moved": True,
    "opener_disagreement": 1.0, "suspect": True, "model_mean": 230, "model_sd": 18.0, "market_mean": 229,
    "baseline_mean": 229, "built_mean": 231, "line_quantile": 0.4, "mass": 0.9, "calibration_active": False,
    "market_rated": False, "parts": {"mean": 1, "moved": 1, "adjusted": 1}, "policy": {"beta": 0.5},
    "bias": {"bias": 1, "structural_days": 3}, "slate": {"games": 8, "share": 0.9},
}  # fmt: skip
READ_ELSEWHERE = {"league", "market", "side", "line"}
HOSTILE = (float("nan"), float("inf"), float("-inf"), 0, -0.0, 1, -1, 1e-300, 5e-324, 1e6, -1e6, 0.5, 1e308, None, "x")
NUMBERS = [name for name, value in CHANGED.items() if not isinstance(value, dict | bool)] + ["line"]


def read(**changes: object) -> WrittenCandidate:
    return WrittenCandidate.model_validate(WRITTEN | changes)


def candidate(**changes: object) -> Any:
    return candidate_by_hand(read(**changes), OVER)[0]


def test_every_key_is_known_to_these_tests() -> None:
    assert set(CHANGED) | READ_ELSEWHERE == set(WrittenCandidate.model_fields)


@pytest.mark.parametrize("key", CHANGED)
def test_every_key_reaches_the_candidate(key: str) -> None:
    assert candidate(**{key: CHANGED[key]}) != candidate()


def test_the_parts_of_a_document_come_out_whole() -> None:
    made = candidate(
        parts={
            "mean": 1, "moved": 2, "adjusted": 3, "pace_z": 4, "efficiency_z": 5, "pace_alone": 6,
            "efficiency_alone": 7, "together": 8, "shared_sources": ["a"], "stale_news": ["b"],
        },
        line_quantile=0.4, built_mean=232, mass=0.5, slate={"games": 9, "share": 0.7},
    )  # fmt: skip

    assert made.parts == Parts(1, 2, 3, 4, 5, 6, 7, 8, ("a",), ("b",))
    assert made.projection == Projection(231, 18.5, 228.5, 228.5, 0.4, 232, 0.5)
    assert made.slate == Slate(9, 0.7)


def test_a_policy_expects_the_market_to_move_by_its_beta_as_a_forecast_does() -> None:
    made = candidate(policy={"beta": 0.4, "threshold": 0.01}, market_probability=0.5)

    assert made.predicted_clv == pytest.approx(compress(0.5, 0.58, 0.4) - 0.5)
    assert (made.beta, made.threshold) == (0.4, 0.01)


@pytest.mark.parametrize(
    "given", ["market_mean", "baseline_mean", "built_mean", "line_quantile", "model_mean", "model_sd"]
)
def test_half_a_projection_is_refused_and_not_completed(given: str) -> None:
    nothing = dict.fromkeys(("model_mean", "model_sd", "market_mean", "baseline_mean"))

    assert candidate(**nothing).projection is None
    with pytest.raises(BadInput, match=f"beside {given}"):
        candidate(**nothing | {given: 0.5})


def test_a_thousand_documents_at_random_break_nothing_and_no_number_that_is_none_is_played() -> None:
    rng = random.Random(6)
    judged = played = 0
    for _ in range(1000):
        changes: dict[str, object] = {key: rng.choice(HOSTILE) for key in rng.sample(NUMBERS, rng.choice((1, 1, 2, 4)))}
        if rng.random() < 0.3:
            changes["policy"] = {"beta": rng.choice((0, 0.5, 10.0)), "threshold": rng.choice((None, 0.0, 0.01))}
        try:
            tried = try_by_hand(read(**changes), OVER, limits())
        except (ValidationError, BadInput):
            continue
        judged += 1
        played += tried.verdict.decision is not Decision.NO_PLAY
        if any(isinstance(value, float) and not isfinite(value) for value in changes.values()):
            assert tried.verdict.decision is Decision.NO_PLAY

    assert judged > 200
    assert played > 20
