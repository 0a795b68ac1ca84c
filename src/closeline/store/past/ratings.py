"""The ratings as the record knows them at a moment: a filter that has learned what was received by then.

Nothing of it is state that could be lost: it is rebuilt from results and closing lines, in the order of their receipt,
and a `rating_state` row holds the hash that the rebuilt one must have.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from itertools import groupby

import numpy as np

from closeline.domain.leagues import NEXT_DAY, League, eastern
from closeline.domain.markets import GAME_MARKETS
from closeline.maths.distributions import ScoreDistribution, read_pair
from closeline.maths.ratings import RatingFilter, RatingParameters, Slate
from closeline.store import models
from closeline.store.past.closes import margin_means, total_means
from closeline.store.past.games import PlayedGame, played
from closeline.store.references import EventVersion
from closeline.store.session import Session

BEGINNING = datetime(1900, 1, 1, tzinfo=UTC)


def slate(versions: Iterable[EventVersion]) -> Slate:
    """Return games of one league day as the ratings take them."""
    games = tuple(versions)
    return Slate(
        day=date.fromisoformat(games[0].day).toordinal(),
        season=games[0].season,
        home=tuple(game.home_team_id for game in games),
        away=tuple(game.away_team_id for game in games),
        neutral=tuple(game.neutral for game in games),
        home_pitcher=tuple(game.home_pitcher for game in games),
        away_pitcher=tuple(game.away_pitcher for game in games),
    )


@dataclass(slots=True)
class LeagueRatings:
    """A filter with the moment up to which it has learned and the artefacts that it runs on."""

    filter: RatingFilter
    version: str
    margin: ScoreDistribution
    total: ScoreDistribution
    learned_until: datetime = BEGINNING
    games: int = 0
    waiting: list[PlayedGame] = field(default_factory=list)

    def learn(self, session: Session, league: League, until: datetime) -> None:
        """Learn the games that may be learned by now: results received, and their league day over.

        A day is predicted whole before any of its games is learned, so an afternoon's result waits for midnight.
        """
        games = self.waiting + played(session, league=league, after=self.learned_until, until=until)
        games.sort(key=lambda game: (_learnable_at(game), game.version.day, game.version.event_id))
        ready = [game for game in games if _learnable_at(game) <= until]
        for _, batch in groupby(ready, key=lambda game: (_learnable_at(game), game.version.day)):
            self._learn_batch(league, list(batch))
        self.games += len(ready)
        self.waiting = games[len(ready) :]
        self.learned_until = until

    def _learn_batch(self, league: League, games: list[PlayedGame]) -> None:
        closes = [
            {market.key: close for market in GAME_MARKETS if (close := game.close(market.key)) is not None}
            for game in games
        ]
        home = np.array([game.result.home_score for game in games], dtype=np.float64)
        away = np.array([game.result.away_score for game in games], dtype=np.float64)
        self.filter.learn(
            slate(game.version for game in games),
            home - away,
            home + away,
            margin_means(league, self.margin, closes),
            total_means(self.total, closes),
        )


def _learnable_at(game: PlayedGame) -> datetime:
    day_over = eastern(date.fromisoformat(game.version.day) + NEXT_DAY, time(0, 0))
    return max(game.result.received_at, day_over)


class RatingBook:
    """Ratings per league, kept between forecasts so that each game is learned once; a cold book rebuilds them."""

    def __init__(self) -> None:
        """Start cold."""
        self._leagues: dict[League, LeagueRatings] = {}

    def at(self, session: Session, league: League, *, as_of: datetime) -> LeagueRatings:
        """Return the ratings that have learned every result received by `as_of`, and none received later."""
        # Taken out while it learns: what a fault left half learned is never asked again, but rebuilt.
        known = self._leagues.pop(league, None)
        if known is None or known.learned_until > as_of:
            known = _fresh(session, league)
        if known.learned_until < as_of:
            known.learn(session, league, as_of)
        self._leagues[league] = known
        return known


def _fresh(session: Session, league: League) -> LeagueRatings:
    # The packaged distributions, not the fitted ones, read the closing lines: a refit must not rewrite what the
    # filter learned before it.
    version, content, _ = models.latest(session, league=league, kind=models.RATINGS, as_of=BEGINNING)
    _, distributions, _ = models.latest(session, league=league, kind=models.DISTRIBUTION, as_of=BEGINNING)
    margin, total = read_pair(distributions)
    return LeagueRatings(RatingFilter(RatingParameters.from_json(content)), version, margin, total)
