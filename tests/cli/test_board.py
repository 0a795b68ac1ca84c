"""`closeline board`: prices, worth and age from the record, for people and for machines."""

from dataclasses import replace
from datetime import timedelta

import pytest

from closeline.cli.live import board as command
from closeline.cli.live.board_text import age_text, say_changes
from closeline.domain.board import Board
from closeline.domain.board.changes import changes
from closeline.domain.board.health import BoardHealth
from closeline.domain.feeds.captures import Phase
from closeline.domain.markets import MONEYLINE
from closeline.store.quotes import opinions
from closeline.store.session import unit_of_work
from tests.builders.moments import MINUTE, OPENS
from tests.builders.payloads import GAME, a_payload, both_sides, three_markets
from tests.builders.records import opened, take_in
from tests.builders.shown_boards import a_row
from tests.cli.running import answer, closeline, fault

AT = (OPENS + MINUTE).isoformat()


@pytest.fixture
def priced(record):
    """Give a record in which a sharp book and another priced a game a minute before `AT`; the other pays too much."""
    sharp = three_markets(book="pinnacle", phase=Phase.LIVE, moneyline=("-110", "-110"))
    dear = both_sides(market=MONEYLINE, prices=("+115", "-125"), book="betmgm", phase=Phase.LIVE)
    with opened(record) as engine, unit_of_work(engine) as session:
        take_in(session, a_payload(*sharp, *dear, provider="the_odds_api", archive=False), phase=Phase.LIVE)
    return record


def test_the_board_is_shown_with_worth_age_and_zone(priced):
    shown = closeline("board", "--db", priced, "--at", AT)

    assert shown.exit_code == 0, shown.output
    assert "board of 2023-11-15 15:01:00 UTC: 8 of 8 prices, 1 event" in shown.stdout
    assert "starts (UTC)" in shown.stdout
    assert "60 s" in shown.stdout
    assert "NO_CONSENSUS" in shown.stdout
    assert "SYNTHETIC" not in shown.stdout


def test_value_is_asked_for_in_per_cent(priced):
    found = answer("board", "--db", priced, "--at", AT, "--min-ev", 2)

    assert [(row["book"], row["side"], round(row["ev"], 4)) for row in found["rows"]] == [("betmgm", "HOME", 0.075)]
    assert (found["total"], found["synthetic"]) == (1, False)
    assert answer("board", "--db", priced, "--at", AT, "--min-ev", 8)["rows"] == []


@pytest.mark.parametrize(("words", "rows"), [
    (("--league", "nba"), 8),
    (("--league", "nfl"), 0),
    (("--market", "moneyline"), 4),
    (("--market", "SPREAD:FULL_GAME"), 2),
    (("--book", "betmgm"), 2),
    (("--event", GAME), 8),
    (("--event", "another"), 0),
    (("--best", "--market", "MONEYLINE"), 2),
])  # fmt: skip
def test_what_is_shown_can_be_narrowed(priced, words, rows):
    assert len(answer("board", "--db", priced, "--at", AT, *words)["rows"]) == rows


def test_arbitrage_is_shown_with_the_age_of_each_leg(priced):
    shown = closeline("board", "--db", priced, "--at", AT, "--arbs")

    assert "ARBITRAGE" in shown.stdout
    assert "at betmgm (60 s old)" in shown.stdout
    assert "Prices" not in shown.stdout


def test_made_up_games_are_labelled(record):
    payload = a_payload(*three_markets(phase=Phase.LIVE), provider="the_odds_api", archive=False)
    with opened(record) as engine, unit_of_work(engine) as session:
        take_in(session, payload, phase=Phase.LIVE, content=b'{"title": "NBA (SYNTHETIC)"}')

    assert "SYNTHETIC: these games and prices are made up" in closeline("board", "--db", record, "--at", AT).stdout
    assert answer("board", "--db", record, "--at", AT)["synthetic"] is True


def test_a_limit_holds_for_machines_too_and_the_total_counts_all(priced):
    found = answer("board", "--db", priced, "--at", AT, "--limit", 3)

    assert (len(found["rows"]), found["total"]) == (3, 8)
    assert len(answer("board", "--db", priced, "--at", AT, "--limit", 0)["rows"]) == 8


