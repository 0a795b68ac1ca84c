"""A settlement case that a person wrote, settled by the one engine: a game, a player, a parlay, a dead heat."""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from fractions import Fraction
from itertools import zip_longest
from typing import TypeVar

from closeline.domain.errors import BadInput
from closeline.domain.feeds.captures import ResultStatus
from closeline.domain.leagues import League
from closeline.domain.markets import Market, MarketType, Period, Side, line_quarters
from closeline.domain.odds import american_to_decimal, exact
from closeline.domain.settlement import (
    SETTLEMENT_RULES,
    SETTLEMENT_V1,
    GameRecord,
    Grading,
    NotFinal,
    PitcherRule,
    PlayerRecord,
    Result,
    Role,
    SettledTerms,
    SettlementRules,
    dead_heat,
    settle,
    settle_prop,
    settle_versions,
)
from closeline.domain.settlement.configured import changed_rules
from closeline.domain.settlement.outcomes import HALF_STAKE, WHOLE_STAKE, Settled, grading, void
from closeline.domain.settlement.props import LEAGUE_ROLES
from closeline.domain.settlement.score import segment_of
from closeline.maths.parlays import parlay
from closeline.maths.parlays.parlay import Leg, LegResult
from closeline.schemas.rules.cases import Amount, Settlement, WrittenCase, WrittenGame

T = TypeVar("T")
# Longer words for periods, beside the ones of market keys.
_PERIODS = {
    "FIRST_HALF": Period.FIRST_HALF, "SECOND_HALF": Period.SECOND_HALF, "FIRST_FIVE": Period.FIRST_FIVE,
    **{f"Q{number}": Period(f"{number}Q") for number in range(1, 5)},
    **{f"P{number}": Period(f"{number}P") for number in range(1, 4)},
}  # fmt: skip
_STATUSES = {"NO_CONTEST": ResultStatus.CANCELLED, "NOT_PLAYED": ResultStatus.CANCELLED}
_STATS = frozenset({"POINTS", "REBOUNDS", "ASSISTS", "PRA", "THREES"})
# The facts of a game that are written as the rules name them.
_AS_WRITTEN = tuple(
    {field.name for field in fields(GameRecord)} & set(WrittenGame.model_fields)
    - {"status", "periods", "starters_changed"}
)  # fmt: skip
_HALVES = {Result.WIN: 2, Result.PUSH: 0, Result.LOSS: -2}
_LEG_RESULTS = {
    (Result.WIN, WHOLE_STAKE): LegResult.WIN,
    (Result.WIN, HALF_STAKE): LegResult.HALF_WIN,
    (Result.LOSS, WHOLE_STAKE): LegResult.LOSS,
    (Result.LOSS, HALF_STAKE): LegResult.HALF_LOSS,
    (Result.PUSH, WHOLE_STAKE): LegResult.PUSH,
    (Result.VOID, WHOLE_STAKE): LegResult.VOID,
}
_WHAT_IS_SETTLED = "game, player, versions, legs, result, or places and tied"


def settle_written(case: WrittenCase, name: str = "case") -> Settlement:
    """Settle a case; raises BadInput that names what was wrong in it, what was expected and the mend."""
    try:
        return _kind(case)(case, name)
    except (BadInput, ValueError) as fault:
        raise BadInput(f"{name}: {fault}") from None


def rules_of(case: WrittenCase) -> SettlementRules:
    """Return the rule set that a case names, or the first one with the fields that it changes."""
    if isinstance(case.rules, dict):
        return changed_rules(case.rules)
    rules = _word_in("rules", SETTLEMENT_RULES, case.rules or SETTLEMENT_V1.version)
    if case.nhl_team_total_includes_shootout is None:
        return rules
    return replace(rules, nhl_team_total_includes_shootout=case.nhl_team_total_includes_shootout)


def _kind(case: WrittenCase) -> "Callable[[WrittenCase, str], Settlement]":
    held = [name for name in _KINDS if getattr(case, name) is not None]
    kinds = {_KINDS[name] for name in held}
    if len(kinds) != 1:
        raise BadInput(f"a case must hold one of {_WHAT_IS_SETTLED}, held {' and '.join(held) or 'none of them'}")
    return kinds.pop()


