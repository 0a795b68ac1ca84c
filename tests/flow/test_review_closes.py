"""The close is chosen by rule and by the actual start; the consensus is computed, and every figure has its band."""

# mypy: disable-error-code="arg-type, union-attr, operator"

import json
import math
from dataclasses import replace
from datetime import timedelta

import pytest

from closeline.domain.feeds.captures import GameFacts, Phase
from closeline.domain.leagues import League
from closeline.domain.markets import MONEYLINE, SPREAD
from closeline.domain.odds import DevigMethod, OddsFormat, Price
from closeline.domain.picks import closing as rules
from closeline.domain.picks.closing import CLOSE_SNAPSHOT_MISSING, CLV_V1, rules_of
from closeline.flow import review
from closeline.maths.devig import devig
from closeline.store import models
from closeline.store.desk import alerts, grades, picks
from closeline.store.session import unit_of_work
from tests.builders.injuries import STAR, plant_report, plant_values
from tests.builders.moments import CLOSES, ENDS, HOUR, MINUTE, OPENS, START
from tests.builders.payloads import a_payload, a_result, an_event, both_sides, three_markets
from tests.builders.records import TENANT, rows_of, take_in
from tests.builders.stories import NBA, published_game


def look(session, at=ENDS):
    review.review(session, tenant_id=TENANT, league=NBA, snapshot_id="s", at=at)
    return grades.league_tracks(session, tenant_id=TENANT, league="nba")


def of_spread(session, tracks):
    made = {item.pick_id: item for item in picks.every(session, tenant_id=TENANT, league="nba")}
    return [(made[name], track) for name, track in tracks.items() if made[name].selection.market == SPREAD]


def shown(session, *, at, spread=-18, book="archive", phase=Phase.LIVE, prices=("-110", "-110")):
    take_in(
        session, a_payload(*both_sides(line=spread, prices=prices, at=at, book=book, phase=phase)), at=at, phase=phase
    )


def began(session, started_at, *, at=ENDS):
    """Tell when the game really began, with its result."""
    ended = replace(a_result(at=at), facts=GameFacts(started_at=started_at))
    take_in(session, a_payload(ended), at=at, phase=Phase.RESULT)


def test_a_close_after_an_early_start_is_never_used_though_it_is_before_the_scheduled_one(published):
    with unit_of_work(published) as session:
        shown(session, at=START - 25 * MINUTE, spread=-22)
        shown(session, at=CLOSES, spread=-40)
        began(session, START - 20 * MINUTE)
        ((_, track),) = of_spread(session, look(session))

    assert (abs(track.close_line_quarters), track.start_basis) == (22, "ACTUAL")
    assert track.close_at == START - 25 * MINUTE


def test_of_a_delayed_game_the_close_is_the_last_before_it_really_began(published):
    with unit_of_work(published) as session:
        shown(session, at=CLOSES, spread=-18)
        shown(session, at=START + 50 * MINUTE, spread=-24)
        began(session, START + HOUR)
        ((_, track),) = of_spread(session, look(session))

    assert (abs(track.close_line_quarters), track.start_basis) == (24, "ACTUAL")


def test_where_nobody_said_when_it_began_the_schedule_counts_and_the_track_says_so(published):
    with unit_of_work(published) as session:
        shown(session, at=CLOSES, spread=-18)
        shown(session, at=START + 50 * MINUTE, spread=-24)
        ((_, track),) = of_spread(session, look(session))

    assert (abs(track.close_line_quarters), track.start_basis) == (18, "SCHEDULED")


def law_of_closes(session, starts_at):
    """Every close stood before the start: the law that no rule of choosing may break."""
    rows = rows_of(session, "SELECT close_at FROM line_track WHERE close_at IS NOT NULL")
    assert rows
    assert all(row["close_at"] < starts_at.timestamp() * 1_000_000 for row in rows)


