"""What did we know: every answer as of a moment is what a brute force over the bare rows gives, and nothing later."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from closeline.domain.clock import instant, micros
from closeline.domain.errors import LookAhead, NotFound
from closeline.domain.feeds.captures import Phase
from closeline.flow.view import known as view
from closeline.flow.view.known import known, known_then
from closeline.store import quotes
from closeline.store.session import unit_of_work
from tests.builders.moments import OPENS, START
from tests.builders.payloads import a_payload, a_result, an_event, three_markets
from tests.builders.records import TENANT, a_copy, make_trusting, opened, rows_of, take_in, take_in_and_price
from tests.builders.stories import published_game

HOUR = timedelta(hours=1)


def make_followed(url):
    """Fill a record with a game: published at its opening, its prices read again twice, and then its result."""
    make_trusting(url)
    with opened(url) as engine:
        published_game(engine)
        with unit_of_work(engine) as session:
            for hours in (2, 4):
                at = OPENS + hours * HOUR
                take_in_and_price(
                    session, a_payload(*three_markets(at=at, spread=-14 - hours, moneyline=("-170", "+150"))), at=at
                )
            take_in(
                session, a_payload(an_event(), a_result(at=START + 3 * HOUR)), at=START + 3 * HOUR, phase=Phase.RESULT
            )


@pytest.fixture
def followed(new_databases):
    with a_copy(new_databases, "followed", make_followed) as engine:
        yield engine


def event_of(engine):
    with unit_of_work(engine, write=False) as session:
        return str(rows_of(session, "SELECT event_id FROM pick LIMIT 1")[0]["event_id"])


def moments(engine):
    """Give every moment at which anything of the event came, and one between each two of them."""
    with unit_of_work(engine, write=False) as session:
        told = rows_of(
            session,
            "SELECT received_at AS at FROM quote UNION SELECT received_at FROM event_version "
            "UNION SELECT as_of FROM sim_run UNION SELECT at FROM pick_event UNION SELECT received_at FROM event_result",
        )
    times = sorted({instant(int(row["at"])) for row in told})
    return times + [first + (second - first) / 2 for first, second in pairwise(times)] + [times[-1] + HOUR]


class Brute:
    """The answer by the bare rows: all of them are read, and those that came later are thrown away."""

    def __init__(self, engine, event_id, at):
        self.engine, self.event, self.at = engine, event_id, micros(at)

    def rows(self, statement, by):
        with unit_of_work(self.engine, write=False) as session:
            found = rows_of(session, statement, event=self.event)
        return sorted((row for row in found if int(row[by]) <= self.at), key=lambda row: int(row[by]))

    def quotes(self):
        last = {}
        for row in self.rows(
            "SELECT * FROM quote WHERE event_id = :event ORDER BY received_at, quote_id", "received_at"
        ):
            last[row["book"], row["market_key"], row["side"]] = row
        return {key: row["price_text"] for key, row in last.items() if row["availability"] == "PRICED"}

    def run(self):
        rows = self.rows("SELECT * FROM sim_run WHERE event_id = :event", "as_of")
        return rows[-1]["run_id"] if rows else None

    def picks(self):
        rows = self.rows(
            "SELECT e.pick_id, e.to_state, e.at, e.seq FROM pick_event e JOIN pick p ON p.pick_id = e.pick_id "
            "WHERE p.event_id = :event ORDER BY e.seq",
            "at",
        )
        return {row["pick_id"]: row["to_state"] for row in sorted(rows, key=lambda row: row["seq"])}

    def version(self):
        return self.rows("SELECT * FROM event_version WHERE event_id = :event", "received_at")[-1]["version"]

    def result(self):
        rows = self.rows("SELECT * FROM event_result WHERE event_id = :event", "received_at")
        return (rows[-1]["home_score"], rows[-1]["away_score"]) if rows else None


def test_at_every_moment_the_answer_is_that_of_the_bare_rows(followed):
    event_id = event_of(followed)
    for at in moments(followed):
        brute = Brute(followed, event_id, at)
        with unit_of_work(followed, write=False) as session:
            found = known(session, event_id, tenant_id=TENANT, at=at)

        assert {(item.book, item.market_key, item.side): item.price for item in found.quotes} == brute.quotes()
        assert (found.run.run_id if found.run else None) == brute.run()
        assert {item.pick_id: item.state for item in found.picks} == brute.picks()
        assert found.event.version == brute.version()
        assert ((found.result.home_score, found.result.away_score) if found.result else None) == brute.result()
        assert all(item.age_seconds >= 0 for item in found.quotes)


def test_before_anybody_knew_of_an_event_there_is_no_answer(followed):
    with unit_of_work(followed, write=False) as session, pytest.raises(NotFound, match="must have been known by"):
        known(session, event_of_in(session), tenant_id=TENANT, at=OPENS - HOUR)


def event_of_in(session):
    return str(rows_of(session, "SELECT event_id FROM pick LIMIT 1")[0]["event_id"])


def test_between_two_moments_what_came_moved_and_went_is_named(followed):
    event_id = event_of(followed)
    with unit_of_work(followed, write=False) as session:
        found = known_then(session, event_id, tenant_id=TENANT, at=START + 4 * HOUR, other=OPENS + HOUR)
    kinds = {(item.kind, item.what) for item in found.changes}

    assert found.second is not None
    assert found.first.at < found.second.at
    assert {("MOVED", "quote"), ("ADDED", "result")} <= kinds
    moved = [item for item in found.changes if item.kind == "MOVED" and item.what == "quote"]
    assert all(item.before != item.after and item.before and item.after for item in moved)


def test_a_moment_held_against_itself_changes_nothing(followed):
    event_id = event_of(followed)
    with unit_of_work(followed, write=False) as session:
        one = known(session, event_id, tenant_id=TENANT, at=OPENS + HOUR)
        assert list(view.changes(one, one)) == []
        assert known_then(session, event_id, tenant_id=TENANT, at=OPENS + HOUR, other=OPENS + HOUR).second is None


def test_what_is_not_on_offer_any_more_is_withdrawn(followed):
    event_id = event_of(followed)
    with unit_of_work(followed, write=False) as session:
        one = known(session, event_id, tenant_id=TENANT, at=OPENS + HOUR)
    other = one.model_copy(update={"quotes": one.quotes[1:]})
    (gone,) = view.changes(one, other)

    assert (gone.kind, gone.what, gone.after) == ("WITHDRAWN", "quote", None)


def test_a_read_that_lets_later_rows_through_is_refused(followed, monkeypatch):
    event_id = event_of(followed)
    everything = quotes.of_events

    def careless(session, events, *, as_of, players=False):
        return everything(session, events, as_of=datetime.max.replace(tzinfo=as_of.tzinfo), players=players)

    monkeypatch.setattr(quotes, "of_events", careless)
    with (
        unit_of_work(followed, write=False) as session,
        pytest.raises(LookAhead, match="quotes must have been received"),
    ):
        known(session, event_id, tenant_id=TENANT, at=OPENS + HOUR)
