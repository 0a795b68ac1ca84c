"""Limiting: a person changes a league's limits; a new configuration version judges whatever is gated from now on."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from closeline.domain.errors import BadInput, NotFound
from closeline.domain.events import LimitsChanged
from closeline.domain.leagues import League
from closeline.domain.limits import limits_of, with_limits
from closeline.domain.limits.effects import Change
from closeline.domain.limits.effects import changes as changed_between
from closeline.domain.limits.proposal import propose
from closeline.jobs.desk import Desk
from closeline.store import events, models
from closeline.store.models import ConfigVersion
from closeline.store.record import changes, subjects
from closeline.store.session import Session, unit_of_work

WHY_MAX = 1000
ACTOR_MAX = 100
END = datetime.max.replace(tzinfo=UTC)
TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a proposal changes, and the versions before and after: the same one where nothing was written."""

    before_version: str
    config_version: str
    changes: tuple[Change, ...]

    @property
    def written(self) -> bool:
        """Say whether there is a new version."""
        return self.config_version != self.before_version


def change_limits(
    desk: Desk, league: League, wanted: Mapping[str, object], *, why: str, actor: str, dry_run: bool = False
) -> Proposal:
    """Append a configuration version with the limits that are wanted, and the event that says so.

    Raises BadInput, with nothing written, for what no limit may be, for a blank reason and for a nameless actor.
    Limits that are in force already write nothing; neither does a dry run.
    """
    reason, person = a_line("why", why, WHY_MAX), a_line("actor", actor, ACTOR_MAX)
    with unit_of_work(desk.engine, write=not dry_run) as session:
        if not dry_run:
            # Two people at once: the second sees what the first has changed.
            events.hold(session, chain=desk.tenant_id)
        before = newest(session, desk)
        current = limits_of(before.content, league)
        changed = changed_between(asdict(current), asdict(propose(current, wanted)))
        if dry_run or not changed:
            return Proposal(before.config_version, before.config_version, changed)
        content = with_limits(
            before.content, league, {change.name: change.after for change in changed}, follows=before.config_version
        )
        version = append_config(session, desk, league, before, content, changed, reason, person)
        return Proposal(before.config_version, version, changed)


def append_config(
    session: Session, desk: Desk, league: League, before: ConfigVersion, content: Mapping[str, Any],
    changed: tuple[Change, ...], why: str, actor: str,
) -> str:  # fmt: skip
    """Append a configuration version after the newest, with the event that says what changed; return its name."""
    # Never before the version that it follows, even where the clock has gone back.
    at = max(desk.clock(), before.created_at + TICK)
    subject = subjects.name_of("config", desk.tenant_id)
    standing = subjects.state(session, subject, tenant_id=desk.tenant_id)
    version = models.add_config(session, content, tenant_id=desk.tenant_id, actor=actor, why=why, at=at)
    names = ", ".join(change.name for change in changed)
    told = LimitsChanged(league, version, before.config_version, actor, names)
    change = changes.since(session, subject, standing, tenant_id=desk.tenant_id, why=why)
    events.record(session, told, tenant_id=desk.tenant_id, actor=actor, at=at, change=change)
    return version


def newest(session: Session, desk: Desk) -> ConfigVersion:
    """Return the configuration in force; NotFound for a tenant without any."""
    found = models.configs(session, tenant_id=desk.tenant_id, as_of=END)
    if not found:
        raise NotFound(f"a configuration of tenant {desk.tenant_id} must be in the record, none was")
    return found[-1]


def a_line(name: str, text: str, most: int) -> str:
    """Return a text on one line; BadInput where it is blank, too long, or holds what nobody can read."""
    line = " ".join(text.split())
    if not line or len(line) > most or not line.isprintable():
        raise BadInput(f"{name} must be 1 to {most} readable characters, was {line[:40]!a}; give --{name} TEXT")
    return line
