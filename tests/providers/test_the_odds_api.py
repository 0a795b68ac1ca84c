"""Responses of The Odds API: names before positions, one format per response, and nothing lost."""

import json
from datetime import UTC, date, datetime

import pytest

from closeline.domain.errors import UnreadableFile
from closeline.domain.feeds.captures import Basis, ParsedPayload, Phase, ResultStatus
from closeline.domain.leagues import SPORT_KEYS
from closeline.domain.markets import MONEYLINE, Market, MarketType, Period, Side
from closeline.domain.odds import OddsFormat
from closeline.providers.reasons import Reason
from closeline.providers.the_odds_api.feed import TheOddsApi
from closeline.providers.the_odds_api.markets import key_of
from tests.providers.conformance import received
from tests.providers.payloads import (
    AWAY,
    HOME,
    RECEIVED_AT,
    h2h,
    odds_event,
    odds_response,
    outcome,
    payload,
    spreads,
    totals,
)


def parse(*events: object, **more: str) -> ParsedPayload:
    return TheOddsApi().parse(odds_response(*events, **more))


def market(key: str, *outcomes: object) -> dict[str, object]:
    return {"key": key, "outcomes": list(outcomes)}


def quotes(parsed: ParsedPayload) -> dict[tuple[str, str], tuple[float | None, str]]:
    return {
        (q.market.key, q.side): (None if q.line_quarters is None else q.line_quarters / 4, q.price.text)
        for q in parsed.quotes
    }


def reasons(parsed: ParsedPayload) -> list[tuple[str, int]]:
    return [(each.reason, each.prices) for each in parsed.rejected]


def test_outcomes_are_matched_by_name_whatever_their_order() -> None:
    event = odds_event(
        h2h(home=-120, away=100), spreads(-5.5, home=-112, away=-108), totals(226.5, over=-105, under=-115)
    )
    turned = json.loads(json.dumps(event))
    for each in turned["bookmakers"][0]["markets"]:
        each["outcomes"].reverse()

    expected = {
        ("MONEYLINE:FULL_GAME", "HOME"): (None, "-120"), ("MONEYLINE:FULL_GAME", "AWAY"): (None, "100"),
        ("SPREAD:FULL_GAME", "HOME"): (-5.5, "-112"), ("SPREAD:FULL_GAME", "AWAY"): (5.5, "-108"),
        ("TOTAL:FULL_GAME", "OVER"): (226.5, "-105"), ("TOTAL:FULL_GAME", "UNDER"): (226.5, "-115"),
    }  # fmt: skip

    assert quotes(parse(event)) == quotes(parse(turned)) == expected


def test_an_event_is_on_its_day_in_new_york_and_keeps_the_vendors_id() -> None:
    parsed = parse(odds_event(h2h()))
    event, quote = parsed.events[0], parsed.quotes[0]

    assert (parsed.provider, parsed.archive) == ("the_odds_api", False)
    assert (event.provider_event_id, event.day, event.season, event.start_basis) == (
        "e1",
        date(2026, 1, 19),
        2025,
        Basis.QUOTED,
    )
    assert (quote.phase, quote.book) == (Phase.LIVE, "draftkings")
    assert quote.source_updated_at == datetime(2026, 1, 19, 22, 40, 9, tzinfo=UTC)
    assert quote.place == "$[0].bookmakers[0].markets[0].outcomes[0]"


def test_a_recording_was_received_at_the_time_in_its_name() -> None:
    assert parse(odds_event(h2h())).quotes[0].received_at == datetime(2026, 1, 19, 22, 45, tzinfo=UTC)


def test_a_recording_without_a_time_in_its_name_was_received_at_the_latest_update() -> None:
    later = h2h() | {"last_update": "2026-01-19T22:44:00Z"}

    assert parse(odds_event(later, totals()), name="odds.json").quotes[0].received_at == datetime(
        2026, 1, 19, 22, 44, tzinfo=UTC
    )
    assert parse(odds_event(later), name="odds_2026-02-30T250000Z.json").quotes[0].received_at.hour == 22


def test_a_market_says_when_it_was_updated_before_its_book_does() -> None:
    parsed = parse(odds_event(h2h() | {"last_update": "2026-01-19T22:44:00Z"}, totals()))

    assert [q.source_updated_at.minute for q in parsed.quotes if q.source_updated_at] == [44, 44, 40, 40]


