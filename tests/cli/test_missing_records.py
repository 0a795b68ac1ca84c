"""A proof about nothing is no proof, and a page that cannot be written is said so in one line."""

from pathlib import Path

from typer.testing import CliRunner

from closeline.cli.main import app


def test_a_record_that_is_not_there_is_not_verified_and_not_made(tmp_path: Path) -> None:
    missing = tmp_path / "typing-error.db"
    found = CliRunner().invoke(app, ["verify", "log", "--db", f"sqlite:///{missing}"])

    assert found.exit_code != 0
    assert not missing.exists()


def test_a_report_that_cannot_be_written_says_so_in_one_line(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/record.db"
    found = CliRunner().invoke(app, ["report", "--db", url, "--out", str(tmp_path / "nowhere" / "report.html")])

    assert found.exit_code != 0
    assert "must be a file that can be written" in str(found.exception) + found.output
