"""What is said to tighten makes its rule say less, and nothing else say more."""

from dataclasses import asdict, fields, replace

import pytest

from closeline.domain.gates import GATES, Limits, judge, publish_thresholds
from closeline.domain.leagues import League
from closeline.domain.limits.effects import Effect, changes
from closeline.domain.limits.meanings import FIELDS, Looser
from closeline.domain.limits.proposal import propose
from closeline.domain.markets import MONEYLINE, SPREAD, TOTAL
from closeline.domain.picks import Decision
from tests.builders.candidates import A_LINE, A_TOTAL, EVEN, MADE, MARGIN, NUMBER, OUTLOOK, SOUND, a_selection
from tests.builders.limits import packaged

RANK = {Decision.NO_PLAY: 0, Decision.LEAN: 1, Decision.PICK: 2}
LIMITS = packaged(League.NBA)
QUIET = replace(SOUND, beta=None, p_calibrated=0.7)  # no policy speaks, so that the standard edges do

# What each limit judges, as a candidate that stands where the value of the limit is.
AT = {
    "total_low": lambda value: replace(A_TOTAL, selection=a_selection(TOTAL, line=round(4 * value))),
    "total_high": lambda value: replace(A_TOTAL, selection=a_selection(TOTAL, line=round(4 * value))),
    "spread_max": lambda value: replace(SOUND, selection=a_selection(SPREAD, line=round(4 * value))),
    "moneyline_max": lambda value: replace(SOUND, selection=a_selection(MONEYLINE), american=round(value)),
    "booksum_low": lambda value: replace(SOUND, booksum=value),
    "booksum_high": lambda value: replace(SOUND, booksum=value),
    "outlier_points": lambda value: replace(SOUND, standing=replace(SOUND.standing, consensus_line=-3.5 - value)),
    "opener_disagreement_points_max": lambda value: replace(SOUND, opener_disagreement=value),
    "margin_mean_max": lambda value: replace(SOUND, projection=replace(MARGIN, mean=value)),
    "closing_total_sd": lambda value: replace(
        A_TOTAL, projection=replace(NUMBER, mean=NUMBER.baseline_mean + 3 * value, built_mean=None)
    ),
    "adjustments_max": lambda value: replace(SOUND, parts=replace(MADE, adjusted=value, moved=value)),
    "slate_games_least": lambda value: replace(A_TOTAL, slate=replace(EVEN, games=round(value), share=1.0)),
    "slate_share_max": lambda value: replace(A_TOTAL, slate=replace(EVEN, share=value)),
    "total_soft": lambda value: replace(A_TOTAL, projection=replace(NUMBER, market_mean=NUMBER.mean - value)),
    "total_hard": lambda value: replace(A_TOTAL, projection=replace(NUMBER, market_mean=NUMBER.mean - value)),
    "total_block": lambda value: replace(A_TOTAL, projection=replace(NUMBER, market_mean=NUMBER.mean - value)),
    "margin_soft": lambda value: replace(SOUND, projection=replace(MARGIN, market_mean=MARGIN.mean - value)),
    "margin_hard": lambda value: replace(SOUND, projection=replace(MARGIN, market_mean=MARGIN.mean - value)),
    "margin_block": lambda value: replace(SOUND, projection=replace(MARGIN, market_mean=MARGIN.mean - value)),
    "variance_soft": lambda value: replace(SOUND, projection=replace(MARGIN, sd=value * LIMITS.reference_margin_sd)),
    "variance_hard": lambda value: replace(SOUND, projection=replace(MARGIN, sd=value * LIMITS.reference_margin_sd)),
    "bootstrap_trust": lambda value: replace(SOUND, calibration_active=False),
    "confidence_cap": lambda value: replace(A_TOTAL, projection=replace(NUMBER, market_mean=NUMBER.mean - 6)),
    "edge_lean": lambda value: replace(QUIET, decimal=1 / (0.7 - value)),
    "edge_pick": lambda value: replace(QUIET, decimal=1 / (0.7 - value)),
    "ev_lean": lambda value: replace(QUIET, decimal=(1 + value) / 0.7, p_push=0.0),
    "ev_pick": lambda value: replace(QUIET, decimal=(1 + value) / 0.7, p_push=0.0),
    "edge_implausible": lambda value: replace(QUIET, decimal=1 / (0.7 - value)),
    "publishing": lambda value: SOUND,
    "closed_markets": lambda value: A_TOTAL,
    "quote_age_minutes": lambda value: replace(SOUND, quote_age_minutes=55.0),
    "prop_edge_min": lambda value: replace(A_LINE, decimal=1 / (A_LINE.p_calibrated - value)),
    "prop_confidence_min": lambda value: replace(A_LINE, p_calibrated=value, decimal=2.0),
    "prop_cv_max": lambda value: replace(A_LINE, player=replace(OUTLOOK, sd=value * OUTLOOK.mean)),
    "prop_games_least": lambda value: replace(A_LINE, player=replace(OUTLOOK, games=round(value))),
    "prop_booksum_high": lambda value: replace(A_LINE, booksum=value),
    "prop_age_minutes_max": lambda value: replace(A_LINE, quote_age_minutes=value),
}
# Judged before there is a candidate, or a limit that no single direction loosens.
ELSEWHERE = {"league", "bias_limit", "over_rate_low", "over_rate_high"} | {
    name for name, field in FIELDS.items() if field.looser is Looser.NEITHER
}
# (stricter, where the candidate stands): not a number, or one below which an underround is blocked anyway.
TIGHTER = {
    "publishing": (False, None),
    "closed_markets": ([TOTAL.key], None),
    "quote_age_minutes": ([[180, 50], [0, 3]], None),
    "booksum_low": (1.04, 1.02),
}
# Limits that stand in each other's way: an edge that is worth less than it must be, beside the one that is changed.
ASIDE = {
    "edge_lean": {"ev_lean": 0.005}, "edge_pick": {"ev_lean": 0.005, "ev_pick": 0.01},
    "ev_lean": {"edge_lean": 0.005}, "ev_pick": {"edge_lean": 0.005, "edge_pick": 0.01},
}  # fmt: skip


