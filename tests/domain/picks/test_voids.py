"""A pick may be void before its start for any reason in words, and after it only for a fact with evidence (P7)."""

import pytest

from closeline.domain.errors import BadInput, Refused
from closeline.domain.picks.voids import (
    AFTER_START,
    Evidence,
    VoidReason,
    evidence_named,
    grade_reason,
    may_void,
    reason_named,
)
from closeline.domain.settlement.outcomes import void_before_play

SHOWN = Evidence("a" * 64, None)


def test_before_the_start_a_person_may_take_a_pick_back_and_says_why():
    may_void(VoidReason.OPERATOR, None, "wrong game", begun=False)
    with pytest.raises(BadInput, match="why"):
        may_void(VoidReason.OPERATOR, None, "", begun=False)


@pytest.mark.parametrize("evidence", [None, SHOWN])
def test_after_the_start_what_a_person_thinks_counts_for_nothing(evidence):
    with pytest.raises(Refused, match="for a fact"):
        may_void(VoidReason.OPERATOR, evidence, "it is going badly", begun=True)


@pytest.mark.parametrize("reason", AFTER_START)
def test_after_the_start_every_listed_reason_needs_its_evidence(reason):
    may_void(reason, SHOWN, "", begun=True)
    may_void(reason, None, "", begun=False)
    with pytest.raises(Refused, match="evidence"):
        may_void(reason, None, "many words", begun=True)


def test_evidence_is_stored_bytes_or_a_version_of_the_result():
    assert evidence_named("a" * 64) == SHOWN
    assert evidence_named("result:2") == Evidence(None, 2)
    assert (SHOWN.text, evidence_named("result:2").text) == ("a" * 64, "result:2")
    for text in ("", "a" * 63, "A" * 64, "result:0", "result:", "trust me"):
        with pytest.raises(BadInput, match="evidence must be"):
            evidence_named(text)


def test_reasons_are_a_closed_list():
    assert reason_named("operator") is VoidReason.OPERATOR
    with pytest.raises(BadInput, match="must be one of OPERATOR"):
        reason_named("BAD_BEAT")


@pytest.mark.parametrize("reason", VoidReason)
def test_what_was_taken_back_before_the_start_is_in_no_sum_of_closing_line_value(reason):
    assert void_before_play(grade_reason(reason, begun=False))
    assert not void_before_play(grade_reason(reason, begun=True))
