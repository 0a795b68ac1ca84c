"""What a run of players says of one line: the outlook of the player, and the forecast of his number as a projection."""

from math import sqrt

from closeline.domain.gates import PlayerOutlook, Projection
from closeline.domain.markets import Market, Side
from closeline.flow.gate.surroundings import Surroundings
from closeline.maths.props.closing import mean_at
from closeline.maths.props.distributions import PropForecast
from closeline.maths.props.families import Family, variance_used
from closeline.maths.props.sheet import PlayerForecast
from closeline.store.forecasts import Prediction


def outlook_of(prediction: Prediction, of: Market, around: Surroundings) -> PlayerOutlook | None:
    """Return what the run expects of the player; null in a market of the game, or where his run says nothing."""
    said = _said(prediction, of, around)
    if said is None:
        return None
    variance = variance_used(Family(said.family), said.mean, said.variance)
    return PlayerOutlook(said.mean, sqrt(float(variance)), said.plays, said.games)


def player_projection(prediction: Prediction, of: Market, around: Surroundings) -> Projection | None:
    """Return the forecast of a player's number as the rules read it; its market mean is the forecast's at the price."""
    said = _said(prediction, of, around)
    if said is None or prediction.line_quarters is None:
        return None
    forecast = PropForecast(said.mean, said.variance, Family(said.family), said.plays)
    chances = forecast.chances(Side.OVER, prediction.line_quarters)
    q_market = prediction.q_market
    return Projection(
        mean=said.mean, sd=sqrt(float(variance_used(forecast.family, said.mean, said.variance))),
        market_mean=None if q_market is None else mean_at(forecast, prediction.line_quarters, q_market),
        baseline_mean=None, line_quantile=chances.loss + chances.push / 2, built_mean=None,
        mass=chances.win + chances.push + chances.loss,
    )  # fmt: skip


def _said(prediction: Prediction, of: Market, around: Surroundings) -> PlayerForecast | None:
    sheet = around.sheets.get(prediction.run_id)
    return sheet.of(of.player_id) if sheet and of.player_id else None
