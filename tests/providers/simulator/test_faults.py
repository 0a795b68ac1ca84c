"""Each fault of the script is one small change of one answer, in its window and nowhere else; the same every time."""

import gzip
import json
from datetime import timedelta
from itertools import pairwise
from urllib.parse import urlencode

import pytest

from closeline.domain.clock import FixedClock
from closeline.domain.errors import BadInput, UnreadableFile
from closeline.domain.feeds.captures import RawPayload
from closeline.providers.simulator.answering import Manner
from closeline.providers.simulator.asking import Endpoint
from closeline.providers.simulator.faults import FAULTS, Script, Window, script_of
from closeline.providers.simulator.faults.bodies import BODIES
from closeline.providers.simulator.server import KEY, Simulator
from closeline.providers.strict_json import loads
from closeline.providers.the_odds_api.feed import TheOddsApi
from tests.builders.recordings import BROWNS, FIRST, NFL, START, a_recording, read

AT = FIRST + timedelta(hours=2)
ODDS = f"/v4/sports/{NFL}/odds"
SINCE, UNTIL = timedelta(minutes=60), timedelta(minutes=180)
ALL = {"regions": "us", "markets": "h2h,spreads,totals", "oddsFormat": "american"}


def asked(fault=None, at=AT, path=ODDS, **given):
    windows = () if fault is None else (Window(fault, SINCE, UNTIL, **given),)
    simulator = Simulator(a_recording(), FixedClock(at), script=Script(FIRST, windows))
    return simulator.reply(f"{path}?{urlencode({'apiKey': KEY, **ALL})}")


def value(*args, **given):
    return read(asked(*args, **given))


def header(answer, name):
    return dict(answer.headers).get(name)


def markets(events):
    return [market for event in events for book in event["bookmakers"] for market in book["markets"]]


def parsed(*args, **given):
    return TheOddsApi().parse(RawPayload("odds.json", asked(*args, **given).body, AT))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_changes_something_within_its_window_and_nothing_outside_it(fault):
    path = {
        "historical_unavailable": f"/v4/historical/sports/{NFL}/odds",
        "event_not_found": f"/v4/sports/{NFL}/events/{BROWNS}/odds",
    }.get(fault, ODDS)
    for at in (FIRST + SINCE - timedelta(seconds=1), FIRST + UNTIL):
        assert asked(fault, at, path, amount=1) == asked(None, at, path)
    inside = FIRST + (SINCE + UNTIL) / 2
    assert asked(fault, inside, path, amount=1) != asked(None, inside, path)
    assert asked(fault, inside, path, amount=1) == asked(fault, inside, path, amount=1)


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("missing_key", 401, "MISSING_KEY"),
        ("invalid_key", 401, "INVALID_KEY"),
        ("deactivated_key", 401, "DEACTIVATED_KEY"),
        ("out_of_usage_credits", 401, "OUT_OF_USAGE_CREDITS"),
        ("too_fast", 429, "EXCEEDED_FREQ_LIMIT"),
    ],
)
def test_a_refusal_has_its_status_and_code_and_costs_nothing(fault, status, code):
    answer = asked(fault)

    assert (answer.status, read(answer)["error_code"]) == (status, code)
    assert header(answer, "x-requests-last") == "0"


def test_retry_after_is_told_only_where_the_script_says_so():
    assert header(asked("too_fast"), "retry-after") is None
    assert header(asked("too_fast", amount=7), "retry-after") == "7"


def test_a_server_fault_is_a_page_with_the_status_of_the_script():
    assert asked("server_fault").status == 502
    assert asked("server_fault", amount=503).status == 503
    assert asked("server_fault").body.startswith(b"<html>")


def test_a_redirect_leads_to_an_address_that_must_never_be_called():
    answer = asked("redirect")

    assert (answer.status, header(answer, "location")) == (302, "http://169.254.169.254/latest/meta-data/")


def test_credits_drain_to_nothing_then_refuse_and_are_there_again_after_the_window():
    told = [
        int(
            header(asked("credits_drain", FIRST + SINCE + timedelta(minutes=minute), amount=40), "x-requests-remaining")
        )
        for minute in range(119)
    ]

    assert told[0] == 40
    assert all(later <= sooner for sooner, later in pairwise(told))
    last = asked("credits_drain", FIRST + UNTIL - timedelta(seconds=1), amount=40)
    assert (last.status, header(last, "x-requests-remaining")) == (401, "0")
    assert header(asked("credits_drain", FIRST + UNTIL, amount=40), "x-requests-remaining") == "497"


def test_credits_may_go_up_disagree_or_be_nonsense():
    assert header(asked("credits_reset"), "x-requests-remaining") == "500"
    assert header(asked("credits_disagree", amount=5), "x-requests-last") == "8"
    assert header(asked("credits_untold"), "x-requests-remaining") == "-1e9"


@pytest.mark.parametrize("fault", ["slow", "cut", "reset"])
def test_a_fault_of_the_wire_changes_only_the_manner(fault):
    answer = asked(fault)

    assert answer.manner is Manner(fault.upper())
    assert answer.body == asked().body


HOSTILE = set(BODIES) - {"slow", "cut", "reset", "gzip_bomb", "gzip_garbage", "text_price", "true_price"}


@pytest.mark.parametrize("fault", sorted(HOSTILE))
def test_hostile_bytes_are_refused_by_the_strict_reader(fault):
    answer = asked(fault)

    assert answer.status == 200
    with pytest.raises(UnreadableFile):
        loads(answer.body, "answer")


@pytest.mark.parametrize("fault", ["not_a_number", "infinite", "key_twice"])
def test_the_plain_reader_of_json_would_have_taken_them(fault):
    assert json.loads(asked(fault).body)


