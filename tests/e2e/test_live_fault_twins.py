"""The planted twins of the simulator's faults: each takes one guard away and sees the danger come through.

What holds with the guard in place stands in `test_live_faults`; which test belongs to which fault, in
`fault_catalogue`. The guards are the same on both databases, so that one is enough here.
"""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from closeline.domain.board import Availability
from closeline.domain.errors import CorruptRecord, DevigError
from closeline.domain.feeds import mode as modes
from closeline.domain.feeds import quota
from closeline.domain.feeds.fetching import Allowance, CallOutcome, RawItem
from closeline.domain.feeds.mode import Mode
from closeline.domain.identity import AliasTable, naming
from closeline.domain.odds import Price
from closeline.flow import evaluate
from closeline.jobs.capturing import keeping
from closeline.maths.devig import devig
from closeline.providers.fetch import exchange as exchanges
from closeline.providers.fetch import fetcher, refusals
from closeline.providers.the_odds_api import feed, odds, prices, responses
from tests.builders.live import a_fault, live
from tests.builders.recordings import BEARS, CHANGES, START, a_change, a_recording
from tests.e2e.test_live_faults import SIDES, STANDING, odds_calls

PAST = RawItem("the_odds_api", "/v4/historical/sports/americanfootball_nfl/odds", (("regions", "us"),), 10)


@pytest.fixture
def database_kind():
    return "sqlite"


# ------------------------------------------------------------------------------------------------ refusals


@pytest.mark.parametrize("fault", ["missing_key", "invalid_key", "deactivated_key"])
def test_without_blocks_a_refused_key_is_shown_again_every_minute(seeded, monkeypatch, fault):
    monkeypatch.setattr("closeline.domain.feeds.blocks.block", lambda *given, **more: None)
    monkeypatch.setattr("closeline.providers.fetch.circuits.Circuit.refusal", lambda *given, **more: "")
    with live(seeded, a_fault(fault, 1, 60), begins=START - timedelta(minutes=58)) as it:
        it.ask("SCHEDULE")
        it.ask()
        called = odds_calls(it)
        for _ in range(6):
            it.minutes()
            it.job("capture.poll")

        assert odds_calls(it) - called >= 4


def test_without_blocks_spent_credits_are_asked_for_every_minute(seeded, monkeypatch):
    monkeypatch.setattr("closeline.domain.feeds.blocks.block", lambda *given, **more: None)
    monkeypatch.setattr("closeline.providers.fetch.circuits.Circuit.refusal", lambda *given, **more: "")
    # Nobody keeps an account either: it would stop them too.
    monkeypatch.setattr(quota, "reserve", lambda account, *rest: account)
    with live(seeded, a_fault("out_of_usage_credits", 1, 60), begins=START - timedelta(minutes=58)) as it:
        it.ask("SCHEDULE")
        it.ask()
        it.minutes()
        for _ in range(4):
            assert it.ask().outcome is CallOutcome.OUT_OF_CREDITS

        assert odds_calls(it) == 5


def test_without_the_vendors_codes_what_the_plan_lacks_looks_like_a_bad_key_and_stops_everything(seeded, monkeypatch):
    monkeypatch.setattr(refusals, "_told", lambda body: "")
    monkeypatch.setattr(refusals, "_scanned", lambda body: "")
    with live(seeded, a_fault("historical_unavailable", 0, 60)) as it:
        assert it.desk.fetch.fetch(PAST).outcome is CallOutcome.BAD_KEY
        assert it.ask().outcome is CallOutcome.CIRCUIT_OPEN


def test_a_gone_event_that_counted_as_a_fault_of_the_host_would_stop_everything(seeded, monkeypatch):
    monkeypatch.setitem(refusals.CODES, "EVENT_NOT_FOUND", CallOutcome.SERVER_FAULT)
    path = f"/v4/sports/americanfootball_nfl/events/{'b' * 32}/odds"
    with live(seeded, a_fault("event_not_found", 0, 60)) as it:
        for _ in range(5):
            it.desk.fetch.fetch(RawItem("the_odds_api", path, (("regions", "us"),), 1))

        assert it.ask().outcome is CallOutcome.CIRCUIT_OPEN


