"""`closeline gates worth`: what the rules did on a record, and what each cost and saved."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from closeline.cli.gates.finding_text import figure, say_wrapped
from closeline.cli.opening import reading
from closeline.cli.options import AsJson, Database, OnlyLeague
from closeline.cli.printing import NONE, number, print_json, print_table, say
from closeline.domain.leagues import League

if TYPE_CHECKING:
    from closeline.schemas.rules.worth import (
        Example,
        LeagueWorth,
        Mean,
        PlayFigures,
        Proportion,
        RuleInMarket,
        RulesWorth,
    )

WORDS = {"COSTS": "costs", "SAVES": "saves", "NO_PROOF": "no proof"}
DECISIONS = ("market", "candidates#", "PICK#", "LEAN#", "NO_PLAY#", "overs of PICKs", "overs of all")
OBJECTED = ("rule", "market", "objected#", "share#", "took of trust#", "alone: else PICK#", "alone: else LEAN#")
OUTCOME = ("ended#", "CLV#", "95 %#", "value#", "95 %#", "W-L-P", "log loss#", "95 %#")


def worth(*, league: OnlyLeague = None, db: Database = None, as_json: AsJson = False) -> None:
    """Say what every rule did on the record, and what the candidates that it alone held back would have come to."""
    result = _worth(db, [league] if league else list(League))
    if as_json:
        print_json(result)
        return
    if not result.leagues:
        say(f"{league or 'any league'}: no candidate was judged yet; `closeline backtest` judges those of an archive")
    for item in result.leagues:
        _print(item)


def _worth(db: str | None, leagues: Sequence[League]) -> "RulesWorth":
    from closeline.flow.view.worth import league_worth
    from closeline.schemas.rules.worth import LeagueWorth, RulesWorth

    with reading(db) as (desk, session):
        found = (league_worth(session, tenant_id=desk.tenant_id, league=item) for item in leagues)
        return RulesWorth(leagues=[LeagueWorth.model_validate(item) for item in found if item.candidates])


def _print(found: "LeagueWorth") -> None:
    say(f"{found.league}: {found.candidates} candidates")
    if found.synthetic:
        say("SYNTHETIC games, which nobody played: this shows how the rules work, and is evidence of nothing else.")
    say("")
    _print_markets(found)
    _print_rules(found)
    if found.not_repeated:
        say(f"note: {found.not_repeated} candidates were judged by rules that this program no longer has in that form; "
            "what was taken of their trust is not undone")  # fmt: skip
    for rule in found.rules:
        if rule.examples:
            say(f"{rule.gate}, for example")
        for example in rule.examples:
            _print_example(example)
    say("")


def _print_markets(found: "LeagueWorth") -> None:
    print_table("Decisions", DECISIONS, [
        (
            item.market_key, item.n, *(_share(item.decisions[name], item.n) for name in ("PICK", "LEAN", "NO_PLAY")),
            _proportion(item.overs_of_picks), _proportion(item.overs_of_candidates),
        )
        for item in found.markets
    ])  # fmt: skip
    flagged = found.games_flagged
    verdict = NONE if flagged.share is None else "under" if flagged.share < found.flagged_share_max else "NOT UNDER"
    say(f"double counting: games flagged {_proportion(flagged)}, {verdict} {found.flagged_share_max:.0%}")
    say("")
    print_table("PICKs as they were decided, in points of probability", ("market", *OUTCOME), [
        (item.market_key, *_outcome(item.picks)) for item in found.markets
    ])  # fmt: skip


def _print_rules(found: "LeagueWorth") -> None:
    print_table("What each rule objected to", OBJECTED, [
        (
            rule.gate, item.market_key, item.objected, _share(item.objected, item.n), item.weakened,
            item.alone_from_pick, item.alone_from_lean,
        )
        for rule in found.rules
        for item in _told(rule.markets)
    ])  # fmt: skip
    print_table("Without the rule: the further PICKs, and what holding them back was worth",
                ("rule", "market", "PICKs#", *OUTCOME, "it"), [
        (rule.gate, item.market_key, item.alone_from_pick, *_outcome(item.held_back), WORDS[item.worth])
        for rule in found.rules
        for item in rule.markets
        if item.alone_from_pick
    ])  # fmt: skip


def _told(markets: "Sequence[RuleInMarket]") -> "list[RuleInMarket]":
    """Return all markets together, and those in which the rule did anything."""
    return [item for place, item in enumerate(markets) if place == 0 or item.objected or item.weakened]


def _outcome(figures: "PlayFigures") -> tuple[object, ...]:
    return (
        figures.n, number(figures.clv.mean, signed=True), _interval(figures.clv),
        number(figures.value.mean, signed=True), _interval(figures.value),
        f"{figures.wins}-{figures.losses}-{figures.pushes}",
        number(figures.log_loss_gap.mean, 4, signed=True), _interval(figures.log_loss_gap, 4),
    )  # fmt: skip


def _interval(mean: "Mean", digits: int = 2) -> str:
    if mean.low is None:
        return NONE
    return f"{number(mean.low, digits, signed=True)} to {number(mean.high, digits, signed=True)}"


def _share(count: int, n: int) -> str:
    return f"{count} ({count / n:.1%})" if n else NONE


def _proportion(found: "Proportion | None") -> str:
    if found is None or found.share is None or found.low is None or found.high is None:
        return NONE
    return f"{found.hits} of {found.n} = {found.share:.1%} ({found.low:.1%} to {found.high:.1%})"


def _print_example(item: "Example") -> None:
    line = "" if item.line is None else f" {item.line:g}"
    price = NONE if item.price is None else f"{item.price:g}"
    alone = "decided alone" if item.alone else "not alone"
    say_wrapped(
        f"{item.day} {item.game}: {item.market_key} {item.side}{line} at {price} ({item.book}): {item.decision}, "
        f"{item.reason or 'took of its trust'}, {alone}", "  ", hanging="    ",
    )  # fmt: skip
    numbers = ", ".join(f"{name} {figure(value)}" for name, value in item.inputs.items())
    if numbers:
        say_wrapped(numbers, "    ")
