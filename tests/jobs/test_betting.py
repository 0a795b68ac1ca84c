"""The ledger of whoever stakes: written down once, read back to the same, settled, and added up; SYNTHETIC bets."""

# mypy: disable-error-code="operator, union-attr, misc"

import csv
import io
import math
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import polars as pl
import pytest
from sqlalchemy import text

from closeline.domain.errors import AppendOnlyViolation, BadInput, NotFound, UnknownFormat
from closeline.domain.feeds.captures import Phase
from closeline.domain.leagues import League, league_day
from closeline.domain.money.bets import BetState
from closeline.domain.money.ledger import FlowKind
from closeline.domain.settlement.outcomes import grading, void
from closeline.jobs.recording import betting
from closeline.jobs.recording.betting import NewBet
from closeline.jobs.recording.betting.bankrolls import NewFlow
from closeline.jobs.recording.betting.files import guarded, rejects_text, unguarded
from closeline.jobs.recording.betting.reporting import Knowledge, ledger_report
from closeline.store.desk import bets, picks
from closeline.store.session import unit_of_work
from closeline.store.tables import metadata
from tests.builders.bets import UNIT, a_bet, on_player, on_spread, placed, settled
from tests.builders.desks import a_desk
from tests.builders.moments import DAY, ENDS, HOUR, OPENS, START
from tests.builders.payloads import GAME, a_payload, a_result, an_event, three_markets
from tests.builders.props import a_box, add_boxes, with_players
from tests.builders.records import TENANT, take_in, take_in_and_price

NOW = ENDS + 200 * HOUR
SPREAD_NAME = on_spread().selection_id
HEADER = "placed_at,selection,book,price,stake,external_id,note\n"


@pytest.fixture
def desk(rated):
    """Give a desk on a record with one game that is priced and not over, and three that are."""
    with unit_of_work(rated) as session:
        take_in_and_price(session, a_payload(*three_markets()))
    return a_desk(rated, now=OPENS + 3 * HOUR, reads=False)


def at(desk, moment):
    return a_desk(desk.engine, now=moment, reads=False)


def end(desk, score=(110, 104)):
    with unit_of_work(desk.engine) as session:
        take_in(session, a_payload(a_result(score=score, at=ENDS)), at=ENDS, phase=Phase.RESULT)


def new(**other):
    terms = {
        "book": "book_a", "price": "-110", "stake": "1", "placed_at": OPENS + HOUR, "selection": SPREAD_NAME,
    }  # fmt: skip
    return NewBet(**(terms | other))  # type: ignore[arg-type]


def add(desk, **other):
    return betting.add_bet(desk, new(**other), actor="ann")


def listed(desk, **asked):
    with unit_of_work(desk.engine, write=False) as session:
        return betting.ledger_list(session, tenant_id=TENANT, at=desk.clock(), **asked)


def export(desk, **asked):
    with unit_of_work(desk.engine, write=False) as session:
        return betting.exported(session, tenant_id=TENANT, at=desk.clock(), **asked)[0]


def reported(desk, **asked):
    with unit_of_work(desk.engine, write=False) as session:
        return betting.report(session, tenant_id=TENANT, at=desk.clock(), **asked).ledgers


def take(desk, content, name="bets.csv"):
    return betting.import_bets(desk, content.encode(), name=name, actor="ann")


# ------------------------------------------------------------------------------------------------- writing


def test_the_same_bet_counts_once_and_an_equal_one_needs_a_name_of_its_own(desk):
    first, again = add(desk), add(desk, note="said twice")
    other = add(desk, external_id="2")

    assert (first.added, again.added, other.added) == (True, False, True)
    assert first.bet.bet_id == again.bet.bet_id != other.bet.bet_id
    assert listed(desk).total == 2
    assert first.bet.state == BetState.OPEN