COUNTS = ("slate_games_least", "prop_games_least")


def tighter(limits, name):
    """Give a limit a fiftieth stricter, and the value halfway."""
    if name in TIGHTER:
        return TIGHTER[name]
    value = getattr(limits, name)
    step = max(1, value // 50) if isinstance(value, int) and name in ("moneyline_max", *COUNTS) else value / 50
    stricter = value - step if FIELDS[name].looser is Looser.HIGHER else value + step
    between = value if name in COUNTS else (value + stricter) / 2
    return stricter, stricter if name == "slate_games_least" else between


def said(candidate, limits):
    """Give what each rule leaves: the highest state, and of what is played at all the trust and the confidence."""
    findings, _ = judge(candidate, limits) if candidate.player else ((
        *(rule(candidate, limits) for rule in GATES), publish_thresholds(candidate, limits, 0.7)
    ), None)  # fmt: skip
    ranks = [RANK[found.highest_state] for found in findings]
    caps = [100 if found.cap is None else found.cap for found in findings]
    return [
        (rank, found.multiplier, cap) if rank else (0, 0, 0)
        for rank, found, cap in zip(ranks, findings, caps, strict=True)
    ]


def test_every_limit_that_loosens_one_way_is_tried():
    assert set(AT) | ELSEWHERE == {field.name for field in fields(Limits)}
    assert set(AT) & ELSEWHERE <= {"closing_total_sd"}


@pytest.mark.parametrize("name", AT)
def test_a_change_that_tightens_makes_its_rule_say_less_and_no_other_more(name):
    before = propose(LIMITS, ASIDE.get(name, {}))
    stricter, value = tighter(before, name)
    after = propose(before, {name: stricter})
    (change,) = changes(asdict(before), asdict(after))
    candidate = AT[name](value)
    was, now = said(candidate, before), said(candidate, after)

    assert change.effect is Effect.TIGHTENS
    assert [other.effect for other in changes(asdict(after), asdict(before))] == [Effect.LOOSENS]
    assert was != now
    for one, other in zip(was, now, strict=True):
        assert all(new <= old for old, new in zip(one, other, strict=True))
