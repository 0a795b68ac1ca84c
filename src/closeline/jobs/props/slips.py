"""Slips: legs on players of one game, and on that game, valued together by the models in force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from closeline.domain.errors import BadInput, NotFound
from closeline.domain.ids import content_id
from closeline.domain.markets import MarketType, Period
from closeline.jobs.props import slip_shape
from closeline.jobs.props.moments import LEAGUE
from closeline.jobs.props.slip_scene import scene_of
from closeline.maths.props.slips import slip
from closeline.maths.props.worlds import draw, draw_with
from closeline.maths.simulate.legs import checked, graded
from closeline.store.session import unit_of_work

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from closeline.jobs.desk import Desk
    from closeline.jobs.props.slip_scene import Scene, SlipAsked
    from closeline.maths.props.slips import Slip
    from closeline.maths.simulate.worlds import Worlds
    from closeline.schemas.props.slips import PricedSlip

# Draws the worlds of an event, so many with a seed, and what is to be said of them; NotFound where nobody can.
WorldsOf = Callable[["Desk", str, int, int], "tuple[Worlds, tuple[str, ...]]"]
_OF_GAME = (MarketType.TOTAL, MarketType.SPREAD, MarketType.MONEYLINE)


def price_slip(desk: Desk, day: date, asked: SlipAsked, worlds_of: WorldsOf) -> PricedSlip:
    """Value legs of one game together; nothing is written.

    worlds_of: asked for the worlds of the game where a leg is on it.

    Raises BadInput for legs that make no ticket of one game, NotFound for a player who is not expected and for legs of
    a game whose worlds nobody can draw, and where no correlation was fitted and none was renounced.
    """
    _check(asked)
    with unit_of_work(desk.engine, write=False) as session:
        scene = scene_of(session, desk, day, asked)
    seed = _seed(scene) if asked.seed is None else asked.seed
    worlds, told = _worlds(desk, scene, asked, seed, worlds_of)
    try:
        found = _valued(scene, asked, seed, worlds)
    except ValueError as error:
        raise BadInput(str(error)) from error
    return slip_shape.shape(replace(scene, notes=(*scene.notes, *told)), asked.game, found, asked.price, seed)


def _check(asked: SlipAsked) -> None:
    if not asked.players:
        raise BadInput("slip must have a leg on a player, had none; see closeline simulate --legs for legs of a game")
    for leg in asked.game:
        if leg.market.type not in _OF_GAME or leg.market.period is not Period.FULL_GAME:
            message = "leg of the game must be its total, a spread or a moneyline over the full game"
            raise BadInput(f"{message}, was {leg}; players' numbers are tied to its total only")


def _seed(scene: Scene) -> int:
    versions = [item.model.version for item in scene.chosen]
    return int(content_id("props slip", scene.event_id, *versions)[:15], 16)


def _worlds(
    desk: Desk, scene: Scene, asked: SlipAsked, seed: int, worlds_of: WorldsOf
) -> tuple[Worlds | None, tuple[str, ...]]:  # fmt: skip
    """Return the worlds of the game as its last forecast knew it, with notes on them; none where no leg needs them."""
    if not asked.game:
        return None, ()
    try:
        return worlds_of(desk, scene.event_id, asked.worlds, seed)
    except NotFound as error:
        message = "legs of the game must have its worlds, which a forecast of the game gives"
        raise NotFound(f"{message}; leave them out, or forecast it first: {error}") from error


def _valued(scene: Scene, asked: SlipAsked, seed: int, worlds: Worlds | None) -> Slip:
    matrix = _matrix(scene, with_total=worlds is not None)
    if worlds is None:
        return slip(draw(scene.numbers, matrix, worlds=asked.worlds, seed=seed), scene.legs)
    grades = graded(worlds, LEAGUE, checked(asked.game))
    return slip(draw_with(scene.numbers, matrix, worlds, seed=seed), scene.legs, grades)


def _matrix(scene: Scene, *, with_total: bool) -> NDArray[np.float64]:
    if scene.stored is None:
        return np.eye(int(with_total) + len(scene.numbers))
    return scene.stored.ties.matrix(scene.whose, with_total=with_total)
