"""Review: a pick meets the last whole quote before the start, or a reason why there is none."""

# mypy: disable-error-code="arg-type, union-attr, operator"

from datetime import timedelta

import numpy as np
import pytest

from closeline.domain.clock import instant
from closeline.domain.feeds.captures import Phase
from closeline.domain.markets import MONEYLINE, SPREAD, TOTAL
from closeline.domain.odds import OddsFormat, Price, default_method
from closeline.flow import review
from closeline.maths.devig import devig
from closeline.maths.distributions import pmf, read_pair
from closeline.store import models
from closeline.store.desk import grades, picks
from closeline.store.session import unit_of_work
from tests.builders.moments import CLOSES, ENDS, HOUR, MINUTE, OPENS, START
from tests.builders.payloads import a_payload, an_event, both_sides, three_markets
from tests.builders.records import TENANT, rows_of, take_in
from tests.builders.stories import NBA


def look(session, at=ENDS):
    told = review.review(session, tenant_id=TENANT, league=NBA, snapshot_id="s", at=at)
    return told, grades.league_tracks(session, tenant_id=TENANT, league="nba")


def made(session):
    return {item.pick_id: item for item in picks.every(session, tenant_id=TENANT, league="nba")}


def closing(session, *, at=CLOSES, spread=-18, total=880, moneyline=("-185", "+165"), phase=Phase.CLOSE, event=None):
    take_in(
        session,
        a_payload(
            event or an_event(), *three_markets(at=at, phase=phase, spread=spread, total=total, moneyline=moneyline)
        ),
        at=at,
        phase=phase,
    )


def test_the_close_is_the_last_whole_quote_before_the_start(published):
    with unit_of_work(published) as session:
        closing(session, at=CLOSES - 20 * MINUTE, spread=-26)
        closing(session)
        told, tracks = look(session)
        items = made(session)

    assert told.tracked == len(items) == len(tracks) > 0
    for name, track in tracks.items():
        side = items[name].selection.side
        expected = (
            {"HOME": -18, "AWAY": 18, "OVER": 880, "UNDER": 880}[side]
            if items[name].selection.market != MONEYLINE
            else None
        )
        assert track.close_line_quarters == expected
        assert (track.quality, track.missing_reason) == ("TICKET_BOOK", None)


def test_a_price_fetched_after_the_start_is_never_the_close(published):
    with unit_of_work(published) as session:
        closing(session)
        closing(session, at=START, spread=-40, total=1000, moneyline=("-900", "+650"), phase=Phase.LIVE)
        closing(session, at=START + HOUR, spread=-60, total=1100, moneyline=("-2000", "+1200"), phase=Phase.LIVE)
        _, tracks = look(session)

    assert {abs(track.close_line_quarters) for track in tracks.values() if track.close_line_quarters} <= {18, 880}


@pytest.mark.parametrize(
    ("closes", "reason"),
    [
        ((), "STALE"),
        ((three_markets(at=START + MINUTE, spread=-20, total=880, moneyline=("-200", "+180")),), "STALE"),
    ],
    ids=["nothing after the open", "only a price in play"],
)
def test_a_missing_close_has_its_reason_and_no_value(published, closes, reason):
    with unit_of_work(published) as session:
        for quotes in closes:
            at = quotes[0].received_at
            take_in(session, a_payload(*quotes), at=at, phase=Phase.LIVE)
        told, tracks = look(session)

    assert (told.tracked, told.missing) == (0, len(tracks))
    for track in tracks.values():
        assert (track.missing_reason, track.quality) == (reason, "MISSING")
        assert (track.q_close, track.clv_prob, track.clv_ev, track.clv_points, track.beat_close, track.close_price) == (
            None,
        ) * 6


