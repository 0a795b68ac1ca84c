"""Fault 23 with its guards taken away: what a single word, or one of two that quarrel, would have been graded by."""

import pytest

from closeline.domain.feeds.captures import ResultStatus
from closeline.domain.settlement import quorum
from closeline.domain.settlement.quorum import RESULT_DISAGREEMENT, Decided, DecidedBy, Held
from tests.domain.settlement.test_quorum import ruled, said

# Final, then live again, then final with overtime: the feed took its first word back.
TAKEN_BACK = (said(score=(100, 100)), said(status=ResultStatus.LIVE, minute=5), said(score=(112, 110), minute=25))


def test_final_then_live_then_final_is_nothing_before_it_is_said_again():
    assert isinstance(ruled(*TAKEN_BACK), Held)
    found = ruled(*TAKEN_BACK, said(score=(112, 110), minute=55))
    assert isinstance(found, Decided)
    assert found.report.score == (112, 110)


@pytest.mark.parametrize("told", [TAKEN_BACK[:1], TAKEN_BACK])
def test_without_the_quiet_period_the_first_word_is_graded(monkeypatch, told):
    monkeypatch.setattr(quorum, "_confirmed", lambda claim, rules: (claim.last, DecidedBy.CONFIRMED, (claim.last,)))

    assert isinstance(ruled(*told), Decided)


def test_without_comparing_them_one_of_two_feeds_that_quarrel_is_graded(monkeypatch):
    quarrel = (said(), said("b", (111, 104), minute=1))
    assert ruled(*quarrel).reason == RESULT_DISAGREEMENT
    monkeypatch.setattr(quorum, "_fault", lambda *given: None)

    assert isinstance(ruled(*quarrel), Decided)
