"""`closeline gates`: what each rule protects from, and what the rules say of a candidate written by hand."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from closeline.domain.gates import GATES, PLAYER_GATES, Limits
from closeline.domain.leagues import League
from tests.builders.limits import a_file
from tests.cli.running import answer, closeline, fault

RULES = [*(rule.__name__ for rule in (*GATES, *PLAYER_GATES)), "publish_thresholds"]
OF_GAMES = [*(rule.__name__ for rule in GATES), "publish_thresholds"]
# Numbers of the example, by key; one of a part is named with its part.
NUMBERS = [
    "line", "price", "price_other", "probability", "market_probability", "probability_sd", "push", "quote_age_minutes",
    "minutes_to_start", "consensus_line", "opener_disagreement", "model_mean", "model_sd", "market_mean",
    "baseline_mean", "built_mean", "line_quantile", "mass", "parts.mean", "parts.moved", "parts.adjusted",
    "parts.pace_z", "parts.efficiency_z", "parts.pace_alone", "parts.efficiency_alone", "parts.together", "policy.beta",
    "policy.threshold", "bias.bias", "bias.correction", "bias.damp_factor", "slate.share",
]  # fmt: skip
NO_NUMBERS = {"nan": float("nan"), "infinity": float("inf"), "minus infinity": float("-inf")}


def an_example(league: League = League.NBA) -> dict[str, Any]:
    return json.loads(closeline("gates", "try", "--example", league).stdout)


def with_key(document: dict[str, Any], key: str, value: object) -> dict[str, Any]:
    part, _, name = key.rpartition(".")
    if not part:
        return document | {name: value}
    return document | {part: (document[part] or {"beta": 1.0, "threshold": 0.01}) | {name: value}}


def written(folder: Path, document: object) -> Path:
    path = folder / "candidate.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


def tried(folder: Path, document: object, *, db: str = "") -> Any:
    return answer("gates", "try", written(folder, document), "--db", db or nowhere(folder))


def nowhere(folder: Path) -> str:
    return f"sqlite:///{folder / 'nowhere.db'}"


def found(result: Any, rule: str) -> Any:
    return next(item for item in result["findings"] if item["gate"] == rule)


# ------------------------------------------------------------------------------------------------------ list


def test_every_rule_says_what_it_protects_from_and_that_it_cannot_be_switched_off(record: str) -> None:
    rules = answer("gates", "list", "--db", record)["gates"]

    assert [(item["order"], item["name"]) for item in rules] == list(enumerate(RULES, start=1))
    assert {item["switch_off"] for item in rules} == {"never"}
    assert all(item["protects_from"].endswith(".") and item["says"] for item in rules)


def test_every_limit_stands_beside_a_rule_with_its_number_for_each_league(record: str) -> None:
    listed = answer("gates", "list", "--db", record)
    limits = {item["name"]: item for rule in listed["gates"] for item in rule["limits"]}

    assert set(limits) == {field.name for field in fields(Limits)}
    assert limits["total_high"]["values"] == {name: held["total_high"] for name, held in listed["limits"].items()}
    assert set(limits["total_high"]["values"]) == set(League)


def test_one_league_has_its_own_numbers_alone(record: str) -> None:
    rules = answer("gates", "list", "--league", "mlb", "--db", record)["gates"]

    assert {name for rule in rules for limit in rule["limits"] for name in limit["values"]} == {"mlb"}


@pytest.mark.parametrize("words", [(), ("--league", "nfl")])
def test_the_list_fits_on_eighty_columns(record: str, words: tuple[str, ...]) -> None:
    said = closeline("gates", "list", *words, "--db", record).stdout

    assert max(map(len, said.splitlines())) <= 80
    assert all(name in said for name in RULES)


# ------------------------------------------------------------------------------------------------------- try


@pytest.mark.parametrize("league", League)
def test_an_example_to_start_from_is_a_pick_by_the_packaged_limits(tmp_path: Path, league: League) -> None:
    result = tried(tmp_path, an_example(league))

    assert (result["decision"], result["reasons"], result["parlay_eligible"]) == ("PICK", [], True)
    assert (result["limits_from"], result["config_version"]) == ("packaged", "packaged")
    assert not (tmp_path / "nowhere.db").exists()


def test_every_rule_speaks_in_order_with_the_numbers_that_it_looked_at(tmp_path: Path) -> None:
    result = tried(tmp_path, an_example())

    assert [item["gate"] for item in result["findings"]] == OF_GAMES
    assert found(result, "market_deviation")["inputs"] == {"points": 2.5, "soft": 5, "hard": 8, "block": 13}


def test_the_worked_example_of_the_rule_set_comes_out_to_its_digits(tmp_path: Path) -> None:
    # DOMAIN 6.4: NBA, 6.2 points off: trust .80, and .58 against .50 is published as .5642.
    far = an_example() | {"model_mean": 234.7, "built_mean": 234.7, "market_mean": 228.5}
    result = tried(tmp_path, far)
    deviation = found(result, "market_deviation")

    assert (deviation["multiplier"], deviation["left"], deviation["cap"]) == (
        pytest.approx(0.8),
        pytest.approx(0.8),
        60,
    )
    assert (result["multiplier"], round(result["p_final"], 4)) == (pytest.approx(0.8), 0.5642)
    assert (result["decision"], result["parlay_eligible"]) == ("PICK", False)


def test_what_is_left_out_is_inactive_and_lets_less_through(tmp_path: Path) -> None:
    least = {
        "league": "nba", "market": "OVER 228.5", "price": "-110", "price_other": "-110", "probability": 0.58,
        "quote_age_minutes": 2, "minutes_to_start": 240,
    }  # fmt: skip
    result = tried(tmp_path, least)
    inactive = [item["gate"] for item in result["findings"] if item["action"] == "INACTIVE"]

    assert inactive == [
        "opener_consistency", "direction", "reality_check", "double_counting", "league_baseline", "slate_skew",
        "market_deviation", "high_variance",
    ]  # fmt: skip
    assert result["decision"] == "LEAN"
    assert result["reasons"] == ["RATED_ON_RESULTS_ALONE", "CALIBRATION_BOOTSTRAP"]


def test_the_market_probability_is_taken_from_both_prices_by_the_method_of_the_league(tmp_path: Path) -> None:
    from closeline.domain.odds import DevigMethod
    from closeline.maths.devig import devig

    winner = an_example(League.NFL) | {"market": "HOME", "side": "HOME", "line": None, "price": "-200"}
    result = tried(tmp_path, winner | {"price_other": "+170", "consensus_line": None})

    fair = devig((1.5, 2.7), DevigMethod.POWER).probabilities[0]
    assert result["market_probability"] == pytest.approx(fair)
    assert "power" in result["notes"][0]


@pytest.mark.parametrize("price", ["1.91", 1.91, "10/11", "-110", -110])
def test_a_price_is_read_as_any_book_writes_it(tmp_path: Path, price: object) -> None:
    result = tried(tmp_path, an_example() | {"price": price})

    assert result["decision"] == "PICK"
    assert result["edge"] == pytest.approx(0.58 - 1 / 1.91, abs=0.01)


@pytest.mark.parametrize(
    "spoken",
    [
        {"market": "OVER 228.5", "side": None, "line": None},
        {"market": "total", "side": "over"},
        {"market": "OVER 228.5", "side": "OVER"},
    ],
)
def test_a_market_may_be_spoken(tmp_path: Path, spoken: dict[str, object]) -> None:
    assert tried(tmp_path, an_example() | spoken)["selection"] == "Over 228.5 (away at home)"


@pytest.mark.parametrize("gone", ["price", "price_other"])
def test_without_a_two_sided_quote_nothing_is_played(tmp_path: Path, gone: str) -> None:
    result = tried(tmp_path, an_example() | {gone: None})

    assert result["decision"] == "NO_PLAY"
    assert result["reasons"][0] == {"price": "NO_MARKET_NO_PICK", "price_other": "MARKET_LINE_ONE_SIDED"}[gone]
    assert result["notes"]


@pytest.mark.parametrize("hostile", NO_NUMBERS.values(), ids=NO_NUMBERS)
@pytest.mark.parametrize("key", NUMBERS)
def test_a_number_that_is_none_is_blocked_and_named(tmp_path: Path, key: str, hostile: float) -> None:
    result = tried(tmp_path, with_key(an_example(), key, hostile))

    assert (result["decision"], result["parlay_eligible"]) == ("NO_PLAY", False)
    assert "BLOCK" in [item["action"] for item in result["findings"]]
    assert any(note.startswith(f"{key} was no number") for note in result["notes"])


def test_a_line_that_is_no_number_is_missing(tmp_path: Path) -> None:
    result = tried(tmp_path, an_example() | {"line": float("nan")})

    assert found(result, "line_integrity")["reason"] == "MARKET_LINE_MISSING"


def test_the_limits_in_force_in_the_record_judge(tmp_path: Path, record: str) -> None:
    closed = a_file(tmp_path, "publishing = false\n")
    version = answer("limits", "propose", "nba", closed, "--why", "no more", "--db", record)["config_version"]
    result = tried(tmp_path, an_example(), db=record)

    assert (result["limits_from"], result["config_version"]) == ("record", version)
    assert (result["decision"], result["reasons"]) == ("NO_PLAY", ["PUBLISHING_CLOSED"])


def test_a_person_reads_what_was_found_on_eighty_columns(tmp_path: Path) -> None:
    path = written(tmp_path, an_example() | {"model_mean": 240.0})
    said = closeline("gates", "try", path, "--db", nowhere(tmp_path))

    assert said.exit_code == 0
    assert max(map(len, said.stdout.splitlines())) <= 80
    assert "judged by the packaged limits, for there is no record" in said.stdout
    for words in ("reality_check", "RCL_FAIL", "NO_PLAY", "edge confidence", "parlay no"):
        assert words in said.stdout


BAD = [
    ({"propability": 0.5}, "did you mean probability?"),
    ({"slate": {"games": 6, "share": 0.5, "shares": 1}}, "did you mean share?"),
    ({"probability": "0.58"}, "probability must be a number from 0 to 1"),
    ({"probability": 58}, "probability must be a number from 0 to 1"),
    ({"probability": None}, "probability must be a number from 0 to 1"),
    ({"slate": {"games": float("nan"), "share": 0.5}}, "slate.games must be a whole number"),
    ({"slate": {"share": 0.5}}, "slate.games must be given"),
    ({"parts": {"mean": 1, "moved": 1, "adjusted": 1, "stale_news": [1]}}, "parts.stale_news must be a list"),
    ({"policy": 3}, "policy must be a document of beta"),
    ({"policy": {"beta": -1e308}}, "policy.beta must be a number from 0 to 10"),
    ({"suspended": "no"}, "suspended must be true or false"),
    ({"price": "1.9l"}, "price must be a price as quoted"),
    ({"price": "0.5"}, "price must be a price as quoted"),
    ({"price": [1]}, "price must be as quoted"),
    ({"price_other": -50}, "price_other must be a price as quoted"),
    ({"league": "xfl"}, "league must be one of nfl"),
    ({"market": "TOTALS"}, "market must be a key such as TOTAL:FULL_GAME"),
    ({"market": "MONEYLINE_3WAY:REGULATION"}, "market must have two sides"),
    ({"side": "HOME"}, "side must be OVER or UNDER"),
    ({"side": None}, "side must be OVER or UNDER for TOTAL:FULL_GAME, was missing"),
    ({"market": "UNDER 228.5"}, "side must be UNDER as market says"),
    ({"market": "OVER 220"}, "line must be 220 as market says"),
    ({"line": None}, "line must be given for TOTAL:FULL_GAME"),
    ({"line": 228.6}, "line must be on a quarter point"),
    ({"market": "MONEYLINE", "side": "HOME"}, "line must be left out"),
    ({"model_sd": None}, "model_mean and model_sd must both be given beside model_mean"),
    ({"model_mean": 1e308}, "model_mean must be points"),
]


@pytest.mark.parametrize(("changed", "told"), BAD, ids=[json.dumps(changed) for changed, _ in BAD])
def test_a_bad_document_is_told_in_one_line_that_names_the_key(
    tmp_path: Path, changed: dict[str, object], told: str
) -> None:
    code, line = fault("gates", "try", written(tmp_path, an_example() | changed), "--db", nowhere(tmp_path))

    assert code == 2
    assert told in line


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[]", "must hold one JSON object"),
        ("{", "must be JSON"),
        ("[" * 60_000, "nested too deep"),
        (" " * 70_000, "at most 65536 bytes"),
        ('{"league": "nba", "league": "nfl"}', "written once"),
        ('{"league": "nba"}', "market must be given"),
        ('{"probability": ' + "9" * 5000 + "}", "must be JSON"),
    ],
    ids=["list", "broken", "deep", "long", "twice", "little", "digits"],
)
def test_a_file_that_is_no_document_is_told_in_one_line(tmp_path: Path, text: str, told: str) -> None:
    code, line = fault("gates", "try", written(tmp_path, text), "--db", nowhere(tmp_path))

    assert code == 2
    assert told in line


@pytest.mark.parametrize("words", [(), ("candidate.json", "--example", "nba"), ("nowhere.json",), (".",)])
def test_a_command_without_one_document_is_told_in_one_line(words: tuple[str, ...]) -> None:
    code, line = fault("gates", "try", *words)

    assert code == 2
    assert "must be" in line
