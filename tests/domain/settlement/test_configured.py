"""Rule sets that a configuration makes of the first one."""

import json

import pytest

from closeline.domain.errors import BadInput
from closeline.domain.feeds.captures import ResultStatus
from closeline.domain.leagues import League
from closeline.domain.markets import MONEYLINE, Side
from closeline.domain.odds import exact
from closeline.domain.settlement import SETTLEMENT_V1, GameRecord, Grading, SettledTerms, settle
from closeline.domain.settlement.configured import RULE_FIELDS, changed_rules, rules_of


def test_a_configuration_that_says_nothing_means_the_first_rule_set() -> None:
    assert rules_of('{"leagues": {}}', League.NFL) is SETTLEMENT_V1


def test_saying_what_holds_anyway_changes_no_name() -> None:
    assert changed_rules({"completion_window_hours": 48, "pitcher_rule": "ACTION"}) is SETTLEMENT_V1


def test_a_changed_rule_goes_by_a_name_of_its_own_made_from_what_it_says() -> None:
    shorter, again = changed_rules({"completion_window_hours": 36}), changed_rules({"completion_window_hours": 36.0})

    assert shorter == again
    assert shorter.version.startswith("settlement-v1+")
    assert shorter.version != changed_rules({"completion_window_hours": 37}).version


def test_a_changed_window_settles_by_it() -> None:
    game = GameRecord(ResultStatus.FINAL, 3, 1, innings_completed=9, hours_to_actual_start=0, hours_to_completion=40)
    terms = SettledTerms(League.MLB, MONEYLINE, Side.HOME, None, exact("2"))
    graded = [settle(terms, game, changed_rules(said)) for said in ({}, {"completion_window_hours": 36})]

    assert [item.result for item in graded if isinstance(item, Grading)] == ["WIN", "VOID"]


def test_a_league_has_its_own() -> None:
    config = json.dumps({"settlement": {"mlb": {"pitcher_rule": "LISTED_BOTH"}}})

    assert rules_of(config, League.MLB).pitcher_rule == "LISTED_BOTH"
    assert rules_of(config, League.NHL) is SETTLEMENT_V1


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ({"completion_window_hour": 3}, "did you mean completion_window_hours?"),
        ({"version": "mine"}, "rules are"),
        ({"completion_window_hours": 6}, "must be a number of hours from 12 to 744"),
        ({"completion_window_hours": "48"}, "must be a number of hours"),
        ({"completion_window_hours": float("nan")}, "must be a number of hours"),
        ({"completion_window_hours": True}, "must be a number of hours"),
        ({"determined_stands": 1}, "must be true or false"),
        ({"pitcher_rule": "NONE"}, "must be one of ACTION"),
        ({"mlb_moneyline_innings": 5.5}, "must be a number of innings"),
    ],
)
def test_what_no_rule_may_be_is_refused_in_one_line(wanted: dict[str, object], says: str) -> None:
    with pytest.raises(BadInput, match="must") as refusal:
        changed_rules(wanted)

    assert says in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_every_rule_that_may_be_changed_is_a_rule() -> None:
    assert [name for name in RULE_FIELDS if not hasattr(SETTLEMENT_V1, name)] == []
