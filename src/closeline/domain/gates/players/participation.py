"""Participation: a player who is out has no line to be picked."""

from closeline.domain.gates.candidate import Candidate, Finding, block, passed
from closeline.domain.gates.limits import Limits

GATE = "participation"
PLAYER_OUT = "PLAYER_OUT"


def participation(candidate: Candidate, limits: Limits) -> Finding:  # noqa: ARG001 -- every rule has one shape
    """Block the line of a player who is reported out, or of whom the run says nothing.

    One who may play is weighed, not blocked: a bet on who does not play is void, which makes it worth less.
    """
    if candidate.player is None:
        return block(GATE, "PLAYER_UNKNOWN")
    plays = candidate.player.plays
    if not 0.0 < plays <= 1.0:
        return block(GATE, PLAYER_OUT, plays=plays)
    return passed(GATE, plays=plays)