def test_whoever_takes_a_redirect_for_an_answer_takes_every_price_off(seeded, monkeypatch):
    lenient(monkeypatch)
    monkeypatch.setattr(fetcher, "outcome_of", lambda *given: (CallOutcome.OK, ""))
    with live(seeded, a_fault("redirect", 1, 2)) as it:
        it.ask()
        it.minutes()
        it.ask()

        assert set(it.states().values()) == {Availability.ABSENT}


# ------------------------------------------------------------------------------------------------- credits


def test_who_does_not_look_at_the_credits_publishes_in_full_to_the_last_one(seeded, monkeypatch):
    monkeypatch.setattr(modes, "_quota_after", lambda last: Mode.FULL)
    with live(seeded, a_fault("credits_drain", 0, 60, amount=1000), of=1000) as it:
        it.minutes(59)
        it.ask()
        it.watch()

        assert it.mode() is Mode.FULL


def drained_then_reset(it):
    """Let the credits run low and be there again; give what the desk believes is left before and after."""
    it.minutes(2)
    before = it.ask().credits_left
    it.minutes(8)
    return before, it.ask().credits_left


RESET = (a_fault("credits_drain", 0, 3, amount=1000), a_fault("credits_reset", 5, 20, amount=1000))


def test_credits_that_are_there_again_may_be_spent_again(seeded):
    with live(seeded, *RESET, of=1000) as it:
        before, after = drained_then_reset(it)

        assert before < 400
        assert after == 1000


def test_who_never_believes_in_more_credits_stays_without_for_the_rest_of_the_month(seeded, monkeypatch):
    settle = quota.settle
    monkeypatch.setattr(quota, "settle", lambda account, *rest: settle(replace(account, told=None), *rest))
    with live(seeded, *RESET, of=1000) as it:
        before, after = drained_then_reset(it)

        assert after < before < 400


def test_who_counts_by_his_own_price_list_believes_in_more_than_there_is(seeded, monkeypatch):
    monkeypatch.setattr(quota, "_cost", lambda reserved, outcome, allowance: (3, 0))
    with live(seeded, a_fault("credits_disagree", 1, 3, amount=50)) as it:
        it.ask()
        it.minutes()

        assert it.ask().credits_left > it.simulator.counter.remaining - 50


def test_who_believes_any_number_of_credits_loses_the_answer(seeded, monkeypatch):
    def believed(headers):
        told = [headers.get(f"x-requests-{name}") for name in ("remaining", "used", "last")]
        return Allowance(*(None if text is None else int(float(text)) for text in told))

    monkeypatch.setattr(fetcher, "allowance_of", believed)
    with live(seeded, a_fault("credits_untold", 1, 3)) as it:
        it.ask()
        it.minutes()
        with pytest.raises(CorruptRecord, match="left_after"):
            it.ask()

        assert it.polls()[-1].received_at < it.clock() - timedelta(seconds=59), "what came was paid for and not kept"


# ------------------------------------------------------------------------------------------------ the wire


@pytest.mark.parametrize("fault", ["slow", "cut", "reset"])
def test_who_tries_again_what_may_have_been_served_pays_for_it_each_time(seeded, monkeypatch, fault):
    def never_sent(*given):
        found = exchanges.exchange(*given)
        return replace(found, sent=False) if isinstance(found, exchanges.Failure) else found

    monkeypatch.setattr(fetcher, "exchange", never_sent)
    with live(seeded, a_fault(fault, 1, 2)) as it:
        it.ask()
        left = it.simulator.counter.remaining
        it.minutes()
        it.ask()

        assert len(it.simulator.met) == 1 + 3
        assert left - it.simulator.counter.remaining == 3 * 3


def plain(monkeypatch):
    """Take away the strict reader, and the look at the bytes before it."""
    monkeypatch.setattr(fetcher, "strangeness", lambda body, content: "")
    monkeypatch.setattr(responses, "loads", lambda content, name: json.loads(content))


def lenient(monkeypatch):
    """Plant a reader that takes what it cannot read for an answer with nothing in it."""

    def loads(content, name):
        try:
            return json.loads(content)
        except (ValueError, RecursionError):
            return []

    def unpacked(pieces, encoding, size_max):
        return b"".join(pieces)

    monkeypatch.setattr(fetcher, "strangeness", lambda body, content: "")
    monkeypatch.setattr(responses, "loads", loads)
    monkeypatch.setattr(exchanges, "unpacked", unpacked)


