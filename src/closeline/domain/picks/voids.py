"""Voids: for which reasons a published pick may be declared void, before its game begins and after (invariant P7).

Before the start a person may take a pick back for any reason that is written down. From the start on only a reason of
the closed list will do, each of them a fact about the game or the price, with evidence that the record holds. What a
person thinks of a pick counts for nothing then: a loss that is in sight cannot be taken back.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from closeline.domain.errors import BadInput, Refused

# What stands in the grade of a pick that was withdrawn: no game decided it, so it names no version of a result.
NO_RESULT = 0
SUPERSEDED = "SUPERSEDED"
WITHDRAWN = "WITHDRAWN"
_PAYLOAD = re.compile(r"[0-9a-f]{64}")
_RESULT = re.compile(r"result:([1-9][0-9]{0,5})")


class VoidReason(StrEnum):
    """Why a pick is void. OPERATOR: a person wants it; every other one is a fact that evidence can show."""

    OPERATOR = "OPERATOR"
    EVENT_CANCELLED = "EVENT_CANCELLED"
    EVENT_POSTPONED = "EVENT_POSTPONED"
    EVENT_ABANDONED = "EVENT_ABANDONED"
    VENUE_CHANGED = "VENUE_CHANGED"
    LISTED_STARTER_CHANGED = "LISTED_STARTER_CHANGED"
    PLAYER_DID_NOT_PLAY = "PLAYER_DID_NOT_PLAY"
    PALPABLE_PRICE_ERROR = "PALPABLE_PRICE_ERROR"


AFTER_START = tuple(reason for reason in VoidReason if reason is not VoidReason.OPERATOR)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a void rests on: the SHA-256 of stored bytes, or a version of the event's result. One of them is null."""

    payload_sha: str | None
    result_version: int | None

    @property
    def text(self) -> str:
        """Return how the record and people spell it."""
        return self.payload_sha or f"result:{self.result_version}"


def reason_named(text: str) -> VoidReason:
    """Return the reason of this name; raises BadInput for one that is not in the list."""
    try:
        return VoidReason(text.upper())
    except ValueError as fault:
        raise BadInput(f"reason must be one of {', '.join(VoidReason)}, was {text!r:.60}") from fault


def evidence_named(text: str) -> Evidence:
    """Read evidence: 64 hexadecimal digits, or `result:N`; raises BadInput for anything else."""
    version = _RESULT.fullmatch(text)
    if version is not None:
        return Evidence(None, int(version[1]))
    if _PAYLOAD.fullmatch(text):
        return Evidence(text, None)
    raise BadInput(f"evidence must be the SHA-256 of stored bytes or result:N, was {text!r:.80}")


def may_void(reason: VoidReason, evidence: Evidence | None, why: str, *, begun: bool) -> None:
    """Return where a void is allowed; raises Refused, or BadInput where something is missing."""
    if begun and reason is VoidReason.OPERATOR:
        raise Refused(
            f"a pick whose game has begun must be void for a fact ({', '.join(AFTER_START)}), was asked for {reason}"
        )
    if begun and evidence is None:
        raise Refused("a void after the start must rest on evidence, had none; give --evidence SHA or result:N")
    if not begun and reason is VoidReason.OPERATOR and not why:
        raise BadInput("why must say for what reason a person takes the pick back, was empty")


def grade_reason(reason: VoidReason, *, begun: bool) -> str:
    """Return the reason in the grade: what was taken back before the start was never in play, and in no sum of CLV."""
    return str(reason) if begun else WITHDRAWN
