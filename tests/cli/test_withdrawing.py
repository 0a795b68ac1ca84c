"""`closeline picks supersede` and `void`, long after the game of the tests began."""

import pytest

from closeline.domain.markets import MarketType
from closeline.store.session import unit_of_work
from tests import databases
from tests.builders.records import opened, rows_of
from tests.builders.watched import first_picks, make_behind
from tests.cli.running import answer, closeline, fault


@pytest.fixture
def behind(sqlite):
    with databases.dropped_after(sqlite, sqlite.copy_of("picks behind", make_behind)) as url:
        yield url


@pytest.fixture
def known(behind):
    """Give a pick, and the hash of the bytes of its price."""
    with opened(behind) as engine, unit_of_work(engine, write=False) as session:
        item = first_picks(session)[MarketType.MONEYLINE]
        rows = rows_of(session, "SELECT payload_sha FROM snapshot WHERE snapshot_id = :it", it=item.snapshot_id)
        return item.pick_id, rows[0]["payload_sha"]


def test_a_pick_is_void_for_a_fact_with_evidence(behind, known):
    name, sha = known
    said = (
        "picks",
        "void",
        name,
        "--reason",
        "PALPABLE_PRICE_ERROR",
        "--evidence",
        sha,
        "--actor",
        "ann",
        "--db",
        behind,
    )
    found = answer(*said)
    shown = closeline("picks", "show", name, "--db", behind).stdout

    assert (found["state"], found["evidence"], found["actor"]) == ("VOIDED", sha, "ann")
    assert "PUBLISHED -> VOIDED (PALPABLE_PRICE_ERROR)" in shown
    assert "1 VALID, refresh recommended" in shown
    assert "grade VOID" in shown
    assert fault(*said)[0] == 3


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("void", "--reason", "OPERATOR", "--why", "it is going badly"), 3, "for a fact"),
        (("void", "--reason", "EVENT_CANCELLED"), 3, "evidence"),
        (("void", "--reason", "EVENT_CANCELLED", "--evidence", "0" * 64), 2, "must be stored of"),
        (("void", "--reason", "BAD_BEAT"), 2, "must be one of"),
        (("supersede",), 3, "60 seconds before"),
    ],
)
def test_what_is_refused_is_told_in_one_line(behind, known, words, code, said):
    found = fault("picks", words[0], known[0], *words[1:], "--db", behind)

    assert found[0] == code
    assert said in found[1]
