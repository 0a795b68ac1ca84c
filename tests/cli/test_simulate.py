"""`closeline simulate`: one board from either evaluator, legs as a person types them, and a page."""

import json
from pathlib import Path
from typing import Any

import pytest

from closeline.cli.simulate.bars import bars
from closeline.cli.simulate.leg_text import leg_of, repeated
from closeline.domain.errors import BadInput, NotFound
from closeline.domain.forecasts.evaluators import Evaluator
from closeline.domain.leagues import League
from closeline.jobs import simulating
from closeline.jobs.simulating import Answer, Asked
from tests.builders.answers import an_answer
from tests.cli.running import answer, closeline, fault

GAME = ("simulate", "--league", "nba", "--margin", "1", "--total", "18")
ASKED_FOR = {"league", "engine", "worlds", "effective_sample_size", "seconds", "mean", "sd", "markets"}
LEGS = ("HOME -1.5", "OVER 17.5")


class Desk:
    """Answers every question with the toy game, and remembers what it was asked."""

    pull = 0.15

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def of_means(self, desk: object, league: League, margin: float, total: float, season: int, **more: Any) -> Answer:
        if total > 100:
            raise ValueError("margin 1 and total 180 must be means that the model can reach")
        self.asked.append({"league": league, "margin": margin, "total": total, "season": season, **more})
        return an_answer(more["asked"], pull=self.pull)

    def of_event(self, desk: object, event_id: str, asked: Asked) -> Answer:
        if event_id != "nba_a_b":
            raise NotFound(f"event must be one that was forecast, was {event_id}")
        self.asked.append({"event_id": event_id, "asked": asked})
        return an_answer(asked, name=event_id)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, record: str) -> Desk:
    found = Desk()
    monkeypatch.setattr(simulating, "of_means", found.of_means)
    monkeypatch.setattr(simulating, "of_event", found.of_event)
    monkeypatch.setenv("CLOSELINE_DATABASE_URL", record)
    return found


def test_both_engines_print_the_same_markets_and_lines(desk: Desk) -> None:
    exact, worlds = (answer(*GAME, "--engine", engine) for engine in ("exact", "worlds"))

    assert set(exact) >= ASKED_FOR
    assert exact.keys() == worlds.keys()
    assert [(m["market_key"], m["side"], m["line"]) for m in exact["markets"]] == [
        (m["market_key"], m["side"], m["line"]) for m in worlds["markets"]
    ]
    for exactly, drawn in zip(exact["markets"], worlds["markets"], strict=True):
        assert set(exactly) == {"market_key", "side", "line", "win", "push", "loss"}
        assert exactly["win"] + exactly["push"] + exactly["loss"] == pytest.approx(1.0)
        assert drawn["win"] == pytest.approx(exactly["win"], abs=0.02)
    assert {key.partition(":")[2] for key in {m["market_key"] for m in exact["markets"]}} == {
        "FULL_GAME", "REGULATION", "1H", "2H", "1Q", "2Q", "3Q", "4Q",
    }  # fmt: skip


def test_an_exact_answer_has_no_worlds_and_says_what_re_weighting_would_leave(desk: Desk) -> None:
    exact, worlds = answer(*GAME), answer(*GAME, "--worlds", 3000, "--seed", 5)

    assert (exact["engine"], exact["worlds"], exact["effective_sample_size"], exact["seed"]) == ("exact", 0, None, None)
    assert (worlds["engine"], worlds["worlds"], worlds["seed"]) == ("worlds", 3000, 5)
    assert worlds["effective_sample_size"] == pytest.approx(3000 * worlds["effective_share"])
    assert worlds["effective_share"] == pytest.approx(exact["effective_share"], abs=0.01)
    assert 0.8 < exact["effective_share"] < 1.0
    assert exact["mean"] == pytest.approx({"margin": 1.0, "total": 18.0}, abs=0.2)


def test_the_moments_are_those_of_the_distribution_that_is_printed(desk: Desk) -> None:
    found = answer(*GAME)
    for name in ("margin", "total"):
        spread = found["distribution"][name]
        mean = sum((spread["first"] + place) * chance for place, chance in enumerate(spread["mass"]))

        assert sum(spread["mass"]) == pytest.approx(1.0, abs=1e-5)
        assert mean == pytest.approx(found["mean"][name], abs=1e-3)
        assert min(spread["mass"][0], spread["mass"][-1]) > 0.0


