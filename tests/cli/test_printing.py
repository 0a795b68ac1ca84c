"""What commands print for people: no number and no name is ever broken over two lines."""

import pytest

from closeline.cli import printing


def printed(capsys: pytest.CaptureFixture[str], width: int, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(printing, "PIPE_WIDTH", width)
    columns = ("league", "market", "mean CLV#", "interval")
    printing.print_table("Closing line value", columns, [("nba", "MONEYLINE:FULL_GAME", "+3.61", "+3.38 to +3.95")])
    return capsys.readouterr().out


@pytest.mark.parametrize("width", [20, 40, 60, 80, 200])
def test_no_number_is_broken(width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    words = printed(capsys, width, monkeypatch).split()

    assert {"MONEYLINE:FULL_GAME", "+3.61", "+3.38", "+3.95"} <= set(words)


def test_a_table_that_does_not_fit_is_stacked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = printed(capsys, 20, monkeypatch).splitlines()

    assert "  market: MONEYLINE:FULL_GAME" in lines
    assert "  mean CLV: +3.61" in lines
