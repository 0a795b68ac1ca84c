"""The versioned rule set: every number that decides a settlement, as data.

A stored grade names its version, so a change here is a new version beside the old, never an edit of it.
Bookmakers differ on most of these; where they do, the value is the commonest of the rule pages read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from closeline.domain.leagues import League


class PitcherRule(StrEnum):
    """Whether a baseball ticket depends on who throws the first pitch."""

    ACTION = "ACTION"
    LISTED_BOTH = "LISTED_BOTH"
    LISTED_HOME = "LISTED_HOME"
    LISTED_AWAY = "LISTED_AWAY"


def _minimum_minutes() -> Mapping[League, float]:
    return MappingProxyType(
        {League.NFL: 55.0, League.NCAAF: 55.0, League.NBA: 43.0, League.NCAAB: 35.0, League.NHL: 55.0}
    )


@dataclass(frozen=True, slots=True)
class SettlementRules:
    """One rule set. Hours count from the scheduled start; limits are inclusive."""

    version: str
    minimum_minutes: Mapping[League, float] = field(default_factory=_minimum_minutes)
    # Some books settle NHL totals at 55 minutes like the rest; None means that.
    nhl_total_minutes: float | None = 60.0
    mlb_moneyline_innings: int = 5
    determined_stands: bool = True
    nhl_team_total_includes_shootout: bool = True
    pitcher_rule: PitcherRule = PitcherRule.ACTION
    start_window_hours: float = 24.0
    # Used only where the local dates are unknown: no game that starts this late can be of the same day.
    mlb_delay_hours: float = 12.0
    # Used only where the game week is unknown: later than this, it cannot be the same one.
    game_week_hours: float = 168.0
    completion_window_hours: float = 48.0
    postseason_window_hours: float = 720.0
    # A game that takes longer than this from its start was suspended in between.
    longest_game_hours: float = 12.0
    # One feed that says the same twice must be this far apart with itself: the quiet period after a final.
    confirm_minutes: float = 30.0
    correction_window_hours: float = 24.0
    # Hours from the final within which every pick is graded, and from the start after which a result is missed.
    grade_sla_hours: float = 6.0
    result_missing_hours: float = 18.0
    basketball_seconds: float = 1.0


SETTLEMENT_V1 = SettlementRules("settlement-v1")

SETTLEMENT_RULES: Mapping[str, SettlementRules] = MappingProxyType({SETTLEMENT_V1.version: SETTLEMENT_V1})
