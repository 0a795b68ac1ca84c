"""Every rule is needed: what it alone holds back would be a pick, or say more than it may, if it were gone."""

from dataclasses import replace
from typing import Any

import pytest

from closeline.domain import gates
from closeline.domain.gates import GATES, Standing, judge
from closeline.domain.gates.candidate import passed
from closeline.domain.picks import Decision
from tests.builders.candidates import A_TOTAL, LEVEL, MADE, MARGIN, NUMBER, SOUND, limits

# For each rule a candidate that nothing else objects to.
HELD: dict[str, Any] = {
    "line_integrity": replace(SOUND, standing=Standing(suspended=True)),
    "no_market_no_pick": replace(SOUND, quoted=False),
    "flags": SOUND,
    "opener_consistency": replace(SOUND, opener_disagreement=1.6),
    "direction": replace(SOUND, suspect=True),
    "reality_check": replace(A_TOTAL, projection=replace(NUMBER, built_mean=300.0)),
    "double_counting": replace(SOUND, parts=replace(MADE, stale_news=("INJURIES",))),
    "league_baseline": replace(A_TOTAL, baseline=replace(LEVEL, structural_days=3)),
    "slate_skew": replace(A_TOTAL, slate=gates.Slate(12, 0.95)),
    "market_rated": replace(SOUND, market_rated=False),
    "calibration_active": replace(SOUND, calibration_active=False),
    "market_deviation": replace(A_TOTAL, threshold=0.0, projection=replace(NUMBER, market_mean=218.0)),
    "high_variance": replace(SOUND, threshold=0.0, projection=replace(MARGIN, sd=20.0)),
}
# What else the same rules hold back.
ALSO: tuple[tuple[str, Any], ...] = (
    ("reality_check", replace(SOUND, baseline=replace(LEVEL, triggers=("HOME_WIN_RATE",)))),
    ("reality_check", replace(A_TOTAL, baseline=replace(LEVEL, triggers=("OVERTIME_RATE",)))),
)
DANGERS = (*HELD.items(), *ALSO)
CLOSED = limits(closed_markets=(SOUND.selection.market.key,))


def limits_for(name):
    return CLOSED if name == "flags" else limits()


def test_every_rule_has_its_danger():
    assert list(HELD) == [rule.__name__ for rule in GATES]


@pytest.mark.parametrize(("name", "danger"), DANGERS)
def test_a_rule_holds_back_its_danger_alone(name, danger):
    findings, final = judge(danger, limits_for(name))

    assert final.decision is not Decision.PICK
    assert [finding.gate for finding in findings if finding.reason] == [name]


@pytest.mark.parametrize(("name", "danger"), DANGERS)
def test_without_its_guard_the_danger_would_be_a_pick(name, danger, monkeypatch):
    gone = tuple(
        (lambda candidate, limits, name=name: passed(name)) if rule.__name__ == name else rule for rule in GATES
    )
    monkeypatch.setattr(gates, "GATES", gone)

    assert judge(danger, limits_for(name))[1].decision is Decision.PICK


@pytest.mark.parametrize("trigger", ["OVER_RATE", "BIAS_ACTUAL", "BIAS_MARKET"])
def test_triggers_of_totals_alone_hold_nothing_back_on_their_first_day(trigger):
    for sound in (SOUND, A_TOTAL):
        candidate = replace(sound, baseline=replace(LEVEL, triggers=(trigger,)))

        assert judge(candidate, limits())[1].decision is Decision.PICK


@pytest.mark.parametrize(("sound", "trigger"), [(A_TOTAL, "HOME_WIN_RATE")])
def test_home_wins_say_nothing_of_totals(sound, trigger):
    candidate = replace(sound, baseline=replace(LEVEL, triggers=(trigger,)))

    assert judge(candidate, limits())[1].decision is Decision.PICK


def test_without_the_thresholds_an_edge_that_nobody_proved_would_be_a_pick(monkeypatch):
    unproven = replace(SOUND, threshold=None)

    assert judge(unproven, limits())[1].decision is Decision.LEAN
    monkeypatch.setattr(gates, "publish_thresholds", lambda candidate, limits, p_final: passed("publish_thresholds"))
    assert judge(unproven, limits())[1].decision is Decision.PICK
