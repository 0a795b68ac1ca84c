"""The simulated vendor answers as The Odds API does: parameters, filters, formats, costs, refusals."""

from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlencode

import pytest

from closeline.domain.clock import FixedClock
from closeline.domain.feeds.captures import RawPayload, ResultStatus
from closeline.domain.leagues import League
from closeline.providers.results.espn import EspnScoreboard
from closeline.providers.simulator.allowance import Counter
from closeline.providers.simulator.recording import LENGTHS, stamp
from closeline.providers.simulator.server import KEY, Simulator
from closeline.providers.the_odds_api.feed import TheOddsApi
from tests.builders.recordings import BEARS, BROWNS, FIRST, NFL, START, a_recording, read

AT = FIRST + timedelta(hours=2)
ODDS = f"/v4/sports/{NFL}/odds"


def a_simulator(at=AT, **given):
    return Simulator(a_recording(), FixedClock(at), **given)


def asked(simulator, path, **query):
    answer = simulator.reply(f"{path}?{urlencode({'apiKey': KEY, **query})}")
    return answer, read(answer)


def headers(answer):
    found = dict(answer.headers)
    return tuple(int(found[f"x-requests-{name}"]) for name in ("remaining", "used", "last"))


def test_the_list_of_sports_is_free_and_tells_the_credits():
    answer, value = asked(a_simulator(), "/v4/sports")

    assert [(item["key"], item["active"]) for item in value] == [(NFL, True)]
    assert headers(answer) == (500, 0, 0)


@pytest.mark.parametrize(
    ("query", "cost"),
    [
        ({"regions": "us"}, 1),
        ({"regions": "us", "markets": "h2h,spreads,totals"}, 3),
        ({"regions": "us,eu", "markets": "h2h,spreads,totals"}, 6),
        ({"bookmakers": "synthetic_harbour", "markets": "h2h,totals"}, 2),
        ({"bookmakers": ",".join(f"book{n}" for n in range(11)), "markets": "h2h"}, 2),
        ({"bookmakers": "synthetic_harbour", "regions": "us,eu,uk", "markets": "h2h"}, 1),
    ],
)
def test_a_board_costs_markets_times_regions(query, cost):
    answer, _ = asked(a_simulator(), ODDS, **query)

    assert headers(answer) == (500 - cost, cost, cost)


def test_an_empty_board_costs_nothing():
    answer, value = asked(a_simulator(at=FIRST - timedelta(days=1)), ODDS, regions="us")

    assert (value, headers(answer)) == ([], (500, 0, 0))


def test_events_are_free_and_hold_no_prices():
    answer, value = asked(a_simulator(), f"/v4/sports/{NFL}/events")

    assert [item["id"] for item in value] == [BROWNS, BEARS]
    assert all("bookmakers" not in item for item in value)
    assert headers(answer)[2] == 0


def test_only_the_markets_books_and_events_that_were_asked_for_come():
    _, value = asked(
        a_simulator(), ODDS, bookmakers="synthetic_delta", markets="spreads", oddsFormat="american", eventIds=BROWNS
    )
    (event,) = value

    assert [(book["key"], [market["key"] for market in book["markets"]]) for book in event["bookmakers"]] == [
        ("synthetic_delta", ["spreads"])
    ]


def test_events_may_be_asked_for_by_their_start():
    before = asked(a_simulator(), ODDS, regions="us", commenceTimeTo=stamp(START - timedelta(minutes=1)))[1]
    upto = asked(a_simulator(), ODDS, regions="us", commenceTimeTo=stamp(START))[1]

    assert (before, len(upto)) == ([], 2)


def test_decimal_prices_are_in_hundredths_and_american_ones_as_recorded():
    american = asked(a_simulator(), ODDS, regions="us", markets="h2h", oddsFormat="american")[1]
    decimal = asked(a_simulator(), ODDS, regions="us", markets="h2h")[1]

    def prices(value):
        return [item["price"] for item in value[0]["bookmakers"][0]["markets"][0]["outcomes"]]

    assert prices(american) == [-150, 130]
    assert prices(decimal) == [Decimal("1.67"), Decimal("2.3")]


def test_times_come_as_seconds_when_asked_for():
    _, value = asked(a_simulator(), ODDS, regions="us", dateFormat="unix")

    assert value[0]["commence_time"] == int(START.timestamp())
    market = value[0]["bookmakers"][0]["markets"][0]
    assert market["last_update"] == int((AT - timedelta(seconds=20)).timestamp())


def test_one_event_costs_the_markets_that_came_back():
    answer, value = asked(
        a_simulator(), f"/v4/sports/{NFL}/events/{BEARS}/odds", regions="us", markets="h2h,spreads,totals"
    )

    assert value["id"] == BEARS
    assert headers(answer)[2] == 1


