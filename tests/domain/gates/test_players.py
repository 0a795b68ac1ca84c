"""Which rules speak of a player's line, and what the two that are only about players say."""

# mypy: disable-error-code="type-var"

from dataclasses import replace

import pytest

from closeline.domain.gates import APPLICABILITY, GATES, PLAYER_GATES, Action, judge
from closeline.domain.gates.players.applicability import speaks
from closeline.domain.gates.players.participation import participation
from closeline.domain.gates.players.prop_filters import prop_filters
from closeline.domain.markets import PLAYER_TYPES, Market, MarketType
from closeline.domain.picks import Decision
from tests.builders.candidates import A_LINE, A_TOTAL, OUTLOOK, SOUND, limits

NAN = float("nan")
SILENT = {name for name, found in APPLICABILITY.items() if found.games and not found.players}


def decision(**changes):
    return judge(replace(A_LINE, **changes), limits())[1]


def test_the_table_holds_every_rule_and_a_reason_for_each():
    rules = [rule.__name__ for rule in (*GATES, *PLAYER_GATES)]

    assert sorted(APPLICABILITY) == sorted([*rules, "publish_thresholds"])
    assert all(found.why for found in APPLICABILITY.values())
    assert len({found.why for found in APPLICABILITY.values()}) == len(APPLICABILITY)


@pytest.mark.parametrize("kind", MarketType)
def test_every_rule_of_games_speaks_of_every_market_of_a_game(kind):
    of = Market(kind, player_id="nba_1" if kind in PLAYER_TYPES else "")
    spoken = {name for name in APPLICABILITY if speaks(name, of)}
    of_games = {rule.__name__ for rule in GATES} | {"publish_thresholds"}

    assert spoken == (set(APPLICABILITY) - SILENT if kind in PLAYER_TYPES else of_games)


def test_what_a_rule_that_does_not_speak_would_have_said_makes_no_difference():
    """Sabotaged for each of them: a slate that leans, a quarrel of openers, a broken baseline, ratings of results."""
    plain = decision()
    told = decision(
        market_rated=False, suspect=True, opener_disagreement=40.0, slate=A_TOTAL.slate and replace(A_TOTAL.slate, share=1.0),
        baseline=A_TOTAL.baseline and replace(A_TOTAL.baseline, structural_days=9),
    )  # fmt: skip

    assert (plain.decision, plain.p_final) == (told.decision, told.p_final) == (Decision.PICK, plain.p_final)


def test_a_market_of_a_game_is_judged_by_the_rules_of_games_alone():
    findings, _ = judge(SOUND, limits())

    assert [item.gate for item in findings] == [*(rule.__name__ for rule in GATES), "publish_thresholds"]


@pytest.mark.parametrize(("player", "reason"), [
    (replace(OUTLOOK, plays=0.0), "PLAYER_OUT"), (replace(OUTLOOK, plays=NAN), "PLAYER_OUT"),
    (replace(OUTLOOK, plays=1.1), "PLAYER_OUT"), (None, "PLAYER_UNKNOWN"),
])  # fmt: skip
def test_who_is_out_or_unknown_is_blocked(player, reason):
    found = participation(replace(A_LINE, player=player), limits())

    assert (found.action, found.reason) == (Action.BLOCK, reason)


@pytest.mark.parametrize(("changes", "reason"), [
    ({"p_calibrated": 0.61, "decimal": 1.72}, "EDGE"),
    ({"p_calibrated": 0.59, "decimal": 2.0}, "CONFIDENCE"),
    ({"player": replace(OUTLOOK, sd=0.36 * OUTLOOK.mean)}, "CV"),
    ({"player": replace(OUTLOOK, games=4)}, "INSUFFICIENT_DATA"),
    ({"p_calibrated": 0.5, "player": replace(OUTLOOK, sd=20.0, games=1)}, "EDGE+CONFIDENCE+CV+INSUFFICIENT_DATA"),
    ({"p_calibrated": NAN}, "EDGE+CONFIDENCE"),
    ({"player": replace(OUTLOOK, sd=NAN)}, "CV"),
    ({"player": replace(OUTLOOK, mean=0.0)}, "CV"),
    ({"player": None}, "INSUFFICIENT_DATA"),
])  # fmt: skip
def test_every_filter_that_fails_is_named_in_their_order(changes, reason):
    found = prop_filters(replace(A_LINE, **changes), limits())

    assert (found.action, found.reason) == (Action.BLOCK, f"PROP_FILTERS:{reason}")


