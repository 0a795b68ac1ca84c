"""Configuring: a configuration is proposed, tried on the last week, activated by a person, and rolled back by one.

Whatever is done appends a version: nothing that was in force is ever edited, and published picks keep the version that
judged them.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from closeline.domain.errors import BadInput, NotFound, Refused
from closeline.domain.events import LimitsChanged
from closeline.domain.ids import canonical_json
from closeline.domain.leagues import League
from closeline.domain.limits import limits_of, with_limits
from closeline.domain.limits.effects import changes as changed_between
from closeline.domain.limits.proposal import propose as checked_limits
from closeline.domain.limits.versions import Difference, differences, rolls_back_to
from closeline.flow.gate.again import Twice, judged_twice
from closeline.jobs.desk import Desk
from closeline.jobs.learning.limiting import ACTOR_MAX, END, TICK, WHY_MAX, a_line, newest
from closeline.jobs.learning.limiting.ruling import SECTIONS, refuse_unknown_books, with_rules
from closeline.store import events, models
from closeline.store.desk import candidates
from closeline.store.models import ConfigVersion, proposals
from closeline.store.models.merging import completed
from closeline.store.models.proposals import ConfigProposal
from closeline.store.packaged import packaged_limits
from closeline.store.record import changes, subjects
from closeline.store.session import Session, unit_of_work

LIMITS = "leagues"
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a configuration would have made of the candidates of the last week: how many, and those that change."""

    since: datetime
    until: datetime
    candidates: int
    changed: tuple[Twice, ...]


@dataclass(frozen=True, slots=True)
class Offered:
    """A proposal, what it changes, and what would have come of it; null `proposal_id`: only tried."""

    proposal_id: str | None
    base_version: str
    differences: tuple[Difference, ...]
    effect: Effect


@dataclass(frozen=True, slots=True)
class Activated:
    """A version that was put in force, and the one before it."""

    before_version: str
    config_version: str
    differences: tuple[Difference, ...]


def propose_config(
    desk: Desk, wanted: Mapping[str, object], *, why: str, actor: str, dry_run: bool = False
) -> Offered:  # fmt: skip
    """Check what is wanted, say what it would have made of the last week's candidates, and keep it as a proposal.

    wanted: `leagues`, `settlement` and `closing`, each with a table for each league. Nothing is in force before
    `activate_config`. Raises BadInput for what no limit and no rule may be, and for what changes nothing.
    """
    reason, person = a_line("why", why, WHY_MAX), a_line("actor", actor, ACTOR_MAX)
    with unit_of_work(desk.engine, write=not dry_run) as session:
        before = newest(session, desk)
        content = canonical_json(_with(session, before, wanted))
        changed = differences(before.content, content)
        if not changed:
            raise BadInput("a proposal must change something, this one is in force already")
        kept = None if dry_run else proposals.add(
            session, content, base=before.config_version, tenant_id=desk.tenant_id, actor=person, why=reason,
            at=desk.clock(),
        )  # fmt: skip
        effect = _effect(session, desk, before.content, content)
    return Offered(kept.proposal_id if kept else None, before.config_version, tuple(changed), effect)


def try_config(desk: Desk, name: str) -> Offered:
    """Say what a proposal or an earlier version would change, and would have made of the last week's candidates."""
    with unit_of_work(desk.engine, write=False) as session:
        before = newest(session, desk)
        found = named(session, desk, name)
        content = completed(found.content, packaged_limits())
        effect = _effect(session, desk, before.content, content)
        return Offered(name, before.config_version, tuple(differences(before.content, content)), effect)


def activate_config(desk: Desk, name: str, *, why: str, actor: str) -> Activated:
    """Put a proposal in force, or an earlier version again, as a version of its own after the newest.

    Raises NotFound for neither, and Refused for a proposal of a version that is no longer in force, and for what is.
    """
    reason, person = a_line("why", why, WHY_MAX), a_line("actor", actor, ACTOR_MAX)
    with unit_of_work(desk.engine) as session:
        events.hold(session, chain=desk.tenant_id)
        before = newest(session, desk)
        found = named(session, desk, name)
        if isinstance(found, ConfigProposal) and found.base_version != before.config_version:
            message = f"proposal must follow the version in force, {before.config_version}, followed"
            raise Refused(f"{message} {found.base_version}: what came between would be undone; propose it again")
        restores = None if isinstance(found, ConfigProposal) else found.config_version
        return _put_in_force(session, desk, before, found.content, restores, reason, person)