def test_a_historical_wrapper_was_received_when_it_says() -> None:
    wrapper = {"timestamp": "2025-11-29T22:40:39Z", "previous_timestamp": None, "next_timestamp": None}
    for data in ([odds_event(h2h())], odds_event(h2h())):
        parsed = TheOddsApi().parse(payload(json.dumps(wrapper | {"data": data})))

        assert {q.received_at for q in parsed.quotes} == {datetime(2025, 11, 29, 22, 40, 39, tzinfo=UTC)}
        assert parsed.events[0].place.startswith("$.data")


def test_a_start_may_be_seconds_since_1970() -> None:
    assert parse(odds_event(h2h(), commence_time=1768867800)).events[0].starts_at == datetime(
        2026, 1, 20, 0, 10, tzinfo=UTC
    )


def test_prices_in_play_are_accepted_with_their_time() -> None:
    parsed = parse(odds_event(h2h(), commence_time="2026-01-19T22:00:00Z"))

    assert len(parsed.quotes) == 2
    assert parsed.quotes[0].received_at > parsed.events[0].starts_at


@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        ((-120, 100), {OddsFormat.AMERICAN}),
        ((150, 100), {OddsFormat.AMERICAN}),
        ((1.83, 2), {OddsFormat.DECIMAL}),
        ((150, 1.05), {OddsFormat.DECIMAL}),
        ((2, 2), {OddsFormat.DECIMAL}),
        ((-110, 1.91), set()),
        ((-110, 99), set()),
        ((-110.5, 100), set()),
        ((0, 100), set()),
        ((0.5, 2.1), set()),
    ],
)
def test_the_format_is_decided_by_all_prices_together(prices: tuple[object, object], expected: set[OddsFormat]) -> None:
    parsed = parse(odds_event(h2h(*prices)))

    assert {q.price.format for q in parsed.quotes} == expected
    assert received(parsed) == 2
    assert expected or reasons(parsed) == [(Reason.UNCLEAR_FORMAT, 2)]


def test_one_price_in_another_format_spoils_the_whole_response() -> None:
    parsed = parse(odds_event(h2h()), odds_event(h2h(1.5, 2.5), id="e2"))

    assert parsed.quotes == ()
    assert received(parsed) == 4


def test_decimal_prices_keep_their_digits() -> None:
    content = json.dumps([odds_event(h2h(1.5, 2.75))]).replace("2.75", "2.750")
    parsed = TheOddsApi().parse(payload(content, "odds.json"))

    assert sorted(q.price.text for q in parsed.quotes) == ["1.5", "2.750"]


@pytest.mark.parametrize("price", ["1.95", True, [], {}, "EVEN"])
def test_a_price_that_is_no_number_is_impossible(price: object) -> None:
    parsed = parse(odds_event(h2h(home=price)))

    assert reasons(parsed) == [(Reason.IMPOSSIBLE_PRICE, 1)]
    assert len(parsed.quotes) == 1


def test_no_price_is_no_price_and_is_told_as_suspended() -> None:
    parsed = parse(odds_event(h2h(home=None)))

    assert [(each.market, each.side, each.book) for each in parsed.suspended] == [(MONEYLINE, Side.HOME, "draftkings")]
    assert reasons(parsed) == []
    assert received(parsed) == 1


def test_a_price_to_lay_is_no_price_to_back_at() -> None:
    parsed = parse(odds_event(h2h(1.9, 2.1), market("h2h_lay", outcome(HOME, 1.95), outcome(AWAY, 2.2))))

    assert reasons(parsed) == [(Reason.LAY_PRICE, 2)]
    assert len(parsed.quotes) == 2


@pytest.mark.parametrize(
    "key", ["player_blocks", "alternate_h2h", "outrights", "btts", "spreads_1st_3_innings", "h2h_h3", "H2H"]
)
def test_a_market_that_is_not_known_is_named_and_counted(key: str) -> None:
    parsed = parse(
        odds_event(
            h2h(), market(key, outcome("Over", -110, 20.5, description="A Player"), outcome("Under", -110, 20.5))
        )
    )

    assert reasons(parsed) == [(Reason.UNSUPPORTED_MARKET, 2)]
    assert key in parsed.rejected[0].excerpt


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("h2h", "MONEYLINE:FULL_GAME"), ("h2h_h1", "MONEYLINE:1H"), ("spreads_h2", "SPREAD:2H"), ("totals_q1", "TOTAL:1Q"),
        ("spreads_q4", "SPREAD:4Q"), ("totals_p3", "TOTAL:3P"), ("h2h_1st_5_innings", "MONEYLINE:F5"),
        ("h2h_3_way", "MONEYLINE_3WAY:REGULATION"), ("h2h_3_way_h1", "MONEYLINE_3WAY:1H"), ("team_totals", "TEAM_TOTAL_HOME:FULL_GAME"),
    ],
)  # fmt: skip
def test_a_period_is_part_of_the_market(key: str, expected: str) -> None:
    found = key_of(key)

    assert found is not None
    assert found.market.key == expected


