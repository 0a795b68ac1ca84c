"""What a close was at a moment stays what it was: later sightings, and words heard too late, never change it."""

# mypy: disable-error-code="union-attr"

import pytest

from closeline.domain.feeds.captures import GameFacts, ResultStatus
from closeline.domain.markets import MONEYLINE
from closeline.flow.review.starts import starts_of
from closeline.jobs.closing import closing_line, odds_snapshots
from closeline.store.session import unit_of_work
from tests.builders.heard import keep_word, word
from tests.builders.moments import HOUR, MINUTE, OPENS, START
from tests.builders.payloads import GAME, a_payload, both_sides
from tests.builders.records import TENANT, take_in


def shown(session, at, prices=("-110", "-110"), book="pinnacle"):
    quoted = both_sides(market=MONEYLINE, line=None, prices=prices, at=at, book=book)
    take_in(session, a_payload(*quoted), at=at)


def told(session, status, at, feed="a", **facts):
    keep_word(session, feed, word((7, 0), at=at, status=status, facts=GameFacts(**facts)), at=at)


def close_at(session, as_of):
    return closing_line(session, GAME, MONEYLINE.key, tenant_id=TENANT, as_of=as_of).closes[0]


@pytest.mark.parametrize("later", ["+300", "-110"], ids=["another price", "the same price"])
def test_a_close_asked_for_as_of_a_moment_is_what_was_answered_then_whatever_was_seen_since(seeded, later):
    asked = START + 10 * MINUTE
    with unit_of_work(seeded) as session:
        shown(session, OPENS)
        then = close_at(session, asked)
        for minutes in (60, 90):
            shown(session, START + minutes * MINUTE, (later, later if later == "-110" else "-400"))
        since = close_at(session, asked)
        prices = odds_snapshots(session, GAME, as_of=asked).snapshots

    assert since == then
    assert (then.quality, then.reason) == ("MISSING", "STALE")
    assert [item.seen_until for item in prices] == [OPENS, OPENS]


def test_a_price_seen_long_before_the_start_and_again_after_it_is_stale_as_it_was_before_that(seeded):
    with unit_of_work(seeded) as session:
        shown(session, START - 3 * HOUR)
        before = close_at(session, START)
        shown(session, START + HOUR)
        after = close_at(session, START + 2 * HOUR)

    assert (before.reason, after.reason) == ("STALE", "STALE")


def test_the_last_sighting_before_the_start_stays_the_age_of_the_close_when_the_price_is_seen_on(seeded):
    with unit_of_work(seeded) as session:
        for at in (START - 3 * HOUR, START - 5 * MINUTE, START + 5 * MINUTE, START + HOUR):
            shown(session, at)
        found = close_at(session, START + 2 * HOUR)

    assert (found.quality, found.age_minutes, found.seen_until) == ("REFERENCE", 5.0, START - 5 * MINUTE)
    assert found.captured_at == START - 3 * HOUR


def test_of_a_game_that_really_began_late_the_sightings_of_the_wait_count(seeded):
    with unit_of_work(seeded) as session:
        for minutes in (-300, -5, 20, 40, 50, 70):
            shown(session, START + minutes * MINUTE)
        told(session, ResultStatus.FINAL, START + 4 * HOUR, started_at=START + HOUR)
        found = close_at(session, START + 5 * HOUR)

    assert (found.quality, found.age_minutes) == ("REFERENCE", 10.0)


@pytest.mark.parametrize("status", [ResultStatus.LIVE, ResultStatus.FINAL, ResultStatus.SUSPENDED])
def test_a_price_from_after_a_feed_said_that_the_game_was_live_is_no_close_though_it_was_to_begin_later(seeded, status):
    with unit_of_work(seeded) as session:
        shown(session, START - 40 * MINUTE)
        told(session, status, START - 25 * MINUTE)
        shown(session, START - 5 * MINUTE, ("-900", "+600"))
        found = close_at(session, START + HOUR)
        begun = starts_of(session, [GAME], as_of=START + HOUR)[GAME]

    assert (found.price, found.age_minutes) == ("-110", 15.0)
    assert (begun.at, begun.basis) == (START - 25 * MINUTE, "ACTUAL")


def test_a_game_that_was_heard_live_before_the_moment_that_a_feed_tells_had_begun_by_the_hearing(seeded):
    with unit_of_work(seeded) as session:
        told(session, ResultStatus.LIVE, START - 25 * MINUTE)
        told(session, ResultStatus.FINAL, START + 3 * HOUR, feed="b", started_at=START)
        begun = starts_of(session, [GAME], as_of=START + 4 * HOUR)[GAME]

    assert begun.at == START - 25 * MINUTE


def test_live_words_heard_after_the_planned_start_leave_it_as_it_is(seeded):
    with unit_of_work(seeded) as session:
        told(session, ResultStatus.LIVE, START + 20 * MINUTE)
        begun = starts_of(session, [GAME], as_of=START + HOUR)[GAME]

    assert (begun.at, begun.basis) == (START, "SCHEDULED")


@pytest.mark.parametrize("taken_back", [ResultStatus.SCHEDULED, ResultStatus.POSTPONED])
def test_a_feed_that_says_live_and_then_not_begun_has_said_nothing_of_the_start(seeded, taken_back):
    with unit_of_work(seeded) as session:
        told(session, ResultStatus.LIVE, START - 25 * MINUTE)
        told(session, taken_back, START - 20 * MINUTE)
        begun = starts_of(session, [GAME], as_of=START + HOUR)[GAME]

    assert (begun.at, begun.basis) == (START, "SCHEDULED")


def test_a_game_that_was_broken_off_and_scheduled_again_had_begun_all_the_same(seeded):
    with unit_of_work(seeded) as session:
        told(session, ResultStatus.LIVE, START - 25 * MINUTE)
        told(session, ResultStatus.SUSPENDED, START - 20 * MINUTE)
        told(session, ResultStatus.SCHEDULED, START - 15 * MINUTE)
        begun = starts_of(session, [GAME], as_of=START + HOUR)[GAME]

    assert begun.at == START - 25 * MINUTE