def test_a_bet_after_a_pick_has_its_own_line_and_price(published):
    desk = a_desk(published, now=OPENS + 3 * HOUR, reads=False)
    with unit_of_work(published, write=False) as session:
        pick = picks.every(session, tenant_id=TENANT, league="nba")[0]
    kept = add(desk, selection=None, pick_id=pick.pick_id, line="-1.5" if pick.selection.line_quarters else None)

    assert kept.bet.pick_id == pick.pick_id
    assert kept.bet.event_id == pick.selection.event_id
    with pytest.raises(BadInput, match="must be on its event, market and side"):
        add(desk, selection=pick.selection.opposite().selection_id, pick_id=pick.pick_id)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"selection": "nba_a_b_2023_11_15/MONEYLINE/HOME"}, "event must be in the record"),
        ({"selection": on_player(player="nba_9").selection_id}, "player must be known"),
        ({"placed_at": OPENS + 9 * HOUR}, "must not be later than now"),
        ({"pick_id": "nosuch"}, "pick must be in the record"),
        ({"price": "-50"}, "American odds must be"), ({"price": "1.9x"}, "odds must be"),
        ({"stake": "0.0000001"}, "decimals"), ({"stake": "-1"}, "plain number"), ({"line": "0.3"}, "line must be"),
        ({"selection": None}, "must name its selection"), ({"note": "two\nlines"}, "note must be"),
        ({"selection": f"{GAME}/TOTAL:1P/OVER/50"}, "can be settled"),
    ],
)  # fmt: skip
def test_what_the_record_does_not_know_is_refused_in_one_line(desk, wrong, said):
    with pytest.raises(BadInput, match=said) as fault:
        add(desk, **wrong)

    assert "\n" not in str(fault.value)
    assert listed(desk).total == 0


@pytest.mark.parametrize(
    ("selection", "pick_id"),
    [
        (f"{GAME}\0/SPREAD/HOME/-3.5", ""), (f"{GAME}/PLAYER_PRA/nba_1\0/OVER/27.5", ""), (SPREAD_NAME, "a\0b"),
        (f"{GAME}/PLAYER_PRA/nba_\u202e1/OVER/27.5", ""),
    ],
)  # fmt: skip
def test_a_row_with_what_nobody_can_read_is_left_out_alone(desk, selection, pick_id):
    good = f"{(OPENS + HOUR).isoformat()},{SPREAD_NAME},book_a,-110,1,"
    found = take(desk, f"{HEADER.replace(',external_id,note', ',pick_id')}{good}\n"
                 f"{good.replace(SPREAD_NAME, selection)}{pick_id}\n")  # fmt: skip

    assert (found.added, [row.reason for row in found.rejected]) == (1, ["UNREADABLE"])


def seen_with(desk, team, day, *, at, player="3"):
    with unit_of_work(desk.engine) as session:
        add_boxes(
            session, [a_box(player, game=f"{team}{day}", day=day)._replace(team=team, opponent="nba_hawks")], at=at
        )


def test_a_bet_on_a_player_of_neither_team_is_refused_until_he_is_seen_with_one_of_them(desk):
    name = on_player(player="nba_3").selection_id
    with_players(desk.engine, rookie_games=0)
    seen_with(desk, "nba_knicks", DAY - timedelta(days=1), at=OPENS)
    with pytest.raises(BadInput, match=r"must be of nba_celtics or nba_heat, 'nba_3' played for nba_knicks; if he has"):
        add(desk, selection=name)
    rejected = take(desk, f"{HEADER}{(OPENS + HOUR).isoformat()},{name},book_a,-110,1,,\n").rejected
    # His first game for the Heat, two days on, is read: he had been traded, or the bet was on the wrong man before.
    seen_with(desk, "nba_heat", DAY + timedelta(days=2), at=ENDS + 60 * HOUR)

    assert [row.reason for row in rejected] == ["OTHER_TEAM"]
    assert add(at(desk, NOW), selection=name).added


def test_a_bet_on_a_player_who_played_elsewhere_on_that_day_is_refused_whatever_he_did_before(desk):
    with_players(desk.engine)
    seen_with(desk, "nba_knicks", DAY, at=ENDS, player="1")

    with pytest.raises(BadInput, match="played for nba_knicks"):
        add(at(desk, NOW), selection=on_player().selection_id)


def test_nothing_is_said_of_a_player_of_whom_no_game_is_known_around_the_day(desk):
    with_players(desk.engine, rookie_games=0)
    seen_with(desk, "nba_knicks", DAY - timedelta(days=301), at=OPENS)

    assert add(desk, selection=on_player(player="nba_3").selection_id).added


