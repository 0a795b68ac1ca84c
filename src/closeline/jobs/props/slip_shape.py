"""A valued slip in the shape in which it crosses the edge."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from closeline.jobs.props.predicting import model_used, plays_of
from closeline.schemas.props import slips as shapes
from closeline.schemas.simulation import Subset

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from closeline.domain.odds import Price
    from closeline.jobs.props.correlating import StoredTies
    from closeline.jobs.props.slip_scene import Scene
    from closeline.maths.props.slips import Slip
    from closeline.maths.simulate.legs import Leg
    from closeline.maths.simulate.legs import Subset as Held


def shape(scene: Scene, game: Sequence[Leg], found: Slip, price: Price | None, seed: int) -> shapes.PricedSlip:
    """Return what a slip came to."""
    told = all(plays_of(item.entry)[0] is not None for item in scene.outlooks)
    event = scene.moment.events[scene.event_id]
    teams = [scene.names.teams.get(team, team) for team in (event.away_team_id, event.home_team_id)]
    return shapes.PricedSlip(
        day=scene.moment.day, as_of=scene.moment.as_of, event_id=scene.event_id, game=" at ".join(teams),
        legs=[*_of_players(scene, found), *_of_game(game, found, len(scene.legs))], win=found.win,
        win_standard_error=found.win_error, independent=found.independent, lift=found.lift,
        lift_standard_error=None if found.lift is None else found.win_error / found.independent, enough=found.enough,
        worlds=found.worlds, hits=found.hits, effective_sample_size=found.effective, possible=found.possible, seed=seed,
        price_decimal=None if price is None else price.decimal,
        value=found.value(price.decimal) if price is not None and told else None,
        fair_decimal=_fair(found) if told else None, subsets=[_subset(each) for each in found.subsets],
        correlation=None if scene.stored is None else _correlation(scene.stored, scene.moment.day),
        models=[model_used(item) for item in scene.chosen], notes=list(scene.notes),
    )  # fmt: skip


def _of_players(scene: Scene, found: Slip) -> Iterator[shapes.SlipLeg]:
    for leg, outlook, chances in zip(scene.legs, scene.outlooks, found.chances, strict=False):
        player = outlook.entry.player_id
        line, name = leg.line_quarters / 4, scene.names.players.get(player, player)
        plays, basis = plays_of(outlook.entry)
        yield shapes.SlipLeg(
            leg=f"{name} {leg.side} {line:g} {outlook.statistic}", market_key=leg.market.key, side=str(leg.side),
            line=line, player_id=player, win=chances.win, push=chances.push, loss=chances.loss, plays=plays,
            plays_basis=basis, mean=None if outlook.forecast is None else outlook.forecast.mean,
        )  # fmt: skip


def _of_game(game: Sequence[Leg], found: Slip, first: int) -> Iterator[shapes.SlipLeg]:
    for leg, chances in zip(game, found.chances[first:], strict=True):
        yield shapes.SlipLeg(
            leg=str(leg), market_key=leg.market.key, side=str(leg.side),
            line=None if leg.line_quarters is None else leg.line_quarters / 4, player_id=None, win=chances.win,
            push=chances.push, loss=chances.loss, plays=None, plays_basis=None, mean=None,
        )  # fmt: skip


def _fair(found: Slip) -> float | None:
    """Return the decimal price at which the slip is worth nothing; the value is a straight line in the price."""
    lost = found.value(1.0)
    a_unit = found.value(2.0) - lost
    return 1.0 - lost / a_unit if a_unit > 0.0 else None


def _subset(found: Held) -> Subset:
    fair = found.fair_decimal if math.isfinite(found.fair_decimal) else None
    return Subset(legs=list(found.places), win=found.win, no_push=found.no_push, fair_decimal=fair)


def _correlation(stored: StoredTies, day: date) -> shapes.CorrelationUsed:
    ties = stored.ties
    return shapes.CorrelationUsed(
        version=stored.version, statistics=[str(item) for item in ties.statistics], rows=ties.rows, games=ties.games,
        games_with_total=ties.with_total, seasons=list(ties.source.seasons), hindsight=stored.has_seen(day),
    )  # fmt: skip
