"""`closeline config`: a configuration is proposed, looked at, put in force and rolled back, as text and as JSON."""

from pathlib import Path

from tests.builders.limits import a_file
from tests.cli.running import answer, closeline, fault

WORDS = ("--why", "too wide", "--actor", "ada")


def proposed(record: str, folder: Path, text: str = "[leagues.nfl]\ntotal_high = 64\n") -> str:
    return str(answer("config", "propose", a_file(folder, text), *WORDS, "--db", record)["proposal_id"])


def test_a_configuration_goes_from_proposal_to_force_and_back(record: str, tmp_path: Path) -> None:
    name = proposed(record, tmp_path)
    listed = answer("config", "list", "--db", record)["versions"]
    tried = answer("config", "activate", name, "--why", "x", "--dry-run", "--db", record)
    done = answer("config", "activate", name, "--why", "tried", "--actor", "bob", "--db", record)
    back = answer("config", "rollback", "--why", "odd", "--actor", "bob", "--db", record)
    after = answer("config", "list", "--db", record)["versions"]

    assert [(item["state"], item["actor"]) for item in listed] == [("IN_FORCE", "SYSTEM"), ("OPEN", "ada")]
    assert tried["differences"] == done["differences"] == [
        {"path": "leagues.nfl.total_high", "before": 66, "after": 64}
    ]  # fmt: skip
    assert back["differences"] == [{"path": "leagues.nfl.total_high", "before": 64, "after": 66}]
    assert [item["state"] for item in after] == ["WAS", "WAS", "IN_FORCE", "PAST"]
    assert answer("verify", "log", "--db", record) == {
        "intact": True, "events": {"SYSTEM": 0, "default": 2}, "broken": {}, "faults": [], "violations": [],
    }  # fmt: skip


def test_what_differs_and_what_is_held_is_shown(record: str, tmp_path: Path) -> None:
    name = proposed(record, tmp_path)
    first = answer("config", "list", "--db", record)["versions"][0]["name"]
    shown = answer("config", "show", name[:12], "--db", record)
    text = closeline("config", "diff", first, name, "--db", record).stdout

    assert (shown["name"], shown["why"], shown["content"]["leagues.nfl.total_high"]) == (name, "too wide", 64)
    assert "leagues.nfl.total_high" in text
    assert "settings" in answer("config", "show", "--db", record)


def test_a_person_reads_what_would_come_of_it(record: str, tmp_path: Path) -> None:
    path = a_file(tmp_path, "[leagues.nba]\npublishing = false\n")
    kept = closeline("config", "propose", path, *WORDS, "--db", record).stdout
    tried = closeline("config", "propose", path, *WORDS, "--dry-run", "--db", record).stdout

    assert "of 0 candidates since" in kept
    assert kept.splitlines()[-1].startswith("proposed: closeline config activate ")
    assert tried.splitlines()[-1] == "nothing was kept"


def test_what_cannot_be_is_refused_in_one_line(record: str, tmp_path: Path) -> None:
    code, said = fault("config", "propose", a_file(tmp_path, "nonsense ="), *WORDS, "--db", record)
    assert (code, "must be TOML" in said) == (2, True)
    assert fault("config", "activate", "nothing", "--why", "x", "--db", record)[0] == 2
    code, said = fault("config", "rollback", "--why", "x", "--db", record)
    assert (code, "must have been in force before" in said) == (3, True)
