"""Operations of safety.json that the desk has already: the compression toward the market."""

from collections.abc import Callable
from typing import Any

from closeline.domain.gates import compress


def _compress(inputs: dict[str, Any]) -> float:
    return compress(inputs["q_market"], inputs["p_calibrated"], inputs["lambda"])


OPERATIONS: dict[str, Callable[[dict[str, Any]], object]] = {"compress": _compress}
