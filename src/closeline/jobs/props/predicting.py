"""Predicting: every player who is expected on a day, each statistic apart, and one player's whole distribution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from closeline.domain.errors import BadInput, NotFound
from closeline.domain.identity.players import folded_name
from closeline.domain.markets import Side, market
from closeline.domain.props.statistics import Statistic, statistic_of
from closeline.flow.forecast.props.made import PLAYS_UNREPORTED
from closeline.jobs.props.ahead import Ahead, Chosen, ahead_of, models_for
from closeline.jobs.props.moments import Moment, moment_of
from closeline.jobs.props.offers import offered
from closeline.maths.props.distributions import PropForecast
from closeline.maths.props.families import ON_INTEGERS
from closeline.maths.props.scores import interval
from closeline.schemas.props import predictions as shapes
from closeline.store import references
from closeline.store.session import unit_of_work

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from closeline.jobs.desk import Desk
    from closeline.store.players import SlateEntry
    from closeline.store.session import Session

READY, INSUFFICIENT_DATA = "READY", "INSUFFICIENT_DATA"
REPORT, PRIOR, UNKNOWN = "REPORT", "PRIOR", "UNKNOWN"
TRAIN = "run: closeline props train"
LEVEL = 0.8
# A tail with less than this in all is not written down.
UNSEEN = 1e-6
# Half and whole points on both sides of the middle, where no book says what is asked.
_ABOUT_MIDDLE = 4


@dataclass(frozen=True, slots=True)
class Outlook:
    """One player's number in one game: who, the model, and the forecast, null for one with too few games."""

    entry: SlateEntry
    chosen: Chosen
    forecast: PropForecast | None

    @property
    def statistic(self) -> Statistic:
        """Return what is forecast."""
        return self.chosen.model.statistic

    @property
    def market_key(self) -> str:
        """Return the market of his number."""
        return self.statistic.market_of(self.entry.player_id).key


@dataclass(frozen=True, slots=True)
class Names:
    """What teams and players are called."""

    teams: Mapping[str, str]
    players: Mapping[str, str]


def predict(desk: Desk, day: date, statistics: Sequence[Statistic] = tuple(Statistic)) -> shapes.Predictions:
    """Return the numbers of everybody who is expected on a day; raises NotFound where no model has been trained."""
    with unit_of_work(desk.engine, write=False) as session:
        moment = moment_of(session, day, now=desk.clock())
        chosen = models_needed(session, desk, moment, statistics)
        ahead = ahead_of(session, desk.prop_features, moment)
        return predictions_of(session, moment, chosen, ahead)


def models_needed(
    session: Session, desk: Desk, moment: Moment, statistics: Sequence[Statistic]
) -> list[Chosen]:  # fmt: skip
    """Return the models of statistics; raises NotFound where there is none at all, which says how to get one."""
    chosen = models_for(session, desk, moment, statistics)
    if not chosen:
        wanted = ", ".join(statistics)
        raise NotFound(f"a model of {wanted} must have been trained, none was; {TRAIN}")
    return chosen


def predictions_of(session: Session, moment: Moment, chosen: Sequence[Chosen], ahead: Ahead) -> shapes.Predictions:
    """Return the numbers of those who are expected, by these models."""
    found = outlooks(chosen, ahead)
    names = names_of(session, moment, [item.entry.player_id for item in found], ahead.unplaced)
    lines = {key: item.line_quarters / 4 for key, item in offered(session, moment).offers.items()}
    return shapes.Predictions(
        day=moment.day, as_of=moment.as_of, games=len({item.event_id for item in ahead.entries}),
        models=[model_used(item) for item in chosen],
        players=[_number(item, moment, names, lines.get((item.entry.event_id, item.market_key))) for item in found],
        unplaced=[
            shapes.Unplaced(player_id=player, player=names.players.get(player, player), event_id=event)
            for event, player in ahead.unplaced
        ],
        notes=notes(moment, chosen, ahead, with_lines=bool(lines)),
    )  # fmt: skip