def test_a_moneyline_with_a_draw_is_settled_in_regulation() -> None:
    parsed = parse(odds_event(market("h2h", outcome("Draw", 3.9), outcome(HOME, 2.4), outcome(AWAY, 2.5))))

    assert {q.market for q in parsed.quotes} == {Market(MarketType.MONEYLINE_3WAY, Period.REGULATION)}
    assert {q.side for q in parsed.quotes} == {Side.HOME, Side.DRAW, Side.AWAY}


def test_a_team_total_names_its_team_in_the_description() -> None:
    teams = [
        outcome(side, -110, points, description=team)
        for team, points in ((AWAY, 110.5), (HOME, 115.5))
        for side in ("Over", "Under")
    ]
    parsed = parse(odds_event(market("team_totals", *teams, outcome("Over", -110, 99.5, description="Nobody"))))

    assert quotes(parsed)["TEAM_TOTAL_AWAY:FULL_GAME", "OVER"] == (110.5, "-110")
    assert quotes(parsed)["TEAM_TOTAL_HOME:FULL_GAME", "UNDER"] == (115.5, "-110")
    assert reasons(parsed) == [(Reason.UNKNOWN_SIDE, 1)]


def test_a_market_of_one_side_is_accepted() -> None:
    parsed = parse(odds_event(market("totals", outcome("Over", -110, 220.5)), market("h2h", outcome(HOME, -150))))

    assert len(parsed.quotes) == 2
    assert parsed.rejected == ()


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ((outcome(HOME, -110, -5.5), outcome(AWAY, -110, 5)), [(Reason.UNPAIRED_LINE, 1)] * 2),
        ((outcome(HOME, -110, -5.5), outcome(AWAY, -110, -5.5)), [(Reason.UNPAIRED_LINE, 1)] * 2),
        ((outcome(HOME, -110, -5.4), outcome(AWAY, -110, 5.5)), [(Reason.OFF_GRID_LINE, 1)]),
        ((outcome(HOME, -110), outcome(AWAY, -110, 5.5)), [(Reason.MISSING_LINE, 1)]),
        ((outcome(HOME, -110, "5"), outcome(AWAY, -110, 5.5)), [(Reason.MISSING_LINE, 1)]),
        ((outcome("Detroit", -110, -5.5), outcome(AWAY, -110, 5.5)), [(Reason.UNKNOWN_SIDE, 1)]),
        ((outcome("Draw", -110, -5.5), outcome(AWAY, -110, 5.5)), [(Reason.UNKNOWN_SIDE, 1)]),
        ((outcome(HOME, -110, -5.5), outcome(HOME, -110, -5.5), outcome(AWAY, -110, 5.5)), [(Reason.DUPLICATE_PRICE, 1)]),
        ((outcome(HOME, -110, -5.5), outcome(HOME, 105, -7.5), outcome(AWAY, -110, 5.5)), None),
    ],
)  # fmt: skip
def test_halves_of_a_spread_must_mirror(outcomes: tuple[object, ...], expected: list[tuple[str, int]] | None) -> None:
    parsed = parse(odds_event(market("spreads", *outcomes)))

    assert received(parsed) == len(outcomes)
    if expected is None:
        assert parsed.quotes == ()
    else:
        assert reasons(parsed) == expected


def test_totals_of_two_lines_contradict_each_other() -> None:
    parsed = parse(odds_event(market("totals", outcome("Over", -110, 220.5), outcome("Under", -110, 221.5))))

    assert reasons(parsed) == [(Reason.UNPAIRED_LINE, 1)] * 2


@pytest.mark.parametrize("key", ["basketball_wnba", "basketball_wncaab", 7, None])
def test_a_league_that_is_none_of_the_six_is_not_read(key: object) -> None:
    parsed = parse(odds_event(h2h(), sport_key=key))

    assert parsed.events == ()
    assert reasons(parsed) == [(Reason.UNKNOWN_LEAGUE, 2)]


@pytest.mark.parametrize("key", SPORT_KEYS)
def test_each_of_the_six_leagues_is_read(key: str) -> None:
    assert parse(odds_event(h2h(), sport_key=key)).events[0].league is SPORT_KEYS[key]


