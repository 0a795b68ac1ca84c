"""Chains of versions are linear and acyclic, and whatever is not is found (invariant P5)."""

import pytest

from closeline.domain.picks import PickState
from closeline.domain.picks.chains import broken, chain_of

PUBLISHED, SUPERSEDED, EXPIRED, VOIDED = (
    PickState.PUBLISHED, PickState.SUPERSEDED, PickState.EXPIRED, PickState.VOIDED,
)  # fmt: skip
LINKS = {"a": None, "b": "a", "c": "b", "x": "b"}
STATES = {"a": SUPERSEDED, "b": SUPERSEDED, "c": PUBLISHED, "x": EXPIRED}


def test_a_chain_is_told_from_any_of_its_picks():
    links = {name: before for name, before in LINKS.items() if name != "x"}

    assert [chain_of(name, links) for name in "abc"] == [["a", "b", "c"]] * 3
    assert chain_of("z", {"z": None}) == ["z"]


def test_a_chain_that_holds_is_not_broken_by_a_proposal_that_came_to_nothing():
    assert broken(LINKS, STATES) == []
    assert broken(LINKS, STATES | {"c": VOIDED}) == []


@pytest.mark.parametrize(
    ("links", "states", "found"),
    [
        (LINKS, STATES | {"x": PUBLISHED}, ["c", "x"]),
        (LINKS, STATES | {"b": PUBLISHED}, ["c"]),
        ({"a": None}, {"a": SUPERSEDED}, ["a"]),
        ({"a": "b", "b": "a"}, {"a": SUPERSEDED, "b": SUPERSEDED}, ["a", "b"]),
        ({"a": "a"}, {"a": SUPERSEDED}, ["a"]),
    ],
)
def test_a_planted_fork_a_living_forerunner_an_orphan_and_a_circle_are_found(links, states, found):
    assert broken(links, states) == found


def test_a_circle_has_an_end_for_who_reads_it():
    assert sorted(chain_of("a", {"a": "b", "b": "a"})) == ["a", "b"]
