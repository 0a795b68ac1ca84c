"""Shadowing: a challenger speaks beside the model in force, and what both said is kept, never judged or published."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, cast

import structlog

from closeline.domain.digits import of_fit
from closeline.domain.errors import BadInput, CorruptRecord, NotFound
from closeline.domain.events import PropChallengerSet
from closeline.domain.props.statistics import Statistic
from closeline.flow.forecast.props.known import slate_of
from closeline.jobs.props.ahead import EPOCH, Chosen, Remembered, ahead_of, models_at
from closeline.jobs.props.foretold import named
from closeline.jobs.props.moments import LEAGUE, moment_of
from closeline.jobs.props.offers import offered
from closeline.jobs.props.predicting import outlooks, plays_of
from closeline.maths.props.features.declared import NAMES
from closeline.schemas.props import shadow as shapes
from closeline.store import events
from closeline.store.players import shadow
from closeline.store.players.shadow import Pair, Said, ShadowLine
from closeline.store.session import unit_of_work

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from closeline.flow.forecast.props import FeaturesOf
    from closeline.jobs.desk import Desk
    from closeline.jobs.props.ahead import Ahead
    from closeline.jobs.props.moments import Moment
    from closeline.jobs.props.offers import Asked, Offer
    from closeline.jobs.props.predicting import Outlook
    from closeline.maths.props.model import PropModel
    from closeline.maths.props.training.ensemble import TrainedModel
    from closeline.store.events import LoggedEvent
    from closeline.store.session import Session

log = structlog.get_logger()

NONE = ""
ACTOR_MAX = 100


def set_challenger(desk: Desk, version: str, *, actor: str) -> shapes.Shadow:
    """Let a version speak beside the model in force of its statistic from the next forecast on.

    Raises NotFound for no such version, BadInput for the one in force. The same one again changes nothing.
    """
    person = _person(actor)
    with unit_of_work(desk.engine) as session:
        events.hold(session, chain=desk.tenant_id)
        model = named(session, desk, version)
        now = models_at(session, desk, desk.clock()).get(model.statistic)
        if now is not None and now.version == version:
            raise BadInput(f"a challenger must be another model than the one in force, was {version}, which is")
        if model.manifest.names != NAMES:
            raise BadInput(f"a challenger must have the features of this version, {version} has others; train another")
        changed = _change(session, desk, model.statistic, version, person)
        return _state(session, desk, changed)


def clear_challengers(desk: Desk, statistics: Sequence[Statistic], *, actor: str) -> shapes.Shadow:
    """Let no challenger of these statistics speak any more; what was kept stays."""
    person = _person(actor)
    with unit_of_work(desk.engine) as session:
        events.hold(session, chain=desk.tenant_id)
        changed = [name for each in statistics for name in _change(session, desk, each, NONE, person)]
        return _state(session, desk, changed)


def shown(desk: Desk) -> shapes.Shadow:
    """Return who speaks beside whom now, and how much is kept of it."""
    with unit_of_work(desk.engine, write=False) as session:
        return _state(session, desk, [])


def challengers(session: Session, desk: Desk) -> dict[Statistic, str]:
    """Return the version that speaks beside the one in force, by statistic; empty for a desk without any."""
    said = _last_said(session, desk).items()
    return {statistic: version for statistic, told in said if (version := str(told.body["prop_model_version"]))}


def keep(session: Session, desk: Desk, moment: Moment, in_force: Sequence[PropModel]) -> int:
    """Keep what the models in force and their challengers say of everybody expected on a moment's day; return how many.

    No model speaks that has learned from the day or from later ones. What was said already is not kept twice.
    """
    wanted = challengers(session, desk) if desk.prop_models else {}
    both = list(_both(session, desk, moment, in_force, wanted))
    if not both:
        return 0
    ahead = ahead_of(session, desk.prop_features, moment)
    offers = offered(session, moment).offers
    pairs = [pair for one, other in both for pair in _pairs(desk, moment, one, other, ahead, offers)]
    return shadow.add(session, pairs, tenant_id=desk.tenant_id, league=LEAGUE)


def keep_day(desk: Desk, day: date) -> int:
    """Keep what both say of a day as it is seen now, by the models that may speak of it."""
    with unit_of_work(desk.engine, write=False) as session:
        if not (desk.prop_models and challengers(session, desk)):
            return 0
        moment = moment_of(session, day, now=desk.clock())
        in_force = list(models_at(session, desk, moment.as_of).values())
    with unit_of_work(desk.engine) as session:
        return keep(session, desk, moment, in_force)


def keep_snapshot(session: Session, desk: Desk, snapshot_id: str, in_force: Sequence[PropModel]) -> int:
    """Keep what both say of the days of a snapshot's lines."""
    if not (desk.prop_models and challengers(session, desk)):
        return 0
    found = slate_of(session, snapshot_id, league=LEAGUE, as_of=desk.clock()).events
    days = sorted({date.fromisoformat(event.day) for event in found.values()})
    seen = [moment_of(session, day, now=desk.clock()) for day in days]
    return sum(keep(session, desk, moment, in_force) for moment in seen if not moment.is_over)


