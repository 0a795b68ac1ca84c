"""`closeline props watch`, `compare`, `lines` and `report`: what a person reads of models after their training."""

from dataclasses import replace

import pytest

from closeline.jobs.props.training import train
from closeline.wiring import read_settings, signing_key
from tests.builders import prop_league
from tests.builders.prop_league import DAYS, TINY, TONIGHT, take_in
from tests.builders.records import make_seeded, opened
from tests.cli.running import answer, closeline, fault
from tests.jobs.test_prop_watching import EARLY, LATE, NOW, a_watching_desk


@pytest.fixture
def played(tmp_path):
    """A record of its own, whose models this desk's key has signed."""
    url = f"sqlite:///{tmp_path / 'played.db'}"
    make_seeded(url)
    with opened(url) as engine:
        take_in(engine, prop_league.player_games(DAYS + 1), "player_games.csv", now=NOW)
        take_in(engine, prop_league.player_props(), "player_props.csv")
        for days in (EARLY, LATE):
            key = signing_key(read_settings(database_url=url))
            train(replace(a_watching_desk(engine), clock=a_watching_desk(engine, after_days=days).clock), TINY, key=key)
    return url


def test_all_four_say_what_they_found_on_a_synthetic_league(played, tmp_path):
    found = answer("props", "watch", "--statistic", "pra", "--db", played)
    first, second = (item["version"] for item in found["statistics"][0]["models"])
    compared = answer("props", "compare", first, second, "--db", played)
    page = tmp_path / "props.html"
    closeline("props", "report", "--out", str(page), "--db", played)

    assert "by month" in closeline("props", "watch", "--db", played).stdout
    assert "POINTS: no game after the training of a model" in closeline("props", "watch", "--db", played).stdout
    assert compared["clv"] is None
    assert "priced twice" in closeline("props", "compare", first, second, "--db", played).stdout
    assert "What each filter takes away" in closeline("props", "lines", "--db", played).stdout
    assert answer("props", "lines", "--db", played)["total"]["n"] == 6
    assert "<script" not in page.read_text(encoding="utf-8")
    assert page.read_text(encoding="utf-8").count("<svg") == 3


def test_a_challenger_is_set_speaks_is_compared_and_cleared_at_the_terminal(played):
    models = answer("props", "watch", "--statistic", "pra", "--db", played)["statistics"][0]["models"]
    older, newer = (item["version"] for item in models)
    after = str(TONIGHT)

    assert "older" not in closeline("props", "shadow", "show", "--db", played).stdout
    assert answer("props", "shadow", "set", older, "--actor", "synthetic", "--db", played)["changed"] == ["PRA"]
    closeline("props", "predict", "--date", after, "--statistic", "pra", "--db", played)
    kept = answer("props", "shadow", "show", "--db", played)["kept"]
    closeline("props", "predict", "--date", after, "--db", played)
    compared = answer("props", "compare", older, newer, "--db", played)

    assert [(item["first"], item["second"], item["forecasts"]) for item in kept] == [(newer, older, 12)]
    assert answer("props", "shadow", "show", "--db", played)["kept"] == kept
    # The day was over when they spoke: none of it was recorded before its game.
    assert (compared["basis"], compared["crps"]["n"], compared["recorded_before"]) == ("STORED", 12, 0)
    assert "0 recorded before the game" in closeline("props", "compare", older, newer, "--db", played).stdout
    assert answer("props", "compare", older, newer, "--again", "--db", played)["basis"] == "AGAIN"
    assert answer("props", "shadow", "clear", "--db", played)["changed"] == ["PRA"]
    assert fault("props", "shadow", "set", newer, "--db", played)[0] == 2


def test_lines_that_nobody_chose_are_counted_with_nought(played):
    found = answer("props", "lines", "--db", played)
    said = closeline("props", "lines", "--db", played).stdout

    assert [(item["name"], item["n"], item["share"]) for item in found["chosen"][1:]] == [
        ("PICK or LEAN by the gates", 0, 0.0), ("published picks", 0, 0.0),
    ]  # fmt: skip
    assert found["chosen"][0]["n"] == found["passing"]["n"]
    assert "PICK or LEAN by the gates: 0 lines, 0.0 % of those compared; 0 published" in said
    assert "judged by the gates: 0 lines" in said


def test_what_cannot_be_watched_is_one_line_with_the_mend(record, tmp_path):
    assert fault("props", "watch", "--db", record)[1].endswith("run: closeline props train")
    assert fault("props", "compare", "a", "b", "--db", record)[0] == 2
    assert fault("props", "report", "--out", str(tmp_path / "no" / "p.html"), "--db", record)[0] == 2