def test_a_planted_rule_that_takes_prices_from_after_the_start_is_caught(published, monkeypatch):
    careful = rules._refusal

    def careless(quote, starts_at, max_age):
        return careful(quote, max(starts_at, quote.captured_at + MINUTE), max_age)

    with unit_of_work(published) as session:
        shown(session, at=CLOSES)
        shown(session, at=START + 10 * MINUTE, spread=-60)
        monkeypatch.setattr(rules, "_refusal", careless)
        look(session)
        with pytest.raises(AssertionError):
            law_of_closes(session, START)


def test_without_the_planted_rule_the_law_of_closes_holds(published):
    with unit_of_work(published) as session:
        shown(session, at=CLOSES)
        shown(session, at=START + 10 * MINUTE, spread=-60)
        look(session)
        law_of_closes(session, START)


def logit(p):
    return math.log(p / (1 - p))


def fair_home(prices, method=DevigMethod.MULTIPLICATIVE):
    decimals = [Price.quoted(text, OddsFormat.AMERICAN).decimal for text in prices]
    return devig(decimals, method).probabilities[0]


BOOKS = {
    "draftkings": (("-112", "-108"), 4), "fanduel": (("-105", "-115"), 9), "betmgm": (("-118", "-102"), 2),
}  # fmt: skip


def agreeing(session, books=BOOKS, line=-18):
    for book, (prices, minutes) in books.items():
        shown(session, at=START - minutes * MINUTE, spread=line, book=book, prices=prices)


def test_a_consensus_of_three_books_equals_the_hand_computation(published):
    with unit_of_work(published) as session:
        agreeing(session)
        ((item, track),) = of_spread(session, look(session))

    weights = {book: 0.25 * math.exp(-60 * minutes / 600) for book, (_, minutes) in BOOKS.items()}
    pooled = sum(weights[book] * logit(fair_home(prices)) for book, (prices, _) in BOOKS.items()) / sum(
        weights.values()
    )
    home = 1 / (1 + math.exp(-pooled))
    side = home if item.selection.side == "HOME" else 1 - home
    assert (track.quality, track.close_book, track.missing_reason) == ("CONSENSUS", "consensus", None)
    assert json.loads(track.consensus_books) == sorted(BOOKS)
    assert abs(track.close_line_quarters) == 18
    assert (track.close_price, track.clv_prob_raw, track.clv_price_ratio) == (None, None, None)
    # From the close at -4.5 to the pick at -3.5, half a point or more on the way: only the direction is plain.
    assert track.q_close != pytest.approx(side, abs=1e-4)
    assert track.clv_points == (1.0 if item.selection.side == "HOME" else -1.0)


def test_a_consensus_at_the_picks_own_line_is_its_fair_price(published):
    with unit_of_work(published) as session:
        agreeing(session, line=-14)
        ((item, track),) = of_spread(session, look(session))

    weights = {book: 0.25 * math.exp(-60 * minutes / 600) for book, (_, minutes) in BOOKS.items()}
    pooled = sum(weights[book] * logit(fair_home(prices)) for book, (prices, _) in BOOKS.items()) / sum(
        weights.values()
    )
    home = 1 / (1 + math.exp(-pooled))
    side = home if item.selection.side == "HOME" else 1 - home
    assert track.q_close == pytest.approx(side, abs=1e-9)
    assert track.clv_ev == pytest.approx(side * item.price.decimal - 1, abs=1e-9)
    assert track.beat_close is None


def test_two_retail_books_are_no_consensus_and_one_sharp_book_is(published):
    with unit_of_work(published) as session:
        agreeing(session, {book: BOOKS[book] for book in ("draftkings", "fanduel")})
        first = of_spread(session, look(session))
        assert [track.quality for _, track in first] == ["MISSING"]
        shown(session, at=START - 3 * MINUTE, book="lowvig")
        second = of_spread(session, look(session, ENDS + MINUTE))

    assert [(track.quality, track.track_version) for _, track in second] == [("CONSENSUS", 2)]


