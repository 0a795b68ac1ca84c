"""All of The Odds API: players, other lines, what stands without a price, times in every spelling, and damage."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeline.domain.errors import BadInput
from closeline.domain.feeds.captures import ParsedPayload, RawPayload, Rejected
from closeline.domain.leagues import SPORT_KEYS
from closeline.domain.markets import Market, MarketType, Period, Side
from closeline.providers.fields import instant, time_in, time_text
from closeline.providers.live.odds import LiveOdds
from closeline.providers.reasons import Reason
from closeline.providers.strict_json import loads
from closeline.providers.the_odds_api.feed import TheOddsApi
from closeline.providers.the_odds_api.prices import prices
from tests.providers.conformance import check_sound, received
from tests.providers.payloads import AWAY, HOME, h2h, odds_event, odds_response, outcome, payload, spreads, totals
from tests.shared_data import shared_data

FULL = Period.FULL_GAME


def parse(*events: object, **more: str) -> ParsedPayload:
    return TheOddsApi().parse(odds_response(*events, **more))


def market(key: str, *outcomes: object, **more: object) -> dict[str, object]:
    return {"key": key, "outcomes": list(outcomes)} | more


def player(name: str, line: float, *, over: object = -110, under: object = -110) -> list[dict[str, object]]:
    return [outcome("Over", over, line, description=name), outcome("Under", under, line, description=name)]


def reasons(parsed: ParsedPayload) -> list[tuple[str, int]]:
    return [(each.reason, each.prices) for each in parsed.rejected]


def shown(parsed: ParsedPayload) -> set[tuple[str, str, float | None, str, bool]]:
    return {
        (q.player, q.side, None if q.line_quarters is None else q.line_quarters / 4, q.price.text, q.alternate)
        for q in parsed.quotes
    }


# ----------------------------------------------------------------------------------------------- the players


@pytest.mark.parametrize(
    ("key", "sport", "expected"),
    [
        ("player_points", "basketball_nba", Market(MarketType.PLAYER_POINTS)),
        ("player_points_q1", "basketball_nba", Market(MarketType.PLAYER_POINTS, Period.FIRST_QUARTER)),
        ("player_rebounds", "basketball_ncaab", Market(MarketType.PLAYER_REBOUNDS)),
        ("player_assists", "icehockey_nhl", Market(MarketType.PLAYER_ASSISTS)),
        ("player_points_rebounds_assists", "basketball_nba", Market(MarketType.PLAYER_PRA)),
        ("player_threes", "basketball_nba", Market(MarketType.PLAYER_THREES)),
    ],
)
def test_a_players_market_names_him_in_the_description(key: str, sport: str, expected: Market) -> None:
    parsed = parse(odds_event(market(key, *player("Anthony Davis", 41.5, over=-105, under=-115)), sport_key=sport))

    assert {quote.market for quote in parsed.quotes} == {expected}
    assert shown(parsed) == {
        ("Anthony Davis", "OVER", 41.5, "-105", False),
        ("Anthony Davis", "UNDER", 41.5, "-115", False),
    }


@pytest.mark.parametrize(
    ("key", "sport"), [("player_assists", "americanfootball_nfl"), ("player_threes", "icehockey_nhl")]
)
def test_a_word_that_means_something_else_in_a_league_is_not_read_there(key: str, sport: str) -> None:
    parsed = parse(odds_event(market(key, *player("A Player", 5.5)), sport_key=sport))

    assert (parsed.quotes, reasons(parsed)) == ((), [(Reason.UNSUPPORTED_MARKET, 2)])


def test_one_side_of_a_players_market_is_accepted_as_it_stands() -> None:
    parsed = parse(odds_event(market("player_points", outcome("Over", -110, 20.5, description="A Player"))))

    assert shown(parsed) == {("A Player", "OVER", 20.5, "-110", False)}


@pytest.mark.parametrize("description", [None, "", "  ", 7, "x" * 300, "A\u202eB"])
def test_a_players_price_without_his_name_is_set_aside(description: object) -> None:
    parsed = parse(odds_event(market("player_points", outcome("Over", -110, 20.5, description=description))))

    assert reasons(parsed) == [(Reason.UNKNOWN_PLAYER, 1)]


def test_players_do_not_contradict_each_other_and_yes_is_no_side() -> None:
    parsed = parse(
        odds_event(
            market("player_points", *player("A", 10.5), *player("B", 20.5), outcome("Yes", 200, description="A"))
        )
    )

    assert len(parsed.quotes) == 4
    assert reasons(parsed) == [(Reason.UNKNOWN_SIDE, 1)]


def test_halves_of_a_players_line_that_contradict_each_other_are_set_aside() -> None:
    halves = player("A", 10.5)[:1] + player("A", 11.5)[1:]

    assert reasons(parse(odds_event(market("player_points", *halves)))) == [(Reason.UNPAIRED_LINE, 1)] * 2


def test_of_a_player_with_several_lines_none_is_said_to_be_the_main_one() -> None:
    parsed = parse(odds_event(market("player_points", *player("A", 10.5), *player("A", 14.5), *player("B", 20.5))))

    assert {(q.player, q.line_quarters, q.alternate) for q in parsed.quotes} == {
        ("A", 42, True), ("A", 58, True), ("B", 82, False),
    }  # fmt: skip


# ------------------------------------------------------------------------------------------------ other lines


def test_other_lines_are_beside_the_main_one_and_pair_by_their_line() -> None:
    parsed = parse(odds_event(
        spreads(-5.5),
        market("alternate_spreads", outcome(HOME, -110, -5.5), outcome(AWAY, -110, 5.5), outcome(HOME, 145, -7.5), outcome(AWAY, -180, 7.5), outcome(HOME, -450, 9.5)),
        market("alternate_totals", outcome("Over", -200, 210.5), outcome("Under", 160, 210.5), outcome("Over", 150, 230.5)),
    ))  # fmt: skip

    assert Counter(q.alternate for q in parsed.quotes) == {False: 2, True: 8}
    assert parsed.rejected == ()
    check_sound(parsed)


def test_another_line_priced_twice_is_set_aside_by_itself() -> None:
    parsed = parse(
        odds_event(
            market(
                "alternate_totals",
                outcome("Over", -200, 210.5),
                outcome("Over", -210, 210.5),
                outcome("Over", 150, 230.5),
            )
        )
    )

    assert shown(parsed) == {("", "OVER", 230.5, "150", True)}
    assert reasons(parsed) == [(Reason.DUPLICATE_PRICE, 1)] * 2


def test_a_market_or_a_book_that_stands_there_twice_is_read_once() -> None:
    event: Any = odds_event(h2h(), h2h())
    event["bookmakers"] *= 2
    parsed = parse(event)

    assert len(parsed.quotes) == 2
    assert reasons(parsed) == [(Reason.DUPLICATE_PRICE, 1)] * 6


def test_what_two_keys_say_of_one_market_is_read_once() -> None:
    of_teams = [outcome(side, -110, 110.5, description=team) for team in (HOME, AWAY) for side in ("Over", "Under")]
    draw = [outcome(HOME, 140), outcome(AWAY, 170), outcome("Draw", 300)]
    parsed = parse(odds_event(
        market("team_totals", *of_teams), market("team_totals", *reversed(of_teams)), market("h2h", *draw),
        market("h2h_3_way", *draw), market("player_points", *player("A", 9.5), *player("A", 10.5)),
        market("player_points_alternate", *player("A", 10.5)),
    ))  # fmt: skip

    assert len(parsed.quotes) == 4 + 3 + 4
    assert reasons(parsed) == [(Reason.DUPLICATE_PRICE, 1)] * (4 + 3 + 2)


def test_many_prices_of_one_market_are_checked_in_time() -> None:
    many = [outcome("Over", -110 - n, 100 + n / 2) for n in range(20_000)]
    parsed = parse(odds_event(market("alternate_totals", *many)))

    assert received(parsed) == 20_000


# ------------------------------------------------------------------------------------ what is without a price


def test_what_stands_without_a_price_is_suspended_and_loses_none() -> None:
    event: Any = odds_event(
        h2h(home=None),
        market("totals"),
        market("team_totals"),
        market("player_points", outcome("Over", None, 3.5, description="A")),
    )
    event["bookmakers"].append({"key": "empty", "markets": []})
    event["bookmakers"][0]["markets"].append(market("alternate_totals"))
    parsed = parse(event)

    assert [(each.book, each.market and each.market.key, each.side, each.player) for each in parsed.suspended] == [
        ("draftkings", "MONEYLINE:FULL_GAME", Side.HOME, ""),
        ("draftkings", "TOTAL:FULL_GAME", None, ""),
        ("draftkings", "TEAM_TOTAL_HOME:FULL_GAME", None, ""),
        ("draftkings", "TEAM_TOTAL_AWAY:FULL_GAME", None, ""),
        ("draftkings", "PLAYER_POINTS:FULL_GAME", Side.OVER, "A"),
        ("empty", None, None, ""),
    ]
    assert (received(parsed), parsed.rejected) == (1, ())


def test_a_side_that_says_nothing_of_a_price_is_a_fault_and_not_a_suspension() -> None:
    parsed = parse(odds_event(market("h2h", {"name": HOME}, outcome("Nobody", None))))

    assert parsed.suspended == ()
    assert reasons(parsed) == [(Reason.BAD_RECORD, 0), (Reason.UNKNOWN_SIDE, 0)]


# -------------------------------------------------------------------------------------- sports, events, times


def test_the_list_of_sports_is_known_and_says_nothing_of_any_event() -> None:
    sports = [
        {
            "key": "americanfootball_nfl",
            "group": "American Football",
            "title": "NFL",
            "active": True,
            "has_outrights": False,
        }
    ]
    made = payload(json.dumps(sports))
    parsed = TheOddsApi().parse(made)

    assert TheOddsApi().recognises(made)
    assert (parsed.events, parsed.rejected) == ((), ())


def test_events_without_books_are_events() -> None:
    event = odds_event()
    del event["bookmakers"]
    parsed = parse(event)

    assert (len(parsed.events), parsed.quotes, parsed.rejected) == (1, (), ())


START = datetime(2026, 1, 20, 0, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "told",
    ["2026-01-20T00:10:00Z", "2026-01-20T00:10:00+00:00", "2026-01-19T19:10:00-05:00", 1768867800, 1768867800000],
)
def test_a_time_may_be_text_seconds_or_milliseconds_everywhere(told: object) -> None:
    updated = market("h2h", outcome(HOME, -120), outcome(AWAY, 100), last_update=told)
    event = odds_event(updated, commence_time=told)
    wrapped = payload(json.dumps({"timestamp": told, "data": [event]}))

    assert parse(event).events[0].starts_at == START
    assert {quote.source_updated_at for quote in parse(event).quotes} == {START}
    assert {quote.received_at for quote in TheOddsApi().parse(wrapped).quotes} == {START}


def test_a_live_answer_was_received_when_the_desk_says_whatever_its_name_and_its_books_say() -> None:
    made = odds_response(odds_event(h2h()), name="historical?date=2020-01-01T00:00:00Z")
    at = datetime(2026, 2, 1, 12, 0, 0, 123456, UTC)

    assert {q.received_at for q in LiveOdds().parse(RawPayload(made.name, made.content, at)).quotes} == {at}


@given(st.integers(0, 2**52))
def test_a_moment_is_the_same_in_every_spelling(microseconds: int) -> None:
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    moment = epoch + timedelta(microseconds=microseconds)
    whole = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    milliseconds = (whole - epoch) // timedelta(milliseconds=1)

    assert instant(milliseconds) == whole or abs(milliseconds) < 10**11
    assert instant(milliseconds // 1000) == whole.replace(microsecond=0)
    assert instant(whole.isoformat()) == whole
    assert time_in(f"x_{time_text(moment)}.json") == moment


@pytest.mark.parametrize("told", [10**30, -(10**30), True, None, 1.5, [], "1768867800", "2026-01-20T00:10:00"])
def test_what_is_no_moment_is_none(told: Any) -> None:
    assert instant(told) is None


# -------------------------------------------------------------------------------------------- damaged answers


def an_answer() -> list[Any]:
    alternates = market("alternate_spreads", outcome(HOME, 145, -7.5), outcome(AWAY, -180, 7.5))
    return [
        odds_event(h2h(), spreads(), totals(), alternates, market("player_points", *player("A", 10.5))),
        odds_event(h2h(), id="e2", commence_time=1768867800),
    ]


JUNK: st.SearchStrategy[Any] = st.sampled_from(
    [
        None,
        True,
        False,
        0,
        -1,
        1,
        100,
        10**40,
        "",
        "1.95",
        "Over",
        "Draw",
        HOME,
        "\u202e",
        "x" * 300,
        [],
        {},
        [[]],
        {"price": 3},
    ]
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, child in children for found in places(child, (*path, key)))]


def damaged(value: Any, path: tuple[Any, ...], change: str, junk: Any) -> Any:
    if not path:
        return junk if change == "replace" else value
    copy = dict(value) if isinstance(value, dict) else list(value)
    if len(path) > 1:
        copy[path[0]] = damaged(value[path[0]], path[1:], change, junk)
    elif change == "remove":
        del copy[path[0]]
    elif change == "repeat" and isinstance(copy, list):
        copy.append(copy[path[0]])
    else:
        copy[path[0]] = junk
    return copy


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_a_damaged_answer_never_stops_the_reader_and_loses_no_price(data: st.DataObject) -> None:
    answer: Any = an_answer()
    for _ in range(data.draw(st.integers(1, 4))):
        path = data.draw(st.sampled_from(places(answer)))
        answer = damaged(answer, path, data.draw(st.sampled_from(["replace", "remove", "repeat"])), data.draw(JUNK))
    content = json.dumps(answer).encode()
    made = RawPayload("odds_2026-01-19T224500Z.json", content, START)
    try:
        parsed = TheOddsApi().parse(made)
    except BadInput as refused:
        parsed, told = None, str(refused)
        assert "\n" not in told
    if parsed is not None:
        check_sound(parsed)
        assert received(parsed) == len(list(prices(loads(content, "x"))))


# -------------------------------------------------------------------------------------------- recorded answers

WORDS = {"Over": "OVER", "Under": "UNDER"}
KINDS = {"h2h": "MONEYLINE", "spreads": "SPREAD", "totals": "TOTAL"}


def as_fraction(price: float) -> Fraction:
    """Return the decimal odds of a price by the rule of its size, written anew: American from 100 on."""
    if abs(price) < 100:
        return Fraction(str(price))
    points = Fraction(str(price))
    return 1 + points / 100 if price > 0 else 1 + 100 / -points


def read_again(events: list[Any], sport: str) -> dict[tuple[str, str, str, str], tuple[float | None, Fraction]]:
    """Read moneyline, spread and total with nothing but json, for games of the six leagues without a draw."""
    found = {}
    for event in events:
        teams = {event["home_team"]: "HOME", event["away_team"]: "AWAY"}
        for book in event["bookmakers"] if sport in SPORT_KEYS else []:
            for each in book["markets"]:
                for outcome_ in each["outcomes"] if each["key"] in KINDS else []:
                    side = (teams | WORDS)[outcome_["name"]]
                    key = (event["id"], book["key"], KINDS[each["key"]], side)
                    found[key] = (outcome_.get("point"), as_fraction(outcome_["price"]))
    return found


def test_every_recorded_time_says_what_an_independent_reading_of_the_json_says() -> None:
    compared = 0
    for path in shared_data("theoddsapi/*odds_*.json"):
        told = json.loads(path.read_bytes())
        events = told.get("data", [told]) if isinstance(told, dict) else told
        events = events if isinstance(events, list) else [events]
        expected = read_again(events, events[0]["sport_key"])
        parsed = TheOddsApi().parse(RawPayload(path.name, path.read_bytes(), START + timedelta(days=365)))
        ours = {
            (q.provider_event_id, q.book, q.market.type.value, q.side.value): (
                None if q.line_quarters is None else q.line_quarters / 4,
                q.price.exact,
            )
            for q in parsed.quotes
            if q.market.type.value in KINDS.values() and q.market.period is FULL
        }

        assert ours == expected, path.name
        compared += len(ours)
    assert compared > 60_000


def test_every_recorded_answer_accepts_or_rejects_all_that_it_received() -> None:
    for path in shared_data("theoddsapi/*.json"):
        parsed = TheOddsApi().parse(RawPayload(path.name, path.read_bytes(), START + timedelta(days=365)))

        assert received(parsed) == path.read_bytes().count(b'"price":') - path.read_bytes().count(b'"price":null')
        assert all(quote.player for quote in parsed.quotes if quote.market.type.value.startswith("PLAYER"))
        assert all(quote.source_updated_at is not None for quote in parsed.quotes)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (((1, "bookmakers", 0, "markets", 0, "outcomes"), "remove", None), ((1, "bookmakers", 0, "key"), {"price": 3})),
        (((0, "bookmakers", 0, "title"), "replace", {"price": 3}), ((0, "bookmakers", 0, "title", "price"), True)),
    ],
    ids=["in a list of markets", "in a title"],
)
def test_a_price_where_nobody_reads_one_is_set_aside_and_counted(first: Any, second: Any) -> None:
    answer: Any = damaged(damaged(an_answer(), *first), second[0], "replace", second[1])
    content = json.dumps(answer).encode()
    parsed = TheOddsApi().parse(RawPayload("odds_2026-01-19T224500Z.json", content, START))

    assert Rejected(Reason.BAD_RECORD, "$", "prices where none is read: 1", 1) in parsed.rejected
    assert received(parsed) == len(list(prices(loads(content, "x"))))