def _of_legs(case: WrittenCase, name: str) -> Settlement:
    legs = [_leg(leg, f"{name} leg {number}") for number, leg in enumerate(case.legs or (), start=1)]
    waiting = [leg for leg in legs if isinstance(leg, NotFinal)]
    settled = [leg for leg in legs if isinstance(leg, Leg)]
    said = [leg.reason if isinstance(leg, NotFinal) else str(leg.result) for leg in legs]
    lost = next((leg for leg in settled if leg.result is LegResult.LOSS), None)
    # A lost leg loses the ticket whatever becomes of the others.
    if waiting and lost is None:
        return _shape(case, name, waiting[0], legs=said)
    ticket = _ticket(case, settled)
    return _shape(
        case, name, Grading(Result(ticket.result), WHOLE_STAKE, ticket.units), legs=said,
    )  # fmt: skip


def _ticket(case: WrittenCase, legs: list[Leg]) -> parlay.Ticket:
    if case.sgp_decimal is None:
        return parlay.settle(legs)
    surviving = exact(case.reprice_decimal) if case.reprice_decimal and case.reprice_available is not False else None
    return parlay.settle_same_game([leg.result for leg in legs], exact(case.sgp_decimal), surviving)


def _leg(case: WrittenCase, name: str) -> Leg | NotFinal:
    if case.result is not None:
        return Leg(_word(f"{name} result", LegResult, case.result), _price(case))
    if case.game is None and case.player is None:
        raise BadInput(f"{name} must hold a game, a player or a result, held none of them")
    settled = _settled_game(case) if case.game is not None else _settled_player(case)
    if isinstance(settled, NotFinal):
        return settled
    return Leg(_LEG_RESULTS[settled.result, settled.fraction_quarters], _price(case))


def _of_game(case: WrittenCase, name: str) -> Settlement:
    return _shape(case, name, _settled_game(case))


def _settled_game(case: WrittenCase) -> Settled:
    market, side = _market_and_side(case)
    if side not in market.sides:
        raise BadInput(f"side must be one of {', '.join(market.sides)} for {market.key}, was {side}")
    if market.has_line is (case.line is None):
        raise BadInput(f"line must {'be given for' if market.has_line else 'not stand beside'} {market.key}")
    league = _league(case)
    segment_of(league, market.period)
    pitchers = None if case.pitcher_rule is None else _word("pitcher_rule", PitcherRule, case.pitcher_rule)
    terms = SettledTerms(league, market, side, _quarters(case), _price(case), pitchers)
    return settle(terms, _game(case.game), rules_of(case))


def _market_and_side(case: WrittenCase) -> tuple[Market, Side]:
    kind, _, part = (case.market or "").partition(":")
    side = case.side or ""
    if kind == "TEAM_TOTAL":
        team, _, side = side.partition("_")
        kind = f"TEAM_TOTAL_{team}"
    period = part or case.period or Period.FULL_GAME
    return (
        Market(_word("market", MarketType, kind), _PERIODS.get(period) or _word("period", Period, period)),
        _word("side", Side, side),
    )


def _game(game: WrittenGame | None) -> GameRecord:
    assert game is not None
    status = _STATUSES.get(game.status) or _word("game.status", ResultStatus, game.status)
    facts = {name: getattr(game, name) for name in _AS_WRITTEN}
    starters = tuple(_word("game.starters_changed", Side, side) for side in game.starters_changed)
    return GameRecord(**facts | {
        "status": status, "periods": _periods(game), "overtime": game.ot, "starters_changed": starters,
    })  # fmt: skip


def _periods(game: WrittenGame) -> tuple[tuple[int, int], ...]:
    periods = _points(game)
    told = (sum(home for home, _ in periods), sum(away for _, away in periods))
    if periods and None not in (game.home, game.away) and (told[0] > game.home or told[1] > game.away):  # type: ignore[operator]
        raise BadInput(f"game.periods must not add up to more than the score, were {told[0]}-{told[1]}")
    return periods


def _points(game: WrittenGame) -> tuple[tuple[int, int], ...]:
    if game.periods:
        if any(len(pair) != 2 for pair in game.periods):
            raise BadInput("game.periods must hold [home, away] pairs, held something else")
        return tuple((home, away) for home, away in game.periods)
    home, away = (game.periods_home or game.innings_home or ()), (game.periods_away or game.innings_away or ())
    return tuple((one or 0, other or 0) for one, other in zip_longest(home, away))


