"""`closeline people`: known by name while they are here, kept by reference, forgotten without breaking a chain."""

import pytest

from closeline.store.session import unit_of_work
from tests import databases
from tests.builders.payloads import GAME, a_payload, three_markets
from tests.builders.records import make_trusting, opened, rows_of, take_in
from tests.cli.running import answer, closeline, fault


def actors(record):
    with opened(record) as engine, unit_of_work(engine, write=False) as session:
        return [
            row["actor"] for row in rows_of(session, "SELECT actor FROM event_log WHERE chain = 'default' ORDER BY seq")
        ]


def test_what_a_person_does_is_kept_by_reference_and_the_chain_verifies_once_they_are_forgotten(record, monkeypatch):
    monkeypatch.setattr("closeline.cli.actor._user", lambda: "ann-account")
    ann = answer("people", "add", "ann-account", "--name", "Ann", "--email", "ann@desk.example", "--db", record)
    answer("keys", "create", "a bot", "--db", record)
    listed = answer("people", "list", "--db", record)["people"]
    gone = answer("people", "erase", ann["person_id"], "--db", record)

    assert listed == [ann]
    assert set(actors(record)) == {ann["person_id"]}
    assert (gone["handle"], gone["name"], gone["email"], gone["telegram_id"]) == (None, None, None, None)
    assert closeline("verify", "log", "--db", record).exit_code == 0
    assert "nobody since" in closeline("people", "erase", ann["person_id"], "--db", record).stdout


def test_an_actor_who_is_nobody_of_the_desk_stays_as_given(record, monkeypatch):
    monkeypatch.setattr("closeline.cli.actor._user", lambda: "a-machine")
    answer("keys", "create", "a bot", "--db", record)

    assert actors(record) == ["a-machine"]


def test_what_cannot_be_is_refused_in_one_line(record):
    assert closeline("people", "list", "--db", record).stdout == "People: none; run: closeline people add HANDLE\n"
    assert fault("people", "erase", "person:x", "--db", record) == (
        2, "closeline: person must be in the record, person:x was not; `closeline people list` names them"
    )  # fmt: skip
    closeline("people", "add", "ann", "--db", record)
    assert fault("people", "add", "ann", "--db", record)[0] == 3


@pytest.fixture
def with_game(sqlite):
    """Give the URL of a record that knows a game to bet on."""
    with databases.dropped_after(sqlite, sqlite.copy_of("a game for people", make_with_game)) as url:
        yield url


def make_with_game(url):
    make_trusting(url)
    with opened(url) as engine, unit_of_work(engine) as session:
        take_in(session, a_payload(*three_markets()))


def actor_of(url, bet_id):
    return answer("bets", "show", bet_id, "--db", url)["steps"][0]["actor"]


def test_who_did_something_is_shown_by_name_for_as_long_as_they_are_known(with_game, monkeypatch):
    monkeypatch.setattr("closeline.cli.actor._user", lambda: "ann-account")
    ann = answer("people", "add", "ann-account", "--name", "Ann", "--db", with_game)["person_id"]
    words = ("--book", "book_a", "--price", "-110", "--stake", "1", "--placed-at", "2023-11-15T11:00:00-05:00")
    answer("bets", "add", f"{GAME}/SPREAD/HOME/-3.5", *words, "--db", with_game)
    (bet,) = answer("bets", "list", "--db", with_game)["bets"]
    known = actor_of(with_game, bet["bet_id"])
    answer("people", "erase", ann, "--db", with_game)

    assert (known, actor_of(with_game, bet["bet_id"])) == ("Ann", ann)
