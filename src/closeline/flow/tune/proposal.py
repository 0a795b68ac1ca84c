"""Proposing a policy: learned walk-forward from what was graded, set beside the one in force, activated by a gate.

Only a person asks for it: no job and no schedule does, because a policy that tunes itself every week is tuned to the
record that it makes.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from closeline.domain.digits import of_fit
from closeline.domain.errors import NotFound, Refused
from closeline.domain.events import PolicyProposed
from closeline.domain.ids import canonical_json
from closeline.domain.leagues import League
from closeline.domain.markets import GAME_MARKETS, Market
from closeline.domain.policies import DecisionPolicy, MarketPolicy
from closeline.domain.policies.gate import Held, PolicyEvidence, PolicyVerdict, policy_gate, write_evidence
from closeline.flow.tune.policy import MOVES_WINDOW, POLICY_REFIT, studied
from closeline.maths.policy.trial import Proposed, try_policies
from closeline.maths.policy.walk import History, Terms
from closeline.maths.simulate.streams import stream
from closeline.store import events, models
from closeline.store.past import outcomes
from closeline.store.past.ratings import BEGINNING
from closeline.store.session import Session

END = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class MarketProposal:
    """What was proposed for one market, and what the gate made of it."""

    candidate: MarketPolicy
    evidence: PolicyEvidence
    verdict: PolicyVerdict


@dataclass(frozen=True, slots=True)
class Proposal:
    """The proposals of a league's markets beside the policy in force; those that passed make the next one."""

    league: League
    at: datetime
    results: int
    in_force: DecisionPolicy
    markets: tuple[MarketProposal, ...]

    @property
    def status(self) -> str:
        """Return ACTIVE when a market's proposal passed the gate, REJECTED when none did."""
        return "ACTIVE" if any(item.verdict.activate for item in self.markets) else "REJECTED"

    @property
    def policy(self) -> DecisionPolicy:
        """Return the policy that is judged: of the markets that passed, or of all when none did."""
        passed = {item.candidate.market_key: item.candidate for item in self.markets if item.verdict.activate}
        wanted = passed or {item.candidate.market_key: item.candidate for item in self.markets}
        markets = tuple(wanted.get(policy.market_key, policy) for policy in self.in_force.markets)
        return replace(self.in_force, results=self.results, markets=markets)

    def told(self) -> PolicyProposed:
        """Return the event that tells of it, evidence included."""
        reasons = {item.candidate.market_key: list(item.verdict.reasons) for item in self.markets}
        evidence = write_evidence(tuple(item.evidence for item in self.markets))
        return PolicyProposed(
            self.league, self.policy.policy_version, self.status, self.results, canonical_json(reasons), evidence
        )


def propose(session: Session, *, tenant_id: str, league: League, at: datetime) -> Proposal:
    """Learn a candidate for each market from what was received by `at`, try it, and let the gate decide.

    Writes nothing. Raises NotFound when no policy is in force, and Refused while the results have hardly grown since a
    proposal was last accepted: on the same games a policy would walk as far as it is asked to.
    """
    in_force = models.policy(session, tenant_id=tenant_id, league=league, as_of=at)
    if in_force is None:
        raise NotFound(f"{league} must have a policy in force before another is proposed, had none")
    results = outcomes.results_count(session, league=league, as_of=at)
    _must_have_grown(session, tenant_id, league, results, at)
    histories = [
        (market.key, _history(session, tenant_id, league, market, at), Terms(policy.beta, policy.threshold))
        for market in GAME_MARKETS
        if (policy := in_force.of(market.key)) is not None
    ]
    generator = stream("policy", tenant_id, league, in_force.policy_version, results)
    found = try_policies(histories, generator=generator)
    return Proposal(league, at, results, in_force, _judged(in_force, [key for key, _, _ in histories], found))


def conclude(session: Session, proposal: Proposal, *, tenant_id: str) -> PolicyProposed:
    """Put an accepted proposal in force and return the event that tells of it; a rejected one is only told of.

    Raises Refused when another policy came into force since the proposal was made.
    """
    latest = models.policy(session, tenant_id=tenant_id, league=proposal.league, as_of=END)
    if latest != proposal.in_force:
        raise Refused(f"the policy of {proposal.league} must be the one that was compared, was another by now")
    if proposal.status == "ACTIVE":
        models.add_policy(
            session, proposal.policy, tenant_id=tenant_id, fitted_from=BEGINNING, fitted_to=proposal.at, at=proposal.at
        )
    return proposal.told()


def _must_have_grown(session: Session, tenant_id: str, league: League, results: int, at: datetime) -> None:
    told = events.named(session, chain=tenant_id, name=PolicyProposed.__name__, as_of=at)
    accepted = [event.body for event in told if event.body["league"] == league and event.body["status"] == "ACTIVE"]
    least = POLICY_REFIT * max((int(body["results"] or 0) for body in accepted), default=0)
    if results < least:
        raise Refused(f"{league} must have {least:.0f} results before its policy is proposed again, had {results}")


def _history(session: Session, tenant_id: str, league: League, market: Market, at: datetime) -> History:
    known = outcomes.settled(
        session, tenant_id=tenant_id, league=league, market_key=market.key, since=BEGINNING, as_of=at
    ).latest(2 * MOVES_WINDOW)  # twice, because some have no honest close
    study = studied(session, tenant_id, league, market, known, at)
    price, price_other = outcomes.opening_prices(session, known, market_key=market.key, as_of=at)
    unquoted = ~known.quoted
    return History(
        known.days, study.model, known.q_market, study.q_close, np.where(unquoted, np.nan, price),
        np.where(unquoted, np.nan, price_other), known.won,
    ).of(study.usable)  # fmt: skip


def _judged(
    in_force: DecisionPolicy, keys: Sequence[str], found: Sequence[Proposed | None]
) -> tuple[MarketProposal, ...]:
    made = []
    for key, proposed in zip(keys, found, strict=True):
        before = in_force.of(key)
        assert before is not None
        candidate, evidence = (before, _unjudged(before)) if proposed is None else _candidate(before, proposed)
        made.append(MarketProposal(candidate, evidence, policy_gate(evidence)))
    return tuple(made)


def _candidate(before: MarketPolicy, proposed: Proposed) -> tuple[MarketPolicy, PolicyEvidence]:
    terms, movement = proposed.terms, proposed.movement
    if not math.isfinite(terms.beta):
        # The gate refuses it, and a version cannot be named by what is no number.
        return before, proposed.evidence
    moved = replace(
        before,
        beta=terms.beta,
        threshold=terms.threshold,
        threshold_n=proposed.threshold_n,
        clv_lower_90=proposed.clv_lower_90,
    )
    if terms.threshold is None:
        moved = replace(moved, threshold_n=before.threshold_n, clv_lower_90=before.clv_lower_90)
    if terms.beta != before.beta:
        moved = replace(moved, beta_standard_error=of_fit(movement.standard_error), beta_n=movement.n)
    return moved, proposed.evidence


def _unjudged(before: MarketPolicy) -> PolicyEvidence:
    nothing = float("nan")
    held = Held(before.beta, before.threshold, 0, nothing, nothing, nothing, nothing)
    return PolicyEvidence(
        before.market_key, held, held, offered=0, gained=nothing, gained_lower=nothing, p_value=nothing,
        p_adjusted=nothing, tried=0, is_steady=False, is_out_of_time=False, trained_to="", judged_from="",
    )  # fmt: skip
