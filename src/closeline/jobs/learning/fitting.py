"""Fitting: a league's simulation learned from the record's earlier seasons, as the artefact that ships."""

import json
from dataclasses import asdict

import numpy as np

from closeline.domain.errors import BadInput
from closeline.domain.leagues import League
from closeline.jobs.desk import Desk
from closeline.maths.distributions import Quantity, ScoreDistribution, fit_score_distribution, read_pair
from closeline.maths.simulate.catalogue import read_artefact
from closeline.maths.simulate.fitting.catalogue import FITS
from closeline.maths.simulate.fitting.effects import spreads
from closeline.maths.simulate.fitting.played import Played
from closeline.maths.simulate.goodness import Goodness, goodness
from closeline.maths.simulate.sport import Sport
from closeline.maths.simulate.weighing import By
from closeline.store import models
from closeline.store.past.played import seasons
from closeline.store.past.ratings import BEGINNING
from closeline.store.session import unit_of_work

GAMES_LEAST = 500
CAP = 3.0
# Where the moneyline is the margin's market, absolute margins say less than the script does; see By.
WEIGHED_BY = {League.MLB: By.WINNER, League.NHL: By.WINNER}
# A bias of the lines smaller than this many standard errors is not told apart from none.
TELLING = 3.0
DIGITS = 6


def fit_simulation(desk: Desk, league: League, first: int, last: int) -> str:
    """Return the artefact of a league fitted on seasons first..last of the record; BadInput where they are too few."""
    with unit_of_work(desk.engine, write=False) as session:
        games = seasons(session, league, first, last, as_of=desk.clock())
        _, packaged, _ = models.latest(session, league=league, kind=models.DISTRIBUTION, as_of=BEGINNING)
    if int(games.known.sum()) < GAMES_LEAST:
        raise BadInput(
            f"seasons {first}-{last} of {league} must hold {GAMES_LEAST} games with closing lines and period scores, "
            f"held {int(games.known.sum())}; backtest an archive of them into this record first"
        )
    sport = FITS[league](games)
    margin, total = spreads(sport, games)
    return _artefact(league, games, sport, (margin.effect_sd, total.effect_sd), _distributions(games, packaged))


def _distributions(games: Played, packaged: str) -> tuple[ScoreDistribution, ScoreDistribution]:
    home, away = games.only(games.known).final.T
    known = games.only(games.known)
    margin, total = read_pair(packaged)
    return _refit(margin, home - away, known.margin), _refit(total, home + away, known.total)


def _refit(seed: ScoreDistribution, scores: np.ndarray, means: np.ndarray) -> ScoreDistribution:
    can_tie = seed.quantity is not Quantity.MARGIN or bool((scores == 0).any())
    return fit_score_distribution(
        seed.quantity, seed.shape, scores, means, seed.support, can_tie=can_tie, source=f"{scores.size} games"
    )


def _artefact(
    league: League, games: Played, sport: Sport, effects: tuple[float, float],
    distributions: tuple[ScoreDistribution, ScoreDistribution],
) -> str:  # fmt: skip
    first, last = int(games.season.min()), int(games.season.max())
    known = games.only(games.known)
    home, away = known.final.T
    content = {
        "league": str(league),
        "kind": models.SIMULATION,
        "fitted_on": f"archive of closing lines and results, seasons {first}-{last}, {int(games.known.sum())} games",
        "command": f"closeline models fit {league} --seasons {first}-{last} --db URL",
        "margin_effect_sd": effects[0],
        "total_effect_sd": effects[1],
        "cap": CAP,
        "margin_bias": _bias(home - away - known.margin),
        "total_bias": _bias(home + away - known.total),
        "weigh_by": str(WEIGHED_BY.get(league, By.MASS)),
        "team_total_sd": float(np.std(np.concatenate([games.total + games.margin, games.total - games.margin]) / 2)),
        "parameters": asdict(sport),  # type: ignore[call-overload]
        "margin": json.loads(distributions[0].to_json()),
        "total": json.loads(distributions[1].to_json()),
    }
    return json.dumps(_rounded(content), sort_keys=True, separators=(",", ":"), allow_nan=False) + "\n"


def _bias(residuals: np.ndarray) -> float:
    """Return how far games ended from the closing means, 0.0 where chance could have done it."""
    error = residuals.std() / np.sqrt(residuals.size)
    return float(residuals.mean()) if abs(residuals.mean()) > TELLING * error else 0.0


def _rounded(value: object) -> object:
    """Keep six significant digits: more is noise, and would differ between machines."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return value


def check_simulation(desk: Desk, league: League, first: int, last: int, *, most: int) -> tuple[str, Goodness]:
    """Return what the league's simulation was fitted on, and how it compares with seasons first..last."""
    with unit_of_work(desk.engine, write=False) as session:
        games = seasons(session, league, first, last, as_of=desk.clock())
        _, content, _ = models.latest(session, league=league, kind=models.SIMULATION, as_of=desk.clock())
    if not games.known.any():
        raise BadInput(f"seasons {first}-{last} of {league} must hold games with period scores, held none")
    artefact = read_artefact(content)
    return artefact.model.fitted_on, goodness(artefact, games, most)