def test_the_picks_own_book_has_no_say_in_the_consensus(published):
    with unit_of_work(published) as session:
        agreeing(session, {book: BOOKS[book] for book in ("draftkings", "fanduel")})
        shown(session, at=CLOSES, book="archive")
        ((_, track),) = of_spread(session, look(session))

    assert track.quality == "TICKET_BOOK"


def test_a_book_too_far_off_the_others_line_has_no_say(published):
    with unit_of_work(published) as session:
        agreeing(session)
        shown(session, at=CLOSES, spread=-18 - 7, book="bovada")
        ((_, track),) = of_spread(session, look(session))

    assert json.loads(track.consensus_books) == sorted(BOOKS)


@pytest.mark.parametrize(
    "quotes",
    [[{"at": START - 31 * MINUTE}], [{"at": CLOSES, "prices": ("+105", "+105")}], [{"at": START}], []],
    ids=["older than the limit", "underround", "only the open before the start", "nothing after the open"],
)
def test_a_missing_close_has_its_reason_and_raises_one_alert(published, quotes):
    with unit_of_work(published) as session:
        for quote in quotes:
            shown(session, **quote)
        tracks = look(session)
        for_spread = of_spread(session, tracks)
        raised = alerts.since(session, tenant_id=TENANT, league="nba", after=OPENS, as_of=ENDS)

    # The open came furthest: two-sided and fair, only too old.
    assert [(track.missing_reason, track.clv_ev, track.clv_ev_low, track.close_at) for _, track in for_spread] == [
        ("STALE", None, None, None)
    ]
    assert [(item.kind, sorted(json.loads(item.inputs)["picks"])) for item in raised] == [
        (CLOSE_SNAPSHOT_MISSING, sorted(tracks))
    ]


@pytest.mark.parametrize(
    ("spread", "moneyline"), [(-14, ("-160", "+140")), (-20, ("-230", "+190")), (-9, ("-125", "+105"))]
)
def test_the_band_is_what_brute_force_over_the_methods_finds(published, spread, moneyline):
    with unit_of_work(published) as session:
        quotes = three_markets(at=CLOSES, phase=Phase.CLOSE, spread=spread, total=880, moneyline=moneyline)
        take_in(session, a_payload(*quotes), at=CLOSES, phase=Phase.CLOSE)
        tracks = look(session)
        made = {item.pick_id: item for item in picks.every(session, tenant_id=TENANT, league="nba")}

    assert tracks
    for name, track in tracks.items():
        assert track.clv_ev_low <= track.clv_ev <= track.clv_ev_high
        item = made[name]
        if item.selection.market == MONEYLINE:
            pair = (track.close_price, track.close_price_opposite)
            evs = [fair_home(pair, method) * item.price.decimal - 1 for method in DevigMethod]
            assert (track.clv_ev_low, track.clv_ev_high) == pytest.approx((min(evs), max(evs)), abs=1e-9)
            assert track.method == DevigMethod.MULTIPLICATIVE
            close = Price.quoted(track.close_price, OddsFormat.AMERICAN).decimal
            assert track.clv_prob_raw == pytest.approx(1 / close - 1 / item.price.decimal, abs=1e-9)
            assert track.clv_price_ratio == pytest.approx(item.price.decimal / close - 1, abs=1e-9)


def test_a_start_that_is_told_later_adds_a_version_and_the_old_one_stays(published):
    with unit_of_work(published) as session:
        shown(session, at=START - 25 * MINUTE, spread=-22)
        shown(session, at=CLOSES, spread=-40)
        ((_, first),) = of_spread(session, look(session, START + 10 * MINUTE))
        began(session, START - 20 * MINUTE)
        ((item, second),) = of_spread(session, look(session))
        third = of_spread(session, look(session, ENDS + HOUR))
        then = grades.tracks(session, [item.pick_id], tenant_id=TENANT, as_of=START + HOUR)[item.pick_id]

    assert (first.track_version, abs(first.close_line_quarters), first.start_basis) == (1, 40, "SCHEDULED")
    assert (second.track_version, abs(second.close_line_quarters), second.start_basis) == (2, 22, "ACTUAL")
    assert third == [(item, second)]
    assert then == first


