"""Side by side: two versions by what both said of the same numbers before they were played, as it was kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from closeline.domain.errors import BadInput, DevigError
from closeline.domain.markets import Side, market
from closeline.domain.props.statistics import statistic_of
from closeline.flow.forecast.props.made import PLAYS_UNREPORTED
from closeline.jobs.props.ahead import day_of
from closeline.jobs.props.foretold import named
from closeline.jobs.props.moments import LEAGUE, moment_of
from closeline.jobs.props.offers import offered
from closeline.jobs.props.training import GAMES_LEAST
from closeline.maths.bootstrap import clustered_mean_interval
from closeline.maths.props.deciding import decide
from closeline.maths.props.distributions import PropForecast
from closeline.maths.props.families import Family
from closeline.maths.props.watching.lines import carried
from closeline.maths.props.watching.scored import scored, standing
from closeline.maths.simulate.streams import stream
from closeline.schemas.props import watching as shapes
from closeline.store import quotes, references
from closeline.store.players import read_logs, shadow
from closeline.store.session import unit_of_work

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from numpy.random import Generator

    from closeline.domain.props.statistics import Statistic
    from closeline.jobs.desk import Desk
    from closeline.jobs.props.offers import Offer
    from closeline.maths.props.logs import PlayerLogs
    from closeline.maths.props.training.ensemble import TrainedModel
    from closeline.maths.props.watching.scored import Scored
    from closeline.store.players.shadow import Pair, ShadowLine
    from closeline.store.session import Session

STORED = "STORED"
KEPT = "what both said before the games, as it was kept then; neither was asked again"
NO_LINE = "no line that both spoke of was priced again later, so there is no close to hold it against"


@dataclass(frozen=True, slots=True)
class _Played:
    """The last that both said of a number before its game, the first that they said at a price, and what came of it."""

    last: Pair
    priced: Pair | None
    day: int
    y: float
    starts_at: datetime

    @property
    def recorded_before(self) -> bool:
        return self.last.recorded_at < self.starts_at


@dataclass(frozen=True, slots=True)
class _Found:
    """Numbers that were played, in order of day, and how many have not been yet, or were of whoever did not play."""

    played: tuple[_Played, ...]
    waiting: int
    did_not_play: int


def compare_stored(desk: Desk, first: str, second: str, since: date | None = None) -> shapes.Comparison | None:
    """Compare two versions by what was kept of both, from `since` on; null where nothing ever was.

    Raises NotFound for a version that there is not, BadInput where none of it was played yet.
    """
    with unit_of_work(desk.engine, write=False) as session:
        models = [named(session, desk, version) for version in (first, second)]
        pairs = shadow.of_versions(session, first, second, tenant_id=desk.tenant_id, as_of=desk.clock())
        if not pairs:
            return None
        found = _found(session, desk, models[0].statistic, pairs, since)
        if not found.played:
            of = f"{found.waiting} wait for their games, {found.did_not_play} are of players who did not play"
            raise BadInput(f"forecasts that were kept of both must be of games played, {of}; ask anew with --again")
        clv = list(_clv(session, desk, found.played, (first, second)))
    return _shape(models, found, clv)


def clv_of(forecasts: Sequence[PropForecast], start: Offer | ShadowLine, end: Offer) -> list[float] | None:
    """Return the CLV of the side that each forecast prefers at `start`, in probability; null where nothing can be said.

    The close is carried to the line of `start` by the mean of all forecasts, so that none is judged by its own shape.
    """
    count = len(forecasts)
    between = PropForecast(
        sum(item.mean for item in forecasts) / count, sum(item.variance for item in forecasts) / count,
        forecasts[0].family, 1.0,
    )  # fmt: skip
    try:
        taken = [decide(item, start.line_quarters, start.over, start.under, games=GAMES_LEAST) for item in forecasts]
        closing = decide(between, end.line_quarters, end.over, end.under, games=GAMES_LEAST)
    except DevigError:
        return None
    over = closing.p_fair if closing.side is Side.OVER else 1.0 - closing.p_fair
    at_open = carried(between, end.line_quarters, over, start.line_quarters)
    if at_open is None:
        return None
    return [(at_open if item.side is Side.OVER else 1.0 - at_open) - item.p_fair for item in taken]


def interval_of(values: Sequence[tuple[float, int]], generator: Generator) -> shapes.Interval | None:
    """Return the mean of (value, day) with its interval, whole days drawn; null where there is none."""
    if not values:
        return None
    each, days = [value for value, _ in values], [day for _, day in values]
    return shapes.Interval.model_validate(clustered_mean_interval(each, days, generator=generator))


def _found(
    session: Session, desk: Desk, statistic: Statistic, pairs: Sequence[Pair], since: date | None
) -> _Found:  # fmt: skip
    logs = read_logs(session, LEAGUE, as_of=desk.clock())
    rows, over = _rows(logs), {logs.games[game] for game in np.unique(logs.game[logs.played]).tolist()}
    counted = logs.numbers(statistic)
    events = references.versions(session, sorted({item.event_id for item in pairs}), as_of=desk.clock())
    played, waiting, absent = [], 0, 0
    for said in _by_number(pairs):
        event, player = said[0].event_id, market(said[0].market_key).player_id
        row = rows.get((event, player))
        if row is None:
            waiting, absent = waiting + (event not in over), absent + (event in over)
            continue
        # A game may begin earlier than it was announced: nothing that was known later counts.
        before = [item for item in said if item.as_of < events[event].starts_at]
        day = int(logs.day[row])
        if before and (since is None or day_of(day) >= since):
            priced = next((item for item in before if item.line is not None), None)
            played.append(_Played(before[-1], priced, day, float(counted[row]), events[event].starts_at))
    return _Found(tuple(sorted(played, key=_order)), waiting, absent)


def _order(item: _Played) -> tuple[int, str, str]:
    return item.day, item.last.event_id, item.last.market_key


def _rows(logs: PlayerLogs) -> Mapping[tuple[str, str | None], int]:
    played = np.flatnonzero(logs.played).tolist()
    return {(logs.games[logs.game[row]], logs.players[logs.player[row]]): row for row in played}


def _by_number(pairs: Iterable[Pair]) -> list[list[Pair]]:
    """Return what was said of each number, in the order in which it was said."""
    each: dict[tuple[str, str], list[Pair]] = {}
    for item in pairs:
        if statistic_of(market(item.market_key)) is not None:
            each.setdefault((item.event_id, item.market_key), []).append(item)
    return list(each.values())


def _scored(played: Sequence[_Played], version: str) -> Scored:
    said = [item.last.of(version) for item in played]
    mean, variance = (np.array([getattr(item, name) for item in said]) for name in ("mean", "variance"))
    y, days = np.array([item.y for item in played]), np.array([item.day for item in played], dtype=np.int32)
    draws = stream("props", "watching", version).random(len(played))
    return scored(Family(said[0].family), mean, variance, y, days, draws)


def _clv(
    session: Session, desk: Desk, played: Sequence[_Played], versions: tuple[str, str]
) -> Iterator[tuple[float, int]]:  # fmt: skip
    """Give the first version's CLV less the second's, in points of probability, and the day, of each line with a close.

    Each takes the side that it prefers at the price that was kept; nothing is staked.
    """
    for day in sorted({item.day for item in played}):
        moment = moment_of(session, day_of(day), now=desk.clock())
        if not moment.is_over:
            continue
        last = offered(session, moment).offers
        for item in (each for each in played if each.day == day):
            pair = item.priced
            if pair is None or pair.line is None:
                continue
            end = last.get((pair.event_id, pair.market_key))
            if end is None or not _seen_again(session, pair, end, moment.as_of):
                continue
            values = clv_of([_forecast(pair, version) for version in versions], pair.line, end)
            if values is not None:
                yield 100.0 * (values[0] - values[1]), item.day


def _seen_again(session: Session, pair: Pair, end: Offer, until: datetime) -> bool:
    """Say whether the last price before the games was seen after both had spoken, even at the same price."""
    if end.seen_at > pair.as_of:
        return True
    seen = quotes.seen_by(session, [pair.event_id], as_of=until, players=True)
    return any(at > pair.as_of for series, at in seen.items() if series[1] == end.book and series[2] == pair.market_key)


def _forecast(pair: Pair, version: str) -> PropForecast:
    said = pair.of(version)
    return PropForecast(
        said.mean, said.variance, Family(said.family), PLAYS_UNREPORTED if pair.plays is None else pair.plays
    )  # fmt: skip


def _shape(models: Sequence[TrainedModel], found: _Found, clv: Sequence[tuple[float, int]]) -> shapes.Comparison:
    versions = [item.version for item in models]
    ours, theirs = (_scored(found.played, version) for version in versions)
    differences = [
        clustered_mean_interval(mine - other, ours.days, generator=stream("props", "shadow", name, *versions))
        for name, mine, other in (
            ("crps", ours.crps, theirs.crps), ("log score", ours.log_score, theirs.log_score),
        )
    ]  # fmt: skip
    crps, log_score = (shapes.Interval.model_validate(item) for item in differences)
    one, other = (_span(item, len(found.played)) for item in models)
    return shapes.Comparison(
        statistic=str(models[0].statistic), first=one, second=other, first_day=day_of(found.played[0].day),
        last_day=day_of(found.played[-1].day),
        standings=[
            shapes.Standing.model_validate(standing(version, each))
            for version, each in zip(versions, (ours, theirs), strict=True)
        ],
        crps=crps, log_score=log_score, clv=interval_of(clv, stream("props", "shadow", "clv", *versions)),
        clv_missing=None if clv else NO_LINE, basis=STORED, told=KEPT, waiting=found.waiting,
        did_not_play=found.did_not_play, recorded_before=sum(item.recorded_before for item in found.played),
    )  # fmt: skip


def _span(model: TrainedModel, rows: int) -> shapes.ModelSpan:
    trained_to = day_of(model.manifest.data.last_day)
    return shapes.ModelSpan(version=model.version, family=str(model.family), trained_to=trained_to, rows=rows)
