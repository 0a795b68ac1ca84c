"""From Kelly to the ticket: the fraction, the caps, what is at risk already, and rounding (staking-v1)."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from closeline.maths.staking import kelly
from closeline.maths.value import edge_prob, push_free

# An edge of exactly the minimum qualifies; floats may put it a rounding below.
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class StakingPolicy:
    """Shares of the bankroll at day start that may be risked; a tier that is not listed gets no stake."""

    kelly_fraction: float = 0.25
    tier_caps: Mapping[str, float] = field(default_factory=lambda: {"A": 0.02, "B": 0.015, "C": 0.01})
    event_cap: float = 0.03
    cluster_cap: float = 0.04
    day_cap: float = 0.10
    open_risk_cap: float = 0.15
    ticket_least: float = 0.001
    ticket_step: float = 0.0005


@dataclass(frozen=True, slots=True)
class SizedStake:
    """An edge in probability points, whether it qualifies, and the share of the bankroll, not rounded."""

    edge_prob: float
    eligible: bool
    stake: float


@dataclass(frozen=True, slots=True)
class Exposure:
    """A bet that asks for a stake, and what it shares a cap with; no cluster when it is empty."""

    stake: float
    event_id: str
    cluster: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """Shares of the bankroll that are already staked: per event and cluster, today, and at risk now."""

    events: Mapping[str, float] = field(default_factory=dict)
    clusters: Mapping[str, float] = field(default_factory=dict)
    day: float = 0.0
    open_risk: float = 0.0


NOTHING_HELD = Held()


def stake(
    p_win: float, p_loss: float, decimal: float, *, kelly_fraction: float, stake_max: float, edge_min: float
) -> SizedStake:
    """Return min(fraction x Kelly, cap) where the push-free edge reaches the minimum (inclusive), else 0."""
    edge = edge_prob(push_free(p_win, p_loss), decimal)
    eligible = edge >= edge_min - _ROUNDING
    full = kelly(p_win, p_loss, decimal)
    return SizedStake(edge, eligible, min(kelly_fraction * full, stake_max) if eligible else 0.0)


def tier_stake(full_kelly: float, tier: str, policy: StakingPolicy) -> float:
    """Return the stake of a PICK of this tier, before exposure and rounding; without a tier 0."""
    return min(policy.kelly_fraction * max(full_kelly, 0.0), policy.tier_caps.get(tier, 0.0))


def scale_exposure(stakes: Sequence[float], total_max: float) -> tuple[tuple[float, ...], float]:
    """Scale stakes in proportion to sum to at most `total_max`; return them and the scale, 1 at most."""
    total = math.fsum(stakes)
    scale = total_max / total if total > total_max else 1.0
    return tuple([size * scale for size in stakes]), scale


def allocate(exposures: Sequence[Exposure], policy: StakingPolicy, held: Held = NOTHING_HELD) -> tuple[float, ...]:
    """Scale stakes until every cap holds beside what is held, round down, drop what is below a ticket.

    Caps only ever scale down, so the order of events, clusters, day cannot break one that held.
    """
    stakes = [exposure.stake for exposure in exposures]
    stakes = _scale_groups([exposure.event_id for exposure in exposures], stakes, policy.event_cap, held.events)
    stakes = _scale_groups([exposure.cluster for exposure in exposures], stakes, policy.cluster_cap, held.clusters)
    room = max(0.0, min(policy.day_cap - held.day, policy.open_risk_cap - held.open_risk))
    scaled, _ = scale_exposure(stakes, room)
    return tuple([round_ticket(size, policy) for size in scaled])


def round_ticket(size: float, policy: StakingPolicy) -> float:
    """Round a stake down to the ticket's step; 0 below the least ticket."""
    steps = math.floor(size / policy.ticket_step + 1e-9)
    return steps * policy.ticket_step if size >= policy.ticket_least - _ROUNDING else 0.0


def _scale_groups(groups: Sequence[str], stakes: Sequence[float], cap: float, held: Mapping[str, float]) -> list[float]:
    """Scale the stakes of each named group to what its cap leaves."""
    totals: dict[str, float] = {}
    for group, size in zip(groups, stakes, strict=True):
        totals[group] = totals.get(group, 0.0) + size
    scales = {
        group: min(1.0, max(0.0, cap - held.get(group, 0.0)) / total) if group and total > 0.0 else 1.0
        for group, total in totals.items()
    }
    return [size * scales[group] for group, size in zip(groups, stakes, strict=True)]
