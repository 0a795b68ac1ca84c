"""Retention drops exactly what the shown plan names, through a door that opens for nothing else, on both databases."""

# mypy: disable-error-code="no-untyped-def, type-arg, misc"

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text

from closeline.domain.clock import instant
from closeline.domain.errors import AppendOnlyViolation, BadInput, CloselineError, CorruptRecord, NotFound, Refused
from closeline.domain.events import SYSTEM_CHAIN
from closeline.domain.ids import content_id
from closeline.domain.markets import MONEYLINE, Selection, Side, market
from closeline.flow.view.performance import cells
from closeline.jobs.closing import closing_line
from closeline.jobs.replaying.verify import verify_run
from closeline.store import events, record
from closeline.store.desk import bets
from closeline.store.polls import captures
from closeline.store.quotes import of_events
from closeline.store.record import retention
from closeline.store.record.retention.plan import row_text
from closeline.store.record.retention.policy import RetentionPolicy
from closeline.store.session import unit_of_work
from closeline.store.tables import metadata
from tests.builders.bets import a_bet
from tests.builders.desks import PLAYED, a_desk
from tests.builders.lively import BOOK, move_every_minute, without_a_pick
from tests.builders.records import TENANT, a_copy, drop_guards, number, opened, rows_of

POLICY = RetentionPolicy()
DAY = date(2026, 6, 1)
NOW = instant(0) + (DAY - date(1970, 1, 1)) + timedelta(hours=9)
MINUTES = 200


def make_lively(url):
    with opened(url) as engine, unit_of_work(engine) as session:
        event_id, start = without_a_pick(session)
        move_every_minute(session, event_id, first=start - timedelta(hours=4), minutes=MINUTES)


@pytest.fixture
def lively(new_databases):
    """Give a played record in which one book moved every minute on a game, from four hours before its start."""
    with a_copy(new_databases, "lively", make_lively, PLAYED) as engine:
        yield engine


def planned(engine, policy=POLICY, day=DAY):
    with unit_of_work(engine, write=False) as session:
        return retention.plan(session, policy, day)


def applied(engine, plan_id, policy=POLICY, at=NOW, why="the disk is full"):
    with unit_of_work(engine) as session:
        return retention.apply(session, policy, plan_id, actor="somebody", why=why, at=at)


def quote_ids(engine):
    with unit_of_work(engine, write=False) as session:
        return {row["quote_id"] for row in rows_of(session, "SELECT quote_id FROM quote")}


def test_a_plan_changes_nothing_and_says_how_much_would_go(lively):
    before = quote_ids(lively)
    found = planned(lively)

    assert planned(lively) == found
    assert quote_ids(lively) == before
    assert 0 < len(found.quotes) == sum(tally.count for tally in found.quotes_dropped.values())
    assert sum(tally.count for tally in (*found.quotes_kept.values(), *found.quotes_dropped.values())) == len(before)
    # One payload for each minute, and none of them stands behind anything.
    assert len(found.payloads) == MINUTES == found.payloads_dropped["OLD"].count
    assert set(found.payloads_kept) == {"PICK"}


