"""Findings as people read them, on 80 columns: what each rule did, what it left of the trust, what it looked at."""

import textwrap
from collections.abc import Iterable, Mapping
from typing import Protocol

from closeline.cli.printing import NONE, say

WIDTH = 80
# A space at which no line is folded.
TOGETHER = "\N{NO-BREAK SPACE}"


class Found(Protocol):
    """What is asked of a finding to print it; `left` is the trust that is left behind it."""

    @property
    def gate(self) -> str:
        """The rule."""

    @property
    def action(self) -> str:
        """What it did."""

    @property
    def highest_state(self) -> str:
        """The most that it allows."""

    @property
    def reason(self) -> str:
        """Why; empty where it has nothing to object."""

    @property
    def multiplier(self) -> float:
        """What it leaves of the trust by itself."""

    @property
    def left(self) -> float:
        """What it and the rules before it leave of the trust."""

    @property
    def cap(self) -> float | None:
        """The most confidence, 0 to 100."""

    @property
    def inputs(self) -> Mapping[str, object]:
        """The numbers that it looked at, thresholds too."""


def say_findings(findings: Iterable[Found]) -> None:
    """Print findings in order, inactive rules too, each with the numbers that it looked at."""
    say(f"{'rule':<19}{'action':<9}{'allows':<8}{'times':>6}{'left':>7}{'cap':>5}  reason")
    for item in findings:
        cap = NONE if item.cap is None else f"{item.cap:g}"
        say(
            f"{item.gate:<19}{item.action:<9}{item.highest_state:<8}{item.multiplier:>6.3g}{item.left:>7.3g}{cap:>5}"
            f"  {item.reason or NONE}"
        )
        looked = ", ".join(f"{name}{TOGETHER}{figure(value)}" for name, value in item.inputs.items())
        if looked:
            say_wrapped(looked, "    ")


def say_wrapped(text: str, indent: str, *, hanging: str | None = None) -> None:
    """Print a text folded at 80 columns, its further lines behind `hanging`."""
    lines = textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=indent if hanging is None else hanging,
        break_on_hyphens=False,
    )  # fmt: skip
    for line in lines:
        say(line.replace(TOGETHER, " "))


def figure(value: object) -> str:
    """Write a number in six digits, and anything else as it is; nothing is a dash."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value in ("", "None"):
        return NONE
    try:
        return f"{float(str(value)):.6g}"
    except ValueError:
        return str(value)
