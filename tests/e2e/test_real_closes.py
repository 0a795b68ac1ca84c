"""Real price changes of many books through the database: every ticket's close and value equal a brute force over the file.

Some events of each league, all their books, main markets and sides; skipped where the files are not.
"""

import io
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from closeline.domain.feeds.captures import RawPayload
from closeline.domain.leagues import League
from closeline.domain.markets import MONEYLINE, SPREAD, TOTAL
from closeline.flow.review.hypothetical import hypothetical
from closeline.flow.review.shapes import shapes_of
from closeline.jobs.importing import import_archive
from closeline.jobs.shelf import Archive
from closeline.maths.clv.tilted import IntegerMass
from closeline.providers.catalog import recognise
from closeline.store import models, quotes, references
from closeline.store.session import unit_of_work
from tests import databases
from tests.builders import brute_closes
from tests.builders.desks import a_desk
from tests.builders.records import TENANT, make_seeded, opened
from tests.shared_data import shared_data

NOW = datetime(2026, 10, 1, tzinfo=UTC)
EVENTS = 24
BEFORE = timedelta(hours=24)
FILES = {League.NFL: "nfl_2025", League.NCAAF: "ncaaf_2025", League.MLB: "mlb_2026"}
MARKETS = {"h2h": MONEYLINE, "spreads": SPREAD, "totals": TOTAL}


