"""Worth: what the rules did on a record, and what holding candidates back by each cost or saved."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from closeline.domain.clock import instant
from closeline.domain.gates import GATES, PLAYER_GATES
from closeline.domain.leagues import League
from closeline.domain.markets import NUMBER_SIDES, Side, is_of_players
from closeline.domain.picks import Decision
from closeline.flow.view.plays import PlayedOut, play_out
from closeline.flow.view.without import Laws, freed, laws, must_follow, repeats
from closeline.maths.worth import PlayFigures, Proportion, Worth, proportion, worth_of
from closeline.store import references
from closeline.store.desk import objections
from closeline.store.desk.objections import JudgedSide, Objection
from closeline.store.forecasts import DERIVED
from closeline.store.session import Session

EVERY = "ALL"
EXAMPLES = 3
RULES = (*(rule.__name__ for rule in GATES), "publish_thresholds")
DOUBLE_COUNTING = "double_counting"
# Section 6.5 of the domain notes: a rule that flags more of its games than this looks at the wrong thing.
FLAGGED_SHARE_MAX = 0.10
SYNTHETIC = "synthetic"
PRICE_DIGITS = 4


@dataclass(frozen=True, slots=True)
class MarketShares:
    """How a market's candidates were decided; overs among its PICKs and its candidates, null where sides are teams."""

    market_key: str
    n: int
    decisions: dict[str, int]
    overs_of_picks: Proportion | None
    overs_of_candidates: Proportion | None
    picks: PlayFigures


@dataclass(frozen=True, slots=True)
class RuleInMarket:
    """What a rule did in a market of n candidates.

    weakened: it took of their trust. alone_from_pick: without it they would be PICKs; alone_from_lean: LEANs instead of
    NO_PLAY. held_back: what the PICKs would have come to, whose worth is said.
    """

    market_key: str
    n: int
    objected: int
    weakened: int
    alone_from_pick: int
    alone_from_lean: int
    held_back: PlayFigures
    worth: Worth


@dataclass(frozen=True, slots=True)
class Example:
    """A candidate that a rule objected to; `alone` says that the rule decided. price: decimal odds, null without."""

    game: str
    day: str
    market_key: str
    side: str
    line: float | None
    price: float | None
    book: str
    decision: str
    alone: bool
    highest_state: str
    reason: str
    inputs: Mapping[str, float | int | str | bool | None]
    judged_at: datetime
    prediction_id: str


@dataclass(frozen=True, slots=True)
class RuleWorth:
    """A rule on all markets and on each, with examples."""

    gate: str
    markets: tuple[RuleInMarket, ...]
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class LeagueWorth:
    """What the rules did on a league's record; `synthetic` says that its games were never played.

    not_repeated: candidates of which the program no longer says what it said then; their thresholds stay as they stood.
    """

    league: str
    synthetic: bool
    candidates: int
    markets: tuple[MarketShares, ...]
    rules: tuple[RuleWorth, ...]
    not_repeated: int
    games_flagged: Proportion
    flagged_share_max: float


def league_worth(session: Session, *, tenant_id: str, league: League) -> LeagueWorth:
    """Return what the rules did on a league's candidates, and what they would have come to without each."""
    judged = list(objections.judged_sides(session, tenant_id=tenant_id, league=league))
    for item in judged:
        must_follow(item)
    under = laws(session, judged, tenant_id=tenant_id, league=league)
    rules = [_of_rule(gate, judged, under) for gate in _rules_of(judged)]
    played = [item for item in judged if item.decision is Decision.PICK]
    held_back = [item for rule in rules for item in rule.held_back]
    played_out = play_out(session, [*played, *held_back], tenant_id=tenant_id, league=league)
    looked_at, flagged = objections.games_of(session, tenant_id=tenant_id, league=league, gate=DOUBLE_COUNTING)
    names = objections.sources(session, tenant_id=tenant_id, league=league)
    keys = (EVERY, *sorted({item.market_key for item in judged}))
    shares = tuple(_shares(key, _of(key, judged), played_out) for key in keys)
    return LeagueWorth(
        league=league,
        synthetic=any(name.lower().startswith(SYNTHETIC) for name in names),
        candidates=len(judged),
        markets=shares,
        rules=tuple(
            RuleWorth(
                rule.gate,
                tuple(_in_market(share.market_key, share.n, rule, played_out) for share in shares),
                tuple(_examples(session, rule, tenant_id)),
            )
            for rule in rules
        ),
        not_repeated=sum(not repeats(item, under) for item in judged),
        games_flagged=proportion(flagged, looked_at),
        flagged_share_max=FLAGGED_SHARE_MAX,
    )


