"""A policy is proposed at somebody's request, from what was known then, and comes into force only through its gate."""

# mypy: disable-error-code="union-attr"

from dataclasses import replace
from datetime import timedelta

import pytest

from closeline.domain.errors import NotFound, Refused
from closeline.domain.policies import Staking, gate
from closeline.domain.policies.gate import Held, PolicyEvidence, policy_gate, read_evidence
from closeline.flow import tune
from closeline.flow.tune import policy as tuning
from closeline.flow.tune import proposal as proposing
from closeline.jobs.learning.proposing import propose_policy
from closeline.jobs.replaying.backtest import backtest
from closeline.maths import policy as policy_maths
from closeline.maths.policy import Movement, trial
from closeline.maths.policy.trial import Proposed
from closeline.maths.policy.walk import Terms
from closeline.store import events, models
from closeline.store.session import unit_of_work
from tests.builders.archives import FIRST, an_archive
from tests.builders.desks import a_desk
from tests.builders.moments import ENDS, HOUR
from tests.builders.records import (
    TENANT,
    a_copy,
    make_seeded,
    number,
    opened,
    plant_policy,
    rolled_back,
    rows_of,
    tamper,
)
from tests.builders.stories import NBA

OVER = ENDS + 400 * HOUR
SPREAD, TOTAL = "SPREAD:FULL_GAME", "TOTAL:FULL_GAME"


def make_warmed(url):
    make_seeded(url)
    with opened(url) as engine:
        backtest(a_desk(engine, [an_archive(days=24)], publish_from=FIRST + timedelta(days=600)))


@pytest.fixture
def warmed(new_databases):
    """Give a record that has forecast a season and published nothing of it."""
    with a_copy(new_databases, "warmed", make_warmed) as engine:
        yield engine


@pytest.fixture
def small(monkeypatch):
    """Let a season of seventy games be enough to learn and to judge from."""
    monkeypatch.setattr(trial, "PAST_LEAST", 15)
    monkeypatch.setattr(gate, "PLAYED_MIN", 3)
    monkeypatch.setattr(policy_maths, "PLAYED_LEAST", 5)


def found(key, *, beta=0.6, threshold=0.0, **other):
    """Give what a trial would say of a candidate that is better beyond chance, unless `other` says otherwise."""
    old, new = (Held(each, threshold, played, 0.02, 0.01, 0.03, 0.68) for each, played in ((1.0, 400), (beta, 500)))
    evidence = PolicyEvidence(key, old, new, 900, 0.002, 0.001, 0.001, 0.009, 9, True, True, "2024-01-01", "2024-01-03")
    return Proposed(Terms(beta, threshold), Movement(beta, 0.02, 800), 300, 0.004, replace(evidence, **other))


def planted(monkeypatch, **by_market):
    """Let every trial end so; a market that is not named has too short a history."""
    answers = {name: item for item in by_market.values() for name in [item.evidence.market_key]}
    monkeypatch.setattr(
        proposing, "try_policies", lambda histories, *, generator: [answers.get(key) for key, _, _ in histories]
    )


def propose(session, at=OVER):
    return tune.propose(session, tenant_id=TENANT, league=NBA, at=at)


def in_force(session, at=OVER + HOUR):
    return models.policy(session, tenant_id=TENANT, league=NBA, as_of=at)


def told(session):
    return events.named(session, chain=TENANT, name="PolicyProposed", as_of=OVER + HOUR)


