"""Chains: a pick that supersedes another names it, and so on back to the first (invariant P5)."""

from collections import Counter
from collections.abc import Mapping

from closeline.domain.picks import PickState

# What a pick that takes another's place may be once it has: it was published in the same transaction.
_TOOK_OVER = frozenset({PickState.PUBLISHED, PickState.GRADED, PickState.SUPERSEDED, PickState.VOIDED})


def chain_of(name: str, links: Mapping[str, str | None]) -> list[str]:
    """Return the chain through a pick that took effect, the first pick first; links: whom each pick supersedes."""
    back = [name]
    while (before := links.get(back[-1])) is not None and before not in back:
        back.append(before)
    successors = {before: after for after, before in links.items() if before is not None}
    chain = back[::-1]
    while (after := successors.get(chain[-1])) is not None and after not in chain:
        chain.append(after)
    return chain


def broken(links: Mapping[str, str | None], states: Mapping[str, PickState]) -> list[str]:
    """Return the picks at which the chains are not linear, not acyclic or not one step; empty where all is well.

    Only those that took over count: a proposal that came to nothing supersedes nobody.
    """
    took = {name: before for name, before in links.items() if before is not None and states[name] in _TOOK_OVER}
    times = Counter(took.values())
    forked = {name for name, before in took.items() if times[before] > 1}
    alive = {name for name, before in took.items() if states.get(before) is not PickState.SUPERSEDED}
    orphans = {name for name, state in states.items() if state is PickState.SUPERSEDED and name not in times}
    circular = {name for name in took if _comes_back(name, took)}
    return sorted(forked | alive | orphans | circular)


def _comes_back(name: str, took: Mapping[str, str]) -> bool:
    seen = {name}
    at: str | None = took.get(name)
    while at is not None and at not in seen:
        seen.add(at)
        at = took.get(at)
    return at == name