@pytest.mark.parametrize("changes", [
    {"p_calibrated": 0.60, "decimal": 1 / 0.57}, {"player": replace(OUTLOOK, sd=0.35 * OUTLOOK.mean)},
    {"player": replace(OUTLOOK, games=5)},
])  # fmt: skip
def test_a_threshold_that_is_reached_is_met(changes):
    assert prop_filters(replace(A_LINE, **changes), limits()).action is Action.PASS


def test_the_thresholds_are_those_of_the_configuration():
    loose = limits(prop_confidence_min=0.5, prop_edge_min=0.005, prop_games_least=1, prop_cv_max=0.8)
    candidate = replace(A_LINE, p_calibrated=0.51, decimal=2.0, player=replace(OUTLOOK, games=1, sd=20.0))

    assert prop_filters(candidate, loose).action is Action.PASS
    assert prop_filters(candidate, limits()).action is Action.BLOCK


@pytest.mark.parametrize(("minutes_to_start", "age", "fresh"), [
    (2000, 15.0, True), (2000, 15.1, False), (100, 5.0, True), (100, 5.1, False), (20, 1.5, True), (20, 1.6, False),
])  # fmt: skip
def test_a_players_quote_may_be_half_as_old_as_a_games_and_a_quarter_of_an_hour_at_most(minutes_to_start, age, fresh):
    found = decision(minutes_to_start=float(minutes_to_start), quote_age_minutes=age)

    assert ("MARKET_LINE_STALE" in found.reasons) is not fresh


@pytest.mark.parametrize(("booksum", "holds"), [(1.19, True), (1.20, True), (1.21, False), (0.985, False)])
def test_a_players_margin_may_be_wider_than_a_games(booksum, holds):
    found = decision(booksum=booksum)

    assert ("MARKET_LINE_BOOKSUM" not in found.reasons) is holds


@pytest.mark.parametrize("line", [0, -2, 500])
def test_a_line_that_no_player_has_is_blocked(line):
    found = decision(selection=replace(A_LINE.selection, line_quarters=line))

    assert "MARKET_LINE_OUT_OF_RANGE" in found.reasons


@pytest.mark.parametrize(("off", "state"), [(0.26, Decision.PICK), (0.44, Decision.LEAN), (0.71, Decision.NO_PLAY)])
def test_a_mean_is_doubted_by_the_sds_between_it_and_the_markets(off, state):
    """As many sds as of a total: 5, 8 and 13 points of an sd of 18.5."""
    projection = replace(A_LINE.projection, market_mean=OUTLOOK.mean - off * OUTLOOK.sd)

    findings, _ = judge(replace(A_LINE, projection=projection), limits())
    (found,) = (item for item in findings if item.gate == "market_deviation")
    assert found.highest_state is state


@pytest.mark.parametrize(("changes", "fault"), [
    ({"mean": 0.0}, "range"), ({"mean": 101.0}, "range"), ({"sd": NAN}, "range"), ({"mass": 0.9}, "mass"),
    ({"line_quantile": 0.995}, "quantile"),
])  # fmt: skip
def test_a_forecast_that_no_player_could_have_is_blocked(changes, fault):
    findings, _ = judge(replace(A_LINE, projection=replace(A_LINE.projection, **changes)), limits())
    (found,) = (item for item in findings if item.gate == "reality_check")

    assert (found.reason, dict(found.inputs)["fault"]) == ("RCL_FAIL", fault)
