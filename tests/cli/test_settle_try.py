"""`closeline settle try`: cases that a person wrote, settled by the one engine."""

import json
from pathlib import Path
from typing import Any

import pytest

from closeline.domain.settlement import SETTLEMENT_V1
from tests.cli.running import answer, closeline, fault

VECTORS = Path(__file__).parents[1] / "vectors" / "data"


def a_case(**changes: Any) -> dict[str, Any]:
    return {
        "league": "NFL", "market": "SPREAD:FULL_GAME", "side": "HOME", "line": -3.5, "american": -110,
        "game": {"status": "FINAL", "home": 27, "away": 20},
    } | changes  # fmt: skip


def written(folder: Path, content: object) -> Path:
    path = folder / "case.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def settled(folder: Path, content: object) -> dict[str, Any]:
    cases = answer("settle", "try", written(folder, content))["cases"]

    assert len(cases) == 1
    return dict(cases[0])


def test_a_case_settles_without_a_record(tmp_path: Path) -> None:
    case = settled(tmp_path, a_case())

    assert (case["result"], case["settled_fraction"], case["rules"]) == ("WIN", 1.0, SETTLEMENT_V1.version)
    assert case["units"] == pytest.approx(10 / 11)


def test_a_quarter_line_wins_half(tmp_path: Path) -> None:
    case = settled(tmp_path, a_case(line=-6.75, decimal=2.0, american=None))

    assert (case["result"], case["settled_fraction"], case["units"]) == ("WIN", 0.5, 0.5)


def test_what_is_not_final_is_held_with_its_reason(tmp_path: Path) -> None:
    case = settled(tmp_path, a_case(game={"status": "LIVE", "home": 27, "away": 20}))

    assert (case["result"], case["units"], case["reason"]) == (None, None, "LIVE")


def test_a_rule_can_be_changed_for_one_case(tmp_path: Path) -> None:
    late = {"status": "FINAL", "home": 3, "away": 1, "innings_completed": 9, "hours_to_completion": 60,
            "hours_to_actual_start": 0}  # fmt: skip
    case = a_case(league="MLB", market="MONEYLINE", line=None, game=late)

    assert settled(tmp_path, case)["result"] == "VOID"
    changed = settled(tmp_path, case | {"rules": {"completion_window_hours": 72}})
    assert changed["result"] == "WIN"
    assert changed["rules"].startswith("settlement-v1+")


def test_a_parlay_settles_its_legs_by_the_same_engine(tmp_path: Path) -> None:
    pushed = a_case(line=-7, decimal=1.5, american=None)
    case = settled(tmp_path, {"legs": [a_case(decimal=2.0, american=None), pushed]})

    assert (case["result"], case["units"], case["legs"]) == ("WIN", 1.0, ["WIN", "PUSH"])


def test_a_lost_leg_loses_a_ticket_whose_other_game_is_still_on(tmp_path: Path) -> None:
    on = a_case(game={"status": "LIVE"})
    case = settled(tmp_path, {"legs": [a_case(line=-7.5), on]})

    assert (case["result"], case["units"]) == ("LOSS", -1.0)
    assert settled(tmp_path, {"legs": [a_case(), on]})["result"] is None


def test_a_dead_heat_pays_its_share(tmp_path: Path) -> None:
    assert settled(tmp_path, {"decimal": 6.0, "places": 1, "tied": 2})["units"] == 2.0


def test_a_player_who_did_not_play_is_void(tmp_path: Path) -> None:
    case = settled(tmp_path, {
        "league": "NBA", "side": "OVER", "line": 30.5, "american": -110, "player": {"value": 0, "seconds_played": 0}
    })  # fmt: skip

    assert (case["result"], case["reason"]) == ("VOID", "DNP")


def test_the_vectors_come_out_as_they_expect(tmp_path: Path) -> None:
    cases = json.loads((VECTORS / "settlement.json").read_text())
    result = answer("settle", "try", written(tmp_path, cases))

    # Four cases expect only figures of other kinds: versions one by one, and units to win one.
    assert (result["compared"], result["differ"]) == (len(cases) - 4, 0)


def test_a_difference_is_told_and_is_exit_code_1(tmp_path: Path) -> None:
    result = closeline("settle", "try", written(tmp_path, {"inputs": a_case(), "expected": {"result": "LOSS"}}))

    assert result.exit_code == 1
    assert "result: expected LOSS, came WIN" in result.stdout
    assert "0 of 1 cases as expected" in result.stdout


def test_what_has_nothing_to_compare_is_not_said_to_come_as_expected(tmp_path: Path) -> None:
    result = answer("settle", "try", written(tmp_path, {"inputs": a_case(), "expected": {"resalt": "WIN"}}))

    assert (result["compared"], result["not_compared"]) == (0, ["resalt"])


@pytest.mark.parametrize(
    ("case", "says"),
    [
        (a_case(league="XFL"), "league must be one of nfl, ncaaf, nba, ncaab, mlb, nhl, was xfl"),
        (a_case(market="SPRED"), "market must be one of MONEYLINE"),
        (a_case(side="OVER"), "side must be one of HOME, AWAY for SPREAD:FULL_GAME, was OVER"),
        (a_case(line=None), "line must be given for SPREAD:FULL_GAME"),
        (a_case(line=0.3), "quarter"),
        (a_case(decimal=1.9), "price must be given as american or as decimal, and not both"),
        (a_case(american=None), "price must be given as american or as decimal, and not both"),
        (a_case(american=-50), "-50"),
        (a_case(gmae={}), "gmae must be a key that cases have"),
        (a_case(game={"status": "DONE"}), "game.status must be one of SCHEDULED"),
        (a_case(game={"status": "FINAL", "home": "27"}), "game.home must be right"),
        (a_case(game={"status": "FINAL", "home": 27, "away": 20, "periods": [[1]]}), "[home, away] pairs"),
        (a_case(market="TOTAL:1P", side="OVER", line=40), "period must be one that nfl has, was 1P"),
        (a_case(rules={"quiet": 3}), "settlement must hold only rules that may be changed"),
        (a_case(rules={"completion_window_hours": -1}), "must be a number of hours from 12 to 744"),
        (a_case(game={"status": "FINAL", "home": -27, "away": 20}), "game.home must be right"),
        (
            a_case(game={"status": "FINAL", "home": 7, "away": 0, "periods": [[7, 3]]}),
            "must not add up to more than the score",
        ),
        (a_case(player={"value": 3}), "must hold one of"),
        ([None], "case 1 must be a JSON object, was null"),
        (a_case(rules="settlement-v9"), "rules must be one of settlement-v1, was settlement-v9"),
        ({"league": "NFL"}, "held none of them"),
        ({"legs": []}, "parlay must have at least one leg"),
        ({"legs": [{"american": -110}]}, "must hold a game, a player or a result"),
        ([], "file must hold at least one case"),
        ([1], "case 1 must be a JSON object"),
        ("{", "must be JSON, was not"),
        ('{"line": NaN}', "a number must be finite"),
        ('{"line": 1, "line": 2}', "must be written once, was twice"),
    ],
)
def test_a_fault_is_one_line_that_names_it(tmp_path: Path, case: object, says: str) -> None:
    code, line = fault("settle", "try", written(tmp_path, case))

    assert code == 2
    assert says in line