def test_a_record_with_nothing_ahead_says_so(record):
    assert "no event is coming up" in closeline("board", "--db", record).stdout
    assert answer("board", "--db", record)["version"] == 0


@pytest.mark.parametrize(("words", "line"), [
    (("--market", "GOALS"), "market must be like SPREAD or SPREAD:FULL_GAME, was 'GOALS'"),
    (("--at", "2023-11-15T15:00"), "time must carry its zone, such as 2026-01-11T18:00Z, was '2023-11-15T15:00'"),
    (("--at", "soon"), "time must carry its zone, such as 2026-01-11T18:00Z, was 'soon'"),
    (("--watch", "--json"), "--watch must go without --json and --at"),
])  # fmt: skip
def test_what_cannot_be_asked_is_said_in_one_line(record, words, line):
    code, said = fault("board", "--db", record, *words)

    assert code == 2
    assert line in said


def test_watching_prints_what_changes_until_it_is_stopped(priced, monkeypatch):
    moments = iter([OPENS + MINUTE, OPENS + MINUTE * 2, OPENS + MINUTE * 3])
    looks = []

    def nap(seconds):
        looks.append(seconds)
        if len(looks) == 1:
            moved = both_sides(
                market=MONEYLINE, prices=("+105", "-115"), at=OPENS + MINUTE * 2, book="betmgm", phase=Phase.LIVE
            )
            with opened(priced) as engine, unit_of_work(engine) as session:
                take_in(
                    session,
                    a_payload(*moved, provider="the_odds_api", archive=False),
                    at=OPENS + MINUTE * 2,
                    phase=Phase.LIVE,
                )
        if len(looks) == 3:
            raise KeyboardInterrupt

    looked_at = command._looked_at
    monkeypatch.setattr(command, "sleep", nap)
    monkeypatch.setattr(command, "_looked_at", lambda desk, _: looked_at(desk, next(moments)))
    shown = closeline("board", "--db", priced, "--watch", "--every", 2)

    assert shown.exit_code == 0, shown.output
    assert looks == [2.0, 2.0, 2.0]
    assert shown.stdout.count("board of") == 1
    assert shown.stdout.count("New and changed") == 1
    assert "105" in shown.stdout.partition("New and changed")[2]


@pytest.mark.parametrize(
    ("seconds", "text"), [(-5, "0 s"), (119, "119 s"), (120, "2 min"), (7200, "2 h"), (180_000, "2 d")]
)
def test_an_age_is_told_in_its_largest_unit(seconds, text):
    assert age_text(seconds) == text


def test_the_status_tells_how_the_board_does(record):
    assert answer("status", "--db", record)["board"] is None
    health = BoardHealth(
        version=7, made_at=OPENS, rows=8, shelf_faults=3, shelf_reason="ConnectionError", last_fault="ConnectionError",
        waiting=5, waiting_since=OPENS - timedelta(minutes=1), batch_rows=64,
    )  # fmt: skip
    with opened(record) as engine, unit_of_work(engine) as session:
        opinions.keep_health(session, health, at=OPENS)
    shown = closeline("status", "--db", record).stdout

    assert "board 7 of 2023-11-15 15:00:00 UTC" in shown
    assert "the shelf failed 3 times (now: ConnectionError)" in shown
    assert "5 opinions wait for the record since 2023-11-15 14:59:00 UTC" in shown
    assert answer("status", "--db", record)["board"]["version"] == 7


def test_watching_is_silent_where_only_figures_behind_what_is_printed_are_different(capsys):
    row = a_row(ev=0.0301)
    before = Board(1, OPENS, (), (row,), ())
    for ev, printed in ((0.0302, ""), (0.05, "New and changed")):
        after = Board(2, OPENS + MINUTE, (), (replace(row, ev=ev),), ())
        say_changes(changes(before, after), before, after, arbs=False)
        assert printed in (told := capsys.readouterr().out)
        assert bool(told) is bool(printed)
