"""A candidate that passes every rule, and the limits that judge it."""

from dataclasses import replace
from typing import Any

from closeline.domain.gates import Baseline, Candidate, Limits, Parts, PlayerOutlook, Projection, Slate, Standing
from closeline.domain.leagues import League
from closeline.domain.limits import limits_of
from closeline.domain.markets import MONEYLINE, SPREAD, TOTAL, Market, MarketType, Selection, Side
from closeline.store.packaged import read_artefact
from tests.builders.payloads import GAME

LINES = {MONEYLINE: None, SPREAD: -14, TOTAL: 900}


def a_selection(market: Market = SPREAD, side: Side | None = None, line: int | None = None) -> Selection:
    return Selection(GAME, market, side or market.sides[0], LINES[market] if line is None else line)


# What a basketball simulation says of a margin and of a total that nobody need wonder about.
MARGIN = Projection(mean=5.0, sd=13.3, market_mean=3.5, baseline_mean=0.0, line_quantile=0.46, built_mean=5.0, mass=1.0)
NUMBER = Projection(
    mean=228.0, sd=18.5, market_mean=225.0, baseline_mean=226.0, line_quantile=0.45, built_mean=228.5, mass=1.0
)
MADE = Parts(
    mean=5.0, moved=2.5, adjusted=2.5, pace_z=0.2, efficiency_z=0.4, pace_alone=1.0, efficiency_alone=2.0, together=3.1
)
LEVEL = Baseline(day="2016-01-05", games=120, bias=0.4, correction=0.0, damp_factor=1.0, structural_days=0)
EVEN = Slate(games=10, share=0.5)
ALONE = Standing()

SOUND = Candidate(
    selection=a_selection(),
    two_sided=True,
    quoted=True,
    booksum=1.0476,
    decimal=21 / 11,
    american=-110,
    quote_age_minutes=0.0,
    minutes_to_start=540.0,
    opener_disagreement=0.5,
    suspect=False,
    calibration_active=True,
    market_rated=True,
    p_calibrated=0.58,
    q_market=0.5,
    p_push=0.0,
    beta=0.5,
    threshold=0.01,
    predicted_clv=0.04,
    p_sd=0.03,
    standing=ALONE,
    projection=MARGIN,
    parts=MADE,
    baseline=LEVEL,
    slate=EVEN,
)

# A player's line of 27.5, of whom some 61 of 100 games are above it.
OUTLOOK = PlayerOutlook(mean=30.35, sd=8.0, plays=0.96, games=40)
A_LINE = replace(
    SOUND, selection=Selection(GAME, Market(MarketType.PLAYER_PRA, player_id="nba_1"), Side.OVER, 110),
    p_calibrated=0.61, p_push=0.04, beta=None, threshold=None, predicted_clv=None, p_sd=None, parts=None, slate=None,
    projection=Projection(
        mean=30.35, sd=8.0, market_mean=28.6, baseline_mean=None, line_quantile=0.39, built_mean=None, mass=1.0
    ),
    player=OUTLOOK,
)  # fmt: skip
A_TOTAL = replace(SOUND, selection=a_selection(TOTAL), projection=NUMBER)


def a_candidate(**changes: Any) -> Candidate:
    return replace(SOUND, **changes)


def limits(league: League = League.NBA, **changes: Any) -> Limits:
    return replace(limits_of(read_artefact("limits.json").decode(), league), **changes)