def test_a_bet_that_was_placed_when_the_game_was_over_is_refused(desk):
    end(desk)
    late = at(desk, NOW)

    with pytest.raises(BadInput, match="before its game has ended"):
        add(late, placed_at=ENDS + HOUR)
    assert add(late).added


def test_an_external_id_names_one_bet_at_a_book(desk):
    add(desk, external_id="7")

    with pytest.raises(BadInput, match="external_id must name one bet"):
        add(desk, external_id="7", stake="2")
    assert add(desk, external_id="7", stake="2", book="book_b").added
    # The database refuses it too, whoever asks it past the check.
    with pytest.raises(AppendOnlyViolation), unit_of_work(desk.engine) as session:
        session.append(metadata.tables["bet"], *_row_with(session, external_id="7"))


def _row_with(session, **other):
    (row,) = session.execute(text("SELECT * FROM bet WHERE book = 'book_a'")).mappings().all()
    fields = dict(row) | {"bet_id": "another"} | other
    return tuple(fields), [tuple(fields.values())]


# ------------------------------------------------------------------------------------------------- settling


def test_a_person_voids_a_bet_and_no_result_changes_it(desk):
    name = add(desk).bet.bet_id
    off = betting.void_bet(desk, name, why="stake refunded", actor="bo")
    end(desk)
    after = betting.settle_ledger(at(desk, ENDS), actor="ann")

    assert (off.state, off.profit, off.reason, off.by_hand) == ("VOID", "0", "stake refunded", True)
    assert (after.settled, after.held) == ([], [])
    with pytest.raises(BadInput, match="closed by hand"):
        betting.void_bet(desk, name, why="again", actor="bo")
    with pytest.raises(NotFound, match="bet must be in the ledger"):
        betting.void_bet(desk, "nosuch", why="x", actor="bo")


def test_a_dead_heat_pays_its_share_and_stays(desk):
    name = add(desk, price="+300", stake="2").bet.bet_id
    paid = betting.settle_dead_heat(desk, name, places=1, tied=2, why="tied for first", actor="bo")
    end(desk)
    betting.settle_ledger(at(desk, ENDS), actor="ann")
    (now,) = listed(at(desk, NOW)).bets

    assert (paid.result, paid.profit) == ("WIN", "2")  # 2 x (4 x 1/2 - 1)
    assert now == paid
    with pytest.raises(BadInput, match="dead heat must"):
        betting.settle_dead_heat(desk, name, places=2, tied=2, why="x", actor="bo")


def test_settling_says_what_is_held_and_why_and_a_life_shows_each_step(desk):
    name = add(desk).bet.bet_id
    before = betting.settle_ledger(desk, actor="ann")
    end(desk)
    after = betting.settle_ledger(at(desk, ENDS), actor="ann")
    with unit_of_work(desk.engine, write=False) as session:
        life = betting.life_of(session, name, tenant_id=TENANT, at=NOW)

    assert (before.reasons, len(before.settled)) == ({"NO_REPORT": 1}, 0)
    assert [item.result for item in after.settled] == ["WIN"]
    assert [step.kind for step in life.steps] == ["PLACED", "SETTLED"]
    assert life.steps[1].rules == "settlement-v1"
    assert life.close is not None


# ---------------------------------------------------------------------------------------------------- files


def test_what_is_exported_is_imported_to_the_same_bets_and_exported_to_the_same_bytes(desk):
    add(desk, external_id="=cmd|' /C calc'!A0", note="@home, \"quoted\" 'x'")
    add(desk, external_id="'=1", note="+1 unit", stake="0.000001")
    add(desk, price="2.45", price_format="DECIMAL", denomination="USD", stake="25.5")
    add(desk, price="EVENS", price_format="FRACTIONAL", denomination="JPY", stake="25", external_id="-")
    written = export(desk)
    with unit_of_work(desk.engine) as session:
        session.execute(text("INSERT INTO tenant SELECT 'guest', 'Guest', status, created_at FROM tenant"))
    guest = replace(desk, tenant_id="guest")
    there, here = take(guest, written), take(desk, written)
    with unit_of_work(guest.engine, write=False) as session:
        again = betting.exported(session, tenant_id="guest", at=guest.clock())[0]

    assert (there.added, there.known, there.rejected) == (4, 0, [])
    assert (here.added, here.known, here.rejected) == (0, 4, [])
    assert again == written
    cells = [cell for row in csv.reader(io.StringIO(written)) for cell in row]
    assert not any(cell[:1] in ("=", "@") for cell in cells)
    assert all(Fraction(cell) for cell in cells if cell[:1] in ("+", "-"))


