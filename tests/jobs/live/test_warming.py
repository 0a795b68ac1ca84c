"""A board that is made anew from the record is the one that was there before the desk went down."""

from dataclasses import replace
from datetime import timedelta

from closeline.domain.feeds.captures import Phase, ResultStatus
from closeline.domain.leagues import League
from closeline.domain.markets import MONEYLINE, TOTAL
from closeline.jobs.live.follower import Follower, Seen
from closeline.jobs.live.warming import warm
from closeline.store.past import boards
from closeline.store.session import unit_of_work
from tests.builders.moments import DAY, HOUR, MINUTE, OPENS, START
from tests.builders.payloads import GAME, a_payload, a_result, an_event, both_sides, three_markets
from tests.builders.records import TENANT, rows_of, take_in

FEED = "the_odds_api"


def polls():
    """Give three answers: all stands, the moneyline moves, a book joins."""
    first = three_markets(book="pinnacle", phase=Phase.LIVE)
    moved = both_sides(market=MONEYLINE, prices=("-170", "+150"), at=OPENS + MINUTE, book="pinnacle", phase=Phase.LIVE)
    rest = three_markets(at=OPENS + MINUTE, book="pinnacle", phase=Phase.LIVE)[:4]
    joined = both_sides(market=TOTAL, line=900, at=OPENS + 2 * MINUTE, book="betmgm", phase=Phase.LIVE)
    return [(OPENS, first), (OPENS + MINUTE, (*rest, *moved)), (OPENS + 2 * MINUTE, joined)]


def captured(engine):
    with unit_of_work(engine) as session:
        for at, quotes in polls():
            take_in(session, a_payload(*quotes, provider=FEED, archive=False), at=at, phase=Phase.LIVE)


def rebuilt(engine, at, **options):
    follower = Follower(**options)
    with unit_of_work(engine, write=False) as session:
        board = warm(session, follower, tenant_id=TENANT, providers=[FEED], as_of=at)
    return follower, board


def test_the_board_of_the_record_is_the_one_that_was_followed(seeded):
    captured(seeded)
    live, _ = rebuilt(seeded, OPENS - HOUR)
    for at, quotes in polls():
        board = live.take([Seen(a_payload(*quotes, provider=FEED, archive=False), at)], now=at)
    _, again = rebuilt(seeded, OPENS + 2 * MINUTE)

    def plain(shown):
        return sorted((replace(row, quote=replace(row.quote, updated_at=None)) for row in shown.rows), key=str)

    assert plain(again) == plain(board)
    assert [card.event_id for card in again.events] == [GAME]


def test_only_what_was_known_then_is_on_the_board(seeded):
    captured(seeded)
    board = rebuilt(seeded, OPENS)[1]

    assert {row.quote.price.text for row in board.rows if row.quote.market == MONEYLINE} == {"-160", "+140"}
    assert {row.quote.book for row in board.rows} == {"pinnacle"}


def test_a_record_without_events_makes_no_board(seeded):
    assert rebuilt(seeded, OPENS)[1] is None


def test_a_game_that_is_over_is_not_on_it(seeded):
    captured(seeded)

    assert rebuilt(seeded, START + 2 * HOUR)[1] is None


def test_a_follower_that_was_warmed_names_the_next_answer_as_the_record_did(seeded):
    captured(seeded)
    follower, board = rebuilt(seeded, OPENS + 2 * MINUTE)
    at = OPENS + 3 * MINUTE
    after = follower.take(
        [Seen(a_payload(*three_markets(book="circa", at=at), provider=FEED, archive=False), at)], now=at
    )

    assert [card.event_id for card in after.events] == [GAME]
    assert after.version == board.version + 1
    assert "circa" in {row.quote.book for row in after.rows}
    assert after.events[0].league is League.NBA


def named_by_both(engine, event, at):
    """Name an event by the board of a desk that was started at a moment, then by the record."""
    follower = rebuilt(engine, at)[0]
    told = a_payload(event, *three_markets(event.provider_event_id, at=at), provider=FEED, archive=False)
    shown = follower.take([Seen(told, at)], now=at)
    with unit_of_work(engine) as session:
        take_in(session, told, at=at, phase=Phase.LIVE)
        (kept,) = rows_of(session, "SELECT event_id FROM event WHERE event_id <> :first", first=GAME) or [{}]
    return [card.event_id for card in shown.events], kept.get("event_id")


def test_the_second_game_of_a_day_is_not_shown_by_the_id_of_the_first_that_has_left_the_board(seeded):
    captured(seeded)
    second = an_event("g2", starts_at=START + 4 * HOUR)
    shown, kept = named_by_both(seeded, second, START + 2 * HOUR)

    assert kept == f"{GAME}_g2"
    assert shown == [kept]


def test_an_id_that_comes_back_for_another_game_is_that_game_on_the_board_too(seeded):
    captured(seeded)
    again = an_event("g1", day=DAY + timedelta(days=20), starts_at=START + timedelta(days=20))
    shown, kept = named_by_both(seeded, again, START + timedelta(days=1))

    assert kept == "nba_heat_celtics_2023_12_05"
    assert shown == [kept]


def test_a_game_that_was_put_off_keeps_its_id_on_the_board_too(seeded):
    captured(seeded)
    with unit_of_work(seeded) as session:
        result = a_payload(an_event(), a_result(score=(None, None), at=START + HOUR, status=ResultStatus.POSTPONED), provider=FEED, archive=False)  # fmt: skip
        take_in(session, result, at=START + HOUR, phase=Phase.LIVE)
    again = an_event("g1", starts_at=START + timedelta(days=30))
    shown, kept = named_by_both(seeded, again, START + timedelta(days=1))

    assert (shown, kept) == ([GAME], None)


def test_a_desk_that_asks_no_provider_is_taught_no_ids(seeded):
    captured(seeded)
    with unit_of_work(seeded, write=False) as session:
        assert boards.known_to(session, [], as_of=OPENS) == {}
        assert [item.names for item in boards.known_to(session, [FEED], as_of=START + 59 * 24 * HOUR)[FEED]] == [
            ("g1",)
        ]
        assert boards.known_to(session, [FEED], as_of=START + 61 * 24 * HOUR) == {FEED: []}
