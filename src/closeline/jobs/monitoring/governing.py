"""Governing: what a person does with flags, kill switches and alerts, each in one transaction with its line in the log.

Who is not of the house cannot stop or start the whole installation.
"""

from datetime import datetime

from closeline.domain.errors import BadInput, NotFound, Refused
from closeline.domain.feeds.mode import Mode
from closeline.domain.governance.alerts import kind_of
from closeline.domain.governance.flags import (
    LOCKED,
    NAMES,
    flag_scope,
    grading_flags,
    must_be_settable,
    name_of,
    publishing_flags,
)
from closeline.domain.governance.modes import situation
from closeline.domain.governance.switches import BY_HAND, CHANNELS, GLOBAL, Switch, reason_of, scope_of
from closeline.domain.leagues import League
from closeline.jobs.desk import Desk
from closeline.schemas.governance import switching as shapes
from closeline.store.desk import feed, flags, incidents, restored, switches
from closeline.store.desk.incidents import Incident
from closeline.store.desk.open_feature import flag_book
from closeline.store.packaged.seed import DEFAULT_TENANT
from closeline.store.polls.standing import league_standing
from closeline.store.session import Session, unit_of_work

STEPS_SHOWN = 50
ALERTS_SHOWN = 200


def listed_flags(session: Session, *, tenant_id: str) -> shapes.Flags:
    """Return every flag with its settings; one that nobody ever set is on."""
    found = flags.settings(session, tenant_id=tenant_id)
    lines = []
    for name in NAMES:
        mine = [item for item in found if item.name == name]
        lines += [
            shapes.Flag(
                name=name,
                scope=item.scope,
                is_on=item.is_on or name in LOCKED,
                locked=name in LOCKED,
                actor=item.actor,
                why=item.why,
                at=item.at,
            )
            for item in mine
        ] or [shapes.Flag(name=name, scope=None, is_on=True, locked=name in LOCKED, actor=None, why=None, at=None)]
    return shapes.Flags(flags=lines)  # fmt: skip


def set_flag(desk: Desk, name: str, *, scope: str, is_on: bool, why: str, actor: str) -> shapes.Flag:
    """Set a flag; raises BadInput for one that nobody knows, Refused where a safety layer would go off."""
    named, where, said = name_of(name), flag_scope(scope), reason_of(why)
    must_be_settable(named, is_on=is_on)
    _must_be_ours(desk, where)
    with unit_of_work(desk.engine) as session:
        # The time is asked once nobody publishes: what went out before it was set went out before its time.
        switches.stand_alone(session)
        made = flags.put(
            session, tenant_id=desk.tenant_id, name=named, scope=where, is_on=is_on, actor=actor, why=said,
            at=desk.clock(),
        )  # fmt: skip
    return shapes.Flag(
        name=made.name, scope=made.scope, is_on=made.is_on, locked=named in LOCKED, actor=made.actor, why=made.why,
        at=made.at,
    )  # fmt: skip


def kill(desk: Desk, *, scope: str, why: str, actor: str) -> shapes.KillSwitch:
    """Put a kill switch on; once this returns nothing that it stops is published by anybody."""
    where, said = scope_of(scope), reason_of(why)
    _must_be_ours(desk, where)
    _must_be_a_channel(desk, where)
    with unit_of_work(desk.engine) as session:
        switches.stand_alone(session)
        made = switches.turn_on(
            session, tenant_id=desk.tenant_id, scope=where, cause=BY_HAND, actor=actor, why=said, at=desk.clock()
        )
    return _shape(made)


def lift(
    desk: Desk, *, switch_id: str | None = None, scope: str | None = None, why: str, actor: str
) -> shapes.Lifted:  # fmt: skip
    """Lift one switch by its name, or all that are on a scope; raises NotFound where none is on."""
    if (switch_id is None) == (scope is None):
        raise BadInput("a switch must be named by its ID or by --scope, and by one of them alone")
    said, where = reason_of(why), None if scope is None else scope_of(scope)
    with unit_of_work(desk.engine) as session:
        switches.stand_alone(session)
        on = switches.turned_on(session, tenant_id=desk.tenant_id)
        found = [item for item in on if item.switch_id == switch_id or item.scope == where]
        if not found:
            raise NotFound(f"a switch {switch_id or where} must be on to be lifted, none was; see: closeline kill list")
        for item in found:
            _must_be_ours(desk, item.scope)
            switches.lift(session, item, actor=actor, why=said, at=desk.clock())
    return shapes.Lifted(lifted=[_shape(item) for item in found])


