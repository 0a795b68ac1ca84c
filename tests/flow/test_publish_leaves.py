"""Each publication has one leaf, numbered without gaps, that promises the pick and shows only what it must."""

import json

import pytest

from closeline.domain.clock import micros
from closeline.domain.publishing.leaf import commitment, leaf_hash
from closeline.flow.publish import leaves as promised
from closeline.store.desk import picks
from closeline.store.invariants.audit import publications_have_leaves
from closeline.store.record import leaves
from closeline.store.session import unit_of_work
from tests.builders.moments import OPENS, START
from tests.builders.records import TENANT, number, rows_of, tamper
from tests.builders.stories import published_game


def violations(engine):
    with unit_of_work(engine, write=False) as session:
        return [item.why for item in publications_have_leaves(session, TENANT)]


def told(engine):
    with unit_of_work(engine, write=False) as session:
        return leaves.every(session, tenant_id=TENANT)


def test_every_publication_has_one_leaf_in_the_order_and_at_the_moment_of_publication(published):
    found = told(published)
    with unit_of_work(published, write=False) as session:
        moments = {row["pick_id"]: row["at"] for row in rows_of(
            session, "SELECT pick_id, at FROM pick_event WHERE to_state = 'PUBLISHED'"
        )}  # fmt: skip

    assert [item.log_index for item in found] == list(range(len(moments))) != []
    assert {item.pick_id: micros(item.at) for item in found} == moments
    assert violations(published) == []


def test_a_leaf_shows_start_and_stake_and_promises_the_rest(published):
    for item in told(published):
        shown = json.loads(item.leaf)
        with unit_of_work(published, write=False) as session:
            pick = picks.named(session, item.pick_id, tenant_id=TENANT)
            shas = leaves.payload_shas(session, [pick.snapshot_id])
        hidden = promised.hidden(pick, START, shas[pick.snapshot_id])

        assert shown == {
            "t": "PICK", "i": item.log_index, "c": commitment(item.salt, hidden), "start": micros(START),
            "stake": pick.stake_micros, "at": micros(OPENS), "tenant": TENANT,
        }  # fmt: skip
        assert item.leaf == json.dumps(shown, sort_keys=True, separators=(",", ":"))
        assert item.leaf_hash == leaf_hash(item.leaf)
        assert pick.selection.event_id not in item.leaf


def test_salts_are_as_long_as_a_hash_and_none_is_like_another(published):
    salts = [item.salt for item in told(published)]

    assert {len(bytes.fromhex(salt)) for salt in salts} == {32}
    assert len(set(salts)) == len(salts)


def test_a_publication_that_is_rolled_back_leaves_no_leaf(rated):
    class Stop(Exception):
        """Stands for a power cut."""

    with pytest.raises(Stop), unit_of_work(rated) as session:  # noqa: PT012
        leaves.add(session, [], tenant_id=TENANT, at=OPENS)
        raise Stop
    made = published_game(rated)

    assert len(told(rated)) <= len(made)
    assert [item.log_index for item in told(rated)] == list(range(len(told(rated))))


def test_a_publication_without_a_leaf_is_found(published):
    """Planted: the last leaf is taken out."""
    last = told(published)[-1]
    tamper(published, "log_leaf", "DELETE FROM log_leaf WHERE log_index = :index", {"index": last.log_index})

    assert [why.startswith("must have a leaf of") for why in violations(published)] == [True]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("leaf = replace(leaf, '\"t\"', '\"T\"')", "leaf must give its hash"),
        ("log_index = log_index + 7", "leaf must have number"),
        ("at = at + 1", "must have a leaf of"),
    ],
)
def test_a_leaf_that_was_changed_is_found(published, change, words):
    """Planted: each field that says something, changed in the table itself."""
    last = told(published)[-1]
    tamper(published, "log_leaf", f"UPDATE log_leaf SET {change} WHERE log_index = :index", {"index": last.log_index})

    assert any(words in why for why in violations(published))


def test_leaves_are_as_many_as_publications_after_a_whole_season(played):
    with unit_of_work(played, write=False) as session:
        counts = {name: number(session, f"SELECT count(*) FROM {name}") for name in ("log_leaf", "publication")}

    assert counts["log_leaf"] == counts["publication"] > 0
    assert violations(played) == []
