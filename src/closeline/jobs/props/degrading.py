"""Degrading: every night each model in force is held against what was played, and what is off opens an incident."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from closeline.domain.errors import NotFound
from closeline.domain.ids import canonical_json
from closeline.domain.props.statistics import Statistic
from closeline.jobs.props.ahead import day_of, models_at
from closeline.jobs.props.moments import LEAGUE
from closeline.jobs.props.watching import watch
from closeline.store.desk import incidents
from closeline.store.desk.alerts import Alert
from closeline.store.session import unit_of_work

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from closeline.domain.events import Event
    from closeline.jobs.desk import Desk
    from closeline.jobs.errands import Arguments
    from closeline.schemas.props.watching import Drifting, WatchedStatistic
    from closeline.store.desk.incidents import Incident
    from closeline.store.session import Session

PROP_MODEL_DEGRADED = "PROP_MODEL_DEGRADED"
_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Judged:
    """What a night found of one statistic: in which ways its forecasts are off, none where they are right."""

    statistic: Statistic
    version: str
    off: tuple[tuple[str, Drifting], ...]

    @property
    def text(self) -> str:
        """Return what is wrong, in words, with the mend."""
        ways = "; ".join(
            f"the {name} has been beyond {found.margin} since {found.since}, {found.mean:+.4f} over {found.n} games"
            for name, found in self.off
        )
        return f"forecasts of {self.statistic} are not what they say: {ways}; train again: closeline props train"

    @property
    def inputs(self) -> str:
        """Return the figures that it rests on, as canonical JSON."""
        return canonical_json({"version": self.version} | {
            name: {
                "mean": round(found.mean, _DECIMALS), "low": round(found.low, _DECIMALS),
                "high": round(found.high, _DECIMALS), "n": found.n, "margin": found.margin, "since": str(found.since),
            }
            for name, found in self.off
        })  # fmt: skip


def due(desk: Desk, arguments: Arguments) -> bool:
    """Say whether there can be a model to look at, in this league."""
    return bool(desk.prop_models) and arguments.get("league") == LEAGUE


def plan(session: Session, desk: Desk, arguments: Arguments) -> None:
    """Plan nothing: the figures are read apart, so that nobody waits for them to write."""
    del session, desk, arguments


def perform(desk: Desk, planned: None) -> tuple[Judged, ...]:
    """Hold the model in force of every statistic against what was played, by the rule of `closeline props watch`."""
    del planned
    with unit_of_work(desk.engine, write=False) as session:
        trained = {
            statistic: (model.version, day_of(model.manifest.data.last_day))
            for statistic, model in models_at(session, desk, desk.clock()).items()
        }
    if not trained:
        return ()
    found = {item.statistic: item for item in _watched(desk, tuple(trained))}
    return tuple(
        Judged(each, version, tuple(_off(desk, each, found.get(each), last)))
        for each, (version, last) in trained.items()
    )


def keep(session: Session, desk: Desk, arguments: Arguments, judged: Sequence[Judged]) -> Sequence[Event]:
    """Open an incident of every statistic that is off, and close that of every other one."""
    del arguments
    for item in judged:
        if item.off:
            alert = Alert(desk.tenant_id, LEAGUE, PROP_MODEL_DEGRADED, item.text, item.inputs, desk.clock())
            incidents.meet(session, alert, scope=item.statistic)
        else:
            incidents.close(
                session, PROP_MODEL_DEGRADED, scope=item.statistic, tenant_id=desk.tenant_id, at=desk.clock()
            )
    return ()


def degraded(session: Session, desk: Desk) -> list[Incident]:
    """Return the open incidents of models of players, by statistic."""
    wrong = incidents.open_ones(session, tenant_id=desk.tenant_id)
    return [item for item in wrong if item.kind == PROP_MODEL_DEGRADED]


def _off(
    desk: Desk, statistic: Statistic, found: WatchedStatistic | None, last: date
) -> Iterator[tuple[str, Drifting]]:  # fmt: skip
    """Give the ways in which a statistic is off, of `middle` and `width`.

    An alarm is never taken back: what was beyond its margin once stays so. A model that has learned from that day is
    the answer to it, so the rule is asked anew, of the games after that model's training.
    """
    drifting = _drifting(found)
    yield from ((name, item) for name, item in drifting if item.since and item.since > last)
    if any(item.since and item.since <= last for _, item in drifting):
        anew = _watched(desk, (statistic,), last + timedelta(days=1))
        told = {name for name, item in drifting if item.since and item.since > last}
        yield from ((name, item) for each in anew for name, item in _drifting(each) if item.since and name not in told)


def _drifting(found: WatchedStatistic | None) -> list[tuple[str, Drifting]]:
    return [] if found is None else [("middle", found.residuals.middle), ("width", found.residuals.width)]


def _watched(desk: Desk, statistics: Sequence[Statistic], since: date | None = None) -> list[WatchedStatistic]:
    try:
        return watch(desk, statistics, since).statistics
    except NotFound:
        return []