def roll_back_config(desk: Desk, *, why: str, actor: str) -> Activated:
    """Put what was in force before back in force, as a version of its own; Refused where nothing was before."""
    reason, person = a_line("why", why, WHY_MAX), a_line("actor", actor, ACTOR_MAX)
    with unit_of_work(desk.engine) as session:
        events.hold(session, chain=desk.tenant_id)
        known = {item.config_version: item for item in versions(session, desk)}
        before = list(known.values())[-1]
        name = rolls_back_to([(item.config_version, item.content) for item in known.values()])
        if name is None:
            raise Refused("a configuration must have been in force before to roll back to, none was")
        return _put_in_force(session, desk, before, known[name].content, name, reason, person)


def versions(session: Session, desk: Desk) -> list[ConfigVersion]:
    """Return every version that was in force, the oldest first."""
    return models.configs(session, tenant_id=desk.tenant_id, as_of=END)


def named(session: Session, desk: Desk, name: str) -> ConfigVersion | ConfigProposal:
    """Return a version or a proposal by its name or the beginning of it; NotFound where there is none, or are more."""
    known: list[ConfigVersion | ConfigProposal] = [
        *versions(session, desk), *proposals.every(session, tenant_id=desk.tenant_id)
    ]  # fmt: skip
    found = [item for item in known if name and name_of(item).startswith(name)]
    if len(found) != 1:
        how = "there was none" if not found else f"{len(found)} begin like that"
        raise NotFound(f"configuration must be one of `closeline config list`, was {name[:40]!a} and {how}")
    return found[0]


def name_of(item: ConfigVersion | ConfigProposal) -> str:
    """Return the name of a version or a proposal."""
    return item.proposal_id if isinstance(item, ConfigProposal) else item.config_version


def _put_in_force(
    session: Session, desk: Desk, before: ConfigVersion, content: str, restores: str | None, why: str, actor: str
) -> Activated:  # fmt: skip
    # What was in force before an upgrade lacks the limits that it added.
    content = completed(content, packaged_limits())
    changed = differences(before.content, content)
    if not changed:
        raise Refused(f"configuration must differ from {before.config_version}, which is in force, and does not")
    place = {"follows": before.config_version} | ({"restores": restores} if restores else {})
    held = {key: value for key, value in json.loads(content).items() if key not in ("follows", "restores")} | place
    at = max(desk.clock(), before.created_at + TICK)
    subject = subjects.name_of("config", desk.tenant_id)
    standing = subjects.state(session, subject, tenant_id=desk.tenant_id)
    version = models.add_config(session, held, tenant_id=desk.tenant_id, actor=actor, why=why, at=at)
    told = LimitsChanged("", version, before.config_version, actor, ", ".join(item.path for item in changed))
    change = changes.since(session, subject, standing, tenant_id=desk.tenant_id, why=why)
    events.record(session, told, tenant_id=desk.tenant_id, actor=actor, at=at, change=change)
    return Activated(before.config_version, version, tuple(changed))


def _with(session: Session, before: ConfigVersion, wanted: Mapping[str, object]) -> dict[str, Any]:
    unknown = sorted(set(wanted) - {LIMITS, *SECTIONS})
    if unknown:
        known = ", ".join(f"[{name}.LEAGUE]" for name in (LIMITS, *SECTIONS))
        raise BadInput(f"a configuration must hold {known}, held {unknown[0]!r:.60}")
    content: dict[str, Any] = json.loads(before.content)
    for section, tables in sorted(wanted.items()):
        if not isinstance(tables, Mapping):
            raise BadInput(f"{section} must hold a table for each league, was {tables!r:.60}")
        for league, table in sorted(tables.items()):
            refuse_unknown_books(session, {section: table})
            content = _with_table(canonical_json(content), section, _league(league), table)
    return content


def _with_table(content: str, section: str, league: League, table: object) -> dict[str, Any]:
    if not isinstance(table, Mapping):
        raise BadInput(f"{section}.{league} must be a table, was {table!r:.60}")
    if section != LIMITS:
        return with_rules(content, league, {section: table})
    held = limits_of(content, league)
    changed = changed_between(asdict(held), asdict(checked_limits(held, table)))
    kept: dict[str, Any] = with_limits(content, league, {item.name: item.after for item in changed}, follows="")
    return kept


def _league(name: str) -> League:
    try:
        return League(name)
    except ValueError:
        raise BadInput(f"league must be one of {', '.join(League)}, was {name!r:.60}") from None


def _effect(session: Session, desk: Desk, before: str, after: str) -> Effect:
    until = desk.clock()
    since, seen = until - WEEK, list[Twice]()
    for league in League:
        old, new = limits_of(before, league), limits_of(after, league)
        for moment in candidates.moments(session, tenant_id=desk.tenant_id, league=league, since=since, until=until):
            seen += judged_twice(
                session, tenant_id=desk.tenant_id, league=league, as_of=moment, before=old, after=new
            )  # fmt: skip
    return Effect(since, until, len(seen), tuple(item for item in seen if item.before is not item.after))
