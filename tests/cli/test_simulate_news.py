"""What a person adds to a simulated game: who may be missing, what moves the means, and from when it counts."""

import pytest

from tests.cli.running import answer, fault

NBA = ("simulate", "--league", "nba", "--margin", "4", "--total", "228", "--season", "2018")


@pytest.fixture(autouse=True)
def _on_a_record(monkeypatch: pytest.MonkeyPatch, record: str) -> None:
    monkeypatch.setenv("CLOSELINE_DATABASE_URL", record)


def test_an_absence_is_a_mixture_that_moves_the_means_and_widens_the_margin() -> None:
    plain = answer(*NBA)
    missing = answer(*NBA, "--absence", "HOME 6 QUESTIONABLE A Star")

    # He plays with .55, so 6 points are missing with .45.
    assert missing["wanted"]["margin"] == pytest.approx(4 - 0.45 * 6)
    assert missing["sd"]["margin"] ** 2 - plain["sd"]["margin"] ** 2 == pytest.approx(0.45 * 0.55 * 36, rel=0.25)
    assert [part["name"] for part in missing["decomposition"]["adjustments"]] == ["INJURIES"]


def test_an_adjustment_moves_the_means_by_its_points_and_is_named() -> None:
    windy = answer(*NBA, "--adjust", "WEATHER 0 -2.5", "--adjust", "TRAVEL -0.5 0")

    assert windy["wanted"] == pytest.approx({"margin": 3.5, "total": 225.5})
    assert {part["name"] for part in windy["decomposition"]["adjustments"]} == {"WEATHER", "TRAVEL"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--absence", "HOME 4.5 LIMPING Smith"), "status of an --absence must be one of OUT"),
        (("--absence", "HOME 4.5"), "--absence must be HOME or AWAY, his value in points"),
        (("--absence", "BENCH 4.5 OUT Smith"), "--absence must begin with HOME or AWAY, began with 'BENCH'"),
        (("--absence", "HOME many OUT Smith"), "value of an --absence must be points, 0 or more, was 'many'"),
        (("--adjust", "MOON 1 1"), "--adjust must begin with one of ALTITUDE"),
        (("--adjust", "WEATHER 1"), "--adjust must be a name, points of margin and points of total"),
        (("--adjust", "WEATHER 1 wet"), "points of an --adjust must be two numbers, were '1 wet'"),
        (("--adjust", "WEATHER 0 -2 @yesterday"), "time after @ must be such as"),
        (("--adjust", "WEATHER 0 -2 @2026-01-11T17:30:00"), "time after @ must name its zone"),
        (("--target", "market"), "--target market must come with EVENT_ID"),
    ],
)
def test_news_that_cannot_be_read_is_refused_in_one_line(words: tuple[str, ...], said: str) -> None:
    code, line = fault(*NBA, *words)
    assert code == 2
    assert said in line
