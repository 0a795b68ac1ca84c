"""Looking at the daily bias table."""

from datetime import UTC, datetime, timedelta

import pytest

from closeline.domain.gates.bias import BiasLimits, BiasSample, measured
from closeline.domain.gates.rolling import RollingSample, Told
from closeline.store.desk import alerts
from closeline.store.desk.alerts import Alert
from closeline.store.past import bias as table
from closeline.store.session import unit_of_work
from tests.builders.records import TENANT, opened
from tests.cli.running import answer, closeline

NFL = BiasLimits(45.4, 1.0, 2.5, 0.45, 0.58)
ROLLING = RollingSample((Told(0.5, True),) * 150 + (Told(0.5, False),) * 90, (Told(0.0625, False),) * 100)
FIRST = datetime(2023, 11, 5, 7, tzinfo=UTC)


@pytest.fixture
def biased(record: str) -> str:
    """Give a record with three mornings of a model that is seven points too high."""
    before = None
    with opened(record) as engine, unit_of_work(engine) as session:
        for days in range(3):
            at = FIRST + timedelta(days=days)
            sample = BiasSample((17.0, -3.0) * 30, (7.0,) * 60, 55, 60, 3.0, 1.0, 4)
            day = table.day_of(at)
            before = measured(sample, NFL, league="nfl", day=day, before=before, rolling=ROLLING)
            table.add(session, before, at=at)
            alerts.add(session, [Alert(TENANT, "nfl", kind, f"totals: {kind}", "{}", at) for kind in before.triggers])
    return record


def test_the_table_shows_every_morning_and_its_alerts(biased: str) -> None:
    found = answer("bias", "--league", "nfl", "--db", biased)

    assert [row["day"] for row in found["rows"]] == ["2023-11-05", "2023-11-06", "2023-11-07"]
    assert [row["structural_days"] for row in found["rows"]] == [1, 2, 3]
    assert found["rows"][2]["triggers"] == [
        "BIAS_ACTUAL", "BIAS_MARKET", "OVER_RATE", "MODEL_BIAS", "HOME_WIN_RATE",
    ]  # fmt: skip
    assert found["rows"][2]["correction"] == 2.5
    assert [item["kind"] for item in found["alerts"] if item["at"].startswith("2023-11-07")] == sorted(
        found["rows"][2]["triggers"]
    )


def test_fewer_days_are_the_last_ones(biased: str) -> None:
    found = answer("bias", "--days", 1, "--db", biased)

    assert [row["day"] for row in found["rows"]] == ["2023-11-07"]
    assert len(found["alerts"]) == 5


def test_both_rates_are_shown_with_their_games_and_their_distance(biased: str) -> None:
    row = answer("bias", "--days", 1, "--db", biased)["rows"][0]
    lines = closeline("bias", "--days", "1", "--db", biased).output.splitlines()
    shown = next(line for line in lines if line.split()[2:4] == ["240", "0.625"])

    assert (row["home_win_n"], row["home_win_rate"], row["home_win_expected"]) == (240, 0.625, 0.5)
    assert (row["overtime_n"], row["overtime_rate"], row["overtime_expected"]) == (100, 0.0, 0.0625)
    assert (row["home_win_z"], row["overtime_z"]) == (pytest.approx(30 / 60**0.5), pytest.approx(-2.582, abs=0.001))
    assert shown.split()[4:] == ["0.500", "+3.87", "100", "0.000", "0.062", "-2.58"]


def test_people_get_a_table(biased: str) -> None:
    text = closeline("bias", "--db", biased).output

    assert "over-rate" in text
    assert "+2.50" in text
    assert "MODEL_BIAS" in text
    assert "Alerts" in text


@pytest.mark.parametrize("words", [(), ("--league", "mlb")])
def test_where_nothing_was_measured_one_line_says_so(record: str, words: tuple[str, ...]) -> None:
    result = closeline("bias", *words, "--db", record)

    assert result.exit_code == 0
    assert len(result.output.splitlines()) == 1
    assert "no bias measured" in result.output
    assert answer("bias", *words, "--db", record) == {"days": 28, "rows": [], "alerts": []}


def test_no_days_are_refused(record: str) -> None:
    assert closeline("bias", "--days", "0", "--db", record).exit_code == 2