def _rules_of(judged: Sequence[JudgedSide]) -> tuple[str, ...]:
    """Return the rules that were asked, those of players where any line of one was judged."""
    of_players = any(is_of_players(item.market_key) for item in judged)
    return (*RULES, *(rule.__name__ for rule in PLAYER_GATES)) if of_players else RULES


@dataclass(frozen=True, slots=True)
class _OfRule:
    """The candidates that a rule touched, oldest first: it objected to them, took of their trust, or alone held them.

    held_back would have been PICKs without it, with the probability then published; held_from_lean LEANs.
    """

    gate: str
    objected: list[JudgedSide]
    weakened: list[JudgedSide]
    held_back: list[JudgedSide]
    held_from_lean: list[JudgedSide]

    @property
    def deciding(self) -> set[str]:
        """Return the candidates that are what they are by this rule alone."""
        return {item.prediction_id for item in (*self.held_back, *self.held_from_lean)}


def _of_rule(gate: str, judged: Sequence[JudgedSide], under: Laws) -> _OfRule:
    objected = [item for item in judged if gate in dict(item.objections)]
    weakened = [item for item in judged if item.weakened and gate in dict(item.weakened.multipliers)]
    touched = {item.prediction_id: item for item in (*objected, *weakened)}
    instead = [(item, found) for item in touched.values() if (found := freed(item, gate, under))]
    return _OfRule(
        gate, objected, weakened,
        [replace(item, p_final=found.p_final) for item, found in instead if found.decision is Decision.PICK],
        [item for item, found in instead if found.decision is Decision.LEAN],
    )  # fmt: skip


def _of(market_key: str, judged: Sequence[JudgedSide]) -> list[JudgedSide]:
    return [item for item in judged if market_key in (EVERY, item.market_key)]


def _shares(market_key: str, judged: Sequence[JudgedSide], played_out: PlayedOut) -> MarketShares:
    count = Counter(item.decision for item in judged)
    picked = [item for item in judged if item.decision is Decision.PICK]
    return MarketShares(
        market_key, len(judged), {str(decision): count[decision] for decision in Decision},
        _overs(picked) if _is_of_numbers(market_key, judged) else None,
        _overs(judged) if _is_of_numbers(market_key, judged) else None,
        played_out.figures(picked),
    )  # fmt: skip


def _is_of_numbers(market_key: str, judged: Sequence[JudgedSide]) -> bool:
    return market_key != EVERY and all(item.side in NUMBER_SIDES for item in judged)


def _overs(judged: Sequence[JudgedSide]) -> Proportion:
    return proportion(sum(item.side is Side.OVER for item in judged), len(judged))


def _in_market(market_key: str, n: int, rule: _OfRule, played_out: PlayedOut) -> RuleInMarket:
    held_back = _of(market_key, rule.held_back)
    figures = played_out.figures(held_back)
    return RuleInMarket(
        market_key, n, len(_of(market_key, rule.objected)), len(_of(market_key, rule.weakened)), len(held_back),
        len(_of(market_key, rule.held_from_lean)), figures, worth_of(figures),
    )  # fmt: skip


def _examples(session: Session, rule: _OfRule, tenant_id: str) -> list[Example]:
    """Return the first games in which the rule alone decided, then the first in which it objected among others."""
    touched = {item.prediction_id: item for item in (*rule.weakened, *rule.objected)}
    deciding = rule.deciding
    shown = [item for item in touched.values() if item.prediction_id in deciding] + rule.objected
    shown.sort(key=lambda item: (item.prediction_id not in deciding, item.as_of, item.prediction_id))
    by_game: dict[str, JudgedSide] = {}
    for item in shown:
        by_game.setdefault(item.event_id, item)
    chosen = list(by_game.values())[:EXAMPLES]
    found = [objections.objection(session, item, rule.gate, tenant_id=tenant_id) for item in chosen]
    teams = sorted({team for item in found for team in (item.home_team_id, item.away_team_id)})
    names = references.team_names(session, teams) if teams else {}
    return [
        _example(item, held, names, alone=item.prediction_id in deciding)
        for item, held in zip(chosen, found, strict=True)
    ]


def _example(item: JudgedSide, held: Objection, names: Mapping[str, str], *, alone: bool) -> Example:
    return Example(
        game=f"{names[held.away_team_id]} at {names[held.home_team_id]}",
        day=held.day,
        market_key=held.market_key,
        side=held.side,
        line=None if held.line_quarters is None else held.line_quarters / 4,
        price=None if held.basis == DERIVED or item.break_even >= 1 else round(1 / item.break_even, PRICE_DIGITS),
        book=held.book,
        decision=item.decision,
        alone=alone,
        highest_state=held.highest_state,
        reason=held.reason,
        inputs=held.inputs,
        judged_at=instant(held.as_of),
        prediction_id=held.prediction_id,
    )