def test_an_export_with_results_is_read_back_to_bets_and_not_to_results(desk):
    add(desk)
    end(desk)
    late = at(desk, ENDS)
    betting.settle_ledger(late, actor="ann")
    full = export(late, results=True)
    forged = full.replace("SETTLED,WIN", "SETTLED,LOSS").replace("0.909091", "-1")

    assert "SETTLED,WIN,1,0.909091" in full
    assert take(late, forged).known == 1
    assert listed(late).bets[0].profit == "0.909091"


def test_rows_that_are_no_bets_go_aside_with_their_reasons_and_nothing_is_lost(desk):
    good = f"2023-11-15T17:00:00+00:00,{SPREAD_NAME},book_a,-110,1,a,fine\n"
    bad = [
        f"2023-11-15T17:00:00,{SPREAD_NAME},book_a,-110,1,,no zone",
        f"2023-11-15T17:00:00Z,{SPREAD_NAME},book_a,-99,1,,no price",
        f"2023-11-15T17:00:00Z,{SPREAD_NAME},book_a,-110,1.0000001,,too fine a stake",
        "2023-11-15T17:00:00Z,nba_x_y_2023_11_15/MONEYLINE/HOME,book_a,-110,1,,=1+1",
        f"2023-11-15T17:00:00Z,{SPREAD_NAME},book_a,-110,1",
        f"2023-11-15T17:00:00Z,{SPREAD_NAME},book_a,-110,2,a,the same number for another bet",
        f"2030-11-15T17:00:00Z,{SPREAD_NAME},book_a,-110,1,,not yet",
        "2023-11-15T17:00:00Z,,book_a,-110,1,,no selection",
    ]
    found = take(desk, HEADER + good + "\n".join(bad) + "\n\n" + good)
    aside = list(csv.DictReader(io.StringIO(rejects_text(found))))

    assert (found.rows, found.added, found.known, len(found.rejected)) == (10, 1, 1, 8)
    assert [item.reason for item in found.rejected] == [
        "UNREADABLE", "UNREADABLE", "UNREADABLE", "UNKNOWN_EVENT", "UNREADABLE", "EXTERNAL_ID_TAKEN",
        "PLACED_IN_THE_FUTURE", "UNREADABLE",
    ]  # fmt: skip
    assert [item.row for item in found.rejected] == [3, 4, 5, 6, 7, 8, 9, 10]
    assert aside[3]["note"] == "'=1+1"
    assert [",".join(item.cells) for item in found.rejected] == bad


def test_a_mended_file_of_rejects_is_imported_as_it_is(desk):
    found = take(desk, HEADER + f"2023-11-15T17:00:00Z,{SPREAD_NAME},book_a,-99,1,,=note\n")
    mended = rejects_text(found).replace("-99,1", "-109,1")

    assert take(desk, mended).added == 1
    assert listed(desk).bets[0].note == "=note"


@pytest.mark.parametrize(
    "content",
    ["", "a,b\n", HEADER.replace("stake", "stak"), HEADER.replace("note", "book"), HEADER + '"open', "\x00"],
)
def test_what_is_no_file_of_bets_is_refused_whole(desk, content):
    with pytest.raises(UnknownFormat) as fault:
        take(desk, content)

    assert "\n" not in str(fault.value)


def test_what_is_no_text_is_refused(desk):
    with pytest.raises(UnknownFormat, match="UTF-8"):
        betting.import_bets(desk, b"\xff\xfe", name="x", actor="ann")


