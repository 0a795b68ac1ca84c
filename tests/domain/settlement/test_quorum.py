"""The quorum: two feeds that agree or one that says it again, and nothing else, make a result."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.feeds.captures import GameFacts, ResultStatus
from closeline.domain.settlement.quorum import (
    NO_REPORT,
    NOT_OVER,
    RESULT_DISAGREEMENT,
    SCORE_MISSING,
    UNCONFIRMED,
    Decided,
    DecidedBy,
    Held,
    Report,
    decide,
)
from closeline.domain.settlement.rules import SETTLEMENT_V1

END = datetime(2023, 11, 16, 3, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LATER = END + timedelta(days=40)
FINAL = ResultStatus.FINAL
ENDINGS = tuple(status for status in ResultStatus if status not in NOT_OVER)


def said(feed="a", score=(110, 104), *, status=FINAL, minute=0.0, **other):
    at = END + minute * MINUTE
    number = f"{feed}{minute}{status}{score}"
    return Report(
        "nba_x", feed, status, score[0], score[1], at, other.pop("sha", number), "place",
        report_id=other.pop("report_id", number), **other,
    )  # fmt: skip


def ruled(*reports, now=LATER):
    return decide(reports, now=now)


def test_nothing_said_decides_nothing():
    assert ruled() == Held(NO_REPORT)


@pytest.mark.parametrize("status", ENDINGS)
def test_two_feeds_that_agree_are_a_result_at_the_second_word(status):
    found = ruled(said(status=status), said("b", status=status, minute=2))

    assert isinstance(found, Decided)
    assert (found.decided_by, found.at) == (DecidedBy.QUORUM, END + 2 * MINUTE)
    assert len(found.evidence) == 2


@pytest.mark.parametrize("status", ENDINGS)
def test_one_feed_said_once_never_decides_however_long_one_waits(status):
    found = ruled(said(status=status))

    assert isinstance(found, Held)
    assert found.reason == UNCONFIRMED


@pytest.mark.parametrize(("apart", "decided"), [(29.9, False), (30, True), (31, True)])
def test_one_feed_that_says_it_again_after_the_quiet_period_decides(apart, decided):
    found = ruled(said(), said(minute=apart))

    assert isinstance(found, Decided) is decided
    if isinstance(found, Decided):
        assert (found.decided_by, found.at) == (DecidedBy.CONFIRMED, END + apart * MINUTE)


def test_a_feed_that_keeps_saying_it_is_confirmed_since_it_first_did():
    told = [said(minute=minute) for minute in range(0, 60, 10)]

    assert ruled(*told).at == END + 30 * MINUTE


def test_a_word_in_between_starts_the_quiet_period_anew():
    told = [said(), said(score=(111, 104), minute=10), said(minute=31)]

    assert ruled(*told).reason == UNCONFIRMED
    assert isinstance(ruled(*told, said(minute=61)), Decided)


@pytest.mark.parametrize(
    "other",
    [
        said("b", (111, 104), minute=1),
        said("b", status=ResultStatus.POSTPONED, minute=1),
        said("b", status=ResultStatus.SHORTENED, minute=1),
        said("b", minute=1, periods=((50, 54), (60, 50))),
        said("b", minute=1, facts=GameFacts(minutes_played=48.0)),
    ],
    ids=["score", "final and postponed", "cut short", "periods", "facts"],
)
def test_feeds_that_contradict_each_other_hold_whatever_each_repeats(other):
    mine = {"periods": ((60, 54), (50, 50)), "facts": GameFacts(minutes_played=44.0)}
    found = ruled(said(**mine), said(minute=40, **mine), other)

    assert isinstance(found, Held)
    assert found.reason == RESULT_DISAGREEMENT
    assert {claim.last.feed for claim in found.claims} == {"a", "b"}


def test_two_of_three_are_no_quorum_against_the_third():
    assert ruled(said(), said("b"), said("c", (111, 104))).reason == RESULT_DISAGREEMENT


@pytest.mark.parametrize(("minute", "decided"), [(10, True), (29, True), (30, False), (300, False)])
def test_a_feed_that_is_slow_to_notice_is_waited_for_and_one_that_goes_on_denying_contradicts(minute, decided):
    found = ruled(said(), said(minute=31), said("b", (100, 101), status=ResultStatus.LIVE, minute=minute))

    assert isinstance(found, Decided) is decided
    if isinstance(found, Held):
        assert found.reason == RESULT_DISAGREEMENT


def test_a_game_put_off_may_be_scheduled_again_but_not_played_in_another_feed():
    put_off = (said(status=ResultStatus.POSTPONED), said(status=ResultStatus.POSTPONED, minute=40))

    assert isinstance(ruled(*put_off, said("b", (None, None), status=ResultStatus.SCHEDULED, minute=60)), Decided)
    assert ruled(*put_off, said("b", status=ResultStatus.LIVE, minute=60)).reason == RESULT_DISAGREEMENT


@pytest.mark.parametrize("score", [(None, None), (110, None), (None, 104)])
@pytest.mark.parametrize("status", [FINAL, ResultStatus.SHORTENED])
def test_a_missing_score_is_never_filled_in(score, status):
    assert ruled(said(score=score, status=status), said("b", score, status=status)).reason == SCORE_MISSING


@pytest.mark.parametrize("status", [ResultStatus.POSTPONED, ResultStatus.CANCELLED])
def test_numbers_beside_a_game_that_was_not_played_mean_nothing(status):
    found = ruled(said(score=(0, 0), status=status), said("b", (None, None), status=status))

    assert (found.report.home_score, found.report.away_score) == (None, None)


def test_a_feed_that_says_two_things_in_one_breath_decides_nothing():
    two_dates = (
        said(status=ResultStatus.POSTPONED, score=(None, None), sha="one answer"),
        said(sha="one answer"),
    )

    assert ruled(*two_dates).reason == RESULT_DISAGREEMENT
    assert ruled(*two_dates, said("b")).reason == RESULT_DISAGREEMENT


def test_the_same_bytes_again_are_no_second_word():
    assert ruled(said(sha="one"), said(minute=45, sha="one")).reason == UNCONFIRMED


def test_bytes_that_come_back_after_others_take_a_correction_back():
    told = [
        report
        for feed in "ab"
        for report in (
            said(feed, sha=f"{feed} as first"),
            said(feed, (90, 135), minute=180),
            said(feed, sha=f"{feed} as first", minute=360),
        )
    ]
    found = ruled(*told)

    assert ruled(*told, now=END + 200 * MINUTE).report.score == (90, 135)
    assert (found.report.score, found.decided_by, found.at) == ((110, 104), DecidedBy.QUORUM, END + 360 * MINUTE)


def test_bytes_that_come_back_after_others_that_agree_are_still_no_second_word():
    assert ruled(said(sha="one"), said(minute=10, sha="two"), said(minute=45, sha="one")).reason == UNCONFIRMED


def test_one_answer_under_two_names_of_feeds_is_no_quorum():
    under_two_names = (said(sha="one"), said("b", sha="one", minute=1))

    assert ruled(*under_two_names).reason == UNCONFIRMED
    third = ruled(*under_two_names, said("c", sha="another", minute=2))
    assert (third.decided_by, third.at) == (DecidedBy.QUORUM, END + 2 * MINUTE)


def test_what_only_one_of_two_feeds_tells_is_told():
    periods, began = ((60, 54), (50, 50)), END - timedelta(hours=3)
    found = ruled(
        said(overtime=True, facts=GameFacts(started_at=began + 4 * MINUTE)),
        said("b", periods=periods, facts=GameFacts(started_at=began, ended_at=END), minute=1),
    )

    assert (found.report.periods, found.report.overtime) == (periods, True)
    assert found.report.facts == GameFacts(started_at=began, ended_at=END)


@pytest.mark.parametrize(("told", "decided"), [(True, False), (False, True)])
def test_feeds_that_both_tell_of_overtime_must_tell_the_same(told, decided):
    facts = GameFacts(overtime_told=True)
    found = ruled(said(overtime=True, facts=facts), said("b", facts=GameFacts(overtime_told=told)))

    assert isinstance(found, Decided) is decided


def test_nought_is_told_and_contradicts_another_number():
    facts = (GameFacts(innings_completed=0.0), GameFacts(innings_completed=5.0))

    assert ruled(said(facts=facts[0]), said("b", facts=facts[1])).reason == RESULT_DISAGREEMENT


def test_a_correction_needs_the_same_quorum():
    first = (said(), said("b"))
    alone = said(score=(111, 104), minute=60)

    assert ruled(*first, alone).reason == RESULT_DISAGREEMENT
    both = ruled(*first, alone, said("b", (111, 104), minute=70))
    assert (both.report.home_score, both.at) == (111, END + 70 * MINUTE)


def test_what_is_said_after_now_is_not_known_now():
    assert ruled(said(), said("b", minute=5), now=END + 4 * MINUTE).reason == UNCONFIRMED


TOLD = st.lists(
    st.builds(
        lambda feed, home, status, minute, sha: said(feed, (home, 104), status=status, minute=minute, sha=sha),
        st.sampled_from("abc"), st.integers(110, 111), st.sampled_from(list(ResultStatus)), st.integers(0, 90),
        st.sampled_from(["x", "y", "z", "v", "w"]),
    ),
    max_size=8,
)  # fmt: skip


@given(TOLD, st.randoms(use_true_random=False))
def test_the_order_in_which_reports_are_read_does_not_matter(told, chance):
    shuffled = list(told)
    chance.shuffle(shuffled)

    assert ruled(*shuffled) == ruled(*told)


@given(TOLD, st.floats(0, 0.9))
def test_the_same_bytes_told_again_before_any_others_change_nothing(told, minutes):
    again = [replace(report, received_at=report.received_at + minutes * MINUTE) for report in told]

    assert ruled(*told, *again) == ruled(*told)


@given(TOLD)
def test_whatever_is_decided_was_said_by_two_or_twice_and_denied_by_nobody(told):
    """Planted here in other words: the rule as a person would check it, feed by feed."""
    found = ruled(*told)
    if not isinstance(found, Decided):
        return
    ending = (found.report.status, found.report.score)
    last: dict[str, list[Report]] = {}
    for report in sorted(told, key=lambda item: item.received_at):
        last.setdefault(report.feed, []).append(report)
    agreeing = [feed for feed, words in last.items() if (words[-1].status, words[-1].score) == ending]
    quiet = timedelta(minutes=SETTLEMENT_V1.confirm_minutes)
    twice = any(
        (words[-1].status, words[-1].score) == ending
        and max(item.received_at for item in words) - min(item.received_at for item in words) >= quiet
        for words in last.values()
    )

    assert found.report.status not in NOT_OVER
    answers = {item.payload_sha for feed in agreeing for item in last[feed]}
    assert (len(agreeing) >= 2 and len(answers) >= 2) or twice
    assert all(words[-1].status in NOT_OVER or (words[-1].status, words[-1].score) == ending for words in last.values())