def remembering(desk: Desk) -> Desk:
    """Return a desk whose features are made once for the model in force and its challenger."""
    made: FeaturesOf = desk.prop_features
    return desk if isinstance(made, Remembered) else replace(desk, prop_features=Remembered(made))


def _person(actor: str) -> str:
    name = " ".join(actor.split())
    if not 0 < len(name) <= ACTOR_MAX:
        raise BadInput(f"actor must be a name of 1 to {ACTOR_MAX} characters, was {actor[:ACTOR_MAX]!r}; give --actor")
    return name


def _both(
    session: Session, desk: Desk, moment: Moment, in_force: Sequence[PropModel], wanted: Mapping[Statistic, str]
) -> Iterator[tuple[TrainedModel, TrainedModel]]:  # fmt: skip
    day = (moment.day - EPOCH).days
    for model in in_force:
        first = cast("TrainedModel", model)
        version = wanted.get(first.statistic)
        if version is None or version == first.version:
            continue
        second = _able(session, desk, version)
        if second is not None and max(first.manifest.data.last_day, second.manifest.data.last_day) < day:
            yield first, second


def _able(session: Session, desk: Desk, version: str) -> TrainedModel | None:
    """Return a challenger, null where it cannot speak: nothing that befalls it may stop the model in force."""
    try:
        model = named(session, desk, version)
    except (NotFound, CorruptRecord) as fault:
        log.warning("challenger_left_out", version=version, fault=str(fault))
        return None
    return model if model.manifest.names == NAMES else None


def _pairs(
    desk: Desk, moment: Moment, one: TrainedModel, other: TrainedModel, ahead: Ahead, offers: Mapping[Asked, Offer]
) -> Iterator[Pair]:  # fmt: skip
    told = [outlooks([Chosen(model, hindsight=False)], ahead) for model in (one, other)]
    for mine, theirs in zip(*told, strict=True):
        first, second = _said(mine), _said(theirs)
        if first is None or second is None:
            continue
        event, market = mine.entry.event_id, mine.market_key
        offer = offers.get((event, market))
        line = None if offer is None else ShadowLine(offer.line_quarters, offer.book, offer.over, offer.under)
        plays, _ = plays_of(mine.entry)
        yield Pair(event, market, first, second, mine.entry.games, plays, line, moment.as_of, desk.clock())


def _said(outlook: Outlook) -> Said | None:
    told = outlook.forecast
    if told is None:
        return None
    return Said(outlook.chosen.model.version, of_fit(told.mean), of_fit(told.variance), str(told.family))


def _last_said(session: Session, desk: Desk) -> dict[Statistic, LoggedEvent]:
    told = events.named(session, chain=desk.tenant_id, name=PropChallengerSet.__name__, as_of=desk.clock())
    return {Statistic(str(item.body["statistic"])): item for item in told}


def _change(session: Session, desk: Desk, statistic: Statistic, version: str, actor: str) -> list[str]:
    before = challengers(session, desk).get(statistic, NONE)
    if before == version:
        return []
    told = PropChallengerSet(LEAGUE, statistic, version, before, actor)
    events.record(session, told, tenant_id=desk.tenant_id, actor=actor, at=desk.clock())
    return [str(statistic)]


def _state(session: Session, desk: Desk, changed: Sequence[str]) -> shapes.Shadow:
    said, now = _last_said(session, desk), models_at(session, desk, desk.clock())
    return shapes.Shadow(
        challengers=[_challenger(each, now.get(each), said.get(each)) for each in Statistic],
        kept=[
            shapes.KeptPairs(first=item.first, second=item.second, forecasts=item.rows, last_at=item.last_at)
            for item in shadow.counts(session, tenant_id=desk.tenant_id)
        ],
        changed=list(changed),
    )  # fmt: skip


def _challenger(statistic: Statistic, model: TrainedModel | None, told: LoggedEvent | None) -> shapes.Challenger:
    version = str(told.body["prop_model_version"]) if told else NONE
    return shapes.Challenger(
        statistic=str(statistic), in_force=model.version if model else None, challenger=version or None,
        since=told.at if told and version else None, actor=str(told.body["actor"]) if told and version else None,
    )  # fmt: skip
