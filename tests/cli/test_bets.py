"""The ledger from the command line: in, settled, reported, out and in again; SYNTHETIC bets."""

from collections.abc import Iterator

import pytest

from closeline.domain.feeds.captures import Phase
from closeline.store.session import unit_of_work
from tests import databases
from tests.builders.moments import ENDS
from tests.builders.payloads import GAME, a_payload, a_result, three_markets
from tests.builders.records import make_trusting, opened, take_in
from tests.cli.running import answer, closeline, fault

SELECTION = f"{GAME}/SPREAD/HOME/-3.5"
PLACED = "2023-11-15T11:00:00-05:00"


def make_listed(url: str) -> None:
    """Fill a record with one game that is over."""
    make_trusting(url)
    with opened(url) as engine, unit_of_work(engine) as session:
        take_in(session, a_payload(*three_markets()))
        take_in(session, a_payload(a_result(at=ENDS)), at=ENDS, phase=Phase.RESULT)


@pytest.fixture
def listed(sqlite: databases.SqliteDatabases) -> Iterator[str]:
    with databases.dropped_after(sqlite, sqlite.copy_of("listed for bets", make_listed)) as url:
        yield url


def add(url: str, *more: object) -> tuple[object, ...]:
    return (
        "bets", "add", SELECTION, "--book", "book_a", "--price", "-110", "--stake", "1.1", "--placed-at", PLACED,
        "--db", url, *more,
    )  # fmt: skip


def test_a_ledger_from_its_first_bet_to_its_report(listed: str) -> None:
    begun = answer("bets", "bankroll", "set", "100", "--at", PLACED, "--db", listed)
    first, again = answer(*add(listed)), answer(*add(listed))
    done = answer("bets", "settle", "--db", listed)
    (shown,) = answer("bets", "list", "--state", "SETTLED", "--db", listed)["bets"]
    life = answer("bets", "show", shown["bet_id"], "--db", listed)
    (found,) = answer("bets", "report", "--db", listed)["ledgers"]
    (money,) = answer("bets", "bankroll", "show", "--db", listed)["bankrolls"]

    assert (begun["added"], first["added"], again["added"]) == (True, True, False)
    assert [item["bet_id"] for item in done["settled"]] == [shown["bet_id"]]
    assert (shown["result"], shown["profit"], shown["price"], shown["stake"]) == ("WIN", "1", "-110", "1.1")
    assert [step["kind"] for step in life["steps"]] == ["PLACED", "SETTLED"]
    assert (found["settled"], found["turnover"], found["profit"]) == (1, "1.1", "1")
    assert found["roi"]["value"] == pytest.approx(10 / 11)
    assert (money["balance"], money["roc"]) == ("101", 0.01)


def test_people_read_n_intervals_and_no_promise(listed: str) -> None:
    closeline(*add(listed))
    closeline("bets", "bankroll", "set", "100", "--at", PLACED, "--db", listed)
    settled = closeline("bets", "settle", "--db", listed).output
    name = answer("bets", "list", "--db", listed)["bets"][0]["bet_id"]
    report = closeline("bets", "report", "--db", listed).output

    assert "settled 1 bet, settled again 0" in settled
    assert "1 settled (1.0 won, 0.0 lost, 0 pushed)" in report
    assert "past results, settled bets 1" in report
    assert "promise nothing of the next" in report
    assert "ROC 1.00 % of the starting bankroll, which is not the ROI" in report
    assert "resamples from seed" in report
    assert "SPREAD HOME -3.5" in closeline("bets", "show", name, "--db", listed).output
    assert "1 of 1 bet" in closeline("bets", "list", "--db", listed).output
    assert "balance" in closeline("bets", "bankroll", "show", "--db", listed).output


def test_what_leaves_by_a_file_comes_back_the_same(listed: str, record: str, tmp_path) -> None:
    closeline(*add(listed, "--external-id", "=1", "--note", "@note"))
    out, again = tmp_path / "bets.csv", tmp_path / "again.csv"
    told = answer("bets", "export", out, "--db", listed)
    known = answer("bets", "import", out, "--db", listed)
    strange = answer("bets", "import", out, "--db", record)
    answer("bets", "export", again, "--db", listed)

    assert told["bets"] == 1
    assert (known["added"], known["known"], known["rejected"]) == (0, 1, [])
    assert out.read_bytes() == again.read_bytes()
    # The other record knows no such game: nothing is lost, and nothing is guessed.
    assert [item["reason"] for item in strange["rejected"]] == ["UNKNOWN_EVENT"]
    assert "UNKNOWN_EVENT" in (tmp_path / "bets.csv.rejects.csv").read_text()
    assert "1 rejected" in closeline("bets", "import", out, "--db", record).output


def test_a_void_and_a_dead_heat_are_a_persons_word(listed: str) -> None:
    closeline(*add(listed))
    closeline(*add(listed, "--external-id", "2"))
    one, two = (item["bet_id"] for item in answer("bets", "list", "--db", listed)["bets"])
    off = answer("bets", "void", one, "--why", "refunded", "--actor", "bo", "--db", listed)
    tied = answer("bets", "settle", two, "--dead-heat", "1/2", "--why", "tied", "--db", listed)

    assert (off["state"], off["profit"], off["by_hand"]) == ("VOID", "0", True)
    assert (tied["result"], tied["profit"]) == ("LOSS", "-0.05")  # 1.1 x (21/11 x 1/2 - 1)
    assert answer("bets", "settle", "--db", listed)["settled"] == []


def test_bankrolls_take_deposits_and_withdrawals(listed: str) -> None:
    said = ("--denomination", "USD", "--db", listed)
    closeline("bets", "bankroll", "set", "100.50", *said)
    closeline("bets", "bankroll", "deposit", "20", "--note", "more", *said)
    out = closeline("bets", "bankroll", "withdraw", "5.25", *said).output
    (money,) = answer("bets", "bankroll", "show", "--db", listed)["bankrolls"]

    assert "WITHDRAWAL 5.25 USD" in out
    assert (money["balance"], money["profit"], money["denomination"]) == ("115.25", "0.00", "USD")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", SELECTION, "--book", "b", "--price", "-50", "--stake", "1"), "American odds must be"),
        (("add", "x", "--book", "b", "--price", "-110", "--stake", "1"), "selection must be EVENT/MARKET"),
        (("add", "--book", "b", "--price", "-110", "--stake", "1"), "must name its selection"),
        (("add", SELECTION, "--book", "b", "--price", "-110", "--stake", "1", "--placed-at", "noon"), "placed_at must be"),
        (("settle", "x"), "must come together"),
        (("settle", "x", "--dead-heat", "half", "--why", "y"), "PLACES/TIED"),
        (("show", "nosuch"), "bet must be in the ledger"),
        (("void", "nosuch", "--why", "x"), "bet must be in the ledger"),
        (("import", "nosuch.csv"), "must be a file that can be read"),
        (("export", "no/such/folder/x.csv"), "must be a file that can be written"),
        (("bankroll", "withdraw", "5"), "must be set first"),
        (("bankroll", "set", "x"), "amount must be"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_told_in_one_line(listed: str, words: tuple[str, ...], said: str) -> None:
    code, line = fault("bets", *words, "--db", listed)

    assert code == 2
    assert said in line


def test_a_ledger_without_bets_says_how_to_begin(listed: str) -> None:
    assert answer("bets", "report", "--db", listed)["ledgers"] == []
    assert "write one down" in closeline("bets", "report", "--db", listed).output
    assert "write one down" in closeline("bets", "list", "--db", listed).output
    assert "none was set" in closeline("bets", "bankroll", "show", "--db", listed).output