@pytest.mark.parametrize("side", [0, 1])
def test_one_side_alone_at_the_close_is_no_close_with_the_other_sides_opening_price(published, side):
    late = [
        both_sides(market=market, line=line, prices=("-115", "-117"), at=CLOSES, phase=Phase.CLOSE)[side]
        for market, line in ((SPREAD, -14), (TOTAL, 900), (MONEYLINE, None))
    ]
    with unit_of_work(published) as session:
        take_in(session, a_payload(*late), at=CLOSES, phase=Phase.CLOSE)
        _, tracks = look(session)

    assert {track.close_price for track in tracks.values()} == {None}


def test_an_underround_market_is_no_close(published):
    with unit_of_work(published) as session:
        closing(session, at=CLOSES - MINUTE)
        take_in(
            session, a_payload(*both_sides(line=-30, prices=("+110", "+110"), at=CLOSES)), at=CLOSES, phase=Phase.CLOSE
        )
        _, tracks = look(session)
        items = made(session)

    of_spread = [track for name, track in tracks.items() if items[name].selection.market == SPREAD]
    assert of_spread
    assert {abs(track.close_line_quarters) for track in of_spread} == {18}


def test_an_unchanged_price_that_was_seen_until_the_start_is_a_fresh_close(published):
    with unit_of_work(published) as session:
        take_in(session, a_payload(*three_markets(at=CLOSES, phase=Phase.CLOSE)), at=CLOSES, phase=Phase.CLOSE)
        told, tracks = look(session)

    assert told.missing == 0
    assert {track.clv_points for track in tracks.values()} == {0.0}


def test_a_game_that_has_not_started_is_left_alone(published):
    with unit_of_work(published) as session:
        closing(session)
        assert look(session, START - MINUTE)[1] == {}
        assert look(session, START)[1] != {}


def test_a_second_look_changes_nothing(published):
    with unit_of_work(published) as session:
        closing(session)
        _, first = look(session)
        told, second = look(session, ENDS + HOUR)

    assert (told.tracked, told.missing) == (0, 0)
    assert first == second


def test_a_moved_start_moves_the_close(published):
    with unit_of_work(published) as session:
        later = an_event(starts_at=START + 2 * HOUR)
        at = START + HOUR
        take_in(
            session,
            a_payload(later, *three_markets(at=at, spread=-22, total=860, moneyline=("-220", "+190"))),
            at=at,
            phase=Phase.CLOSE,
        )
        closing(
            session, at=START + 2 * HOUR - 5 * MINUTE, spread=-24, total=856, moneyline=("-230", "+200"), event=later
        )
        _, tracks = look(session, START + 8 * HOUR)

    assert {abs(track.close_line_quarters) for track in tracks.values() if track.close_line_quarters} <= {24, 856}


def fair_at(distribution, close_line, close_fair, line, side):
    """Find by bisection the mean whose mass agrees with the close, and read the ticket's line from it: brute force."""
    values = distribution.values()

    def win_lose(mean, at):
        mass = pmf(distribution, [mean])[0]
        margin = values if side in ("HOME", "OVER") else -values
        threshold = -at if side in ("HOME", "AWAY") else at if side == "OVER" else -at
        return mass[margin > threshold].sum(), mass[margin < threshold].sum()

    low, high = float(values[0]) * 0.6, float(values[-1]) * 0.9
    low = max(low, float(values[0]) + 1)
    rising = side in ("HOME", "OVER")
    for _ in range(80):
        middle = (low + high) / 2
        win, lose = win_lose(middle, close_line)
        if bool(win / (win + lose) < close_fair) is rising:
            low = middle
        else:
            high = middle
    win, lose = win_lose((low + high) / 2, line)
    return win / (win + lose), win, lose


