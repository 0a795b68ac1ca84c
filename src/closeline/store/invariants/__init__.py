"""The laws of the record as functions that return the rows that break them. None is the pass.

The tests, the campaign and `closeline verify invariants` run the same functions, each under the number by which
docs/invariants.md tells what it asks.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from closeline.domain.errors import BadInput
from closeline.store.invariants import (
    afterwards,
    audit,
    chain,
    deliveries,
    evidence,
    guards,
    lives,
    modes,
    slots,
    telling,
    times,
)
from closeline.store.invariants.violation import Check, Violation
from closeline.store.session import Session

CHECKS: Final[Mapping[str, Check]] = MappingProxyType({
    "D1": guards.nothing_is_changed,
    "P1": lives.steps_are_edges,
    "P2": lives.published_before_the_start,
    "P3": evidence.seen_before_it_was_published,
    "P4": evidence.priced_as_quoted,
    "P5": lives.one_life_at_a_time,
    "P6": afterwards.invalid_is_for_good,
    "P7": afterwards.void_for_a_fact,
    "P8": lambda session, tenant: [
        *evidence.judged_as_published(session, tenant), *afterwards.switches_stop(session, tenant)
    ],
    "P9": modes.only_the_best_while_short,
    "P10": audit.publications_have_leaves,
    "X1": deliveries.laid_down_with_the_publication,
    "X2": deliveries.none_is_left_under_way,
    "X3": deliveries.seen_as_sent,
    "X4": deliveries.once_or_told,
    "X5": deliveries.none_goes_out_late,
    "X6": deliveries.the_same_bytes,
    "X7": deliveries.doubt_is_looked_at,
    "X8": deliveries.tokens_only_grow,
    "X9": deliveries.texts_are_plain,
    "X10": deliveries.channels_agree,
    "A1": chain.the_chain_holds,
    "A2": audit.changes_follow,
    "A3": telling.changes_are_told,
    "J1": slots.a_slot_runs_once,
    "J2": slots.slots_are_in_utc,
    "J3": times.times_only_grow,
    "J4": slots.every_job_ends,
    "O1": modes.nothing_goes_out_while_off,
    "O3": times.incidents_are_counted,
    "O5": guards.the_file_is_whole,
    "O6": times.calls_end,
})  # fmt: skip


def violations(session: Session, *, tenant_id: str, only: Iterable[str] = ()) -> dict[str, list[Violation]]:
    """Return, by number, the rows of a tenant's record that break each law, or each of those that are named.

    Raises BadInput for a number that no law has.
    """
    asked = tuple(only) or tuple(CHECKS)
    unknown = [name for name in asked if name not in CHECKS]
    if unknown:
        raise BadInput(f"invariant must be one of {', '.join(CHECKS)}, was {unknown[0]}")
    return {name: CHECKS[name](session, tenant_id) for name in asked}


__all__ = ["CHECKS", "Violation", "violations"]