def test_exactly_what_the_plan_names_goes_and_leaves_a_tombstone(lively):
    before, found = quote_ids(lively), planned(lively)
    with unit_of_work(lively, write=False) as session:
        quote = metadata.tables["quote"]
        rows = session.rows(select(quote).where(quote.c.quote_id.in_(found.quotes)))
        digests = {row.quote_id: content_id(row_text(row)) for row in rows}
        payloads = rows_of(session, "SELECT payload_sha, name, size, feed, received_at FROM raw_payload ORDER BY 1")
    done = applied(lively, found.plan_id)

    assert done == found
    assert quote_ids(lively) == before - set(found.quotes)
    with unit_of_work(lively, write=False) as session:
        stones = rows_of(session, "SELECT * FROM dropped_quote")
        assert {row["quote_id"]: row["digest"] for row in stones} == digests == dict(found.quotes)
        assert {row["plan_id"] for row in stones} == {found.plan_id}
        emptied = rows_of(session, "SELECT payload_sha FROM raw_payload WHERE length(compressed) = 0")
        assert {row["payload_sha"] for row in emptied} == set(found.payloads)
        assert (
            rows_of(session, "SELECT payload_sha, name, size, feed, received_at FROM raw_payload ORDER BY 1")
            == payloads
        )
        listed = retention.applied(session)
        with pytest.raises(NotFound, match=f"were dropped by plan {found.plan_id} on 2026-06-01: the disk is full"):
            captures.payload(session, next(iter(found.payloads)))
        told = events.since(session, chain=SYSTEM_CHAIN, after=0)[-1]
        assert events.broken_links(session, chain=SYSTEM_CHAIN) == []
    assert [(item.plan_id, item.quotes, item.payloads, item.actor) for item in listed] == [
        (found.plan_id, len(found.quotes), len(found.payloads), "somebody")
    ]
    assert (told.name, told.body["plan_id"], told.body["why"]) == (
        "RetentionApplied", found.plan_id, "the disk is full",
    )  # fmt: skip
    assert planned(lively).is_empty


def test_what_a_pick_rests_on_verifies_afterwards(lively):
    with unit_of_work(lively, write=False) as session:
        runs = [row["run_id"] for row in rows_of(session, "SELECT DISTINCT run_id FROM pick ORDER BY 1")][:3]
        before = record.record_hash(session, tenant_id=TENANT, leagues=("nba",))
        sums = cells.read(session, tenant_id=TENANT)
    applied(lively, planned(lively).plan_id)

    assert runs
    assert all(verify_run(a_desk(lively), run_id).identical for run_id in runs)
    with unit_of_work(lively, write=False) as session:
        assert record.record_hash(session, tenant_id=TENANT, leagues=("nba",)) == before
        assert cells.read(session, tenant_id=TENANT) == sums
        for row in rows_of(
            session, "SELECT s.payload_sha FROM pick p JOIN snapshot s ON s.snapshot_id = p.snapshot_id"
        ):
            assert captures.payload(session, row["payload_sha"]).content


def test_as_of_answers_at_open_close_publication_and_half_hours_are_unchanged(lively):
    def answers():
        with unit_of_work(lively, write=False) as session:
            event_id, start = without_a_pick(session)
            picked = rows_of(
                session,
                """
                SELECT p.event_id, u.published_at, p.proposed_at, v.starts_at FROM pick p
                JOIN publication u ON u.pick_id = p.pick_id JOIN event_version v ON v.event_id = p.event_id""",
            )
            asked = {(row["event_id"], instant(row[name])) for row in picked
                     for name in ("published_at", "proposed_at", "starts_at")}  # fmt: skip
            asked |= {(event_id, start - timedelta(minutes=30 * step)) for step in range(10)}
            asked.add((event_id, start - timedelta(hours=4)))
            found = {}
            for name, moment in asked:
                rows = of_events(session, [name], as_of=moment)
                found[name, moment] = {row.series: (row.quote_id, row.price) for row in rows}
            return found

    before = answers()
    found = applied(lively, planned(lively).plan_id)

    assert len(found.quotes) > MINUTES
    assert answers() == before


