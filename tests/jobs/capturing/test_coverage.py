"""What one provider leaves out takes nothing away of what another told: neither in the record nor on the board."""

from dataclasses import replace

import pytest

from closeline.domain.board import Availability
from closeline.domain.board.market import LiveMarket
from closeline.domain.leagues import League
from closeline.domain.markets import Side
from closeline.jobs.live.follower import Follower
from closeline.jobs.live.following import follow
from closeline.jobs.recording import capture_snapshot
from closeline.schemas.recording import CaptureSnapshot, OwnGame, OwnQuote
from closeline.store import quotes
from closeline.store.session import unit_of_work
from tests.builders.polling import (
    KICKOFF,
    NFL_EVENTS,
    NFL_ODDS,
    PAIRS,
    a_live_desk,
    clock_of,
    events_answer,
    odds_answer,
)  # fmt: skip
from tests.jobs.capturing.polled import MINUTE, ask, poll, polls

OWN = "corner_shop"
BEGIN = KICKOFF - 90 * MINUTE


def hand_in(desk):
    """Hand in a price of a book that no feed knows."""
    home, away = PAIRS[0]
    prices = [
        OwnQuote(book=OWN, market_key="MONEYLINE:FULL_GAME", side=side, price=price)
        for side, price in ((Side.HOME, "-105"), (Side.AWAY, "-105"))
    ]
    game = OwnGame(game="g1", home=home, away=away, starts_at=KICKOFF, quotes=prices)
    capture_snapshot(
        desk, CaptureSnapshot(source="friend", league=League.NFL, captured_at=desk.clock(), games=[game])
    )  # fmt: skip


@pytest.fixture
def desk(seeded):
    """Give a live desk whose record has a hand-in; then the vendor is polled, at last without one of its books."""
    at = BEGIN
    answers = [
        odds_answer(at), odds_answer(at + MINUTE, books=("pinnacle",)), odds_answer(at + 2 * MINUTE, books=("pinnacle",)),
    ]  # fmt: skip
    made = a_live_desk(seeded, {NFL_EVENTS: events_answer(), NFL_ODDS: answers}, now=at)
    poll(made, "capture.schedule")
    clock_of(made).pass_(minutes=1)
    hand_in(made)
    made = replace(made, follower=Follower())
    for _ in range(3):
        clock_of(made).pass_(minutes=1)
        ask(made)
    assert [item.outcome for item in polls(made)] == ["OK", "OK", "OK"]
    return made


def on_board(desk):
    return {row.quote.book: row.quote.availability for row in desk.follower.board.rows}


def test_the_record_still_has_the_handed_in_price_and_knows_the_book_that_was_left_out(desk, seeded):
    with unit_of_work(seeded, write=False) as session:
        event = next(iter({row.quote.event_id for row in desk.follower.board.rows}))
        found = quotes.states(session, [event], as_of=desk.clock())
    states = {key[1]: state.availability for key, state in found.items() if key[2] == "MONEYLINE:FULL_GAME"}

    assert states == {
        OWN: Availability.PRICED, "pinnacle": Availability.PRICED, "draftkings": Availability.ABSENT,
    }  # fmt: skip


def test_the_board_still_has_the_handed_in_price(desk):
    assert on_board(desk) == {
        OWN: Availability.PRICED, "pinnacle": Availability.PRICED, "draftkings": Availability.ABSENT,
    }  # fmt: skip


def test_a_board_that_begins_anew_from_the_record_keeps_it_too(desk):
    anew = replace(desk, follower=Follower())
    clock_of(anew).pass_(minutes=1)
    follow(anew)
    before = on_board(anew)
    clock_of(anew).pass_(minutes=1)
    ask(anew)

    assert before[OWN] == on_board(anew)[OWN] == Availability.PRICED
    assert on_board(anew)["draftkings"] == Availability.ABSENT


def test_the_twin_that_asks_for_nobodys_word_takes_it_away(desk, monkeypatch):
    monkeypatch.setattr(LiveMarket, "_may_tell", lambda *given: True)
    clock_of(desk).pass_(minutes=1)
    ask(desk)

    assert on_board(desk)[OWN] == Availability.ABSENT
