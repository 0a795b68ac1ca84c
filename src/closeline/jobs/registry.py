"""The registry: every job by its name, as the plain function that a runner calls.

A job unpacks the desk into a verb's arguments. Its own arguments are JSON scalars, so that any queue can carry them.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from closeline.domain.events import Event, ResultsCaptured
from closeline.domain.feeds.captures import Phase
from closeline.domain.leagues import League
from closeline.flow import capture, evaluate, forecast, gate, pick, publish, review, settle, tune
from closeline.flow.capture import Source
from closeline.flow.view.performance import cells, drift, too_good
from closeline.jobs.capturing import keeping, performing, planning, watching
from closeline.jobs.capturing.outing import Brought, Outing
from closeline.jobs.capturing.parting import let_go_of_slots, make_parts
from closeline.jobs.desk import Desk
from closeline.jobs.errands import Apart, Arguments, Errand, Job
from closeline.jobs.live import tending
from closeline.jobs.props import degrading, forecasting
from closeline.jobs.publishing import delivering, reconciling, withdrawing
from closeline.store.polls import captures
from closeline.store.session import Session

# RabbitMQ takes a message back from a worker that has not acknowledged it within half an hour.
_LEARNING = timedelta(minutes=25)


def _before_the_close(desk: Desk, arguments: Arguments) -> bool:
    del desk
    return arguments.get("phase") != Phase.CLOSE


def _publishing(desk: Desk, arguments: Arguments) -> bool:
    # Forecasts of warm-up are learned from, never judged: so there is nothing to review or to settle either.
    del arguments
    return not desk.warming_up()


def _any_playable(desk: Desk, arguments: Arguments) -> bool:
    del desk
    return bool(arguments["picks"] or arguments["leans"])


def _any_proposed(desk: Desk, arguments: Arguments) -> bool:
    del desk
    return bool(arguments["proposed"])


def _any_published(desk: Desk, arguments: Arguments) -> bool:
    # Without its argument the job is a sweep of the schedule: whatever a channel is still owed.
    del desk
    return bool(arguments.get("published", True))


def _policy_may_change(desk: Desk, arguments: Arguments) -> bool:
    # Warm-up ends with the first policy; a calibration that was turned down or is only watched changes nothing.
    changes = arguments.get("status") not in ("REJECTED", "SHADOW")
    return changes and (bool(arguments.get("first")) or not desk.warming_up())


def _league(arguments: Arguments) -> League:
    return League(str(arguments["league"]))


def _keep_payload(session: Session, desk: Desk, arguments: Arguments) -> Sequence[Event]:
    """Keep an archive's bytes, and set aside what could not be read in them."""
    archive = next(item for item in desk.shelf.archives if item.payload_sha == arguments["payload_sha"])
    sha = captures.keep_payload(session, archive.payload, feed=archive.feed)
    aside = [captures.SetAside(item.reason, item.place, item.excerpt, item.prices) for item in archive.parsed.rejected]
    captures.set_aside(session, aside, payload_sha=sha, feed=archive.feed, received_at=desk.clock())
    return ()


def _capture_archive(session: Session, desk: Desk, arguments: Arguments) -> Sequence[Event]:
    league, day, phase = _league(arguments), str(arguments["day"]), Phase(str(arguments["phase"]))
    aliases = desk.aliases.table(session)
    told: list[Event] = []
    for part in desk.shelf.slices(league, date.fromisoformat(day), phase):
        source = Source(part.payload_sha, part.feed, phase, day)
        told.extend(capture.keep(session, source, part.parsed, aliases, at=desk.clock()).events)
    return told


def _evaluate(session: Session, desk: Desk, arguments: Arguments) -> Sequence[Event]:
    return [evaluate.evaluate(
        session, league=_league(arguments), snapshot_id=str(arguments["snapshot_id"]), as_of=desk.clock(),
    )]  # fmt: skip