@pytest.mark.parametrize(
    "shift", [(-18, 880, ("-185", "+165")), (-10, 920, ("-140", "+120")), (-16, 892, ("-170", "+150"))]
)
def test_the_closing_line_value_at_the_picks_own_line_equals_brute_force(published, shift):
    spread, total, moneyline = shift
    with unit_of_work(published) as session:
        closing(session, spread=spread, total=total, moneyline=moneyline)
        _, tracks = look(session)
        items = made(session)
        margin, totals = read_pair(models.latest(session, league="nba", kind=models.DISTRIBUTION, as_of=ENDS)[1])

    assert len(tracks) >= 2
    for name, track in tracks.items():
        item = items[name]
        selection = item.selection
        pair = [
            Price.quoted(text, OddsFormat.AMERICAN).exact for text in (track.close_price, track.close_price_opposite)
        ]
        fair = devig(pair, default_method("nba", selection.market.type)).probabilities[0]
        distribution = totals if selection.market == TOTAL else margin
        q, win, lose = fair_at(
            distribution,
            (track.close_line_quarters or 0) / 4,
            fair,
            (selection.line_quarters or 0) / 4,
            str(selection.side),
        )
        assert track.q_close == pytest.approx(q, abs=2e-4)
        assert track.clv_prob == pytest.approx(track.q_close - item.q_market, abs=1e-9)
        assert track.clv_ev == pytest.approx(win * (item.price.decimal - 1) - lose, abs=1e-3)
        assert track.predicted_clv == item.predicted_clv


def test_at_the_same_line_the_value_is_the_move_of_the_fair_price(published):
    with unit_of_work(published) as session:
        take_in(
            session,
            a_payload(*both_sides(prices=("-125", "+105"), at=CLOSES, phase=Phase.CLOSE)),
            at=CLOSES,
            phase=Phase.CLOSE,
        )
        _, tracks = look(session)
        items = made(session)

    (track,) = [track for name, track in tracks.items() if items[name].selection.market == SPREAD]
    home = devig([1 + 100 / 125, 2.05], default_method("nba", "SPREAD")).probabilities[0]
    expected = (
        home
        if next(item for item in items.values() if item.selection.market == SPREAD).selection.side == "HOME"
        else 1 - home
    )
    assert track.q_close == pytest.approx(expected, abs=1e-9)


def test_open_and_best_come_from_the_picks_own_book(published):
    with unit_of_work(published) as session:
        closing(session, at=OPENS + HOUR, spread=-8, total=910)
        closing(session)
        _, tracks = look(session)
        items = made(session)

    for name, track in tracks.items():
        if items[name].selection.market == SPREAD:
            home = items[name].selection.side == "HOME"
            assert track.open_line_quarters == (-14 if home else 14)
            assert track.best_line_quarters == (-8 if home else 18)


def test_every_track_of_a_season_says_either_a_close_or_a_reason(played):
    with unit_of_work(played, write=False) as session:
        tracks = grades.league_tracks(session, tenant_id=TENANT, league="nba").values()
        starts = {
            row["event_id"]: instant(row["starts_at"])
            for row in rows_of(session, "SELECT event_id, starts_at FROM event_version")
        }
        rows = rows_of(
            session,
            "SELECT t.pick_id, p.event_id, s.received_at FROM line_track t JOIN pick p ON p.pick_id = t.pick_id JOIN snapshot s ON s.snapshot_id = t.close_snapshot_id",
        )

    assert all((track.clv_prob is None) == (track.missing_reason is not None) for track in tracks)
    assert all(np.isfinite(track.clv_prob) for track in tracks if track.clv_prob is not None)
    assert rows
    assert starts[rows[0]["event_id"]] > instant(rows[0]["received_at"]) or rows[0]["received_at"]


def test_a_close_of_another_reference_book_goes_before_the_tickets_own(published):
    with unit_of_work(published) as session:
        closing(session)
        sharp = a_payload(
            *three_markets(at=CLOSES - timedelta(minutes=2), book="pinnacle", phase=Phase.CLOSE, spread=-20, total=870)
        )
        take_in(session, sharp, at=CLOSES, phase=Phase.CLOSE)
        _, tracks = look(session)

    assert {abs(track.close_line_quarters) for track in tracks.values() if track.close_line_quarters} <= {20, 870}
