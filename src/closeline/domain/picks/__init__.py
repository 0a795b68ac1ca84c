"""The three axes of a pick's state, never mixed, and the one table of its transitions."""

from enum import StrEnum

from closeline.domain.errors import IllegalTransition


class PickState(StrEnum):
    """Where a pick stands in its life."""

    PROPOSED = "PROPOSED"
    PUBLISHED = "PUBLISHED"
    GRADED = "GRADED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    SUPERSEDED = "SUPERSEDED"
    VOIDED = "VOIDED"


class Decision(StrEnum):
    """What the gates made of a candidate."""

    PICK = "PICK"
    LEAN = "LEAN"
    NO_PLAY = "NO_PLAY"


class Tier(StrEnum):
    """How far above its threshold a pick's edge lies."""

    A = "A"
    B = "B"
    C = "C"
    NONE = ""


class Validity(StrEnum):
    """Whether a published pick is still worth its price."""

    VALID = "VALID"
    MOVED_BUT_OK = "MOVED_BUT_OK"
    INVALIDATED = "INVALIDATED"


TRANSITIONS: dict[PickState | None, frozenset[PickState]] = {
    None: frozenset({PickState.PROPOSED}),
    PickState.PROPOSED: frozenset({PickState.PUBLISHED, PickState.REJECTED, PickState.EXPIRED}),
    PickState.PUBLISHED: frozenset({PickState.GRADED, PickState.SUPERSEDED, PickState.VOIDED}),
    PickState.GRADED: frozenset(),
    PickState.REJECTED: frozenset(),
    PickState.EXPIRED: frozenset(),
    PickState.SUPERSEDED: frozenset(),
    PickState.VOIDED: frozenset(),
}


def advance(state: PickState | None, to: PickState) -> PickState:
    """Return the next state; raises IllegalTransition unless `TRANSITIONS` allows it."""
    if to not in TRANSITIONS[state]:
        allowed = ", ".join(sorted(TRANSITIONS[state])) or "nothing: it is final"
        message = f"a pick that is {state or 'new'} may become {allowed}, was asked to become {to}"
        raise IllegalTransition(message)
    return to
