"""The shelf: archives cut by league day and phase, without losing or doubling anything."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.feeds.captures import Phase
from closeline.domain.ids import sha256_hex
from closeline.domain.leagues import League
from closeline.jobs.shelf import Archive, Shelf
from tests.builders.archives import an_archive
from tests.builders.moments import CLOSES, DAY, ENDS, HOUR, OPENS, START
from tests.builders.payloads import a_payload, a_quote, a_result, an_event, shelved, three_markets


def slices(shelf):
    return [part for opening in shelf.timetable() for part in shelf.slices(opening.league, opening.day, opening.phase)]


def test_every_quote_and_result_stands_in_one_slice():
    archive = an_archive(days=4)
    parts = slices(Shelf([archive]))

    assert sorted(map(repr, (quote for part in parts for quote in part.parsed.quotes))) == sorted(
        map(repr, archive.parsed.quotes)
    )
    assert sorted(map(repr, (result for part in parts for result in part.parsed.results))) == sorted(
        map(repr, archive.parsed.results)
    )


def test_the_timetable_goes_by_the_time_at_which_things_were_received():
    openings = Shelf([an_archive(days=4), an_archive(League.NFL, days=4)]).timetable()

    assert [opening.at for opening in openings] == sorted(opening.at for opening in openings)
    assert len({(opening.league, opening.slot) for opening in openings}) == len(openings) == 4 * 3 * 2


def test_a_capture_runs_when_the_last_of_its_prices_has_been_received():
    late = an_event("g2", home="Utah Jazz", away="Phoenix Suns", starts_at=START + 3 * HOUR)
    parsed = a_payload(
        an_event(),
        late,
        *three_markets("g1", at=CLOSES, phase=Phase.CLOSE),
        *three_markets("g2", at=CLOSES + 3 * HOUR, phase=Phase.CLOSE),
    )
    (opening,) = Shelf([shelved(parsed)]).timetable()

    assert (opening.at, opening.phase) == (CLOSES + 3 * HOUR, Phase.CLOSE)


def test_a_price_seen_after_the_start_waits_for_the_capture_after_the_game():
    parsed = a_payload(a_quote(at=OPENS), a_quote(at=START, phase=Phase.CLOSE, line=-30), a_result())
    shelf = Shelf([shelved(parsed)])

    assert [opening.phase for opening in shelf.timetable()] == [Phase.OPEN, Phase.RESULT]
    (part,) = shelf.slices(League.NBA, DAY, Phase.RESULT)
    assert [quote.line_quarters for quote in part.parsed.quotes] == [-30]


def test_two_archives_of_one_day_are_two_slices_of_one_capture():
    one, two = shelved(a_payload(a_quote())), shelved(a_payload(a_quote(price="-105")))
    shelf = Shelf([one, two])

    assert len(shelf.timetable()) == 1
    assert [part.payload_sha for part in shelf.slices(League.NBA, DAY, Phase.OPEN)] == [
        one.payload_sha,
        two.payload_sha,
    ]


def test_a_slot_is_named_alike_in_every_run():
    first, second = (Shelf([an_archive(days=3)]).timetable() for _ in range(2))

    assert [opening.slot for opening in first] == [opening.slot for opening in second]
    assert first[0].slot == "nba:2023-11-01:OPEN"


def test_an_archive_is_named_by_its_bytes():
    archive = an_archive(days=1)

    assert archive.payload_sha == sha256_hex(archive.payload.content)


def test_an_empty_shelf_holds_nothing():
    assert Shelf().timetable() == []
    assert Shelf().leagues == ()
    assert Shelf([Archive(an_archive(days=1).payload, "f", a_payload())]).timetable() == []


@given(st.integers(0, 5), st.integers(1, 4))
def test_the_leagues_are_those_of_the_archives(offset, days):
    day = DAY + timedelta(days=offset)
    shelf = Shelf([an_archive(days=days, first=day), an_archive(League.NFL, days=1, first=day)])

    assert shelf.leagues == (League.NBA, League.NFL)


def test_a_slice_describes_only_the_games_that_it_has_something_of():
    other = an_event("g2", home="Utah Jazz", away="Phoenix Suns")
    shelf = Shelf([shelved(a_payload(an_event(), other, a_quote(), a_result("g2", at=ENDS)))])

    (part,) = shelf.slices(League.NBA, DAY, Phase.OPEN)
    assert [event.provider_event_id for event in part.parsed.events] == ["g1"]
