"""Every limit belongs to a rule, and no rule reads a limit that is not called its own."""

from dataclasses import fields, replace
from typing import Any

import pytest

from closeline.domain.gates import GATES, PLAYER_GATES, Limits, Slate, Standing, publish_thresholds
from closeline.domain.gates.own import OWN_LIMITS
from closeline.domain.markets import MONEYLINE
from tests.builders.candidates import A_LINE, A_TOTAL, MADE, NUMBER, SOUND, a_selection, limits

# Nearly three closing sds off its baseline, and doubted by the market: what the highest confidence is for.
FAR = replace(A_TOTAL, projection=replace(NUMBER, baseline_mean=204.0, market_mean=218.0))
CANDIDATES = (
    FAR,
    SOUND,
    A_TOTAL,
    replace(SOUND, selection=a_selection(MONEYLINE)),
    replace(SOUND, suspect=True, calibration_active=False, beta=None),
    replace(A_TOTAL, beta=None, p_calibrated=0.51, slate=Slate(12, 0.95)),
    A_LINE,
    replace(A_TOTAL, standing=Standing(consensus_line=225.0), parts=MADE, baseline=None),
)
SETS = (limits(), limits(publishing=False), limits(closed_markets=("SPREAD:FULL_GAME",)))
# Read where a rule's question is prepared: the daily table of bias, and the baseline of a league without results.
READ_ELSEWHERE = {
    "reality_check": {"baseline_mean_total"},
    "league_baseline": {"over_rate_low", "over_rate_high", "baseline_mean_total"},
}


class Watched:
    """Limits that remember which of them were read."""

    def __init__(self, held: Limits) -> None:
        self.held = held
        self.read: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        self.read.add(name)
        found = getattr(Limits, name, None)
        return found.__get__(self) if callable(found) else getattr(self.held, name)


def read_by(rule: Any) -> set[str]:
    known = {field.name for field in fields(Limits)}
    read = set()
    for held in SETS:
        for candidate in CANDIDATES:
            watched = Watched(held)
            rule(candidate, watched)
            read |= watched.read & known
    return read


def final_rule(candidate: Any, held: Any) -> Any:
    return publish_thresholds(candidate, held, candidate.p_calibrated)


RULES = {**{rule.__name__: rule for rule in (*GATES, *PLAYER_GATES)}, "publish_thresholds": final_rule}


def test_every_rule_has_its_line_in_the_order_of_the_rules() -> None:
    assert list(OWN_LIMITS) == list(RULES)


def test_every_limit_belongs_to_a_rule_and_every_name_is_a_limit() -> None:
    owned = {name for names in OWN_LIMITS.values() for name in names}

    assert owned == {field.name for field in fields(Limits)}


@pytest.mark.parametrize("name", RULES)
def test_a_rule_reads_the_limits_that_are_called_its_own_and_no_others(name: str) -> None:
    assert read_by(RULES[name]) == set(OWN_LIMITS[name]) - READ_ELSEWHERE.get(name, set())
