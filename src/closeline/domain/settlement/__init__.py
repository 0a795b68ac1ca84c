"""How a bet settles: one engine for live grading, backtests, parlays and publish eligibility (settlement-v1).

Comes in: the terms of a ticket and what became of its game or player. Goes out: a `Grading` in exact units,
or a `NotFinal` that says what is still missing.
Always true: nothing that is not final is graded as a win or a loss, a number that lands on the line is a push
for both sides, and every figure is a Fraction.
"""

from closeline.domain.settlement.corrections import (
    CORRECTION_AFTER_WINDOW,
    RESULT_CORRECTION,
    RULES_CHANGED,
    STAT_CORRECTION,
    Corrections,
    GradeVersion,
    Ignored,
    settle_versions,
)
from closeline.domain.settlement.game import GameRecord
from closeline.domain.settlement.outcomes import Grading, NotFinal, Result, Settled
from closeline.domain.settlement.payouts import dead_heat, to_win_one
from closeline.domain.settlement.props import (
    PlayerRecord,
    Role,
    settle_head_to_head,
    settle_number,
    settle_prop,
)
from closeline.domain.settlement.rules import SETTLEMENT_RULES, SETTLEMENT_V1, PitcherRule, SettlementRules
from closeline.domain.settlement.settle import SettledTerms, halves_won, settle, settles
from closeline.domain.settlement.windows import same_game_week

__all__ = [
    "CORRECTION_AFTER_WINDOW",
    "RESULT_CORRECTION",
    "RULES_CHANGED",
    "SETTLEMENT_RULES",
    "SETTLEMENT_V1",
    "STAT_CORRECTION",
    "Corrections",
    "GameRecord",
    "GradeVersion",
    "Grading",
    "Ignored",
    "NotFinal",
    "PitcherRule",
    "PlayerRecord",
    "Result",
    "Role",
    "Settled",
    "SettledTerms",
    "SettlementRules",
    "dead_heat",
    "halves_won",
    "same_game_week",
    "settle",
    "settle_head_to_head",
    "settle_number",
    "settle_prop",
    "settle_versions",
    "settles",
    "to_win_one",
]