def _forecast(session: Session, desk: Desk, arguments: Arguments) -> Sequence[Event]:
    made = forecast.forecast(
        session, desk.ratings, tenant_id=desk.tenant_id, league=_league(arguments),
        snapshot_id=str(arguments["snapshot_id"]), as_of=desk.clock(), engine=desk.forecasting,
        again=withdrawing.behind(session, desk, _league(arguments)),
    )  # fmt: skip
    return [made] if made else ()


def _gate(session: Session, desk: Desk, arguments: Arguments) -> Sequence[Event]:
    return [gate.gate(session, tenant_id=desk.tenant_id, league=_league(arguments), as_of=int(arguments["as_of"] or 0))]


def _propose(session: Session, desk: Desk, arguments: Arguments) -> Sequence[Event]:
    return [pick.propose(
        session, tenant_id=desk.tenant_id, league=_league(arguments), as_of=int(arguments["as_of"] or 0)
    )]  # fmt: skip


def _publish(session: Session, desk: Desk, arguments: Arguments) -> Sequence[Event]:
    return [publish.publish(
        session, tenant_id=desk.tenant_id, league=_league(arguments), as_of=int(arguments["as_of"] or 0),
        channels=[channel.name for channel in desk.channels], at=desk.clock(), live=desk.follows(_league(arguments)),
        disk_free=desk.disk_free(), notice=desk.notice.text,
    )]  # fmt: skip


def _review(session: Session, desk: Desk, arguments: Arguments) -> Sequence[Event]:
    return [review.review(
        session, tenant_id=desk.tenant_id, league=_league(arguments), snapshot_id=str(arguments["snapshot_id"]),
        at=desk.clock(),
    )]  # fmt: skip


def _settle(session: Session, desk: Desk, arguments: Arguments) -> Sequence[Event]:
    return [settle.settle_picks(
        session, tenant_id=desk.tenant_id, league=_league(arguments), snapshot_id=str(arguments["snapshot_id"]),
        at=desk.clock(),
    )]  # fmt: skip


def _decide_results(session: Session, desk: Desk, arguments: Arguments) -> Sequence[Event]:
    told = settle.decide_reported(
        session, tenant_id=desk.tenant_id, league=_league(arguments), snapshot_id=str(arguments["snapshot_id"]),
        at=desk.clock(),
    )  # fmt: skip
    return [told] if told else ()


def _sweep(session: Session, desk: Desk, arguments: Arguments) -> Sequence[Event]:
    """Sweep one league, or all; what it decided, and what can be graded since, goes the way of any result."""
    told: list[Event] = []
    lookback = timedelta(hours=float(arguments.get("lookback_hours") or settle.SWEPT_HOURS))
    only = arguments.get("event_id")
    for league in [_league(arguments)] if arguments.get("league") else League:
        swept = settle.sweep(
            session, tenant_id=desk.tenant_id, league=league, at=desk.clock(), lookback=lookback,
            events=[str(only)] if only else None,
        )  # fmt: skip
        if swept.decided or swept.gradable:
            told.append(ResultsCaptured(league, settle.SWEEP, len(swept.decided)))
    return told


def _reconcile(session: Session, desk: Desk, arguments: Arguments) -> Sequence[Event]:
    settle.reconcile(session, tenant_id=desk.tenant_id, league=_league(arguments), at=desk.clock())
    return ()


def _tune_distribution(session: Session, desk: Desk, arguments: Arguments) -> Sequence[Event]:
    fitted = tune.fit_distribution(session, league=_league(arguments), at=desk.clock())
    return [fitted] if fitted else ()


def _tune_calibration(session: Session, desk: Desk, arguments: Arguments) -> Sequence[Event]:
    return tune.calibrate(session, tenant_id=desk.tenant_id, league=_league(arguments), at=desk.clock())


