"""A candidate that passes every rule, and the limits that judge it."""

from dataclasses import replace
from typing import Any

from closeline.domain.gates import Candidate, Limits
from closeline.domain.leagues import League
from closeline.domain.limits import limits_of
from closeline.domain.markets import MONEYLINE, SPREAD, TOTAL, Market, Selection, Side
from closeline.store.packaged import read_artefact
from tests.builders.payloads import GAME

LINES = {MONEYLINE: None, SPREAD: -14, TOTAL: 900}


def a_selection(market: Market = SPREAD, side: Side | None = None, line: int | None = None) -> Selection:
    return Selection(GAME, market, side or market.sides[0], LINES[market] if line is None else line)


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
)


def a_candidate(**changes: Any) -> Candidate:
    return replace(SOUND, **changes)


def limits(league: League = League.NBA, **changes: Any) -> Limits:
    return replace(limits_of(read_artefact("limits.json").decode(), league), **changes)
