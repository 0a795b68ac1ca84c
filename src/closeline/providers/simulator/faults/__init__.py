"""Faults of the simulated vendors: each a small pure change of one answer, and a script that says when they happen.

A script is TOML: one `[[fault]]` for each window, in minutes of simulated time since the script began.

    [[fault]]
    name = "too_fast"
    from_minute = 30
    to_minute = 32
    endpoint = "odds"        # left out: every endpoint
    sport = "basketball_nba" # left out: every sport
    every = 2                # only each second call of the window; left out: every call
    amount = 5               # what it means, the fault says
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from closeline.domain.errors import BadInput
from closeline.providers.simulator.answering import Answer
from closeline.providers.simulator.asking import Call, Endpoint
from closeline.providers.simulator.faults.boards import BOARDS
from closeline.providers.simulator.faults.bodies import BODIES
from closeline.providers.simulator.faults.refusals import REFUSALS
from closeline.providers.simulator.faults.scenes import Fault, Scene

FAULTS: Mapping[str, Fault] = {**REFUSALS, **BODIES, **BOARDS}
_FIELDS = {"name", "from_minute", "to_minute", "endpoint", "sport", "every", "amount"}


@dataclass(frozen=True, slots=True)
class Window:
    """When a fault happens, and to which calls. Times are since the script began; `every` counts calls."""

    fault: str
    since: timedelta
    until: timedelta
    endpoint: Endpoint | None = None
    sport: str = ""
    every: int = 1
    amount: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what can never happen."""
        if self.fault not in FAULTS:
            raise BadInput(f"fault must be one of {', '.join(FAULTS)}, was {self.fault!r}")
        if not timedelta(0) <= self.since < self.until or self.every < 1:
            raise BadInput(f"window of {self.fault} must begin before it ends, was {self.since} to {self.until}")

    def meets(self, call: Call, began: datetime) -> bool:
        """Say whether a call falls into the window."""
        inside = began + self.since <= call.at < began + self.until
        named = self.endpoint in (None, call.endpoint) and self.sport in ("", call.sport)
        return inside and named and call.number % self.every == 0


@dataclass(frozen=True, slots=True)
class Script:
    """Which faults happen when; `began` is the moment from which its windows count."""

    began: datetime
    windows: tuple[Window, ...] = ()

    def play(self, answer: Answer, call: Call, honest: Callable[[datetime], Answer]) -> tuple[Answer, tuple[str, ...]]:
        """Return what the vendor says instead, and which faults it met, in the order of the script."""
        met = []
        for window in self.windows:
            if window.meets(call, self.began):
                scene = Scene(call, self.began + window.since, self.began + window.until, window.amount, honest)
                answer = FAULTS[window.fault](answer, scene)
                met.append(window.fault)
        return answer, tuple(met)


def script_of(text: str, began: datetime) -> Script:
    """Read a script from TOML; raises BadInput in one line for what is none."""
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise BadInput(f"script of faults must be TOML, was not: {fault}") from None
    windows = told.get("fault", [])
    if set(told) - {"fault"} or not isinstance(windows, list):
        raise BadInput("script of faults must hold [[fault]] alone, held more")
    return Script(began, tuple(_window(item) for item in windows))


def _window(told: Any) -> Window:  # noqa: ANN401 -- TOML holds anything
    if not isinstance(told, dict) or set(told) - _FIELDS or "name" not in told:
        raise BadInput(f"a fault must have a name and only {', '.join(sorted(_FIELDS))}, was {told!r}"[:200])
    try:
        return Window(
            str(told["name"]), timedelta(minutes=float(told.get("from_minute", 0))),
            timedelta(minutes=float(told.get("to_minute", 0))),
            Endpoint(told["endpoint"]) if "endpoint" in told else None, str(told.get("sport", "")),
            int(told.get("every", 1)), float(told.get("amount", 0)),
        )  # fmt: skip
    except (TypeError, ValueError):
        raise BadInput(f"a fault must have numbers for its minutes and a known endpoint, was {told!r}"[:200]) from None


__all__ = ["FAULTS", "Scene", "Script", "Window", "script_of"]