def rows_in(session, *tables):
    return {table: rows_of(session, f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables}


def test_a_league_without_a_policy_has_nothing_to_be_compared_with(seeded):
    with unit_of_work(seeded) as session, pytest.raises(NotFound, match="policy in force"):
        propose(session)


def test_a_season_is_too_short_to_change_anything_and_that_is_recorded(played):
    with unit_of_work(played, write=False) as session:
        before = rows_in(session, "decision_policy")
    proposal = propose_policy(a_desk(played, now=OVER), NBA, keep=True)
    with unit_of_work(played, write=False) as session:
        after = rows_in(session, "decision_policy")
        (event,) = told(session)
        broken = events.broken_links(session, chain=TENANT)

    assert proposal.status == event.body["status"] == "REJECTED"
    assert {item.verdict.reasons for item in proposal.markets} == {("TOO_FEW",)}
    assert after == before
    assert broken == []


def test_an_accepted_market_changes_and_the_others_stay(played, monkeypatch):
    planted(monkeypatch, spread=found(SPREAD), total=found(TOTAL, gained_lower=-0.1))
    with unit_of_work(played, write=False) as session:
        before = in_force(session)
    proposal = propose_policy(a_desk(played, now=OVER), NBA, keep=True)
    with unit_of_work(played, write=False) as session:
        after = in_force(session)
        assert in_force(session, OVER - HOUR) == before
        (event,) = told(session)

    assert proposal.status == "ACTIVE"
    assert (
        after.policy_version == event.body["policy_version"] == proposal.policy.policy_version != before.policy_version
    )
    assert (after.of(SPREAD).beta, after.of(SPREAD).beta_n, after.of(SPREAD).threshold_n) == (0.6, 800, 300)
    assert [after.of(key) for key in ("MONEYLINE:FULL_GAME", TOTAL)] == [
        before.of(key) for key in ("MONEYLINE:FULL_GAME", TOTAL)
    ]
    assert after.staking == before.staking


def test_the_evidence_in_the_log_gives_the_verdicts_again(played, monkeypatch):
    planted(monkeypatch, spread=found(SPREAD), total=found(TOTAL, gained_lower=float("nan")))
    proposal = propose_policy(a_desk(played, now=OVER), NBA, keep=True)
    with unit_of_work(played, write=False) as session:
        (event,) = told(session)

    stored = read_evidence(str(event.body["evidence"]))
    assert [policy_gate(item) for item in stored] == [item.verdict for item in proposal.markets]
    assert "NOT_A_NUMBER" in str(event.body["reasons"])


def test_terms_that_are_no_number_are_refused_and_recorded(played, monkeypatch):
    planted(monkeypatch, spread=found(SPREAD, beta=float("nan")))
    proposal = propose_policy(a_desk(played, now=OVER), NBA, keep=True)
    with unit_of_work(played, write=False) as session:
        (event,) = told(session)
        assert in_force(session) == proposal.in_force

    assert event.body["status"] == "REJECTED"
    assert "NOT_A_NUMBER" in str(event.body["reasons"])


def test_a_dry_run_writes_nothing(played, monkeypatch):
    planted(monkeypatch, spread=found(SPREAD))
    with unit_of_work(played, write=False) as session:
        before = rows_in(session, "decision_policy", "event_log")
    proposal = propose_policy(a_desk(played, now=OVER), NBA, keep=False)
    with unit_of_work(played, write=False) as session:
        after = rows_in(session, "decision_policy", "event_log")

    assert proposal.status == "ACTIVE"
    assert after == before


def test_published_picks_keep_everything_that_judged_them(played, monkeypatch):
    planted(monkeypatch, spread=found(SPREAD))
    tables = ("pick", "pick_event", "publication", "prediction", "candidate_finding")
    with unit_of_work(played, write=False) as session:
        before = rows_in(session, *tables)
    propose_policy(a_desk(played, now=OVER), NBA, keep=True)
    with unit_of_work(played, write=False) as session:
        after = rows_in(session, *tables)

    assert before["pick"]
    assert after == before


def test_the_same_games_do_not_carry_a_policy_further(played, monkeypatch):
    planted(monkeypatch, spread=found(SPREAD))
    propose_policy(a_desk(played, now=OVER), NBA, keep=True)
    with pytest.raises(Refused, match="results before"):
        propose_policy(a_desk(played, now=OVER + HOUR), NBA, keep=True)


def test_a_rejected_proposal_may_be_made_again_and_says_the_same(played):
    first, second = (propose_policy(a_desk(played, now=OVER), NBA, keep=True) for _ in range(2))

    assert first.told() == second.told()


def test_a_proposal_is_worth_nothing_once_another_policy_is_in_force(played, monkeypatch):
    planted(monkeypatch, spread=found(SPREAD))
    with rolled_back(played) as session:
        proposal = propose(session)
        plant_policy(session, at=OVER + HOUR, beta=0.9)
        with pytest.raises(Refused, match="was another by now"):
            tune.conclude(session, proposal, tenant_id=TENANT)


def test_staking_outlives_a_proposal_and_a_refit(warmed, monkeypatch):
    planted(monkeypatch, spread=found(SPREAD))
    monkeypatch.setattr(tuning, "OBSERVATIONS_LEAST", 20)
    with unit_of_work(warmed) as session:
        plant_policy(session)
        half = replace(in_force(session), staking=Staking(units=0.5))
        early = OVER - 2 * HOUR
        models.add_policy(session, half, tenant_id=TENANT, fitted_from=early, fitted_to=early, at=early)
        tune.conclude(session, propose(session), tenant_id=TENANT)
        assert in_force(session).staking == Staking(units=0.5)
        tune.fit_policy(session, tenant_id=TENANT, league=NBA, at=OVER + HOUR, recalibrated=True)
        assert in_force(session).staking == Staking(units=0.5)


def test_every_market_of_a_small_season_is_tried(warmed, small):
    with rolled_back(warmed) as session:
        plant_policy(session, beta=0.1)
        proposal = propose(session)

    assert len(proposal.markets) == 3
    assert all(item.evidence.tried == 9 and item.evidence.is_out_of_time for item in proposal.markets)
    assert all(item.evidence.trained_to < item.evidence.judged_from for item in proposal.markets)


def test_what_happens_later_changes_no_proposal(warmed, small):
    at = ENDS
    with unit_of_work(warmed) as session:
        plant_policy(session, beta=0.1)
        before = propose(session, at)
        after_at = number(
            session, "SELECT count(*) FROM event_result WHERE received_at > :at", at=int(at.timestamp() * 1_000_000)
        )
    micros = {"at": int(at.timestamp() * 1_000_000)}
    changed = tamper(warmed, "event_result", "UPDATE event_result SET home_score = 300 WHERE received_at > :at", micros)
    tamper(
        warmed,
        "market_evaluation",
        "UPDATE market_evaluation SET fair_probability = 0.9 WHERE received_at > :at",
        micros,
    )
    with rolled_back(warmed) as session:
        again, later = propose(session, at), propose(session, OVER)

    assert changed == after_at > 0
    assert again.told() == before.told()
    assert any(item.evidence.offered for item in before.markets)
    assert [item.evidence for item in later.markets] != [item.evidence for item in before.markets]