@pytest.mark.parametrize(
    "fault", ["page", "empty_body", "too_deep", "gzip_garbage", "gzip_bomb", "long_number", "truncated"]
)
def test_who_takes_hostile_bytes_for_an_empty_answer_takes_every_price_off(seeded, monkeypatch, fault):
    lenient(monkeypatch)
    with live(seeded, a_fault(fault, 1, 2)) as it:
        it.ask()
        it.minutes()

        assert it.ask().outcome is CallOutcome.OK
        assert set(it.states().values()) == {Availability.ABSENT}


@pytest.mark.parametrize("fault", ["infinite", "utf_16"])
def test_the_usual_reader_takes_for_an_answer_what_ours_refuses(seeded, monkeypatch, fault):
    plain(monkeypatch)
    with live(seeded, a_fault(fault, 1, 2)) as it:
        it.ask()
        it.minutes()

        assert it.ask().outcome is CallOutcome.OK


@pytest.mark.parametrize("fault", ["text_price", "true_price"])
def test_who_is_not_strict_about_types_stores_prices_that_nobody_quoted(seeded, monkeypatch, fault):
    monkeypatch.setattr(prices, "number", lambda value: Decimal(str(int(value) if value is True else value)))
    monkeypatch.setattr(prices, "_is_number", lambda value: True)
    # True is 1, and decimal odds of 1 are refused by a second guard, which a looser desk would not have either.
    monkeypatch.setattr(odds, "Price", Bound)
    with live(seeded, a_fault(fault, 1, 2)) as it:
        it.ask()
        it.minutes()

        assert it.ask().accepted == SIDES
        assert {text for *_, text in it.prices()} == {"1.95" if fault == "text_price" else "1.5"}


class Bound:
    """Prices that are forced into their bounds instead of being refused."""

    @staticmethod
    def quoted(text, form):
        return Price.quoted(str(max(Decimal(text), Decimal("1.5"))), form)


# ----------------------------------------------------------------------------------------------- the board


def test_who_reads_outcomes_by_their_place_exchanges_the_sides(seeded, monkeypatch):
    outcome = odds._outcome

    def by_place(context, told, place):
        sides = [context.event.home, context.event.away] if "name" in told and told["name"] in (
            context.event.home, context.event.away) else ["Over", "Under"]  # fmt: skip
        return outcome(context, {**told, "name": sides[int(place[-2])]}, place)

    monkeypatch.setattr(odds, "_outcome", by_place)
    with live(seeded, a_fault("outcomes_reordered", 1, 2)) as it:
        it.ask()
        before = it.prices()
        it.minutes()

        assert it.ask().accepted > 0
        assert it.prices() != before


@pytest.mark.parametrize("fault", ["one_sided", "books_missing", "no_events"])
def test_who_does_not_know_what_was_asked_shows_prices_that_are_gone(seeded, monkeypatch, fault):
    monkeypatch.setattr(keeping, "coverage_of", lambda call: None)
    with live(seeded, a_fault(fault, 1, 2)) as it:
        it.ask()
        it.minutes()
        it.ask()

        assert it.prices() == STANDING


def test_who_takes_suspended_for_left_out_says_that_books_withdrew(seeded, monkeypatch):
    monkeypatch.setattr(feed._Found, "_read_prices", quotes_alone(feed._Found._read_prices))
    with live(seeded, a_fault("suspended", 1, 2, amount=1)) as it:
        it.ask()
        it.minutes()
        it.ask()

        assert Availability.SUSPENDED not in it.states().values()
        assert Availability.ABSENT in it.states().values()


def quotes_alone(read):
    def reading(self, *given):
        read(self, *given)
        self.suspended.clear()

    return reading


def test_who_does_not_hold_one_side_against_the_other_stores_a_flipped_line(seeded, monkeypatch):
    monkeypatch.setattr(odds, "checked", iter)
    with live(seeded, a_fault("sign_flipped", 1, 2)) as it:
        it.ask()
        it.minutes()

        assert it.ask().accepted == 2
        lines = [line for book, market, _, line, _ in it.prices() if "SPREAD" in market and book == "synthetic_harbour"]
        assert lines in (["14", "14"], ["-14", "-14"])


