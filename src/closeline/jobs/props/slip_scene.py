"""The scene of a slip: its players' forecasts, how they are tied, and what has to be drawn of one game."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from closeline.domain.errors import BadInput, NotFound
from closeline.domain.props.statistics import Statistic
from closeline.jobs.props import correlating
from closeline.jobs.props.ahead import ahead_of
from closeline.jobs.props.moments import LEAGUE, moment_of
from closeline.jobs.props.predicting import meant_of, models_needed, names_of, notes, outlooks, plays_of
from closeline.maths.props.slips import PropLeg
from closeline.maths.props.ties import Whose
from closeline.maths.props.worlds import PlayerNumber

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from closeline.domain.markets import Side
    from closeline.domain.odds import Price
    from closeline.jobs.desk import Desk
    from closeline.jobs.props.ahead import Ahead, Chosen
    from closeline.jobs.props.moments import Moment
    from closeline.jobs.props.predicting import Names, Outlook
    from closeline.maths.simulate.legs import Leg
    from closeline.store.session import Session

    Outlooks = Mapping[tuple[str, Statistic], Outlook]

WORLDS = 20_000
NOT_FITTED = (
    "numbers of players must be tied by a fitted correlation, none is in the record; train two statistics or more "
    "together with closeline props train, or draw them apart with --independent"
)
_PARTS = (Statistic.POINTS, Statistic.REBOUNDS, Statistic.ASSISTS)


@dataclass(frozen=True, slots=True)
class PlayerLegAsked:
    """One side of a player's line, the player as a person writes him: his id, or a name that means just one."""

    player: str
    side: Side
    line_quarters: int
    statistic: Statistic