def distribution(desk: Desk, day: date, player: str, statistic: Statistic) -> shapes.PlayerDistribution:
    """Return one player's whole distribution; player is his id or a name that means just one of those expected.

    Raises NotFound for nobody of the name, BadInput naming the candidates for more than one.
    """
    with unit_of_work(desk.engine, write=False) as session:
        moment = moment_of(session, day, now=desk.clock())
        chosen = models_needed(session, desk, moment, [statistic])[:1]
        ahead = ahead_of(session, desk.prop_features, moment)
        names = names_of(session, moment, [item.player_id for item in ahead.entries], ahead.unplaced)
        meant = meant_of(player, ahead, names, day)
        found = next(item for item in outlooks(chosen, ahead) if item.entry.player_id == meant)
        offers = offered(session, moment).offers
        offer = offers.get((found.entry.event_id, found.market_key))
        line = None if offer is None else offer.line_quarters / 4
        whole = _whole(found.forecast, line)
        return shapes.PlayerDistribution(
            player=_number(found, moment, names, line), model=model_used(chosen[0]), as_of=moment.as_of,
            median=whole.median, mass=whole.mass, lines=whole.lines,
            notes=notes(moment, chosen, ahead, with_lines=bool(offers)),
        )  # fmt: skip


def outlooks(chosen: Sequence[Chosen], ahead: Ahead) -> list[Outlook]:
    """Return what the models say of everybody, in order of game, team and player, then statistic."""
    by_model = [_of_model(item, ahead) for item in chosen]
    return [item for row in zip(*by_model, strict=True) for item in row]


def notes(moment: Moment, chosen: Sequence[Chosen], ahead: Ahead, *, with_lines: bool) -> list[str]:
    """Return what a reader of a day's forecasts must know."""
    told = []
    if not ahead.entries:
        told.append(f"no game of {moment.day} that had not begun was known at {moment.as_of:%Y-%m-%d %H:%M} UTC")
    elif not with_lines:
        told.append("no odds on players are in the record for this day: predictions only")
    late = [item for item in chosen if item.hindsight]
    if late:
        last = max(item.trained[1] for item in late)
        told.append(
            f"hindsight: models were trained on games up to {last}, which this day's forecasts must not know; "
            f"train one of then with: closeline props train --before {moment.day}"
        )
    return told


def model_used(chosen: Chosen) -> shapes.ModelUsed:
    """Return a model in the shape in which it crosses the edge."""
    model, (first, last) = chosen.model, chosen.trained
    return shapes.ModelUsed(
        statistic=str(model.statistic), version=model.version, family=str(model.family), trained_from=first,
        trained_to=last, hindsight=chosen.hindsight,
    )  # fmt: skip


def names_of(
    session: Session, moment: Moment, players: Sequence[str], unplaced: Sequence[tuple[str, str]] = ()
) -> Names:  # fmt: skip
    """Return what the teams of a day and players are called."""
    teams = {team for item in moment.events.values() for team in (item.home_team_id, item.away_team_id)}
    wanted = sorted({*players, *(player for _, player in unplaced)})
    return Names(references.team_names(session, sorted(teams)), references.player_names(session, wanted))


def _of_model(chosen: Chosen, ahead: Ahead) -> list[Outlook]:
    if not ahead.entries:
        return []
    found = chosen.model.predict(ahead.matrix)
    family = chosen.model.family
    return [
        Outlook(entry, chosen, None if entry.has_few_games else PropForecast(mean, variance, family))
        for entry, mean, variance in zip(ahead.entries, found.mean.tolist(), found.variance.tolist(), strict=True)
    ]


def plays_of(entry: SlateEntry) -> tuple[float | None, str]:
    """Return the chance that he plays and where it is from: his last report, or the prior of those whom a price names.

    Of one whom neither a report nor a price names nobody can say it.
    """
    if entry.plays is not None:
        return entry.plays, REPORT
    return (PLAYS_UNREPORTED, PRIOR) if entry.quoted else (None, UNKNOWN)