def some_of(league):
    """Give the rows of some events, spread over the season: those whose start was moved late among them."""
    (path,) = shared_data(f"odds_series/{FILES[league]}.parquet")
    frame = pl.read_parquet(path)
    moved = frame.filter(pl.col("snapshot_time").is_between(
        pl.min_horizontal("commence_time", "commence_time_final"),
        pl.max_horizontal("commence_time", "commence_time_final"), closed="left",
    ))["event_id"].unique().sort().to_list()  # fmt: skip
    every = frame["event_id"].unique().sort().to_list()
    chosen = {*moved[:6], *every[:: max(1, len(every) // EVENTS)]}
    return frame.filter(pl.col("event_id").is_in(sorted(chosen)))


def kept(engine, league, frame):
    held = io.BytesIO()
    frame.write_parquet(held)
    payload = RawPayload(f"{FILES[league]}.parquet", held.getvalue(), NOW)
    feed = recognise(payload)
    return import_archive(a_desk(engine, now=NOW), Archive(payload, feed.name, feed.parse(payload)))


@pytest.fixture(params=list(FILES), ids=str)
def recorded(request, sqlite):
    """Give a league, some rows of its file, and an engine on a record that has taken them in."""
    league = request.param
    frame = some_of(league)
    with databases.dropped_after(sqlite, sqlite.copy_of("seeded", make_seeded)) as url, opened(url) as engine:
        assert kept(engine, league, frame).capture.accepted > 0
        yield league, frame, engine


def brute_scores(session, league, market):
    if league is League.MLB:
        shape = shapes_of(session, league, tenant_id=TENANT, at=NOW).of("", MARKETS[market])
        assert isinstance(shape, IntegerMass)
        first, last = shape.support
        return brute_closes.Scores(pl.int_range(first, last + 1, eager=True).to_numpy(), shape.mass, "tilted")
    text = models.latest(session, league=league, kind=models.DISTRIBUTION, as_of=NOW)[1]
    return brute_closes.Scores.of_json(text, "total" if market == "totals" else "margin")


def brute_answers(session, league, frame):
    """Answer every ticket from the file alone, by (provider's event, market, side, book)."""
    before = frame.filter(~pl.col("in_play") & (pl.col("snapshot_time") < pl.col("commence_time_final")))
    groups = defaultdict(list)
    for row in before.iter_rows(named=True):
        groups[row["event_id"], row["market"]].append(row)
    scores = {market: brute_scores(session, league, market) for market in MARKETS}
    found = {}
    for (event, market), rows in groups.items():
        start = rows[0]["commence_time_final"]
        for side in MARKETS[market].sides:
            turned = brute_closes.sided(rows, side)
            for book in sorted({row.book for row in turned}):
                standing = [row for row in turned if row.book == book and row.at <= start - BEFORE]
                if standing:
                    ticket = standing[-1]
                    found[event, market, str(side), book] = (
                        ticket,
                        brute_closes.answer(league, market, side, ticket, turned, start, scores[market]),
                    )
    return found


def test_every_tickets_close_and_value_equal_brute_force(recorded):
    league, frame, engine = recorded
    with unit_of_work(engine, write=False) as session:
        names = references.events_by_alias(
            session, provider="the_odds_api", names=frame["event_id"].unique().sort().to_list()
        )
        expected = brute_answers(session, league, frame)
        found = hypothetical(session, tenant_id=TENANT, league=league, before=BEFORE, book=None, as_of=NOW)
    keys = {market.key: name for name, market in MARKETS.items()}
    events = {ours: theirs for theirs, ours in names.items()}
    tickets = {
        (events[item.ticket.selection.event_id], keys[item.ticket.selection.market.key], str(item.ticket.selection.side),
         item.ticket.book): item
        for item in found.valued
    }  # fmt: skip

    assert set(tickets) == set(expected)
    assert len(tickets) > 500
    for key, (ticket, answer) in expected.items():
        item = tickets[key]
        assert item.ticket.price.decimal == pytest.approx(ticket.price, abs=1e-12), key
        assert (str(item.close.quality), item.close.book) == (answer.quality, answer.book), key
        if answer.ev is None:
            assert item.figures is None
            continue
        # A row that repeats the one before it is a sight of the same price, not another price.
        assert (item.close.seen_until, item.close.consensus_books) == (answer.at, answer.books), key
        assert (item.close.line_quarters or 0) / 4 == (answer.line or 0), key
        assert item.figures is not None, key
        got = (item.figures.ev, item.figures.ev_low, item.figures.ev_high)
        assert got == pytest.approx((answer.ev, answer.low, answer.high), abs=2e-7), key
    assert Counter(str(item.close.quality) for item in found.valued).keys() >= {"REFERENCE", "CONSENSUS", "MISSING"}


def test_no_close_stood_at_or_after_the_start_nor_longer_than_the_limit_before_it(recorded):
    league, _, engine = recorded
    with unit_of_work(engine, write=False) as session:
        found = hypothetical(session, tenant_id=TENANT, league=league, before=BEFORE, book=None, as_of=NOW)

    closes = [item for item in found.valued if not item.close.missing]
    assert closes
    for item in closes:
        start = found.starts[item.ticket.selection.event_id].at
        assert item.close.captured_at is not None
        assert item.close.seen_until is not None
        assert item.close.captured_at < start
        assert start - item.close.seen_until <= timedelta(minutes=30)


def test_what_was_known_at_any_moment_is_what_the_recording_says_of_it(recorded):
    league, frame, engine = recorded
    moments = frame["snapshot_time"].unique().sort()
    with unit_of_work(engine, write=False) as session:
        names = references.events_by_alias(
            session, provider="the_odds_api", names=frame["event_id"].unique().sort().to_list()
        )
        for moment in moments.gather_every(max(1, len(moments) // 7)).to_list():
            seen = frame.filter(pl.col("snapshot_time") <= moment).sort("snapshot_time")
            latest = quotes.latest(quotes.of_events(session, sorted(names.values()), as_of=moment))
            got = {
                (item.event_id, item.book, item.market.key, str(item.side)): (item.line_quarters, item.price.decimal)
                for item in latest.values()
            }
            assert got == _as_recorded(seen, names), (league, moment)
            known = references.versions(session, sorted(names.values()), as_of=moment)
            starts = {
                names[row["event_id"]]: row["commence_time"]
                for row in seen.unique("event_id", keep="last", maintain_order=True).iter_rows(named=True)
            }
            before = {name: starts[name] for name in {key[0] for key in got}}
            assert {name: known[name].starts_at for name in before} == before


def _as_recorded(seen, names):
    before = seen.filter(~pl.col("in_play") & (pl.col("snapshot_time") < pl.col("commence_time_final")))
    last = before.unique(["event_id", "bookmaker", "market"], keep="last", maintain_order=True)
    found = {}
    for row in last.iter_rows(named=True):
        market = MARKETS[row["market"]]
        prices = (row["price_home_or_over"], row["price_away_or_under"])
        for side, price in zip(market.sides, prices, strict=True):
            line = None if row["point"] is None else round(row["point"] * 4)
            mirrored = -line if line is not None and str(side) == "AWAY" else line
            exact = brute_closes.decimal(price)
            found[names[row["event_id"]], row["bookmaker"], market.key, str(side)] = (mirrored, pytest.approx(exact))
    return found


def test_the_same_file_a_second_time_adds_nothing(recorded):
    league, frame, engine = recorded
    again = kept(engine, league, frame).capture

    assert again.accepted == 0
    assert again.unchanged + sum(again.quarantined.values()) == again.received
