"""`closeline props watch`, `compare`, `lines` and `report`: what a person reads of models after their training."""

from dataclasses import replace

import pytest

from closeline.jobs.props.training import train
from closeline.wiring import read_settings, signing_key
from tests.builders import prop_league
from tests.builders.prop_league import DAYS, TINY, take_in
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


def test_what_cannot_be_watched_is_one_line_with_the_mend(record, tmp_path):
    assert fault("props", "watch", "--db", record)[1].endswith("run: closeline props train")
    assert fault("props", "compare", "a", "b", "--db", record)[0] == 2
    assert fault("props", "report", "--out", str(tmp_path / "no" / "p.html"), "--db", record)[0] == 2
