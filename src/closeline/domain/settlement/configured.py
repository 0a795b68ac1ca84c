"""Rule sets that a configuration makes of the first one: windows and thresholds differ between bookmakers.

A changed rule set goes by a name of its own, made from what it says: a pick keeps the name under which it was proposed,
and is graded by what that name meant, whatever is changed later.
"""

import difflib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from closeline.domain.errors import BadInput
from closeline.domain.ids import canonical_json, content_id
from closeline.domain.leagues import League
from closeline.domain.settlement.rules import SETTLEMENT_V1, PitcherRule, SettlementRules

SECTION = "settlement"
_NAME_LENGTH = 8


class RuleKind(StrEnum):
    """What a rule's value is."""

    HOURS = "hours"
    MINUTES = "minutes"
    INNINGS = "innings"
    FLAG = "true or false"
    PITCHERS = "one of ACTION, LISTED_BOTH, LISTED_HOME, LISTED_AWAY"


@dataclass(frozen=True, slots=True)
class RuleField:
    """A rule that may be changed: what it means, and the range that it stays in, both ends included."""

    kind: RuleKind
    meaning: str
    low: float = 0.0
    high: float = 0.0

    @property
    def expected(self) -> str:
        """Say what a value must be, in words that follow "must be"."""
        if self.kind in (RuleKind.FLAG, RuleKind.PITCHERS):
            return str(self.kind)
        return f"a number of {self.kind} from {self.low:g} to {self.high:g}"


_MONTH = 744.0
RULE_FIELDS: Mapping[str, RuleField] = {
    "start_window_hours": RuleField(RuleKind.HOURS, "a game that starts later than this is void", 0, 168),
    "mlb_delay_hours": RuleField(RuleKind.HOURS, "the same for baseball where local dates are unknown", 0, 24),
    "game_week_hours": RuleField(RuleKind.HOURS, "the same for football where the week is unknown", 24, 192),
    "completion_window_hours": RuleField(RuleKind.HOURS, "a suspended game must be over by then", 12, _MONTH),
    "postseason_window_hours": RuleField(RuleKind.HOURS, "the same in the play-offs", 12, _MONTH),
    "longest_game_hours": RuleField(RuleKind.HOURS, "a game that took longer was suspended in between", 6, 24),
    "correction_window_hours": RuleField(RuleKind.HOURS, "a later correction changes no grade", 0, 168),
    "confirm_minutes": RuleField(RuleKind.MINUTES, "one source must say the same twice, this far apart", 5, 1440),
    "nhl_total_minutes": RuleField(RuleKind.MINUTES, "minutes that a hockey total needs", 50, 60),
    "mlb_moneyline_innings": RuleField(RuleKind.INNINGS, "innings that a baseball moneyline needs", 5, 9),
    "determined_stands": RuleField(RuleKind.FLAG, "a total already passed stands in a game cut short"),
    "nhl_team_total_includes_shootout": RuleField(RuleKind.FLAG, "a team total counts the shoot-out's goal"),
    "pitcher_rule": RuleField(RuleKind.PITCHERS, "whether a changed starting pitcher voids"),
}


def rules_of(config: str, league: League) -> SettlementRules:
    """Return a league's rule set from the content of a configuration version; the first one where it says nothing."""
    return changed_rules(json.loads(config).get(SECTION, {}).get(league, {}))


def changed_rules(wanted: Mapping[str, object]) -> SettlementRules:
    """Return the first rule set with some rules changed, under a name made from them.

    Raises BadInput in one line for a rule that cannot be changed and a value out of its range.
    """
    changed = {name: _checked(name, value) for name, value in sorted(wanted.items())}
    differs = {name: value for name, value in changed.items() if value != getattr(SETTLEMENT_V1, name)}
    if not differs:
        return SETTLEMENT_V1
    name = content_id("settlement-rules", canonical_json(differs))[:_NAME_LENGTH]
    return replace(SETTLEMENT_V1, version=f"{SETTLEMENT_V1.version}+{name}", **differs)


def _checked(name: str, value: object) -> Any:  # noqa: ANN401 -- of any kind
    if name not in RULE_FIELDS:
        near = difflib.get_close_matches(name, RULE_FIELDS, n=1)
        mend = f"did you mean {near[0]}?" if near else f"rules are {', '.join(RULE_FIELDS)}"
        raise BadInput(f"settlement must hold only rules that may be changed, had {name!r:.60}; {mend}")
    field = RULE_FIELDS[name]
    read = _read(field, value)
    if read is None:
        raise BadInput(f"{name} must be {field.expected} ({field.meaning}), was {value!r:.60}")
    return read


def _read(field: RuleField, value: object) -> Any:  # noqa: ANN401 -- of any kind
    if field.kind is RuleKind.FLAG:
        return value if isinstance(value, bool) else None
    if field.kind is RuleKind.PITCHERS:
        return PitcherRule(value) if isinstance(value, str) and value in set(PitcherRule) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    if field.kind is RuleKind.INNINGS and value != int(value):
        return None
    within = field.low <= value <= field.high
    return (int(value) if field.kind is RuleKind.INNINGS else float(value)) if within else None
