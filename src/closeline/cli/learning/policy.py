"""`closeline policy`: how far the model is trusted, what is played, and whether another policy did better."""

from typing import TYPE_CHECKING, Annotated

import typer

from closeline.cli.opening import opened, reading
from closeline.cli.options import AsJson, Database
from closeline.cli.printing import number, print_json, print_table, say
from closeline.domain.leagues import League

if TYPE_CHECKING:
    from closeline.flow.tune import Proposal
    from closeline.schemas.learning import Held, PolicyProposal, Staking

app = typer.Typer(no_args_is_help=True, help="Look at the decision policies, and propose another.")

OfLeague = Annotated[League, typer.Argument(help="The league.")]


@app.command()
def show(league: OfLeague, *, db: Database = None, as_json: AsJson = False) -> None:
    """Print the decision policy of a league, with the evidence that it rests on."""
    from closeline.schemas.learning import MarketPolicy, Policy, Staking
    from closeline.store import models

    with reading(db) as (desk, session):
        found = models.policy(session, tenant_id=desk.tenant_id, league=league, as_of=desk.clock())
    result = Policy(
        league=league,
        policy_version=found.policy_version if found else None,
        results=found.results if found else 0,
        staking=Staking.model_validate(found.staking) if found else None,
        markets=[MarketPolicy.model_validate(item) for item in found.markets] if found else [],
    )
    if as_json:
        print_json(result)
        return
    if found is None or result.staking is None:
        say(f"{league}: no policy yet, so nothing is picked")
        return
    columns = ("market", "beta#", "± se#", "n#", "least edge, points#", "n#", "worth at least, points#")
    print_table(f"Policy of {league}, fitted on {result.results} results, version {result.policy_version}", columns, [
        (
            item.market_key, number(item.beta, 3), number(item.beta_standard_error, 3), item.beta_n,
            _edge(item.threshold), item.threshold_n, _points(item.clv_lower_90),
        )
        for item in result.markets
    ])  # fmt: skip
    say(_staked(result.staking))


@app.command()
def propose(
    league: OfLeague,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Compare and judge, and record nothing.")] = False,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Learn a candidate policy from the record, compare it out of time with the one in force, and let a gate decide."""
    from closeline.jobs.learning.proposing import propose_policy

    with opened(db) as desk:
        result = _shape(propose_policy(desk, league, keep=not dry_run), recorded=not dry_run)
    if as_json:
        print_json(result)
        return
    _show(result)


def _shape(proposal: "Proposal", *, recorded: bool) -> "PolicyProposal":
    from dataclasses import asdict

    from closeline.schemas.learning import MarketProposal, PolicyProposal, Staking

    return PolicyProposal(
        league=proposal.league,
        in_force=proposal.in_force.policy_version,
        policy_version=proposal.policy.policy_version,
        status=proposal.status,
        recorded=recorded,
        results=proposal.results,
        staking=Staking.model_validate(proposal.policy.staking),
        markets=[
            MarketProposal.model_validate(asdict(item.evidence) | asdict(item.verdict)) for item in proposal.markets
        ],
    )


def _show(result: "PolicyProposal") -> None:
    columns = (
        "market", "beta#", "least edge#", "played#", "CLV a play, points (90 %)#", "log loss#", "gained a game#", "p#",
        "verdict",
    )  # fmt: skip
    title = f"Proposed for {result.league} after {result.results} results: in force -> candidate"
    print_table(title, columns, [
        (
            item.market_key, f"{number(item.old.beta, 3)} -> {number(item.new.beta, 3)}",
            f"{_edge(item.old.threshold)} -> {_edge(item.new.threshold)}", f"{item.old.played} -> {item.new.played}",
            f"{_clv(item.old)} -> {_clv(item.new)}",
            f"{number(item.old.log_loss, 5)} -> {number(item.new.log_loss, 5)}",
            f"{_points(item.gained, 3)}, at least {_points(item.gained_lower, 3)}",
            f"{number(item.p_value, 4)}, of {item.tried} tried {number(item.p_adjusted, 4)}",
            "accepted" if item.activate else ", ".join(item.reasons),
        )
        for item in result.markets
    ])  # fmt: skip
    for item in result.markets:
        if item.judged_from:
            say(f"{item.market_key}: {item.offered} games from {item.judged_from}, first learned to {item.trained_to}")
    say(_staked(result.staking))
    say(_ended(result))


def _ended(result: "PolicyProposal") -> str:
    if not result.recorded:
        return f"dry run: nothing was recorded; it would be {result.status}"
    if result.status == "ACTIVE":
        return f"in force from now on: {result.policy_version}; published picks keep the policy that judged them"
    return f"rejected and recorded; {result.in_force} stays in force"


def _staked(staking: "Staking") -> str:
    return f"staking: {staking.rule}, {number(staking.units)} units a pick"


def _clv(held: "Held") -> str:
    return f"{_points(held.clv)} ({_points(held.clv_low)} to {_points(held.clv_high)})"


def _edge(threshold: float | None) -> str:
    return "never played" if threshold is None else _points(threshold)


def _points(value: float | None, digits: int = 2) -> str:
    return number(None if value is None else 100 * value, digits)
