"""`closeline clv`: one pick against its close, a report by segment, and the coverage of a record."""

import json
from pathlib import Path

import numpy as np
import pytest

from closeline.store.session import unit_of_work
from tests.builders.changes import START, a_change, a_table, an_event_row
from tests.builders.records import opened, rows_of
from tests.cli.running import answer, closeline, fault

TRACKS = """
    SELECT t.*, p.market_key, p.event_id, p.tier, p.book FROM line_track t JOIN pick p ON p.pick_id = t.pick_id
    WHERE t.track_version = (SELECT max(o.track_version) FROM line_track o WHERE o.pick_id = t.pick_id)"""


@pytest.fixture
def pick_id(played: str) -> str:
    return str(answer("picks", "list", "--limit", 1, "--db", played)["picks"][0]["pick_id"])


def raw(url):
    with opened(url) as engine, unit_of_work(engine, write=False) as session:
        return rows_of(session, TRACKS)


def test_a_pick_shows_its_close_and_every_figure(played: str, pick_id: str) -> None:
    found = answer("clv", "show", pick_id, "--db", played)
    row = next(row for row in raw(played) if row["pick_id"] == pick_id)

    for name in ("clv_ev", "clv_ev_low", "clv_ev_high", "clv_prob", "q_close", "close_price", "quality", "start_basis"):
        assert found[name] == row[name], name
    assert (found["close_age_minutes"], found["track_version"]) == (5.0, 1)
    assert found["clv_ev_low"] <= found["clv_ev"] <= found["clv_ev_high"]
    said = closeline("clv", "show", pick_id, "--db", played).output
    assert "close: TICKET_BOOK, archive" in said
    assert "5.0 minutes before the start" in said


def test_a_pick_that_does_not_exist_is_said_in_one_line(played: str) -> None:
    code, line = fault("clv", "show", "nobody", "--db", played)

    assert (code, "nobody" in line) == (2, True)


@pytest.mark.parametrize("by", ["league,market", "market,tier", "book,hours,quality", "league"])
def test_a_report_equals_a_count_of_the_raw_rows(played: str, by: str) -> None:
    found = answer("clv", "report", "--by", by, "--db", played)
    rows = raw(played)
    known = [row["clv_ev"] for row in rows if row["clv_ev"] is not None]
    total = found["total"]["figures"]

    assert (total["n"], total["n_missing"]) == (len(known), len(rows) - len(known))
    assert total["mean"] == pytest.approx(np.mean(known))
    assert total["median"] == pytest.approx(np.median(known))
    assert total["t"] == pytest.approx(np.mean(known) / (np.std(known, ddof=1) / np.sqrt(len(known))))
    assert total["low"] < total["mean"] < total["high"]
    assert total["events"] == len({row["event_id"] for row in rows if row["clv_ev"] is not None})
    assert total["share_positive"] + total["share_zero"] + total["share_negative"] == pytest.approx(1.0)
    assert sum(item["figures"]["n"] for item in found["segments"]) == len(known)
    assert [tuple(item["keys"]) for item in found["segments"]] == [tuple(by.split(","))] * len(found["segments"])


def test_segments_by_market_hold_their_own_picks(played: str) -> None:
    found = answer("clv", "report", "--by", "market", "--db", played)
    rows = raw(played)

    for item in found["segments"]:
        own = [
            row["clv_ev"] for row in rows if row["market_key"] == item["keys"]["market"] and row["clv_ev"] is not None
        ]
        assert item["figures"]["mean"] == pytest.approx(np.mean(own))


def test_a_report_as_of_a_day_knows_nothing_later(played: str) -> None:
    early = answer("clv", "report", "--as-of", "2023-11-10", "--db", played)
    never = answer("clv", "report", "--as-of", "2020-01-01", "--db", played)

    assert 0 < early["total"]["figures"]["n"] < len(raw(played))
    assert (never["segments"], never["total"]["figures"]["n"], never["total"]["figures"]["mean"]) == ([], 0, None)
    assert "no pick has met its close" in closeline("clv", "report", "--as-of", "2020-01-01", "--db", played).output


@pytest.mark.parametrize("by", ["colour", "league,league", "market,colour", "", " , "])
def test_an_unknown_segment_is_said_in_one_line(played: str, by: str) -> None:
    code, line = fault("clv", "report", "--by", by, "--db", played)

    assert (code, "--by must be some of league,market,tier,book,hours,quality" in line) == (2, True)


def test_shares_of_a_report_are_percents_like_its_means(played: str) -> None:
    total = answer("clv", "report", "--db", played)["total"]["figures"]
    said = closeline("clv", "report", "--db", played).output

    assert f"{100 * total['share_positive']:.1f}" in said
    assert "beat close %" in said
    assert f"{total['share_positive']:.3f}" not in said