def test_what_is_asked_reaches_the_desk(desk: Desk) -> None:
    answer(*GAME, "--season", 2019, "--playoff", "--worlds", 500, "--engine", "exact", "--seed", 9)
    answer("simulate", "nba_a_b", "--worlds", 700)

    assert desk.asked == [
        {
            "league": League.NBA, "margin": 1.0, "total": 18.0, "season": 2019, "playoff": True,
            "asked": Asked(Evaluator.EXACT, 500, 9),
        },
        {"event_id": "nba_a_b", "asked": Asked(Evaluator.WORLDS, 700, None)},
    ]  # fmt: skip


def test_without_a_season_the_one_that_is_on_gives_the_rules(desk: Desk) -> None:
    answer(*GAME)

    assert 2020 <= desk.asked[0]["season"] <= 2100


@pytest.mark.parametrize(
    "words", [("--legs", *LEGS), ("--legs", LEGS[0], "--legs", LEGS[1]), (f"--legs={LEGS[0]}", LEGS[1])]
)
def test_legs_may_follow_one_option_or_each_its_own(desk: Desk, words: tuple[str, ...]) -> None:
    legs = answer(*GAME, *words)["legs"]

    assert [(leg["market_key"], leg["side"], leg["line"]) for leg in legs["legs"]] == [
        ("SPREAD:FULL_GAME", "HOME", -1.5), ("TOTAL:FULL_GAME", "OVER", 17.5),
    ]  # fmt: skip
    assert desk.asked[0]["asked"] == Asked(Evaluator.WORLDS, 20_000, None)


def test_legs_come_from_the_same_worlds_as_the_board(desk: Desk) -> None:
    found = answer(*GAME, "--legs", *LEGS)
    legs = found["legs"]
    board = {(m["market_key"], m["side"], m["line"]): m for m in found["markets"]}

    for leg in legs["legs"]:
        assert leg == pytest.approx(board[leg["market_key"], leg["side"], leg["line"]])
    assert legs["independent"] == legs["legs"][0]["win"] * legs["legs"][1]["win"]
    assert legs["lift"] == pytest.approx(legs["win"] / legs["independent"])
    assert legs["enough"]
    assert legs["reason"] is None
    assert [subset["legs"] for subset in legs["subsets"]] == [[0], [1], [0, 1]]
    assert legs["fair_decimal"] == legs["subsets"][-1]["fair_decimal"]


def test_legs_that_exclude_each_other_have_a_reason_instead_of_a_lift(desk: Desk) -> None:
    legs = answer(*GAME, "--legs", "HOME -1.5", "AWAY -1.5")["legs"]

    assert (legs["win"], legs["lift"], legs["fair_decimal"], legs["enough"]) == (0.0, None, None, False)
    assert "at least 200 worlds" in legs["reason"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "without --league, --margin, --total"),
        (("--league", "nba", "--margin", "4"), "without --total"),
        (("nba_a_b", "--league", "nba", "--playoff"), "by EVENT_ID with --league, --playoff"),
        (("gone",), "event must be one that was forecast, was gone"),
        ((*GAME[1:], "--legs", "HOEM -3.5"), "was 'HOEM -3.5'"),
        ((*GAME[1:], "--legs", "OVER 44.3"), "quarter point, was 44.3"),
        ((*GAME[1:], "--legs", "HOME", "HOME"), "MONEYLINE:FULL_GAME HOME was there twice"),
        ((*GAME[1:], "--legs", *(f"OVER {line}" for line in range(14, 21))), "legs must be from 1 to 6, were 7"),
        ((*GAME[1:], "--legs", "F5 AWAY"), "period must be one that nba has, was F5"),
        ((*GAME[1:], "--legs", "HOME", "--engine", "exact"), "--engine must be worlds"),
        (("--league", "nba", "--margin", "9", "--total", "8"), "--total must be more than --margin"),
        (("--league", "nba", "--margin", "nan", "--total", "8"), "--total must be more than --margin"),
        (("--league", "nba", "--margin", "1", "--total", "180"), "must be means that the model can reach"),
    ],
)
def test_what_cannot_be_simulated_is_told_in_one_line(desk: Desk, words: tuple[str, ...], said: str) -> None:
    code, line = fault("simulate", *words)

    assert code == 2
    assert said in line