def _of_player(case: WrittenCase, name: str) -> Settlement:
    return _shape(case, name, _settled_player(case))


def _settled_player(case: WrittenCase) -> Settled:
    assert case.player is not None
    if case.stat is not None:
        _word_in("stat", {stat: stat for stat in sorted(_STATS)}, case.stat)
    role = LEAGUE_ROLES[_league(case)] if case.role is None else _word("role", Role, case.role)
    record = PlayerRecord(**case.player.model_dump())
    return settle_prop(
        role, _word("side", Side, case.side or ""), _number_line(case), _price(case), record, rules=rules_of(case)
    )


def _of_versions(case: WrittenCase, name: str) -> Settlement:
    known = [(item.value, item.hours_after_final) for item in case.versions or ()]
    side = _word("side", Side, case.side or "")
    settled = settle_versions(side, _number_line(case), _price(case), known, rules=rules_of(case))
    said = [
        f"version {item.version}: {item.grading.result} {float(item.grading.units):+.4f}"
        + (f" ({item.reason})" if item.reason else "")
        for item in settled.grades
    ]
    said += [f"{late.value} ignored ({late.reason})" for late in settled.ignored]
    return _shape(case, name, settled.effective.grading, versions=said)


def _of_dead_heat(case: WrittenCase, name: str) -> Settlement:
    if case.places is None or case.tied is None:
        raise BadInput("places and tied must be given together, one was missing")
    units = dead_heat(_price(case), case.places, case.tied)
    ended = Result.WIN if units > 0 else Result.LOSS if units < 0 else Result.PUSH
    return _shape(case, name, Grading(ended, WHOLE_STAKE, units, flags=("DEAD_HEAT",)))


def _of_result(case: WrittenCase, name: str) -> Settlement:
    ended = _word("result", Result, case.result or "")
    if ended is Result.VOID:
        return _shape(case, name, void("AS_WRITTEN"))
    halves = _HALVES[ended] * Fraction(str(1 if case.settled_fraction is None else case.settled_fraction))
    if halves.denominator != 1:
        raise BadInput(f"settled_fraction must be 0.5 or 1, was {case.settled_fraction}")
    return _shape(case, name, grading(int(halves), _price(case)))


# The first of these that a case holds says what is settled.
_KINDS: Mapping[str, Callable[[WrittenCase, str], Settlement]] = {
    "legs": _of_legs,
    "game": _of_game,
    "versions": _of_versions,
    "player": _of_player,
    "places": _of_dead_heat,
    "tied": _of_dead_heat,
    "result": _of_result,
}


def _shape(
    case: WrittenCase, name: str, settled: Settled, *, legs: list[str] | None = None, versions: list[str] | None = None
) -> Settlement:
    final = settled if isinstance(settled, Grading) else None
    return Settlement(
        name=name,
        rules=rules_of(case).version,
        result=final.result if final else None,
        settled_fraction=final.fraction_quarters / WHOLE_STAKE if final else None,
        units=float(final.units) if final else None,
        reason=settled.reason,
        flags=list(final.flags) if final else [],
        legs=legs or [],
        versions=versions or [],
        differs=None,
    )


def _league(case: WrittenCase) -> League:
    return _word("league", League, (case.league or "").lower())


def _price(case: WrittenCase) -> Fraction:
    if (case.american is None) is (case.decimal is None):
        raise BadInput("price must be given as american or as decimal, and not both")
    return american_to_decimal(case.american) if case.american is not None else exact(_given(case.decimal))


def _given(value: Amount | None) -> Amount:
    assert value is not None
    return value


def _quarters(case: WrittenCase) -> int | None:
    return None if case.line is None else line_quarters(case.line)


def _number_line(case: WrittenCase) -> int:
    quarters = _quarters(case)
    if quarters is None:
        raise BadInput("line must be given, was missing")
    return quarters


def _word(what: str, words: Callable[[str], T], written: object) -> T:
    try:
        return words(str(written))
    except ValueError:
        known = ", ".join(str(word) for word in words)  # type: ignore[attr-defined]
        raise BadInput(f"{what} must be one of {known}, was {str(written) or 'missing'!s}") from None


def _word_in(what: str, words: Mapping[str, T], written: str) -> T:
    if written not in words:
        raise BadInput(f"{what} must be one of {', '.join(words)}, was {written}")
    return words[written]
