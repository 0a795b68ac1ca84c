"""What a market says in points: the mean margin and the mean total behind its line and its fair price."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from closeline.domain.leagues import League
from closeline.domain.markets import MONEYLINE, SPREAD, TOTAL, Market
from closeline.maths.distributions import ScoreDistribution, Side, mean_for
from closeline.store.evaluations import Evaluation

Floats = NDArray[np.float64]

# The flag of a spread and a moneyline of one book that tell different stories: one of them is probably an error.
INCONSISTENT = "INCONSISTENT"

# A run line or puck line of one and a half says little of who is better; there the moneyline is the market's word.
MARGIN_MARKETS: dict[League, tuple[Market, ...]] = {
    League.NFL: (SPREAD, MONEYLINE),
    League.NCAAF: (SPREAD, MONEYLINE),
    League.NBA: (SPREAD, MONEYLINE),
    League.NCAAB: (SPREAD, MONEYLINE),
    League.MLB: (MONEYLINE,),
    League.NHL: (MONEYLINE,),
}


def margin_means(league: League, distribution: ScoreDistribution, closes: Sequence[dict[str, Evaluation]]) -> Floats:
    """Return the mean margin (home - away, points) that each game's markets imply; NaN where there is none."""
    chosen = [
        next((priced[market.key] for market in MARGIN_MARKETS[league] if market.key in priced), None)
        for priced in closes
    ]
    return _means(distribution, chosen, Side.HOME)


def total_means(distribution: ScoreDistribution, closes: Sequence[dict[str, Evaluation]]) -> Floats:
    """Return the mean total (points of both teams) that each game's market implies; NaN where there is none."""
    return _means(distribution, [priced.get(TOTAL.key) for priced in closes], Side.OVER)


def _means(distribution: ScoreDistribution, chosen: Sequence[Evaluation | None], side: Side) -> Floats:
    lines = np.array([np.nan if item is None else (item.line_quarters or 0) / 4 for item in chosen], dtype=np.float64)
    fair = np.array([np.nan if item is None else item.fair_probability for item in chosen], dtype=np.float64)
    return mean_for(distribution, lines, fair, side)


# A sheet with fewer games says too little of its orientation; a right one agrees with ratings at about +.9.
SHEET_LEAST = 8
MISDIRECTED = -0.5


def misdirected(margins: Floats, rated: Floats) -> bool:
    """Say whether a sheet of opening margins runs against the ratings: home and away were swapped in it.

    margins, rated: mean margins (home - away, points) by the market and by the ratings, shape (games,), NaN: unknown.
    """
    known = ~np.isnan(margins) & ~np.isnan(rated)
    if int(known.sum()) < SHEET_LEAST or not (margins[known].std() and rated[known].std()):
        return False
    return bool(np.corrcoef(margins[known], rated[known])[0, 1] < MISDIRECTED)


def disagreements(priced: Sequence[Evaluation], margin: ScoreDistribution) -> dict[tuple[str, str], float]:
    """Return, per event and book, by how many points of margin spread and moneyline differ, where both are quoted."""
    found: dict[tuple[str, str], dict[str, Evaluation]] = {}
    for item in priced:
        if item.flags in ("", INCONSISTENT) and item.market_key in (MONEYLINE.key, SPREAD.key):
            found.setdefault((item.event_id, item.book), {})[item.market_key] = item
    both = {key: pair for key, pair in sorted(found.items()) if len(pair) == 2}
    if not both:
        return {}
    lines = np.array([(pair[SPREAD.key].line_quarters or 0) / 4 for pair in both.values()])
    spread = mean_for(
        margin,
        lines,
        np.array([pair[SPREAD.key].fair_probability for pair in both.values()]),
        Side.HOME,
    )
    winner = mean_for(
        margin, np.zeros(len(both)), np.array([pair[MONEYLINE.key].fair_probability for pair in both.values()]),
        Side.HOME,
    )  # fmt: skip
    return {key: float(apart) for key, apart in zip(both, spread - winner, strict=True)}