def test_a_price_that_arrives_late_changes_the_close_and_adds_a_version(published):
    with unit_of_work(published) as session:
        shown(session, at=CLOSES - 5 * MINUTE, spread=-18)
        ((_, first),) = of_spread(session, look(session))
        shown(session, at=CLOSES, spread=-22)
        ((_, second),) = of_spread(session, look(session, ENDS + HOUR))

    assert [(track.track_version, abs(track.close_line_quarters)) for track in (first, second)] == [(1, 18), (2, 22)]


def test_a_player_of_worth_who_is_ruled_out_after_publishing_changes_the_premise(published):
    with unit_of_work(published) as session:
        plant_values(session)
        plant_report(session, "OUT", reported_at=START - HOUR)
        shown(session, at=CLOSES)
        tracks = look(session)

    assert {track.premise for track in tracks.values()} == {f"PREMISE_CHANGED: {STAR} OUT"}


def test_a_player_who_was_out_when_the_pick_was_published_changes_nothing(published):
    with unit_of_work(published) as session:
        plant_values(session)
        plant_report(session, "OUT", reported_at=OPENS - HOUR)
        plant_report(session, "OUT", reported_at=START - HOUR)
        shown(session, at=CLOSES)
        tracks = look(session)

    assert {track.premise for track in tracks.values()} == {None}


def test_another_starting_pitcher_than_at_publishing_changes_the_premise(rated):
    # The rule reads event versions and knows no league: any game with named starters shows it.
    published_game(rated, a_payload(an_event(home_pitcher="Ace", away_pitcher="Other"), *three_markets()))
    with unit_of_work(rated) as session:
        later = an_event(home_pitcher="Bullpen", away_pitcher="Other")
        take_in(
            session, a_payload(later, *both_sides(line=-18, at=CLOSES, phase=Phase.LIVE)), at=CLOSES, phase=Phase.LIVE
        )
        tracks = look(session)

    assert {track.premise for track in tracks.values()} == {"PREMISE_CHANGED: home starter Ace -> Bullpen"}


def test_a_configured_order_is_a_rules_version_of_its_own_for_picks_from_then_on(rated):
    with unit_of_work(rated) as session:
        _, content = models.config(session, tenant_id=TENANT, as_of=OPENS)
        order = {"closing": {"nba": {"reference_order": ["fanduel", "consensus"], "max_age_minutes": 10}}}
        models.add_config(
            session, json.loads(content) | order, tenant_id=TENANT, actor="test", why="test", at=OPENS - MINUTE
        )
    published_game(rated)
    with unit_of_work(rated) as session:
        agreeing(session)
        ((_, track),) = of_spread(session, look(session))
        version = rules_of(models.config(session, tenant_id=TENANT, as_of=ENDS)[1], League.NBA)

    assert (track.quality, track.close_book) == ("REFERENCE", "fanduel")
    assert track.rules == version.version
    assert version.version.startswith(f"{CLV_V1.version}+")
    assert version.max_age == timedelta(minutes=10)
    assert rules_of(content, League.NBA) == CLV_V1


def test_a_pick_keeps_the_closing_rules_of_the_configuration_that_it_was_proposed_by(published):
    with unit_of_work(published) as session:
        _, content = models.config(session, tenant_id=TENANT, as_of=OPENS)
        order = {"closing": {"nba": {"reference_order": ["fanduel"]}}}
        models.add_config(
            session, json.loads(content) | order, tenant_id=TENANT, actor="test", why="test", at=OPENS + MINUTE
        )
        agreeing(session)
        ((_, track),) = of_spread(session, look(session))

    assert (track.quality, track.rules) == ("CONSENSUS", CLV_V1.version)