def test_the_market_of_a_published_pick_stays_whole_from_publication_to_the_start_and_closes_as_before(lively):
    with unit_of_work(lively) as session:
        (picked, *_) = rows_of(
            session,
            """
            SELECT p.event_id, p.market_key, p.line_quarters, p.book, u.published_at, v.starts_at FROM pick p
            JOIN publication u ON u.pick_id = p.pick_id JOIN event_version v ON v.event_id = p.event_id
            WHERE p.line_quarters IS NOT NULL ORDER BY p.pick_id""",
        )
        event_id, published, start = picked["event_id"], instant(picked["published_at"]), instant(picked["starts_at"])
        move_every_minute(
            session, event_id, first=published - timedelta(hours=3), minutes=420, market=market(picked["market_key"]),
            line=picked["line_quarters"],
        )  # fmt: skip

    def seen():
        with unit_of_work(lively, write=False) as session:
            other, _ = without_a_pick(session)
            rows = of_events(session, [event_id], as_of=start)
            after = [row for row in rows if row.market.key == picked["market_key"] and row.received_at >= published]
            closes = [closing_line(session, name, None, book, tenant_id=TENANT, as_of=NOW)
                      for name in (event_id, other) for book in (BOOK, picked["book"])]  # fmt: skip
            return after, closes

    before = seen()
    found = applied(lively, planned(lively).plan_id)

    assert len(before[0]) > 240
    assert found.quotes_kept["AFTER_PUBLICATION"].count > 200
    assert found.quotes_dropped["THINNED"].count > 300
    assert seen() == before


def test_the_market_of_a_bet_stays_whole_from_its_placing_to_the_start(lively):
    with unit_of_work(lively) as session:
        event_id, start = without_a_pick(session)
        placed_at = start - timedelta(minutes=90)
        bet = a_bet(Selection(event_id, MONEYLINE, Side.HOME), book=BOOK, placed_at=placed_at)
        bets.add(session, [bet], tenant_id=TENANT, actor="ann", at=placed_at)

    def seen():
        with unit_of_work(lively, write=False) as session:
            rows = of_events(session, [event_id], as_of=start)
            return [row for row in rows if row.market == MONEYLINE and row.received_at >= placed_at]

    before = seen()
    found = applied(lively, planned(lively).plan_id)

    assert len(before) > 80
    assert found.quotes_dropped["THINNED"].count > 80
    assert seen() == before


# ------------------------------------------------------------------------------------------------- what is refused


def test_a_plan_that_no_longer_matches_the_record_is_refused(lively):
    found, before = planned(lively), quote_ids(lively)
    with unit_of_work(lively) as session:
        event_id, start = without_a_pick(session)
        move_every_minute(session, event_id, first=start - timedelta(hours=4), minutes=40, start=MINUTES)
    with pytest.raises(Refused, match="plan must be what the record leads to now"):
        applied(lively, found.plan_id)

    assert before < quote_ids(lively)


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"policy": replace(POLICY, quote_minutes=60)}, Refused, "plan must be what the record leads to now"),
        ({"at": NOW - timedelta(days=1)}, Refused, "plan must be of today or before"),
        ({"why": "  "}, BadInput, "why must say why"),
        ({"plan_id": "everything"}, BadInput, "plan must be named as `closeline retention plan` names it"),
        ({"plan_id": "2026-06-01-0123456789abcdef"}, Refused, "closeline retention plan --at 2026-06-01"),
    ],
)
def test_what_is_not_the_shown_plan_is_refused(lively, change, error, says):
    before = quote_ids(lively)
    with pytest.raises(error, match=says):
        applied(lively, **({"plan_id": planned(lively).plan_id} | change))

    assert quote_ids(lively) == before


def test_no_plan_is_applied_twice(lively):
    found = planned(lively)
    applied(lively, found.plan_id)
    with pytest.raises(Refused, match="plan must not be applied twice"):
        applied(lively, found.plan_id)
    with pytest.raises(Refused, match="plan must drop something"):
        applied(lively, planned(lively).plan_id)


# ------------------------------------------------------------------------------------------------------- the door

STRAY = [
    "DELETE FROM quote WHERE quote_id = (SELECT max(quote_id) FROM quote)",
    "DELETE FROM quote",
    "UPDATE quote SET price_text = '+100'",
    "UPDATE raw_payload SET compressed = ''",
    "UPDATE raw_payload SET name = 'other'",
    "DELETE FROM raw_payload",
    "DELETE FROM dropped_quote",
    "UPDATE dropped_payload SET stored_size = 0",
    "DELETE FROM retention_plan",
]