def _tune_policy(session: Session, desk: Desk, arguments: Arguments) -> Sequence[Event]:
    league = _league(arguments)
    fitted = tune.fit_policy(
        session, tenant_id=desk.tenant_id, league=league, at=desk.clock(),
        recalibrated=arguments.get("status") in ("ACTIVE", "RETIRED"),
    )  # fmt: skip
    return [fitted] if fitted else ()


def _tune_bias(session: Session, desk: Desk, arguments: Arguments) -> Sequence[Event]:
    told = tune.measure_bias(session, desk.totals, tenant_id=desk.tenant_id, league=_league(arguments), at=desk.clock())
    return [told] if told else ()


def _view_rollups(session: Session, desk: Desk, arguments: Arguments) -> Sequence[Event]:
    cells.refresh(session, tenant_id=desk.tenant_id, league=_league(arguments))
    return ()


def _view_drift(session: Session, desk: Desk, arguments: Arguments) -> Sequence[Event]:
    drift.watch(session, tenant_id=desk.tenant_id, league=_league(arguments), at=desk.clock())
    too_good.watch(session, tenant_id=desk.tenant_id, league=_league(arguments), at=desk.clock())
    return ()


def _capturing(plan: Callable[[Session, Desk, Arguments], Outing]) -> Errand[Outing, list[Brought]]:
    """Return the errand that asks feeds for what a plan says is due."""
    return Errand(
        plan, performing.perform, keeping.keep_each, due=_live,
        apart=Apart(lambda brought: [[item] for item in brought], keeping.kept, keeping.rescue),
    )  # fmt: skip


def _live(desk: Desk, arguments: Arguments) -> bool:
    del arguments
    return desk.is_live()


def _watch_feeds(session: Session, desk: Desk, arguments: Arguments) -> Sequence[Event]:
    del arguments
    return watching.watch(session, desk)


JOBS: dict[str, Job | Errand[Any, Any]] = {
    "capture.payload": Job(_keep_payload),
    "capture.archive": Job(_capture_archive),
    "capture.close": _capturing(planning.closes),
    "capture.poll": _capturing(planning.odds),
    "capture.results": _capturing(planning.results),
    "capture.scores": _capturing(planning.scores),
    "capture.schedule": _capturing(planning.schedules),
    "capture.injuries": _capturing(planning.injuries),
    "capture.asked": _capturing(planning.asked),
    "capture.watch": Job(_watch_feeds, due=_live),
    "evaluate.snapshot": Job(_evaluate),
    "evaluate.board": Errand(tending.plan, tending.perform, tending.keep, due=tending.due),
    "forecast.slate": Job(_forecast, due=_before_the_close),
    "props.forecast": Job(forecasting.forecast_lines, due=forecasting.due),
    "props.watch": Errand(degrading.plan, degrading.perform, degrading.keep, due=degrading.due, deadline=_LEARNING),
    "gate.candidates": Job(_gate, due=_publishing),
    "pick.propose": Job(_propose, due=_any_playable),
    "publish.picks": Job(_publish, due=_any_proposed),
    "publish.deliver": Errand(delivering.plan, delivering.perform, delivering.keep, due=_any_published),
    "publish.reconcile": Errand(reconciling.plan, reconciling.perform, reconciling.keep),
    "review.validity": Job(withdrawing.watch),
    "review.close": Job(_review, due=_publishing),
    "settle.picks": Job(_settle, due=_publishing),
    "settle.results": Job(_decide_results),
    "settle.sweep": Job(_sweep),
    "settle.reconcile": Job(_reconcile, due=_publishing),
    "store.partitions": Job(make_parts, due=_live),
    "store.slots": Job(let_go_of_slots, due=_live),
    "tune.distribution": Job(_tune_distribution, deadline=_LEARNING),
    "tune.calibration": Job(_tune_calibration, deadline=_LEARNING),
    "tune.policy": Job(_tune_policy, due=_policy_may_change, deadline=_LEARNING),
    "tune.bias": Job(_tune_bias),
    "view.rollups": Job(_view_rollups),
    "view.drift": Job(_view_drift),
}