def test_who_joins_by_id_alone_gives_each_team_the_others_price(seeded, monkeypatch):
    monkeypatch.setattr(naming, "_contradict", lambda *given: False)
    monkeypatch.setattr(naming._Register, "is_turned", lambda *given: False)
    with live(seeded, a_fault("teams_swapped", 1, 3, amount=1)) as it:
        it.ask()
        before = it.prices()
        it.minutes()

        # The total is of no side; all else now stands under the wrong team.
        assert it.ask().accepted == 6
        assert it.prices() != before


def test_who_guesses_at_an_unknown_team_makes_a_game_that_nobody_plays(seeded, monkeypatch):
    resolve = AliasTable.resolve
    monkeypatch.setattr(AliasTable, "resolve", lambda self, *given: resolve(self, *given) or "nfl_bills")
    with live(seeded, a_fault("team_renamed", 0, 3, amount=1)) as it:
        assert it.ask().accepted == SIDES
        assert "nfl_bills" in {event.home_team_id for event in it.events().values()}


def test_who_is_told_of_an_unknown_team_first_makes_no_game_of_it(seeded):
    with live(seeded, a_fault("team_renamed", 0, 3, amount=1)) as it:
        assert it.ask().accepted == SIDES - 8
        assert len(it.events()) == 1


def test_who_reads_one_id_twice_counts_its_prices_twice(seeded, monkeypatch):
    def every(response, rejected):
        for place, record in response.events:
            yield responses.event_of(record, place), record

    monkeypatch.setattr(feed, "_events", every)
    with live(seeded, a_fault("event_twice", 1, 2)) as it:
        it.ask()
        it.minutes()
        poll = it.ask()

        assert (poll.accepted + poll.unchanged, poll.quarantined) == (SIDES + 8, 0)


def test_who_compares_no_pairs_makes_two_games_of_one(seeded, monkeypatch):
    monkeypatch.setattr(naming._Register, "_met", lambda *given: None)
    with live(seeded, a_fault("two_ids", 1, 3)) as it:
        it.ask()
        it.minutes()

        assert it.ask().accepted == 8
        assert not it.open()


@pytest.mark.parametrize(("fault", "by"), [("start_moved", timedelta(minutes=45)), ("postponed", timedelta(days=1))])
def test_who_keeps_the_first_start_takes_a_moved_game_for_begun(seeded, monkeypatch, fault, by):
    monkeypatch.setattr("closeline.store.references._differs", lambda old, new: old is None)
    with live(seeded, a_fault(fault, 1, 60)) as it:
        it.ask()
        it.minutes()
        it.ask()

        assert {event.starts_at for event in it.events().values()} == {START}
        assert START + by not in {event.starts_at for event in it.events().values()}


# ------------------------------------------------------------------------------------- prices and the clock

ABSURD = (
    *CHANGES,
    a_change(0, event=BEARS, book="synthetic_delta", market="h2h", point=None, prices=(-10000.0, -10000.0)),
)


def fair_prices_of(it):
    with it.session() as session:
        return {row[0] for row in session.rows(text("SELECT DISTINCT book FROM market_evaluation"))}


def test_a_market_that_nobody_can_price_loses_only_itself(seeded):
    with live(seeded, recording=a_recording(ABSURD)) as it:
        assert it.ask().accepted == SIDES + 2
        assert "synthetic_harbour" in fair_prices_of(it)


def test_without_pricing_them_one_by_one_such_a_market_takes_its_whole_answer_with_it(seeded, monkeypatch):
    monkeypatch.setattr(evaluate, "_fair_or_none", lambda prices, method: devig(prices, method).probabilities[0])
    with live(seeded, recording=a_recording(ABSURD)) as it:
        with pytest.raises(DevigError):
            it.ask()
        assert fair_prices_of(it) == set()


def set_back(it, by):
    it.clock._now -= by


def test_answers_of_a_clock_that_was_set_back_still_come_after_each_other(seeded):
    with live(seeded) as it:
        it.ask()
        set_back(it, timedelta(hours=1))
        it.ask()
        first, second = sorted(poll.received_at for poll in it.polls())

        assert timedelta(0) < second - first < timedelta(seconds=1)


def test_without_stamping_them_they_would_be_kept_in_the_wrong_order(seeded, monkeypatch):
    monkeypatch.setattr(keeping, "_stamped", lambda session, desk, brought: brought)
    with live(seeded) as it:
        it.ask()
        set_back(it, timedelta(hours=1))
        it.ask()
        first, second = sorted(poll.received_at for poll in it.polls())

        assert second - first > timedelta(minutes=59)