@pytest.mark.parametrize("fault", ["text_price", "true_price"])
def test_a_price_of_another_type_is_rejected_price_by_price(fault):
    read = parsed(fault)

    assert read.quotes == ()
    assert sum(item.prices for item in read.rejected) == 10


def test_a_gzip_bomb_is_small_on_the_wire_and_huge_unpacked():
    answer = asked("gzip_bomb")

    assert header(answer, "content-encoding") == "gzip"
    assert len(answer.body) < 100_000
    assert len(gzip.decompress(answer.body)) == 16 * 1024 * 1024


def test_reordered_outcomes_say_the_same():
    assert markets(value("outcomes_reordered")) != markets(value())
    wanted = {(q.book, q.market, q.side, q.line_quarters, q.price) for q in parsed().quotes}
    assert {(q.book, q.market, q.side, q.line_quarters, q.price) for q in parsed("outcomes_reordered").quotes} == wanted


def test_missing_books_are_left_out_and_the_others_stay():
    books = [[book["key"] for book in event["bookmakers"]] for event in value("books_missing")]

    assert books == [["synthetic_delta"], ["synthetic_harbour"]]


def test_one_sided_markets_have_one_outcome_and_suspended_ones_no_price():
    assert {len(market["outcomes"]) for market in markets(value("one_sided"))} == {1}
    assert {item["price"] for market in markets(value("suspended")) for item in market["outcomes"]} == {None}


def test_a_flipped_sign_gives_both_sides_one_line_and_is_caught():
    reasons = {item.reason for item in parsed("sign_flipped").rejected}

    assert reasons == {"UNPAIRED_LINE"}


def test_swapped_teams_trade_places_under_the_same_id():
    (before, _), (after, _) = value(), value("teams_swapped", amount=1)

    assert (after["id"], after["home_team"], after["away_team"]) == (
        before["id"], before["away_team"], before["home_team"],
    )  # fmt: skip


def test_a_renamed_team_is_renamed_in_its_prices_too():
    first, second = value("team_renamed", amount=1)
    names = {item["name"] for market in markets([first]) for item in market["outcomes"]}

    assert first["home_team"] == "Springfield Isotopes"
    assert names == {"Springfield Isotopes", "Chicago Bears", "Over", "Under"}
    assert second == value()[1]


def test_moved_and_postponed_games_begin_later():
    starts = [parsed(fault).events[0].starts_at for fault in ("start_moved", "postponed")]

    assert starts == [START + timedelta(minutes=45), START + timedelta(days=1)]


def test_an_event_may_come_twice_under_one_id_or_two():
    once = [event["id"] for event in value()]

    assert [event["id"] for event in value("event_twice")] == [once[0], *once]
    assert [event["id"] for event in value("two_ids")] == [*once, f"{once[0][:-4]}ffff"]


def test_a_stale_body_is_the_same_bytes_for_the_whole_window():
    bodies = {asked("stale", FIRST + SINCE + timedelta(minutes=minute)).body for minute in (0, 1, 30, 119)}

    assert len(bodies) == 1
    assert asked("stale", AT).body != asked(None, AT).body
    assert asked("stale", AT).status == 200


def test_a_fault_meets_only_its_endpoint_its_sport_and_each_nth_call():
    windows = (Window("server_fault", SINCE, UNTIL, Endpoint.ODDS, NFL, every=2),)
    simulator = Simulator(a_recording(), FixedClock(AT), script=Script(FIRST, windows))
    target = f"{ODDS}?{urlencode({'apiKey': KEY, **ALL})}"

    assert [simulator.reply(target).status for _ in range(4)] == [200, 502, 200, 502]
    assert simulator.reply(f"/v4/sports?apiKey={KEY}").status == 200
    assert [met.faults for met in simulator.met] == [(), ("server_fault",), (), ("server_fault",), ()]


def test_faults_of_overlapping_windows_happen_in_the_order_of_the_script():
    windows = (Window("start_moved", SINCE, UNTIL), Window("books_missing", SINCE, UNTIL))
    simulator = Simulator(a_recording(), FixedClock(AT), script=Script(FIRST, windows))
    event = read(simulator.reply(f"{ODDS}?{urlencode({'apiKey': KEY, **ALL})}"))[0]

    assert event["commence_time"] == "2023-12-17T18:45:00Z"
    assert len(event["bookmakers"]) == 1


def test_a_script_is_read_from_toml():
    script = script_of(
        '[[fault]]\nname = "too_fast"\nfrom_minute = 30\nto_minute = 32\nendpoint = "odds"\namount = 5\n', FIRST
    )

    assert script.windows == (
        Window("too_fast", timedelta(minutes=30), timedelta(minutes=32), Endpoint.ODDS, amount=5.0),
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "[[fault",
        "[other]\nx = 1",
        "fault = 1",
        '[[fault]]\nname = "nonsense"\nto_minute = 1',
        '[[fault]]\nname = "slow"\nfrom_minute = 5\nto_minute = 5',
        '[[fault]]\nname = "slow"\nto_minute = 5\nendpoint = "nowhere"',
        '[[fault]]\nname = "slow"\nto_minute = "soon"',
        '[[fault]]\nname = "slow"\nto_minute = 5\nevery = 0',
        '[[fault]]\nname = "slow"\nto_minute = 5\nwindow = 3',
        "[[fault]]\nto_minute = 5",
    ],
)
def test_a_script_that_cannot_happen_is_refused_in_one_line(text):
    with pytest.raises(BadInput) as refused:
        script_of(text, FIRST)
    assert "\n" not in str(refused.value)