@pytest.mark.parametrize(
    "changes",
    [
        {"id": None}, {"id": 7}, {"commence_time": "soon"}, {"commence_time": "2026-01-20T00:10:00"}, {"commence_time": "0001-01-01T00:00:00Z"},
        {"home_team": ""}, {"home_team": AWAY}, {"away_team": None}, {"home_team": "x" * 300}, {"home_team": "A\u202eB"}, {"bookmakers": 7},
    ],
)  # fmt: skip
def test_an_event_that_cannot_be_read_is_rejected_with_its_prices(changes: dict[str, object]) -> None:
    parsed = parse(odds_event(h2h(), **changes))

    assert parsed.quotes == ()
    assert reasons(parsed) == [(Reason.BAD_RECORD, 0 if "bookmakers" in changes else 2)]


@pytest.mark.parametrize(
    "broken", [None, 7, "x", [], {"key": None, "markets": [h2h()]}, {"key": "b", "markets": h2h()}]
)
def test_a_book_that_cannot_be_read_is_rejected_and_the_rest_is_read(broken: object) -> None:
    event = odds_event(totals())
    event["bookmakers"] = [broken, *event["bookmakers"]]  # type: ignore[misc]
    parsed = parse(event)

    assert len(parsed.quotes) == 2
    assert all(each.reason == Reason.BAD_RECORD for each in parsed.rejected)


def test_an_event_that_stands_there_twice_is_read_once() -> None:
    parsed = parse(odds_event(h2h()), odds_event(h2h()))

    assert (len(parsed.events), reasons(parsed)) == (1, [(Reason.DUPLICATE_RECORD, 2)])


def test_a_double_header_is_numbered_by_start() -> None:
    late = odds_event(h2h(), id="late", sport_key="baseball_mlb", commence_time="2026-07-04T23:10:00Z")
    early = odds_event(h2h(), id="early", sport_key="baseball_mlb", commence_time="2026-07-04T17:10:00Z")

    assert {event.provider_event_id: event.game_no for event in parse(late, early).events} == {"early": 1, "late": 2}


def score(**changes: object) -> dict[str, object]:
    event = odds_event() | {"completed": True, "last_update": "2026-01-20T03:00:00Z"}
    del event["bookmakers"]
    return event | {"scores": [{"name": AWAY, "score": "103"}, {"name": HOME, "score": "113"}]} | changes


@pytest.mark.parametrize(
    ("changes", "status", "points"),
    [
        ({}, ResultStatus.FINAL, (113, 103)),
        ({"completed": False}, ResultStatus.LIVE, (113, 103)),
        ({"completed": False, "scores": None}, ResultStatus.SCHEDULED, (None, None)),
    ],
)
def test_scores_say_what_has_become_of_a_game(
    changes: dict[str, object], status: ResultStatus, points: tuple[int | None, int | None]
) -> None:
    parsed = parse(score(**changes), name="scores.json")
    result = parsed.results[0]

    assert (result.status, (result.home_score, result.away_score)) == (status, points)
    assert result.received_at == datetime(2026, 1, 20, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    "changes",
    [
        {"scores": None}, {"scores": []}, {"scores": [{"name": HOME, "score": "113"}]}, {"completed": "yes"},
        {"scores": [{"name": AWAY, "score": "-1"}, {"name": HOME, "score": "113"}]},
        {"scores": [{"name": AWAY, "score": None}, {"name": HOME, "score": "113"}]},
        {"scores": [{"name": "Nobody", "score": "9"}, {"name": HOME, "score": "113"}]},
    ],
)  # fmt: skip
def test_scores_that_no_game_has_are_rejected(changes: dict[str, object]) -> None:
    parsed = parse(score(**changes))

    assert parsed.results == ()
    assert reasons(parsed) == [(Reason.BAD_RESULT, 0)]


def test_scores_without_any_time_are_received_when_the_payload_was() -> None:
    assert parse(score(last_update=None), name="scores.json").results[0].received_at == RECEIVED_AT


@pytest.mark.parametrize(
    "content",
    [
        '{"error_code": "OUT_OF_USAGE_CREDITS", "message": "x"}', '[{"sport_key": NaN}]', '[{"sport_key": Infinity}]',
        '[{"sport_key": 1, "sport_key": 2}]', '[{"sport_key": 1e999}]', '"sport_key"', '[{"sport_key": "\\ud800"}]',
        '[{"sport_key": "\\u0000"}]', "[" * 40 + '"sport_key"' + "]" * 40, "[" * 100_000, '[{"sport_key": ' + "9" * 5000 + "}]",
        '[{"sport_key": "a"',
    ],
)  # fmt: skip
def test_what_is_not_strict_json_is_refused_whole(content: str) -> None:
    with pytest.raises(UnreadableFile):
        TheOddsApi().parse(payload(content, "odds.json"))
