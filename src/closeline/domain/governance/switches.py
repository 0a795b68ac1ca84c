"""Kill switches: what stands still while one is on. A step ON opens it, a step LIFTED ends it, and nothing changes it.

What may be sent stops; what is out already goes on to its end: grading is stopped by `verb:grade` alone, and a notice
that takes a pick back is stopped by no switch but its channel's own.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from closeline.domain.errors import BadInput
from closeline.domain.leagues import League
from closeline.domain.markets import MarketType

GLOBAL = "global"
TENANT = "tenant"
BY_HAND = "BY_HAND"
SYSTEM = "SYSTEM"
WHY_MAX = 500
CHANNELS = ("app", "file", "mail", "telegram", "webhook")
_CHANNEL = re.compile(r"[a-z][a-z0-9_-]{0,39}")
EXPECTED = "global, tenant, league:nfl, market:TOTAL, channel:telegram, verb:publish or verb:grade"


class Verb(StrEnum):
    """What a switch can stop everywhere at once."""

    PUBLISH = "publish"
    GRADE = "grade"


class Step(StrEnum):
    """What is done to a switch."""

    ON = "ON"
    LIFTED = "LIFTED"


@dataclass(frozen=True, slots=True)
class Switch:
    """A switch that is on: of what, by whom, why and since when.

    chain: SYSTEM for one of the whole installation, else the tenant whose it is. cause: BY_HAND, or the kind of alert
    whose rule opened it and alone may lift it.
    """

    chain: str
    switch_id: str
    scope: str
    cause: str
    actor: str
    why: str
    at: datetime

    @property
    def by_hand(self) -> bool:
        """Say whether a person set it, so that no rule lifts it."""
        return self.cause == BY_HAND


def scope_of(text: str) -> str:
    """Return a scope as the record spells it; raises BadInput for what is none, with what is expected."""
    kind, colon, of = text.strip().partition(":")
    kind = kind.lower()
    if not colon and kind in (GLOBAL, TENANT):
        return kind
    found = {
        "league": lambda: of.lower() if of.lower() in set(League) else None,
        "market": lambda: of.upper() if of.upper() in set(MarketType) else None,
        "channel": lambda: of.lower() if _CHANNEL.fullmatch(of.lower()) else None,
        "verb": lambda: of.lower() if of.lower() in set(Verb) else None,
    }.get(kind, lambda: None)()
    if not colon or found is None:
        kinds: dict[str, type[StrEnum]] = {"league": League, "market": MarketType, "verb": Verb}
        known = f"; {kind} is one of {', '.join(kinds[kind])}" if kind in kinds else ""
        raise BadInput(f"scope must be {EXPECTED}, was {text[:60]!r}{known}")
    return f"{kind}:{found}"


def reason_of(why: str) -> str:
    """Return why somebody does something, in one line; raises BadInput for none, or one that is too long."""
    said = why.strip()
    if not said or len(said) > WHY_MAX or not said.isprintable():
        raise BadInput(f"why must be one line of 1 to {WHY_MAX} signs, was {why[:60]!r}")
    return said


def stops_publishing(switch: Switch, league: str, market: str | None = None) -> bool:
    """Say whether a switch stops what is published of a league, or of one type of its markets."""
    stopping = {GLOBAL, TENANT, f"verb:{Verb.PUBLISH}", f"league:{league}"}
    return switch.scope in stopping or (market is not None and switch.scope == f"market:{market}")


def stops_grading(switch: Switch) -> bool:
    """Say whether a switch stops grading."""
    return switch.scope == f"verb:{Verb.GRADE}"


def stops_channel(switch: Switch, channel: str, *, notice: bool = False) -> bool:
    """Say whether a switch keeps a message from a channel.

    notice: whether the message takes back or replaces what was sent: who was told must hear that it no longer holds.
    """
    own = switch.scope == f"channel:{channel}"
    return own or (not notice and switch.scope in (GLOBAL, TENANT, f"verb:{Verb.PUBLISH}"))


def first(switches: Iterable[Switch]) -> Switch | None:
    """Return the switch that has been on longest, for people to read; null where none is."""
    return min(switches, key=lambda item: (item.at, item.switch_id), default=None)


def automatic(switches: Sequence[Switch], scope: str, cause: str) -> Switch | None:
    """Return the switch that a rule has opened on a scope; one that a person set is never the rule's."""
    return first(item for item in switches if item.scope == scope and item.cause == cause and not item.by_hand)