@dataclass(frozen=True, slots=True)
class SlipAsked:
    """What is to be valued: legs on players, legs on their game, the price for all, worlds, and the seed.

    seed: null takes one from the game and its models. independent: draw every number apart.
    """

    players: tuple[PlayerLegAsked, ...]
    game: tuple[Leg, ...] = ()
    price: Price | None = None
    worlds: int = WORLDS
    seed: int | None = None
    independent: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What the record says of a slip's game: its players' forecasts, how they are tied, and what they are called.

    legs and outlooks stand in the order of the players' legs that were asked; numbers are what has to be drawn.
    """

    moment: Moment
    event_id: str
    chosen: tuple[Chosen, ...]
    legs: tuple[PropLeg, ...]
    outlooks: tuple[Outlook, ...]
    numbers: tuple[PlayerNumber, ...]
    whose: tuple[Whose, ...]
    stored: correlating.StoredTies | None
    names: Names
    notes: tuple[str, ...]


def scene_of(session: Session, desk: Desk, day: date, asked: SlipAsked) -> Scene:
    """Return the scene of a slip; raises as `price_slip` does."""
    moment = moment_of(session, day, now=desk.clock())
    chosen = models_needed(session, desk, moment, tuple(Statistic))
    ahead = ahead_of(session, desk.prop_features, moment)
    names = names_of(session, moment, [item.player_id for item in ahead.entries], ahead.unplaced)
    known = {(item.entry.player_id, item.statistic): item for item in outlooks(chosen, ahead)}
    found = tuple(_outlook(item, known, ahead, names, day) for item in asked.players)
    events = sorted({item.entry.event_id for item in found})
    if len(events) > 1:
        raise BadInput(f"legs must be of one game, were of {', '.join(events)}; games are independent of each other")
    stored = None if asked.independent else _ties(session, desk, moment)
    numbers = _numbers(found, known, stored)
    return Scene(
        moment, events[0], _speaking(chosen, numbers),
        tuple(_leg(item, outlook) for item, outlook in zip(asked.players, found, strict=True)), found,
        tuple(_number(item) for item in numbers), tuple(map(_whose, numbers)), stored, names,
        (*_of_models(moment, chosen, ahead, numbers), *_of_ties(stored, day), *_of_plays(found, names)),
    )  # fmt: skip


def _outlook(asked: PlayerLegAsked, known: Outlooks, ahead: Ahead, names: Names, day: date) -> Outlook:
    player = meant_of(asked.player, ahead, names, day)
    outlook = known.get((player, asked.statistic))
    name = names.players.get(player, player)
    if outlook is None:
        message = f"a model of {asked.statistic} must have been trained, none was"
        raise NotFound(f"{message}; run: closeline props train --statistic {asked.statistic.lower()}")
    if len({item.event_id for item in ahead.entries if item.player_id == player}) > 1:
        raise BadInput(f"{name} must be expected in one game on {day}, was in several")
    if outlook.forecast is None:
        raise BadInput(f"{name} must have enough games to forecast by, had {outlook.entry.games}")
    return outlook


def _ties(session: Session, desk: Desk, moment: Moment) -> correlating.StoredTies:
    stored = correlating.in_force(session, LEAGUE, as_of=moment.as_of, now=desk.clock())
    if stored is None:
        raise NotFound(NOT_FITTED)
    return stored


def _numbers(
    found: Sequence[Outlook], known: Outlooks, stored: correlating.StoredTies | None
) -> tuple[Outlook, ...]:  # fmt: skip
    """Return what has to be drawn, in an order that does not depend on that of the legs.

    Beside a player's points + rebounds + assists and another number of his, its parts are drawn, of which it is then
    the sum in every world, wherever all three have a model and a tie.
    """
    wanted: dict[str, set[Statistic]] = {}
    for item in found:
        wanted.setdefault(item.entry.player_id, set()).add(item.statistic)
    for player, own in wanted.items():
        tied = stored is None or set(_PARTS) <= set(stored.ties.statistics)
        if Statistic.PRA in own and len(own) > 1 and tied and all((player, part) in known for part in _PARTS):
            own.update(_PARTS)
    return tuple(known[player, each] for player in sorted(wanted) for each in Statistic if each in wanted[player])


def _leg(asked: PlayerLegAsked, found: Outlook) -> PropLeg:
    try:
        return PropLeg(found.statistic.market_of(found.entry.player_id), asked.side, asked.line_quarters)
    except ValueError as error:
        raise BadInput(str(error)) from error


def _number(found: Outlook) -> PlayerNumber:
    assert found.forecast is not None
    plays, _ = plays_of(found.entry)
    # Where nobody can say it, chances are given that he plays, and the slip is given no value.
    forecast = replace(found.forecast, plays=1.0 if plays is None else plays)
    return PlayerNumber(found.statistic.market_of(found.entry.player_id), forecast)


def _whose(found: Outlook) -> Whose:
    return Whose(found.entry.player_id, found.entry.team_id, found.statistic)


def _speaking(chosen: Sequence[Chosen], numbers: Sequence[Outlook]) -> tuple[Chosen, ...]:
    spoken = {item.statistic for item in numbers}
    return tuple(item for item in chosen if item.model.statistic in spoken)


def _of_models(
    moment: Moment, chosen: Sequence[Chosen], ahead: Ahead, numbers: Sequence[Outlook]
) -> tuple[str, ...]:  # fmt: skip
    return tuple(notes(moment, _speaking(chosen, numbers), ahead, with_lines=True))


def _of_ties(stored: correlating.StoredTies | None, day: date) -> tuple[str, ...]:
    if stored is None:
        return ("no correlation, as was asked: every number is drawn apart, which same-game legs are not",)
    if stored.has_seen(day):
        return ("hindsight: the correlation was fitted on games of this day or of later ones",)
    return ()


def _of_plays(found: Sequence[Outlook], names: Names) -> tuple[str, ...]:
    told = {item.entry.player_id: plays_of(item.entry)[0] for item in found}
    unknown = [names.players.get(player, player) for player, plays in told.items() if plays is None]
    out = [names.players.get(player, player) for player, plays in told.items() if plays == 0.0]
    return (
        *(f"nobody says whether {name} plays: chances are given that he does, no value is told" for name in unknown),
        *(f"{name} is reported out: his legs are void" for name in out),
    )  # fmt: skip