@pytest.mark.parametrize(
    ("text", "shown"),
    [("100", "+100"), ("+100", "+100"), ("-110", "-110"), ("1.91", "1.91"), ("5/2", "5/2"), (None, None)],
)
def test_american_odds_without_a_sign_are_shown_with_one(text: str | None, shown: str | None) -> None:
    from closeline.cli.ending.clv import _price

    assert _price(text) == shown


def test_coverage_of_a_book_that_was_never_seen_names_those_that_were(record: str, tmp_path: Path) -> None:
    empty = fault("clv", "coverage", "--league", "nfl", "--book", "nosuch", "--db", record)
    closeline("import", *a_recording(tmp_path), "--db", record)
    code, line = fault("clv", "coverage", "--league", "nfl", "--book", "nosuch", "--db", record)

    assert code == empty[0] == 2
    assert "'nosuch' had none; it has draftkings, pinnacle" in line
    assert "it has no price of that league" in empty[1]


def a_recording(folder: Path) -> list[Path]:
    """Write a table with a reference book that closes, and one book that was last seen an hour before the start."""
    rows = [
        a_change(26 * 60, point=-3.0), a_change(60, point=-3.5),
        a_change(26 * 60, bookmaker="pinnacle", point=-3.0), a_change(4, bookmaker="pinnacle", point=-4.5),
        a_change(26 * 60, market="totals", point=44.5), a_change(-20, market="totals", point=30.5),
    ]  # fmt: skip
    tables = {"nfl_2025.parquet": a_table(*rows), "nfl_2025_events.parquet": a_table(an_event_row())}
    for name, payload in tables.items():
        (folder / name).write_bytes(payload.content)
    return [folder / name for name in tables]


def test_a_recording_is_imported_and_its_coverage_is_told(record: str, tmp_path: Path) -> None:
    imported = answer("import", *a_recording(tmp_path), "--db", record)
    found = answer("clv", "coverage", "--league", "nfl", "--db", record)

    assert (imported["received"], imported["accepted"]) == (12, 10)
    assert imported["quarantined"] == {"IN_PLAY": 2}
    assert (found["hypothetical"], found["events"], found["tickets"]) == (True, 1, 6)
    by_market = {row["market_key"]: row for row in found["rows"]}
    assert by_market["SPREAD:FULL_GAME"]["qualities"] == {"REFERENCE": 4}
    assert by_market["TOTAL:FULL_GAME"]["missing"] == {"STALE": 2}
    assert by_market["TOTAL:FULL_GAME"]["figures"]["n"] == 0
    with opened(record) as engine, unit_of_work(engine, write=False) as session:
        assert rows_of(session, "SELECT * FROM pick") == rows_of(session, "SELECT * FROM line_track") == []


def test_coverage_can_be_asked_of_one_book_and_of_another_hour(record: str, tmp_path: Path) -> None:
    closeline("import", *a_recording(tmp_path), "--db", record)
    own = answer("clv", "coverage", "--league", "nfl", "--book", "pinnacle", "--db", record)
    late = answer("clv", "coverage", "--league", "nfl", "--hours", "0.5", "--db", record)
    early = answer("clv", "coverage", "--league", "nfl", "--hours", "200", "--db", record)

    assert (own["tickets"], own["book"]) == (2, "pinnacle")
    assert (late["tickets"], early["tickets"], early["events_without_quotes"]) == (6, 0, 1)
    said = closeline("clv", "coverage", "--league", "nfl", "--db", record).output
    assert "Hypothetical" in said
    assert "upper bound" in said


def test_what_the_closes_were_is_told_of_any_event(record: str, tmp_path: Path) -> None:
    from closeline.jobs.closing import closing_line, odds_snapshots

    closeline("import", *a_recording(tmp_path), "--db", record)
    event = "nfl_packers_bears_2025_10_12"
    later = START.replace(year=2026)
    with opened(record) as engine, unit_of_work(engine, write=False) as session:
        found = closing_line(session, event, "SPREAD:FULL_GAME", "draftkings", tenant_id="default", as_of=later)
        every = odds_snapshots(session, event, as_of=later)
        some = odds_snapshots(session, event, "SPREAD:FULL_GAME", "pinnacle", as_of=later)
        before = odds_snapshots(session, event, as_of=START.replace(hour=10))

    assert [(close.side, close.line, close.book, close.age_minutes) for close in found.closes] == [
        ("HOME", -4.5, "pinnacle", 4.0), ("AWAY", 4.5, "pinnacle", 4.0)
    ]  # fmt: skip
    assert [close.fair for close in found.closes] == pytest.approx([0.5, 0.5])
    assert (found.start_basis, found.starts_at) == ("SCHEDULED", START)
    assert (len(every.snapshots), len(some.snapshots), len(before.snapshots)) == (10, 4, 6)
    assert json.loads(some.model_dump_json())["snapshots"][0]["line"] == -3.0