@pytest.mark.parametrize("statement", STRAY)
def test_a_stray_statement_is_refused_before_and_after_a_plan(lively, statement):
    if "UPDATE raw_payload SET compressed" in statement and lively.dialect.name == "sqlite":
        statement = "UPDATE raw_payload SET compressed = x''"
    before_any = "dropped" not in statement and "retention" not in statement
    if before_any:
        with pytest.raises(AppendOnlyViolation), unit_of_work(lively) as session:
            session.execute(text(statement))
    applied(lively, planned(lively).plan_id)
    with pytest.raises(AppendOnlyViolation), unit_of_work(lively) as session:
        session.execute(text(statement))


def a_tombstone(session, table, **row):
    columns = {"plan_id": "p", "day": "2026-06-01", "policy": "{}", "summary": "{}", "actor": "a", "why": "w",
               "applied_at": 1}  # fmt: skip
    session.append(metadata.tables["retention_plan"], tuple(columns), [tuple(columns.values())])
    session.append(metadata.tables[table], tuple(row), [tuple(row.values())])


def test_a_payload_that_is_named_may_lose_its_bytes_and_nothing_else(lively):
    with unit_of_work(lively) as session:
        sha = next(iter(planned_in(session).payloads))
        a_tombstone(session, "dropped_payload", payload_sha=sha, plan_id="p", stored_size=1)
    empty = "x''" if lively.dialect.name == "sqlite" else "''"
    for change in ("compressed = compressed", "name = 'other'", f"compressed = {empty}, name = 'other'",
                   f"compressed = {empty}, size = 0"):  # fmt: skip
        with pytest.raises(AppendOnlyViolation), unit_of_work(lively) as session:
            session.execute(text(f"UPDATE raw_payload SET {change} WHERE payload_sha = :sha"), {"sha": sha})
    with unit_of_work(lively) as session:
        session.execute(text(f"UPDATE raw_payload SET compressed = {empty} WHERE payload_sha = :sha"), {"sha": sha})
        with pytest.raises(NotFound, match="dropped by plan p"):
            captures.payload(session, sha)


def planned_in(session):
    return retention.plan(session, POLICY, DAY)


def test_even_a_tombstone_does_not_let_a_referenced_quote_go(lively):
    with unit_of_work(lively) as session:
        held = number(session, "SELECT min(quote_id) FROM pick")
        a_tombstone(session, "dropped_quote", quote_id=held, plan_id="p", digest="d")
    with pytest.raises(CloselineError), unit_of_work(lively) as session:
        session.execute(text(f"DELETE FROM quote WHERE quote_id = {held}"))

    assert held in quote_ids(lively)


def test_bytes_that_are_gone_without_a_plan_are_a_fault(lively):
    """A planted fault: an owner of the database empties a payload past its guards."""
    with unit_of_work(lively, write=False) as session:
        sha = next(iter(planned_in(session).payloads))
    drop_guards(lively, "raw_payload")
    empty = "x''" if lively.dialect.name == "sqlite" else "''"
    with lively.begin() as connection:
        connection.execute(text(f"UPDATE raw_payload SET compressed = {empty} WHERE payload_sha = '{sha}'"))
    with unit_of_work(lively, write=False) as session, pytest.raises(CorruptRecord, match="no plan dropped them"):
        captures.payload(session, sha)


def test_the_newest_number_is_never_given_twice(lively):
    applied(lively, planned(lively).plan_id)
    with unit_of_work(lively) as session:
        newest = number(session, "SELECT max(quote_id) FROM quote")
        event_id, start = without_a_pick(session)
        move_every_minute(session, event_id, first=start - timedelta(hours=4), minutes=3, start=MINUTES)
        added = {row["quote_id"] for row in rows_of(session, "SELECT quote_id FROM quote WHERE book = :b", b=BOOK)}
        buried = {row["quote_id"] for row in rows_of(session, "SELECT quote_id FROM dropped_quote")}

    assert max(added) > newest
    assert not added & buried
