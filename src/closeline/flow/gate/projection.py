"""What a run says of the margin or the total behind a market, read from what it stored."""

from math import isnan, nan

from closeline.domain.forecasts.adjustments import Adjustment, AdjustmentName
from closeline.domain.forecasts.own import Expected, is_own
from closeline.domain.gates import Parts, Projection
from closeline.domain.markets import Market, MarketType, Period
from closeline.flow.gate.surroundings import Surroundings
from closeline.maths.simulate.decomposition import Decomposition, TeamUnits
from closeline.store.forecasts import Prediction

# Markets of the whole game: the others have no mean of their own in a run.
QUANTITIES = frozenset({MarketType.MONEYLINE, MarketType.SPREAD, MarketType.TOTAL})


def projection_of(prediction: Prediction, of: Market, around: Surroundings) -> Projection | None:
    """Return what the run says of the quantity behind a market; null for a period or a team's total."""
    if is_own(around.runs[prediction.run_id].engine):
        return _own_projection(prediction, of, around)
    made = _decomposition(prediction, of, around)
    if made is None or made.outcome is None:
        return None
    run, of_total = around.runs[prediction.run_id], of.type is MarketType.TOTAL
    park = sum(item.total_points for item in made.adjustments if item.name is AdjustmentName.PARK)
    return Projection(
        mean=run.total_mean if of_total else run.margin_mean,
        sd=made.outcome.total_sd if of_total else made.outcome.margin_sd,
        market_mean=_market_mean(prediction, around, of_total=of_total),
        baseline_mean=around.baseline_total + park if of_total else 0.0,
        line_quantile=_line_quantile(prediction),
        built_mean=made.team_home.points + (made.team_away.points if of_total else -made.team_away.points),
        mass=made.outcome.mass,
    )


def _market_mean(prediction: Prediction, around: Surroundings, *, of_total: bool) -> float | None:
    found = around.market_means.get((prediction.event_id, prediction.book), (nan, nan))[of_total]
    return None if isnan(found) else found


def _line_quantile(prediction: Prediction) -> float | None:
    beyond = prediction.p_raw * (1 - prediction.p_push) + prediction.p_push / 2
    return 1 - beyond if prediction.line_quarters is not None else None


def is_due(of: Market) -> bool:
    """Say whether a run must tell what it expects of the quantity behind a market: of the whole game it must."""
    return of.period is Period.FULL_GAME and of.type in QUANTITIES


def _own_projection(prediction: Prediction, of: Market, around: Surroundings) -> Projection | None:
    """Return what somebody's own model says: no units are behind it, so nothing says that they make up its mean."""
    expected = _expected(prediction, of, around)
    if expected is None:
        return None
    of_total = of.type is MarketType.TOTAL
    return Projection(
        mean=expected.mean, sd=expected.sd, market_mean=_market_mean(prediction, around, of_total=of_total),
        baseline_mean=around.baseline_total if of_total else 0.0, line_quantile=_line_quantile(prediction),
        built_mean=None,
    )  # fmt: skip


def _expected(prediction: Prediction, of: Market, around: Surroundings) -> Expected | None:
    said = around.owned.get(prediction.run_id)
    if said is None or not is_due(of):
        return None
    return said.total if of.type is MarketType.TOTAL else said.margin


def _own_parts(prediction: Prediction, of: Market, around: Surroundings) -> Parts | None:
    """Return what moved the mean of somebody's own model; without its base that is not known, and no number."""
    expected = _expected(prediction, of, around)
    if expected is None:
        return None
    of_total = of.type is MarketType.TOTAL
    adjustments = around.owned[prediction.run_id].adjustments
    points = [item.total_points if of_total else item.margin_points for item in adjustments]
    moving = [item for item, worth in zip(adjustments, points, strict=True) if worth]
    moved = None if expected.base is None else expected.mean - expected.base
    return Parts(
        expected.mean, moved, sum(points), 0.0, 0.0, 0.0, 0.0, 0.0, _shared(moving), _stale(moving, prediction, around)
    )


def parts_of(prediction: Prediction, of: Market, around: Surroundings) -> Parts | None:
    """Return what a run's mean is made of, in the quantity behind a market."""
    if is_own(around.runs[prediction.run_id].engine):
        return _own_parts(prediction, of, around)
    made = _decomposition(prediction, of, around)
    if made is None:
        return None
    of_total = of.type is MarketType.TOTAL
    points = [item.total_points if of_total else item.margin_points for item in made.adjustments]
    moving = [item for item, worth in zip(made.adjustments, points, strict=True) if worth]
    mean, base = (made.total, made.base_total) if of_total else (made.margin, made.base_margin)
    team = max((made.team_home, made.team_away), key=lambda item: min(item.units.z, item.efficiency.z))
    return Parts(
        mean, mean - base, sum(points), team.units.z, team.efficiency.z, *_effects(team),
        _shared(moving), _stale(moving, prediction, around),
    )  # fmt: skip


def _decomposition(prediction: Prediction, of: Market, around: Surroundings) -> Decomposition | None:
    if not is_due(of):
        return None
    return around.decompositions.get(prediction.run_id)


def _effects(team: TeamUnits) -> tuple[float, float, float]:
    """Return the points that pace alone, efficiency alone and both at once add to an average team's."""
    pace = (team.units.value - team.units.baseline) * team.efficiency.baseline
    efficiency = team.units.baseline * (team.efficiency.value - team.efficiency.baseline)
    both = team.units.value * team.efficiency.value - team.units.baseline * team.efficiency.baseline
    return pace, efficiency, both


def _shared(moving: list[Adjustment]) -> tuple[str, ...]:
    sources = [item.source for item in moving]
    return tuple(sorted({source for source in sources if sources.count(source) > 1}))


def _stale(moving: list[Adjustment], prediction: Prediction, around: Surroundings) -> tuple[str, ...]:
    """Name the news that the quotes already knew: counted beside them it would count twice."""
    seen = around.evaluations.get((prediction.event_id, prediction.book, prediction.market_key))
    return tuple(
        str(item.name)
        for item in moving
        if seen and item.known_at and item.name is AdjustmentName.INJURIES and item.known_at <= seen.received_at
    )