def test_a_person_sees_the_scores_drawn_and_the_main_lines(desk: Desk) -> None:
    said = closeline(*GAME).stdout
    every = closeline(*GAME, "--alternates").stdout

    for words in ("exact, nothing drawn", "fitted on toy 2020-2021", "margin, home less away: mean", "█", "FULL_GAME",
                  "TEAM_TOTAL_HOME:1H", "MONEYLINE_3WAY:REGULATION"):  # fmt: skip
        assert words in said
    assert said.count("SPREAD:FULL_GAME") == 1
    assert every.count("SPREAD:FULL_GAME") == 25
    assert "below 0.8 N" not in said.lower()


def test_a_person_sees_legs_with_their_error_and_the_worlds_they_come_from(desk: Desk) -> None:
    said = closeline(*GAME, "--legs", *LEGS, "--seed", 7).stdout

    for words in ("20000 worlds, seed 7", "effective sample size", "all win 0.", "lift 1.", " ± ", "1 + 2", "+"):
        assert words in said


def test_too_small_a_sample_is_said(desk: Desk) -> None:
    desk.pull = 8.0

    assert "EFFECTIVE SAMPLE SIZE BELOW 0.8 N" in closeline(*GAME).stdout
    assert answer(*GAME)["too_few"] is True


def test_a_page_is_written_beside_the_answer(desk: Desk, tmp_path: Path) -> None:
    out = tmp_path / "event.html"
    result = closeline("simulate", "nba_a_b", "--worlds", 1000, "--out", out, "--json")

    assert json.loads(result.stdout)["event_id"] == "nba_a_b"
    assert out.read_text(encoding="utf-8").count("<svg") == 2
    assert "page: " in closeline(*GAME, "--out", out).stdout
    assert fault(*GAME, "--out", tmp_path / "nowhere" / "page.html")[0] == 2


@pytest.mark.parametrize(
    ("text", "leg"),
    [
        ("HOME -3.5", "SPREAD:FULL_GAME HOME -3.5"),
        ("AWAY +4", "SPREAD:FULL_GAME AWAY +4"),
        ("home −3.25", "SPREAD:FULL_GAME HOME -3.25"),
        ("OVER 227.5", "TOTAL:FULL_GAME OVER 227.5"),
        ("UNDER 44", "TOTAL:FULL_GAME UNDER 44"),
        ("HOME", "MONEYLINE:FULL_GAME HOME"),
        ("1H HOME -1.5", "SPREAD:1H HOME -1.5"),
        ("1Q OVER 55.5", "TOTAL:1Q OVER 55.5"),
        ("F5 AWAY", "MONEYLINE:F5 AWAY"),
        ("HOME OVER 112.5", "TEAM_TOTAL_HOME:FULL_GAME OVER 112.5"),
        ("2P AWAY UNDER 1.5", "TEAM_TOTAL_AWAY:2P UNDER 1.5"),
        ("DRAW", "MONEYLINE_3WAY:REGULATION DRAW"),
        ("REG HOME 3WAY", "MONEYLINE_3WAY:REGULATION HOME"),
    ],
)
def test_a_leg_is_read_as_it_is_typed(text: str, leg: str) -> None:
    assert str(leg_of(text)) == leg


@pytest.mark.parametrize(
    "text",
    ["", "1H", "OVER", "HOME OVER", "OVER HOME 3", "HOME 3 4", "DRAW 3", "OVER nan", "OVER -3", "HOME inf", "3Q -3.5"],
)
def test_what_is_no_leg_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="must"):
        leg_of(text)


def test_only_words_after_legs_are_legs() -> None:
    assert repeated(["E", "--legs", "A", "B", "--margin", "-3", "--json", "C"]) == [
        "E", "--legs", "A", "--legs", "B", "--margin", "-3", "--json", "C",
    ]  # fmt: skip
    assert repeated(["--legs"]) == ["--legs"]


@pytest.mark.parametrize("width", [10, 40, 80, 200])
def test_a_drawing_fits_its_room_and_its_tallest_bar_is_the_likeliest_number(width: int) -> None:
    mass = [0.8 ** abs(place - 40) for place in range(101)]
    drawn = bars(-20, [chance / sum(mass) for chance in mass], width)

    assert max(map(len, drawn)) <= width
    assert len(drawn) == 7
    assert drawn[0].count("█") <= drawn[5].count("█")
    assert drawn[0].startswith(f"{100 / sum(mass):4.1f} % ") == (width >= 80)


def test_bars_are_as_high_as_their_chances() -> None:
    drawn = bars(1, [0.25, 0.5, 0.25], 80)
    heights = [sum(line[7 + 4 * place : 8 + 4 * place] == "█" for line in drawn) for place in range(3)]

    assert heights == [3, 6, 3]
    assert drawn[0] == "50.0 %     ████"
