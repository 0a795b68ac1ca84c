"""Ruling: a person changes by which windows a league's picks settle and by which books they close, from now on."""

import difflib
import json
from collections.abc import Callable, Mapping
from typing import Any

from closeline.domain.board.books import SHARP
from closeline.domain.errors import BadInput
from closeline.domain.ids import canonical_json
from closeline.domain.leagues import League
from closeline.domain.limits.effects import Change, Effect
from closeline.domain.picks import closing
from closeline.domain.settlement import configured
from closeline.jobs.desk import Desk
from closeline.jobs.learning.limiting import ACTOR_MAX, WHY_MAX, Proposal, a_line, append_config, newest
from closeline.store import events, quotes
from closeline.store.session import Session, unit_of_work

SETTLEMENT, CLOSING = configured.SECTION, closing.SECTION
SECTIONS = (SETTLEMENT, CLOSING)


def change_rules(
    desk: Desk, league: League, wanted: Mapping[str, object], *, why: str, actor: str, dry_run: bool = False
) -> Proposal:
    """Append a configuration version in which a league's picks settle or close by other rules.

    wanted: `settlement` and `closing`, each all that shall differ from the first rule set; a section that is left out
    stays. Picks that were proposed keep the rules that they name. Raises BadInput, with nothing written, for what no
    rule may be.
    """
    reason, person = a_line("why", why, WHY_MAX), a_line("actor", actor, ACTOR_MAX)
    with unit_of_work(desk.engine, write=not dry_run) as session:
        if not dry_run:
            # Two people at once: the second sees what the first has changed.
            events.hold(session, chain=desk.tenant_id)
        refuse_unknown_books(session, wanted)
        before = newest(session, desk)
        content = with_rules(before.content, league, wanted)
        changed = _changes(rules_held(before.content, league), rules_held(canonical_json(content), league))
        if dry_run or not changed:
            return Proposal(before.config_version, before.config_version, changed)
        content |= {"follows": before.config_version}
        version = append_config(session, desk, league, before, content, changed, reason, person)
        return Proposal(before.config_version, version, changed)


def refuse_unknown_books(session: Session, wanted: Mapping[str, object]) -> None:
    """Refuse a reference that is neither a sharp book nor one of the record: a slip would cost every close."""
    section = wanted.get(CLOSING)
    order = section.get("reference_order", ()) if isinstance(section, Mapping) else ()
    known = {*SHARP, closing.CONSENSUS, *quotes.books(session)}
    for entry in order if isinstance(order, list | tuple) else ():
        unknown = [book for book in str(entry).split("|") if book not in known]
        if unknown:
            near = ", ".join(difflib.get_close_matches(unknown[0], known, n=3)) or ", ".join(sorted(known))
            raise BadInput(f"reference_order must name books that are known, had {unknown[0]!r:.60}; known are {near}")


def rules_held(config: str, league: League) -> dict[str, object]:
    """Return every rule that may be changed with its value in a configuration, by `section.name`."""
    settles, closes = configured.rules_of(config, league), closing.rules_of(config, league)
    return {
        **{f"{SETTLEMENT}.{name}": getattr(settles, name) for name in configured.RULE_FIELDS},
        f"{CLOSING}.reference_order": list(closes.reference_order),
        f"{CLOSING}.max_age_minutes": closes.max_age.total_seconds() / 60,
    }


def with_rules(config: str, league: League, wanted: Mapping[str, object]) -> dict[str, Any]:
    """Return the content of a configuration with the sections that are wanted of a league; BadInput for no rule."""
    content: dict[str, Any] = json.loads(config)
    unknown = sorted(set(wanted) - set(SECTIONS))
    if unknown:
        raise BadInput(f"rules must stand in [settlement] or [closing], stood in {unknown[0]!r:.60}")
    for name in SECTIONS:
        if name in wanted:
            section = wanted[name]
            if not isinstance(section, Mapping):
                raise BadInput(f"{name} must be a table of rules, was {section!r:.60}")
            _CHECKS[name](section)
            content[name] = content.get(name, {}) | {str(league): dict(section)}
    return content


_CHECKS: dict[str, Callable[[Mapping[str, object]], object]] = {
    SETTLEMENT: configured.changed_rules,
    CLOSING: closing.changed_rules,
}


def _changes(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[Change, ...]:
    return tuple(
        Change(name, value, after[name], Effect.SHIFTS) for name, value in before.items() if value != after[name]
    )
