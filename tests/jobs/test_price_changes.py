"""A table of price changes goes into the record moment by moment: prices and starts as they were known then."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from closeline.domain.feeds.captures import RawPayload
from closeline.domain.leagues import League
from closeline.jobs.importing import import_archive
from closeline.jobs.shelf import Archive
from closeline.providers.catalog import recognise
from closeline.store import quotes, references, results
from closeline.store.session import unit_of_work
from tests.builders.changes import NOW, START, a_change, a_table, an_event_row
from tests.builders.desks import a_desk
from tests.builders.records import rows_of

EVENT = "nfl_packers_bears_2025_10_12"
MINUTE = timedelta(minutes=1)
LATER = START + 40 * MINUTE


def archived(payload: RawPayload) -> Archive:
    feed = recognise(payload)
    return Archive(payload, feed.name, feed.parse(payload))


def delayed() -> Archive:
    """Give a game of which it was said ten minutes before the start that it would begin forty minutes later."""
    rows = [
        a_change(600, commence_time_final=LATER), a_change(30, point=-4.5, commence_time_final=LATER),
        a_change(10, point=-4.5, price_home_or_over=-115.0, commence_time=LATER, commence_time_final=LATER),
        a_change(-20, point=-6.5, commence_time=LATER, commence_time_final=LATER, in_play=False),
        a_change(-60, point=-13.5, commence_time=LATER, commence_time_final=LATER),
    ]  # fmt: skip
    return archived(a_table(*rows))


@pytest.mark.parametrize(
    ("minutes_before", "line", "starts_at"),
    [(601, None, None), (600, -14, START), (31, -14, START), (30, -18, START), (10, -18, LATER), (-20, -26, LATER)],
)
def test_at_every_moment_the_last_row_and_the_last_start_by_then_are_known(
    seeded: Engine, minutes_before: int, line: int | None, starts_at: object
) -> None:
    found = import_archive(a_desk(seeded, now=NOW), delayed())
    moment = START - minutes_before * MINUTE
    with unit_of_work(seeded, write=False) as session:
        latest = quotes.latest(quotes.of_events(session, [EVENT], as_of=moment))
        known = references.versions(session, [EVENT], as_of=moment)

    assert found.capture.quarantined == {"IN_PLAY": 2}
    assert {item.line_quarters for item in latest.values() if str(item.side) == "HOME"} == ({line} - {None})
    assert (known[EVENT].starts_at if known else None) == starts_at


def test_the_same_bytes_twice_add_no_price_and_no_start(seeded: Engine) -> None:
    desk = a_desk(seeded, now=NOW)
    import_archive(desk, delayed())
    counts = []
    for _ in range(2):
        with unit_of_work(seeded, write=False) as session:
            counts.append(
                [rows_of(session, f"SELECT count(*) AS n FROM {name}") for name in ("quote", "event_version")]
            )
        again = import_archive(desk, delayed()).capture

    assert counts[0] == counts[1]
    assert (again.accepted, again.received) == (0, 10)


@pytest.mark.parametrize("first", [0, 1], ids=["prices first", "events first"])
def test_prices_and_events_meet_in_one_event_whichever_comes_first(seeded: Engine, first: int) -> None:
    desk = a_desk(seeded, now=NOW)
    archives = [delayed(), archived(a_table(an_event_row(commence_time=LATER), name="nfl_2025_events.parquet"))]
    for archive in (archives[first], archives[1 - first]):
        assert import_archive(desk, archive).leagues == (League.NFL,)
    with unit_of_work(seeded, write=False) as session:
        events = [row["event_id"] for row in rows_of(session, "SELECT event_id FROM event")]
        ended = results.of_events(session, [EVENT], as_of=NOW)[EVENT]

    assert events == [EVENT]
    assert (ended.home_score, ended.away_score) == (24, 20)