@pytest.mark.parametrize(
    "cell", ["=1", "'=1", "''@x", "-110", "+150", "-1-1", "plain", "'quoted'", "\tx", "", "+", "@"]
)
def test_a_guarded_cell_is_no_formula_and_comes_back(cell):
    assert unguarded(guarded(cell)) == cell
    assert guarded(cell)[:1] not in ("=", "@", "\t")
    assert guarded(cell) in ("-110", "+150") or guarded(cell)[:1] not in ("+", "-")


# ------------------------------------------------------------------------------------------------- bankroll


def test_what_is_paid_in_and_out_is_no_profit(desk):
    flows = [
        NewFlow(FlowKind.SET, "100", "UNITS", OPENS), NewFlow(FlowKind.DEPOSIT, "50", "UNITS", OPENS),
        NewFlow(FlowKind.DEPOSIT, "50", "UNITS", OPENS), NewFlow(FlowKind.WITHDRAWAL, "20.5", "UNITS", OPENS),
    ]  # fmt: skip
    told = [betting.move_bankroll(desk, flow, actor="ann").added for flow in flows]
    add(desk)
    with unit_of_work(desk.engine, write=False) as session:
        (found,) = betting.bankrolls(session, tenant_id=TENANT, at=desk.clock())

    assert told == [True, True, False, True]
    assert (found.starting, found.deposits, found.withdrawals) == ("100", "50", "20.5")
    assert (found.balance, found.profit, found.at_stake, found.roc) == ("129.5", "0", "1", 0.0)


@pytest.mark.parametrize(
    ("flow", "said"),
    [
        (NewFlow(FlowKind.SET, "5", "UNITS"), "must be set once"),
        (NewFlow(FlowKind.DEPOSIT, "5", "USD"), "must be set first"),
        (NewFlow(FlowKind.WITHDRAWAL, "99.5", "UNITS"), "not at stake, 99 UNITS"),
        (NewFlow(FlowKind.DEPOSIT, "0", "UNITS"), "above 0"),
        (NewFlow(FlowKind.DEPOSIT, "1", "UNITS", NOW), "not be later than now"),
    ],
)
def test_a_bankroll_is_set_once_and_never_overdrawn(desk, flow, said):
    betting.move_bankroll(desk, NewFlow(FlowKind.SET, "100", "UNITS", OPENS), actor="ann")
    add(desk)

    with pytest.raises(BadInput, match=said):
        betting.move_bankroll(desk, flow, actor="ann")


# --------------------------------------------------------------------------------------------------- report


