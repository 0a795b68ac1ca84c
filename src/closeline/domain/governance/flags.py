"""Flags: names that a person may put off, so that less goes out. No flag lets out more than would go out without it.

A flag that was never set is on. It is off wherever one of its settings that applies says so: a narrow setting never
undoes a wide one. What keeps the record safe has a name here too, and no off.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from closeline.domain.errors import BadInput, Refused
from closeline.domain.governance.switches import scope_of
from closeline.domain.leagues import League
from closeline.domain.markets import MarketType

ALL = "ALL"
_LEAGUES = (ALL, *(league.upper() for league in League))
# Safety layers: they stand in the list so that whoever looks for their switch reads that there is none.
LOCKED = ("ENABLE_DECOMPOSITION_LOGGING", "ENABLE_MARKET_INTEGRITY", "ENABLE_PICK_STATE_MACHINE")
NAMES: tuple[str, ...] = (
    *(f"PUBLISH_ENABLED_{league}" for league in _LEAGUES),
    *(f"GRADE_ENABLED_{league}" for league in _LEAGUES),
    *(f"LEAGUE_ENABLED_{league}" for league in _LEAGUES[1:]),
    *(f"MARKET_ENABLED_{market}" for market in MarketType),
    *LOCKED,
)
SCOPES = "GLOBAL, TENANT, league:nfl or market:TOTAL"
# The narrowest first: it is named where several settings say the same.
_WIDTH = {"market": 0, "league": 1, "tenant": 2, "global": 3}


@dataclass(frozen=True, slots=True)
class Setting:
    """A flag as somebody set it: in a scope, by whom, why and when. chain: SYSTEM where the scope is GLOBAL."""

    chain: str
    name: str
    scope: str
    is_on: bool
    actor: str
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Resolved:
    """Whether a flag is on somewhere, and the narrowest setting that decided it; null where nobody ever set it."""

    is_on: bool
    by: Setting | None = None


def name_of(text: str) -> str:
    """Return a flag's name as the record spells it; raises BadInput with the list for one that nobody knows."""
    found = text.strip().upper()
    if found not in NAMES:
        raise BadInput(f"flag must be one of {', '.join(NAMES)}, was {text[:60]!r}")
    return found


def flag_scope(text: str) -> str:
    """Return a flag's scope; raises BadInput for one that only a kill switch has."""
    found = scope_of(text)
    if found.partition(":")[0] not in _WIDTH:
        raise BadInput(f"scope of a flag must be {SCOPES}, was {text[:60]!r}")
    return found


def must_be_settable(name: str, *, is_on: bool) -> None:
    """Raise Refused where a safety layer would be put off."""
    if name in LOCKED and not is_on:
        raise Refused(f"{name} must stay on: it is a safety layer and has no off switch; flags only tighten")


def resolve(settings: Iterable[Setting], name: str, *, league: str = "", market: str = "") -> Resolved:
    """Return whether a flag is on for a league and a market: the strictest setting that applies there.

    Raises BadInput for a name that nobody knows: a misspelled flag must not read as one that is on.
    """
    wanted = name_of(name)
    if wanted in LOCKED:
        return Resolved(is_on=True)
    here = {"global", "tenant", f"league:{league}", f"market:{market}"}
    found = sorted(
        (item for item in settings if item.name == wanted and item.scope in here),
        key=lambda item: (item.is_on, _WIDTH[item.scope.partition(":")[0]]),
    )
    return Resolved(found[0].is_on, found[0]) if found else Resolved(is_on=True)


def publishing_flags(league: str, market: str) -> Sequence[str]:
    """Return the flags that must all be on before a market of a league is published."""
    upper = league.upper()
    return (f"PUBLISH_ENABLED_{ALL}", f"PUBLISH_ENABLED_{upper}", f"LEAGUE_ENABLED_{upper}", f"MARKET_ENABLED_{market}")


def grading_flags(league: str) -> Sequence[str]:
    """Return the flags that must all be on before a league is graded."""
    return (f"GRADE_ENABLED_{ALL}", f"GRADE_ENABLED_{league.upper()}")
