"""Fitting the key numbers of margin and total to the record."""

import json
from collections.abc import Sequence
from datetime import datetime

import numpy as np

from closeline.domain.events import DistributionFitted
from closeline.domain.ids import canonical_json
from closeline.domain.leagues import League
from closeline.domain.markets import GAME_MARKETS
from closeline.maths.distributions import ScoreDistribution, fit_score_distribution, read_pair
from closeline.store import models
from closeline.store.evaluations import Evaluation
from closeline.store.past import outcomes
from closeline.store.past.closes import margin_means, total_means
from closeline.store.past.games import PlayedGame, played
from closeline.store.past.ratings import BEGINNING
from closeline.store.session import Session

GAMES_LEAST = 500
REFIT = 1.25
LEAGUES_THAT_TIE = frozenset({League.NFL})


def fit_distribution(session: Session, *, league: League, at: datetime) -> DistributionFitted | None:
    """Fit the key numbers of margin and total to the results received so far.

    Null while they are too few, or hardly more than at the last fit.
    """
    before = models.latest(session, league=league, kind=models.DISTRIBUTION, as_of=at)[2]
    results = outcomes.results_count(session, league=league, as_of=at)
    if results < max(GAMES_LEAST, REFIT * (int(before) if before.isdigit() else 0)):
        return None
    games = played(session, league=league, after=BEGINNING, until=at)
    closes = [
        {market.key: close for market in GAME_MARKETS if (close := game.close(market.key)) is not None}
        for game in games
    ]
    seed_margin, seed_total = read_pair(_seed(session, league))
    margin = _fitted(games, closes, seed_margin, league)
    total = _fitted(games, closes, seed_total, league)
    if margin is None or total is None:
        return None
    content = {
        "league": str(league),
        "margin": json.loads(margin[0].to_json()),
        "total": json.loads(total[0].to_json()),
        "obtained": f"fitted on {margin[1]} margins and {total[1]} totals received by {at.isoformat()}",
    }
    text = canonical_json(content)
    version = models.add(session, league=league, kind=models.DISTRIBUTION, content=text, fitted_on=str(results), at=at)
    return DistributionFitted(league, version, margin[1])


def _seed(session: Session, league: League) -> str:
    return models.latest(session, league=league, kind=models.DISTRIBUTION, as_of=BEGINNING)[1]


def _fitted(
    games: Sequence[PlayedGame], closes: Sequence[dict[str, Evaluation]], seed: ScoreDistribution, league: League
) -> tuple[ScoreDistribution, int] | None:
    is_margin = seed.quantity == "margin"
    means = margin_means(league, seed, closes) if is_margin else total_means(seed, closes)
    sign = -1 if is_margin else 1
    scores = np.array(
        [(game.result.home_score or 0) + sign * (game.result.away_score or 0) for game in games],
        dtype=np.int64,
    )
    known = ~np.isnan(means) if games else np.zeros(0, dtype=bool)
    if int(known.sum()) < GAMES_LEAST:
        return None
    fitted = fit_score_distribution(
        seed.quantity, seed.shape, scores[known], means[known], seed.support,
        can_tie=league in LEAGUES_THAT_TIE, source="closing means and results of the record",
    )  # fmt: skip
    return (fitted, int(known.sum()))