def listed_switches(session: Session, *, tenant_id: str) -> shapes.KillSwitches:
    """Return the switches that are on, and the last steps that were taken."""
    return shapes.KillSwitches(
        switched_on=[_shape(item) for item in switches.turned_on(session, tenant_id=tenant_id)],
        steps=[
            shapes.SwitchStep(**_shape(item).model_dump(), step=str(step))
            for item, step in switches.steps(session, tenant_id=tenant_id, most=STEPS_SHOWN)
        ],
    )


def listed_alerts(session: Session, *, tenant_id: str, only_open: bool = False) -> shapes.Alerts:
    """Return incidents, the last met first; only_open: those that have not ended."""
    found = incidents.listed(session, tenant_id=tenant_id, most=ALERTS_SHOWN)
    if only_open:
        found = sorted(incidents.open_ones(session, tenant_id=tenant_id), key=lambda item: item.last_at, reverse=True)
    return shapes.Alerts(alerts=[_alert(item) for item in found])


def acknowledge(desk: Desk, alert_id: str, *, why: str, actor: str) -> shapes.AlertLine:
    """Say that somebody has seen an alert; one that no rule ends is ended by it. Raises NotFound for none such."""
    said = reason_of(why)
    with unit_of_work(desk.engine) as session:
        known = incidents.listed(session, tenant_id=desk.tenant_id)
        found = next((item for item in known if item.incident_id == alert_id), None)
        if found is None:
            raise NotFound(f"alert must be one of closeline alerts list, {alert_id[:60]!r} was not")
        return _alert(incidents.acknowledge(session, found, actor=actor, why=said, at=desk.clock()))


def on_duty(session: Session, desk: Desk) -> shapes.Duty:
    """Return what whoever is on duty looks at first."""
    return shapes.Duty(
        modes=[_mode(session, desk, league, desk.clock()) for league in League],
        switched_on=listed_switches(session, tenant_id=desk.tenant_id).switched_on,
        alerts=listed_alerts(session, tenant_id=desk.tenant_id, only_open=True).alerts,
    )


def _mode(session: Session, desk: Desk, league: League, now: datetime) -> shapes.LeagueMode:
    standing = league_standing(session, league, at=now, live=desk.follows(league))
    on = switches.turned_on(session, tenant_id=desk.tenant_id)
    found = situation(standing, on, league, disk_free=desk.disk_free())
    book = flag_book(session, tenant_id=desk.tenant_id)
    names = (*publishing_flags(league, "TOTAL")[:3], *grading_flags(league))
    awaits = restored.awaiting_reconciliation(session, tenant_id=desk.tenant_id)
    return shapes.LeagueMode(
        league=league, mode=Mode.NONE if awaits else found.mode, reasons=[*filter(None, [awaits]), *found.reasons],
        flags_off=[name for name in names if not book.is_on(name, league=league)],
    )  # fmt: skip


def _must_be_ours(desk: Desk, scope: str) -> None:
    if scope == GLOBAL and desk.tenant_id != DEFAULT_TENANT:
        raise Refused("scope global must be of the house, was asked by another tenant; its own is: tenant")


def _must_be_a_channel(desk: Desk, scope: str) -> None:
    """Raise BadInput for a channel that nobody has: a misspelt switch stops nothing, and says that it does."""
    kind, _, name = scope.partition(":")
    if kind != "channel":
        return
    with unit_of_work(desk.engine, write=False) as session:
        told = feed.counted(session, tenant_id=desk.tenant_id)
    known = sorted({*CHANNELS, *told, *(channel.name for channel in desk.channels)})
    if name not in known:
        raise BadInput(f"channel of a switch must be one of {', '.join(known)}, was {name!r}")


def _shape(item: Switch) -> shapes.KillSwitch:
    return shapes.KillSwitch(
        switch_id=item.switch_id, scope=item.scope, cause=item.cause, actor=item.actor, why=item.why, at=item.at
    )


def _alert(item: Incident) -> shapes.AlertLine:
    kind = kind_of(item.kind)
    return shapes.AlertLine(
        alert_id=item.incident_id, kind=item.kind, scope=item.scope, league=item.league,
        severity=item.severity or kind.severity, text=item.text, opened_at=item.opened_at, last_at=item.last_at,
        repeats=item.repeats, closed_at=item.closed_at, acknowledged_at=item.acknowledged_at,
        acknowledged_by=item.acknowledged_by, acknowledged_why=item.acknowledged_why, runbook=kind.runbook,
        routes=[str(route) for route in kind.routes], acts=kind.acts,
    )  # fmt: skip