def test_the_past_costs_ten_times_and_says_which_moment_it_is_of():
    at = START + timedelta(hours=1)
    answer, value = asked(
        a_simulator(at=at), f"/v4/historical/sports/{NFL}/odds", regions="us", date=stamp(FIRST + timedelta(minutes=12))
    )

    assert value["timestamp"] == stamp(FIRST + timedelta(minutes=10))
    assert headers(answer)[2] == 10
    assert {item["id"] for item in value["data"]} == {BROWNS, BEARS}


def test_scores_are_text_once_a_game_is_over_and_nothing_before():
    over = START + LENGTHS[League.NFL]
    before = asked(a_simulator(at=over - timedelta(minutes=1)), f"/v4/sports/{NFL}/scores")[1]
    answer, after = asked(a_simulator(at=over), f"/v4/sports/{NFL}/scores", daysFrom="1")

    assert [item["scores"] for item in before] == [None, None]
    assert after[0]["scores"] == [
        {"name": "Cleveland Browns", "score": "20"}, {"name": "Chicago Bears", "score": "17"},
    ]  # fmt: skip
    assert headers(answer)[2] == 2
    assert asked(a_simulator(at=over + timedelta(days=2)), f"/v4/sports/{NFL}/scores", daysFrom="1")[1] == []


@pytest.mark.parametrize(
    ("path", "query", "status", "code"),
    [
        (ODDS, {"apiKey": "another", "regions": "us"}, 401, "INVALID_KEY"),
        (ODDS, {"apiKey": "", "regions": "us"}, 401, "MISSING_KEY"),
        (ODDS, {}, 422, "MISSING_REGION"),
        (ODDS, {"regions": "us", "markets": "player_points"}, 422, "INVALID_MARKET"),
        (ODDS, {"regions": "us", "oddsFormat": "roman"}, 422, "INVALID_ODDS_FORMAT"),
        ("/v4/sports/cricket_test/odds", {"regions": "us"}, 404, "UNKNOWN_SPORT"),
        (f"/v4/sports/{NFL}/events/{'0' * 32}/odds", {"regions": "us"}, 404, "EVENT_NOT_FOUND"),
        (f"/v4/sports/{NFL}/scores", {"daysFrom": "9"}, 422, "INVALID_SCORES_DAYS_FROM"),
        (f"/v4/historical/sports/{NFL}/odds", {"regions": "us"}, 422, "INVALID_HISTORICAL_TIMESTAMP"),
    ],
)
def test_a_refusal_has_the_vendors_status_and_code_and_costs_nothing(path, query, status, code):
    answer, value = asked(a_simulator(), path, **query)

    assert (answer.status, value["error_code"]) == (status, code)
    assert headers(answer)[2] == 0


def test_without_credits_only_what_is_free_is_answered():
    simulator = a_simulator(counter=Counter(total=2))
    first, _ = asked(simulator, ODDS, regions="us", markets="h2h,totals")
    second, refused = asked(simulator, ODDS, regions="us")
    third, _ = asked(simulator, "/v4/sports")

    assert (first.status, second.status, third.status) == (200, 401, 200)
    assert refused["error_code"] == "OUT_OF_USAGE_CREDITS"
    assert headers(third) == (0, 2, 0)


def test_a_path_that_no_vendor_has_is_not_found():
    assert a_simulator().reply("/admin").status == 404


def test_a_board_reads_without_a_single_rejection():
    answer, _ = asked(a_simulator(), ODDS, regions="us", markets="h2h,spreads,totals", oddsFormat="american")
    parsed = TheOddsApi().parse(RawPayload("odds.json", answer.body, AT))

    assert (len(parsed.events), len(parsed.quotes), parsed.rejected) == (2, 10, ())


def scores(at, day="20231217"):
    body = a_simulator(at=at).reply(f"/apis/site/v2/sports/football/nfl/scoreboard?dates={day}").body
    return EspnScoreboard().parse(RawPayload("scoreboard.json", body, at))


def test_the_scoreboard_reads_as_scheduled_live_and_final():
    over = START + LENGTHS[League.NFL]
    seen = [scores(at).results for at in (AT, START + timedelta(minutes=5), over)]

    assert [{result.status for result in results} for results in seen] == [
        {ResultStatus.SCHEDULED}, {ResultStatus.LIVE}, {ResultStatus.FINAL},
    ]  # fmt: skip
    final = {event.home: result for event, result in zip(scores(over).events, seen[2], strict=True)}
    assert (final["Cleveland Browns"].home_score, final["Cleveland Browns"].away_score) == (20, 17)
    assert sum(home for home, _ in final["Cleveland Browns"].periods) == 20


def test_the_scoreboard_of_another_day_is_empty():
    assert scores(AT, "20231216").events == ()
