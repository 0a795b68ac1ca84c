"""Operations of settlement.json: the spellings of the vectors, mapped onto the one engine."""

from dataclasses import replace
from fractions import Fraction
from itertools import zip_longest

from closeline.domain.feeds.captures import ResultStatus
from closeline.domain.leagues import League
from closeline.domain.markets import Market, MarketType, Period, Side, line_quarters
from closeline.domain.odds import american_to_decimal, exact
from closeline.domain.settlement import (
    SETTLEMENT_RULES,
    GameRecord,
    NotFinal,
    PitcherRule,
    PlayerRecord,
    Result,
    Role,
    SettledTerms,
    dead_heat,
    settle,
    settle_prop,
    settle_versions,
    to_win_one,
)
from closeline.domain.settlement.outcomes import grading, void
from closeline.domain.settlement.props import LEAGUE_ROLES

PERIODS = {
    "FIRST_HALF": Period.FIRST_HALF,
    "SECOND_HALF": Period.SECOND_HALF,
    **{f"Q{number}": Period(f"{number}Q") for number in range(1, 5)},
    **{f"P{number}": Period(f"{number}P") for number in range(1, 4)},
    "FIRST_FIVE": Period.FIRST_FIVE,
}
STATUSES = {"NO_CONTEST": ResultStatus.CANCELLED, "NOT_PLAYED": ResultStatus.CANCELLED}
# The facts whose name and meaning are the same on both sides.
SAME_NAME = (
    "home", "away", "reg_home", "reg_away", "minutes_played", "innings_completed", "hours_to_actual_start",
    "hours_to_completion", "hours_waited", "same_game_week", "same_local_date", "home_at_suspension",
    "away_at_suspension", "minutes_at_suspension", "innings_at_suspension",
)  # fmt: skip


def _price(inputs):
    return exact(inputs["decimal"]) if "decimal" in inputs else american_to_decimal(inputs["american"])


def _rules(inputs):
    rules = SETTLEMENT_RULES[inputs.get("rules", "settlement-v1")]
    flag = "nhl_team_total_includes_shootout"
    return replace(rules, **{flag: inputs[flag]}) if flag in inputs else rules


def _market_and_side(inputs):
    kind, side = inputs["market"], inputs["side"]
    if kind == "TEAM_TOTAL":
        team, _, side = side.partition("_")
        kind = f"TEAM_TOTAL_{team}"
    period = inputs.get("period", "FULL_GAME")
    return Market(MarketType(kind), PERIODS.get(period) or Period(period)), Side(side)


def _game(game):
    innings = "innings" if "innings_home" in game else "periods"
    pairs = zip_longest(game.get(f"{innings}_home", ()), game.get(f"{innings}_away", ()))
    return GameRecord(
        STATUSES.get(game["status"]) or ResultStatus(game["status"]),
        periods=tuple((home or 0, away or 0) for home, away in pairs),
        overtime=bool(game.get("ot")),
        shootout=bool(game.get("shootout")),
        scheduled_innings=game.get("scheduled_innings", 9),
        postseason=bool(game.get("postseason")),
        home_away_swapped=bool(game.get("home_away_swapped")),
        starters_changed=tuple(Side(side) for side in game.get("starters_changed", ())),
        **{name: game[name] for name in SAME_NAME if name in game},
    )


def _answer(grade):
    if isinstance(grade, NotFinal):
        return {"result": None, "reason": grade.reason}
    fraction = grade.fraction_quarters / 4
    return {
        "result": grade.result,
        "settled_fraction": fraction,
        "units": float(grade.units),
        "reason": grade.reason,
        "flags": list(grade.flags),
    }


def _settle(inputs):
    market, side = _market_and_side(inputs)
    line = inputs.get("line")
    pitchers = PitcherRule(inputs["pitcher_rule"]) if "pitcher_rule" in inputs else None
    quarters = None if line is None else line_quarters(line)
    terms = SettledTerms(League(inputs["league"].lower()), market, side, quarters, _price(inputs), pitchers)
    return _answer(settle(terms, _game(inputs["game"]), _rules(inputs)))


def _settle_prop(inputs):
    player = inputs["player"]
    role = Role(inputs["role"]) if "role" in inputs else LEAGUE_ROLES[League(inputs["league"].lower())]
    record = PlayerRecord(
        player.get("value"),
        seconds_played=player.get("seconds_played"),
        snaps=player.get("snaps"),
        plate_appearances=player.get("plate_appearances"),
        started=player.get("started"),
    )
    side, quarters = Side(inputs["side"]), line_quarters(inputs["line"])
    return _answer(settle_prop(role, side, quarters, _price(inputs), record, rules=_rules(inputs)))


def _settle_versions(inputs):
    versions = [(version["value"], version["hours_after_final"]) for version in inputs["versions"]]
    settled = settle_versions(
        Side(inputs["side"]), line_quarters(inputs["line"]), _price(inputs), versions, rules=_rules(inputs)
    )
    grades = [{"version": grade.version, **_answer(grade.grading)} for grade in settled.grades]
    ignored = [{"value": late.value, "reason": late.reason} for late in settled.ignored]
    return {"grades": grades, "effective_version": settled.effective.version, "ignored": ignored}


def _dead_heat(inputs):
    return {"units": float(dead_heat(_price(inputs), inputs["places"], inputs["tied"]))}


HALVES = {Result.WIN: 2, Result.PUSH: 0, Result.LOSS: -2}


def _units_convention(inputs):
    price, result = _price(inputs), Result(inputs["result"])
    halves = HALVES.get(result, 0) * Fraction(str(inputs.get("settled_fraction", 1)))
    grade = void("") if result is Result.VOID else grading(int(halves), price)
    return {"risk_one": float(grade.units), "to_win_one": float(to_win_one(grade, price))}


OPERATIONS = {
    "settle": _settle,
    "settle_prop": _settle_prop,
    "settle_versions": _settle_versions,
    "dead_heat": _dead_heat,
    "units_convention": _units_convention,
}
