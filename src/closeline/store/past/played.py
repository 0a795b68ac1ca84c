"""Played games of a league's record as fits read them: closing means, and the points of every period."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from closeline.domain.leagues import League
from closeline.domain.markets import GAME_MARKETS, Period
from closeline.domain.settlement.score import segment_of
from closeline.maths.distributions import read_pair
from closeline.maths.simulate.fitting.played import Played
from closeline.store import models
from closeline.store.past.closes import margin_means, total_means
from closeline.store.past.games import PlayedGame, played
from closeline.store.past.ratings import BEGINNING
from closeline.store.session import Session


def seasons(session: Session, league: League, first: int, last: int, *, as_of: datetime) -> Played:
    """Return the games of seasons first..last, with closing lines and a final score, received by `as_of`."""
    games = [
        game
        for game in played(session, league=league, after=BEGINNING, until=as_of)
        if first <= game.version.season <= last and game.result.home_score is not None
    ]
    # The packaged distributions read the closing lines, as they do for the ratings.
    margin, total = read_pair(models.latest(session, league=league, kind=models.DISTRIBUTION, as_of=BEGINNING)[1])
    closes = [
        {item.key: close for item in GAME_MARKETS if (close := game.close(item.key)) is not None} for game in games
    ]
    found = _arrays(league, games, margin_means(league, margin, closes), total_means(total, closes))
    return found.only(np.isfinite(found.margin) & np.isfinite(found.total))


def _arrays(league: League, games: Sequence[PlayedGame], margin: np.ndarray, total: np.ndarray) -> Played:
    regulation = segment_of(league, Period.REGULATION).of
    periods = np.full((len(games), regulation, 2), -1, dtype=np.int64)
    overtime = np.zeros((len(games), 2), dtype=np.int64)
    for place, game in enumerate(games):
        told = game.result.periods
        if len(told) >= regulation:
            periods[place] = told[:regulation]
            overtime[place] = np.sum(told[regulation:], axis=0) if len(told) > regulation else (0, 0)
    return Played(
        np.array([game.version.season for game in games], dtype=np.int64), margin, total, periods, overtime,
        np.zeros(len(games), dtype=np.bool_), np.array([game.result.overtime for game in games], dtype=np.bool_),
    )  # fmt: skip