def _number(found: Outlook, moment: Moment, names: Names, line: float | None) -> shapes.PlayerNumber:
    entry, forecast = found.entry, found.forecast
    low, high = (None, None) if forecast is None else _interval(forecast)
    plays, basis = plays_of(entry)
    return shapes.PlayerNumber(
        player_id=entry.player_id, player=names.players.get(entry.player_id, entry.player_id),
        team=names.teams.get(entry.team_id, entry.team_id),
        opponent=names.teams.get(entry.opponent_id, entry.opponent_id),
        home=None if entry.home < 0 else bool(entry.home), event_id=entry.event_id,
        starts_at=moment.events[entry.event_id].starts_at, statistic=str(found.statistic),
        status=INSUFFICIENT_DATA if forecast is None else READY, games=entry.games, plays=plays,
        plays_basis=basis,
        mean=None if forecast is None else forecast.mean,
        sd=None if forecast is None else forecast.cv * forecast.mean,
        cv=None if forecast is None else forecast.cv, low=low, high=high, line=line,
    )  # fmt: skip


def _interval(forecast: PropForecast) -> tuple[float, float]:
    low, high = interval(forecast.family, [forecast.mean], [forecast.variance], LEVEL)
    return float(low[0]), float(high[0])


def meant_of(player: str, ahead: Ahead, names: Names, day: date) -> str:
    """Return the id of the one player who is meant; part of a name is enough where it is only one's."""
    known = {item.player_id: names.players.get(item.player_id, item.player_id) for item in ahead.entries}
    if player in known:
        return player
    wanted = folded_name(player)
    exact = [own for own, name in known.items() if folded_name(name).may_be(wanted)]
    part = [own for own, name in known.items() if wanted.core and wanted.core in folded_name(name).core]
    found = sorted(set(exact or part))
    if len(found) == 1:
        return found[0]
    if not found:
        raise NotFound(f"player must be one who is expected on {day}, {player} was not; see closeline props predict")
    candidates = ", ".join(f"{known[own]} ({own})" for own in found)
    raise BadInput(f"player must mean one of those expected, {player} may be: {candidates}; give an id")


@dataclass(frozen=True, slots=True)
class _Whole:
    median: int | None
    mass: list[float]
    lines: list[shapes.LineChance]


def _whole(forecast: PropForecast | None, line: float | None) -> _Whole:
    """Return the mass, the middle and the chances at lines; nothing of a player with too few games."""
    if forecast is None or forecast.family not in ON_INTEGERS:
        return _Whole(None, [], [])
    mass = forecast.pmf().tolist()
    median = next(k for k, below in enumerate(forecast.below().tolist()) if below >= 1 / 2)
    quarters = {4 * median + 2 * step for step in range(-_ABOUT_MIDDLE, _ABOUT_MIDDLE + 1)}
    if line is not None:
        quarters.add(round(4 * line))
    return _Whole(median, _without_tail(mass), [_chance(forecast, at, line) for at in sorted(quarters) if at > 0])


def _chance(forecast: PropForecast, quarters: int, line: float | None) -> shapes.LineChance:
    found = forecast.chances(Side.OVER, quarters)
    return shapes.LineChance(
        line=quarters / 4, over=found.win, push=found.push, under=found.loss, quoted=line == quarters / 4
    )


def _without_tail(mass: Sequence[float]) -> list[float]:
    """Return the chances up to where next to nothing is left: what is beyond says nothing to anybody."""
    held, left = list(mass), UNSEEN
    while held and held[-1] < left:
        left -= held.pop()
    return held


def statistic_named(text: str) -> Statistic:
    """Return a statistic by its name, in any case; raises BadInput naming those that there are."""
    try:
        return Statistic(text.strip().upper())
    except ValueError:
        raise BadInput(f"statistic must be one of {', '.join(Statistic).lower()}, was {text}") from None


def statistic_in(market_key: str) -> Statistic | None:
    """Return the statistic that a market's key is about."""
    return statistic_of(market(market_key))