def season(desk, days=6):
    """Play games on some of the coming days, bet on each, and settle all of it: SYNTHETIC."""
    drawn = np.random.default_rng(4)
    prices, terms = ("-110", "+150", "-250", "+300"), []
    for number in range(days):
        day = DAY + timedelta(days=1 + number + number // 2)
        starts = START + (day - DAY)
        game = an_event(f"s{number}", day=day, starts_at=starts)
        score = (100 + int(drawn.integers(-20, 20)), 100)
        with unit_of_work(desk.engine) as session:
            quoted = three_markets(f"s{number}", at=starts - 9 * HOUR)
            take_in_and_price(session, a_payload(game, *quoted), at=starts - 9 * HOUR)
            closes = three_markets(f"s{number}", at=starts - HOUR / 12, phase=Phase.CLOSE, book="pinnacle")
            take_in_and_price(session, a_payload(game, *closes), at=starts - HOUR / 12, phase=Phase.CLOSE)
            ends = starts + 4 * HOUR
            take_in(session, a_payload(game, a_result(f"s{number}", score, at=ends)), at=ends, phase=Phase.RESULT)
        event = f"nba_heat_celtics_{day:%Y_%m_%d}"
        for turn in range(3):
            line = int(drawn.integers(-40, 40))
            terms.append((event, starts, score, line, prices[(number + turn) % 4], int(drawn.integers(1, 9)) * UNIT))
    late = at(desk, NOW)
    with unit_of_work(desk.engine) as session:
        bets.add(session, [
            a_bet(on_spread(line, event=event), price=price, stake=stake, placed_at=starts - 5 * HOUR, external_id=str(n))
            for n, (event, starts, _, line, price, stake) in enumerate(terms)
        ], tenant_id=TENANT, actor="ann", at=NOW)  # fmt: skip
    betting.settle_ledger(late, actor="ann")
    return late, terms


def by_hand(terms):
    """Settle by the words of a ticket, in whole and half stakes, and give (day, stake, profit) of each."""
    found = []
    for _, starts, (home, away), line, price, stake in terms:
        points = int(price)
        net = Fraction(points, 100) if points > 0 else Fraction(100, -points)
        past = max(-2, min(2, 4 * (home - away) + line))
        profit = Fraction(past, 2) * stake * (net if past > 0 else 1)
        whole = int(abs(profit) + Fraction(1, 2))
        found.append((league_day(starts), stake, whole if profit >= 0 else -whole))
    return found


def test_a_report_is_what_brute_force_says(desk):
    late, terms = season(desk)
    for kind, amount in ((FlowKind.SET, "100"), (FlowKind.DEPOSIT, "40")):
        betting.move_bankroll(late, NewFlow(kind, amount, "UNITS", OPENS), actor="ann")
    (found,) = reported(late)
    told = by_hand(terms)
    turnover, profit = sum(stake for _, stake, _ in told), sum(gain for _, _, gain in told)
    by_day: dict[date, int] = defaultdict(int)
    for day, _, gain in told:
        by_day[day] += gain

    assert (found.settled, found.voids, found.open) == (len(terms), 0, 0)
    assert (Fraction(found.turnover), Fraction(found.profit)) == (Fraction(turnover, UNIT), Fraction(profit, UNIT))
    assert found.roi.value == float(Fraction(profit, turnover))
    assert Fraction(found.bankroll.balance) == 140 + Fraction(profit, UNIT)
    assert found.bankroll.roc == pytest.approx(profit / UNIT / 100)
    returns = pl.Series([gain / stake for _, stake, gain in told])
    assert found.sharpe_per_bet.ratio == pytest.approx(returns.mean() / returns.std())
    assert found.sharpe_per_bet.t == pytest.approx(returns.mean() / returns.std() * math.sqrt(len(told)))
    first, last = min(by_day), max(by_day)
    held, daily, path = 140 * UNIT, [], [0]
    for number in range((last - first).days + 1):
        gain = by_day.get(first + timedelta(days=number), 0)
        daily.append(gain / held)
        held += gain
        path.append(path[-1] + gain)
    straight = pl.Series(daily)
    assert found.sharpe_annualised.n == len(daily) > len(by_day)  # idle days are in it
    assert found.sharpe_annualised.ratio == pytest.approx(straight.mean() / straight.std() * math.sqrt(365))
    falls = [path[i] - path[j] for i in range(len(path)) for j in range(i, len(path))]
    shares = [(path[i] - path[j]) / (140 * UNIT + path[i]) for i in range(len(path)) for j in range(i, len(path))]
    assert Fraction(found.drawdown.depth) == Fraction(max(falls), UNIT)
    assert found.drawdown.fraction == pytest.approx(max(shares))
    assert found.growth.log_growth == pytest.approx(math.log(held / (140 * UNIT)))
    assert found.growth.per_bet == pytest.approx(math.log(held / (140 * UNIT)) / len(told))
    assert found.growth.per_year is None  # of eight days nothing is said per year
    assert any("8 days say nothing of a year" in note for note in found.notes)


def test_a_report_shows_n_intervals_seed_and_what_it_does_not_say(desk):
    late, terms = season(desk)
    (found,), (again,) = reported(late), reported(late)

    assert found == again
    assert found.roi.low < found.roi.value < found.roi.high
    assert found.roi.events == 6
    assert found.drawdown.expected_low <= found.drawdown.expected <= found.drawdown.expected_high
    assert (found.bankroll, found.sharpe_annualised, found.growth, found.drawdown.fraction) == (None,) * 4
    assert any("past results" in note and "promise nothing" in note for note in found.notes)
    assert any("settled bets are few" in note for note in found.notes)
    assert any("no bankroll" in note for note in found.notes)
    kinds = {(item.kind, item.name): item for item in found.cohorts}
    assert kinds["league", "nba"].settled == kinds["market", "SPREAD:FULL_GAME"].settled == len(terms)
    assert kinds["book", "book_a"].profit == found.profit
    # The same bets under another heading have the same interval.
    assert kinds["book", "book_a"].roi == kinds["league", "nba"].roi == found.roi


def test_the_line_of_the_closes_is_at_the_bets_own_prices(desk):
    late, terms = season(desk)
    (found,) = reported(late)
    with unit_of_work(late.engine, write=False) as session:
        values = {
            item.bet.bet_id: betting.life_of(session, item.bet.bet_id, tenant_id=TENANT, at=NOW).close.clv_ev
            for item in bets.standings(session, tenant_id=TENANT, as_of=NOW)
        }
        stakes = {item.bet.bet_id: item.bet.stake for item in bets.standings(session, tenant_id=TENANT, as_of=NOW)}

    assert (found.close.n, found.close.without) == (len(terms), 0)
    assert found.close.expected == pytest.approx(sum(values[name] * stakes[name] / UNIT for name in values))
    assert found.close.mean_clv_ev == pytest.approx(np.mean(list(values.values())))
    assert reported(late, close=False)[0].close.n == 0


def test_what_picks_promised_stands_beside_what_came(published):
    desk = a_desk(published, now=OPENS + 3 * HOUR, reads=False)
    with unit_of_work(published, write=False) as session:
        pick = next(
            item for item in picks.every(session, tenant_id=TENANT, league="nba")
            if (item.selection.line_quarters or 0) % 2 == 0
        )  # fmt: skip
        push = session.scalar(
            text("SELECT p_push FROM prediction WHERE prediction_id = :name"), {"name": pick.prediction_id}
        )
    add(desk, selection=None, pick_id=pick.pick_id, price="+120", stake="3")
    add(desk)  # after no pick: nobody gave it a chance
    end(desk)
    late = at(desk, ENDS)
    betting.settle_ledger(late, actor="ann")
    (found,) = reported(late)
    p_win = pick.p_final * (1 - push)
    mean = p_win * 1.2 - (1 - p_win - push)
    variance = p_win * 1.44 + (1 - p_win - push) - mean**2

    assert (found.model.n, found.model.without) == (1, 1)
    assert found.model.expected == pytest.approx(3 * mean)
    assert found.model.z == pytest.approx((found.model.realised - 3 * mean) / math.sqrt(9 * variance))


def test_bets_on_a_player_that_ended_just_as_promised_are_no_distance_from_it_with_the_nights_he_sat_out():
    """SYNTHETIC: he plays every other night, 2 of 50 land on the line, and 30 of the other 48 win at even odds."""
    plays, push, p_win = 0.5, 0.04, 30 / 48
    came = [void("DNP")] * 50 + [grading(0, Fraction(2))] * 2
    came += [grading(2, Fraction(2))] * 30 + [grading(-2, Fraction(2))] * 18
    held = [a_bet(on_player(), price="+100", external_id=f"{number}") for number in range(len(came))]
    every = [settled(placed(bet), graded) for bet, graded in zip(held, came, strict=True)]
    chances = {bet.bet_id: (p_win, 1 - plays * (1 - push)) for bet in held[1:]}
    found = ledger_report(every, (), Knowledge(chances, {})).model
    without = ledger_report(every, (), Knowledge({}, {})).model

    assert found.realised == 12.0
    assert found.expected == pytest.approx(12.0, abs=0.2)  # but for the one night of which nobody gave a chance
    assert (found.n, found.without) == (99, 0)
    assert (without.n, without.without) == (0, 50)


def test_unlike_denominations_have_reports_of_their_own(desk):
    add(desk)
    add(desk, denomination="USD", stake="25")
    both, one = reported(desk), reported(desk, denomination="USD")

    assert [item.denomination for item in both] == ["UNITS", "USD"]
    assert [item.at_stake for item in both] == ["1", "25.00"]
    assert one == both[1:]
    assert reported(desk, denomination="EUR") == []


def test_the_ledger_of_one_tenant_is_nobody_elses(desk):
    add(desk)
    with unit_of_work(desk.engine, write=False) as session:
        others = bets.standings(session, tenant_id="guest", as_of=NOW)

    assert others == []
    assert listed(desk, state=BetState.OPEN, league=League.NBA, book="book_a").total == 1
    assert listed(desk, league=League.NFL).total == listed(desk, book="book_b").total == 0
