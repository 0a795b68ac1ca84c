"""Publish: once, in time, with an outbox row per channel in the same transaction; delivery survives a crash."""

# mypy: disable-error-code="union-attr"

import json

import pytest

from closeline.domain.clock import FixedClock, micros
from closeline.domain.errors import InsideTransaction
from closeline.domain.feeds.captures import ResultStatus
from closeline.domain.feeds.fetching import CallOutcome
from closeline.domain.feeds.wants import Kind
from closeline.domain.picks import Decision, PickState, Tier
from closeline.domain.ports import Message
from closeline.domain.settlement.quorum import Report
from closeline.flow import gate, pick, publish
from closeline.flow.publish import carrying
from closeline.store import references
from closeline.store.desk import outbox as outboxes
from closeline.store.desk import picks
from closeline.store.polls import calls
from closeline.store.polls.calls import Poll
from closeline.store.results.reports import add_reports
from closeline.store.session import unit_of_work
from tests.builders.moments import HOUR, MINUTE, OPENS, START
from tests.builders.payloads import a_payload, an_event, three_markets
from tests.builders.records import TENANT, a_copy, number, opened, rows_of, take_in
from tests.builders.stories import NBA, forecast_at, make_rated, published_game
from tests.fakes import ChannelDied, FakeChannel

CHANNELS = ("app", "chat")


def make_proposed(url):
    make_rated(url)
    with opened(url) as engine, unit_of_work(engine) as session:
        forecast_at(session, a_payload(*three_markets()))
        gate.gate(session, tenant_id=TENANT, league=NBA, as_of=micros(OPENS))
        pick.propose(session, tenant_id=TENANT, league=NBA, as_of=micros(OPENS))


@pytest.fixture
def proposed(new_databases):
    """Give a record with picks that stand ready."""
    with a_copy(new_databases, "proposed", make_proposed) as engine:
        yield engine


def go_out(session, at=OPENS, channels=CHANNELS):
    return publish.publish(session, tenant_id=TENANT, league=NBA, as_of=micros(OPENS), channels=channels, at=at)


def states(session):
    names = [item.pick_id for item in picks.every(session, tenant_id=TENANT, league="nba")]
    return {state for _, state in picks.states(session, names, tenant_id=TENANT).values()}


def test_a_pick_is_published_once_however_often_it_is_asked_for(proposed):
    with unit_of_work(proposed) as session:
        first, second = go_out(session), go_out(session, OPENS + MINUTE)
        assert number(session, "SELECT count(*) FROM publication") == first.published > 0
        assert states(session) == {PickState.PUBLISHED}

    assert (second.published, second.expired) == (0, 0)


@pytest.mark.parametrize(
    ("at", "in_time"),
    [(START - MINUTE, True), (START - MINUTE + MINUTE / 60, False), (START, False), (START + HOUR, False)],
)
def test_a_pick_that_comes_too_late_expires(proposed, at, in_time):
    with unit_of_work(proposed) as session:
        told = go_out(session, at)
        assert states(session) == {PickState.PUBLISHED if in_time else PickState.EXPIRED}
        assert number(session, "SELECT count(*) FROM delivery") == (told.published * 2 if in_time else 0)

    assert bool(told.published) is in_time
    assert bool(told.expired) is not in_time


def test_a_start_that_moved_forward_makes_the_pick_late(proposed):
    sooner = an_event(starts_at=OPENS + 30 * MINUTE)
    with unit_of_work(proposed) as session:
        take_in(session, a_payload(sooner, *three_markets(at=OPENS + MINUTE)), at=OPENS + MINUTE)
        assert go_out(session, OPENS + 30 * MINUTE).published == 0


def test_the_twin_that_goes_by_the_first_start_publishes_a_game_that_has_begun(proposed, monkeypatch):
    known = references.versions
    monkeypatch.setattr(references, "versions", lambda session, names, as_of: known(session, names, as_of=OPENS))
    sooner = an_event(starts_at=OPENS + 30 * MINUTE)
    with unit_of_work(proposed) as session:
        take_in(session, a_payload(sooner, *three_markets(at=OPENS + MINUTE)), at=OPENS + MINUTE)
        assert go_out(session, OPENS + 40 * MINUTE).published > 0


def test_a_start_that_is_moved_before_a_published_pick_leaves_it_as_it_was_published(proposed):
    sooner = an_event(starts_at=OPENS - HOUR)
    with unit_of_work(proposed) as session:
        assert go_out(session).published > 0
        take_in(session, a_payload(sooner, *three_markets(at=OPENS + HOUR)), at=OPENS + HOUR)
        assert states(session) == {PickState.PUBLISHED}
        told = rows_of(session, "SELECT DISTINCT published_at FROM publication")
        assert go_out(session, OPENS + HOUR).published == 0
        assert rows_of(session, "SELECT DISTINCT published_at FROM publication") == told


def test_a_clock_that_was_set_back_does_not_bring_back_a_game_that_began(proposed):
    with unit_of_work(proposed) as session:
        planted_polls(session, age=OPENS - START - 2 * MINUTE)
        assert set(outcome(session, live=True).values()) == {PickState.EXPIRED}


def test_a_game_that_is_said_to_be_under_way_before_its_planned_start_is_too_late(proposed):
    with unit_of_work(proposed) as session:
        (game,) = rows_of(session, "SELECT DISTINCT event_id FROM pick")
        (seen,) = rows_of(session, "SELECT DISTINCT payload_sha FROM snapshot LIMIT 1")
        said = Report(game["event_id"], "a feed", ResultStatus.LIVE, 2, 0, OPENS, seen["payload_sha"])
        assert add_reports(session, [said]) == 1
        told = go_out(session, OPENS + MINUTE)

    assert (told.published, told.expired > 0) == (0, True)


def test_the_twin_that_believes_the_clock_publishes_past_the_start(proposed, monkeypatch):
    monkeypatch.setattr(publish, "_no_earlier", lambda session, league, at, *, live: at)
    with unit_of_work(proposed) as session:
        planted_polls(session, age=OPENS - START - 2 * MINUTE)
        assert set(outcome(session, live=True).values()) == {PickState.PUBLISHED}


def test_a_start_that_is_moved_only_later_is_not_known_yet(proposed):
    sooner = an_event(starts_at=OPENS)
    with unit_of_work(proposed) as session:
        take_in(session, a_payload(sooner, *three_markets(at=OPENS + HOUR)), at=OPENS + HOUR)
        assert go_out(session, OPENS).expired == 0


def test_state_terms_and_outbox_are_one_transaction(proposed):
    with pytest.raises(RuntimeError), unit_of_work(proposed) as session:  # noqa: PT012
        go_out(session)
        raise RuntimeError
    with unit_of_work(proposed, write=False) as session:
        assert states(session) == {PickState.PROPOSED}
        assert number(session, "SELECT count(*) FROM publication") == 0
        assert number(session, "SELECT count(*) FROM delivery") == 0


def test_every_channel_has_its_row_with_the_very_terms_of_the_publication(proposed):
    with unit_of_work(proposed) as session:
        told = go_out(session)
        rows = rows_of(session, "SELECT pick_id, channel, payload, payload_hash FROM delivery")
        terms = {row["pick_id"]: row["terms"] for row in rows_of(session, "SELECT pick_id, terms FROM publication")}

    assert len(rows) == told.published * len(CHANNELS)
    for row in rows:
        assert json.loads(terms[row["pick_id"]]).items() <= json.loads(row["payload"]).items()


def test_the_published_terms_say_what_was_picked(proposed):
    with unit_of_work(proposed) as session:
        go_out(session)
        made = {item.pick_id: item for item in picks.every(session, tenant_id=TENANT, league="nba")}
        rows = rows_of(session, "SELECT pick_id, terms, is_official FROM publication")

    for row in rows:
        terms, item = json.loads(row["terms"]), made[row["pick_id"]]
        assert terms["selection"] == item.selection.selection_id
        assert (terms["price"], terms["book"], terms["decision"]) == (item.price.text, item.book, item.decision)
        assert bool(row["is_official"]) is (item.decision is Decision.PICK)
        team = {"HOME": "Boston Celtics", "AWAY": "Miami Heat"}.get(item.selection.side)
        assert team is None or terms["label"].startswith(team)


def test_the_terms_stay_what_they_were_when_the_line_moves_on(proposed):
    with unit_of_work(proposed) as session:
        go_out(session)
        before = (
            rows_of(session, "SELECT * FROM publication ORDER BY pick_id"),
            rows_of(session, "SELECT * FROM pick ORDER BY pick_id"),
        )
        take_in(
            session, a_payload(*three_markets(at=OPENS + HOUR, spread=-30, moneyline=("-400", "+300"))), at=OPENS + HOUR
        )
        go_out(session, OPENS + HOUR)
        after = (
            rows_of(session, "SELECT * FROM publication ORDER BY pick_id"),
            rows_of(session, "SELECT * FROM pick ORDER BY pick_id"),
        )

    assert before == after


def deliver(engine, channel):
    with unit_of_work(engine) as session:
        parcels = carrying.plan(session, tenant_id=TENANT, channels=[channel], at=OPENS + MINUTE)
    carried = carrying.perform([channel], parcels, FixedClock(OPENS + MINUTE))
    with unit_of_work(engine) as session:
        carrying.keep(session, carried, tenant_id=TENANT)


def outbox(engine, name):
    with unit_of_work(engine, write=False) as session:
        return outboxes.unsent(session, tenant_id=TENANT, channel=name)


def test_every_message_is_carried_once_and_leaves_the_outbox(rated):
    published_game(rated, channels=("app",))
    channel = FakeChannel("app")
    waiting = len(outbox(rated, "app"))
    for _ in range(2):
        deliver(rated, channel)

    assert outbox(rated, "app") == []
    assert len(channel.carried) == waiting > 0
    assert set(channel.asked.values()) == {1}


@pytest.mark.parametrize("dies_after", [0, 1, 2])
def test_a_crash_while_carrying_loses_no_message_and_doubles_none(rated, dies_after):
    made = published_game(rated, channels=("app",))
    dying = FakeChannel("app", dies_after=dies_after)
    if len(made) > dies_after:
        with pytest.raises(ChannelDied):
            deliver(rated, dying)
        assert len(outbox(rated, "app")) == len(made)
    dying.dies_after = None
    deliver(rated, dying)

    assert sorted(dying.carried) == sorted(item.pick_id for item in made)
    assert outbox(rated, "app") == []


def test_a_crash_between_carrying_and_keeping_sends_the_same_bytes_again(rated):
    made = published_game(rated, channels=("app",))
    channel = FakeChannel("app")
    with unit_of_work(rated) as session:
        parcels = carrying.plan(session, tenant_id=TENANT, channels=[channel], at=OPENS + MINUTE)
    carrying.perform([channel], parcels, FixedClock(OPENS + MINUTE))
    deliver(rated, channel)

    assert len(channel.carried) == len(made)
    assert set(channel.asked.values()) == {2}
    assert outbox(rated, "app") == []


def test_nothing_is_carried_while_a_transaction_is_open(trusting):
    with unit_of_work(trusting, write=False), pytest.raises(InsideTransaction):
        FakeChannel().send(Message("p", "{}"))


def test_what_the_rules_cannot_settle_never_becomes_official(proposed, monkeypatch):
    monkeypatch.setattr(publish, "settles", lambda league, market: market.type != "TOTAL")
    with unit_of_work(proposed) as session:
        told = go_out(session)
        rejected = rows_of(session, "SELECT reason FROM pick_event WHERE to_state = 'REJECTED'")
        official = {item.selection.market.type for item, _ in picks.published(session, tenant_id=TENANT, league=NBA)}

    assert {row["reason"] for row in rejected} == {publish.NOT_SETTLEABLE}
    assert told.published > 0
    assert "TOTAL" not in official


# ------------------------------------------------------------------------------------------------ the mode


def planted_polls(session, *, age=0 * MINUTE, left=400):
    """Plant three polls of a minute each, the last of them `age` before the picks go out."""
    for back in (3, 2, 1):
        at = OPENS - age - back * MINUTE
        calls.add(session, Poll(
            f"p{back}", "the_odds_api", Kind.ODDS, NBA, "/odds", "PLANNED", "s", at, at, CallOutcome.OK, content_at=at,
            interval_seconds=60, credits_left=left, credits_plan=500,
        ))  # fmt: skip


def outcome(session, **more):
    publish.publish(
        session, tenant_id=TENANT, league=NBA, as_of=micros(OPENS), channels=CHANNELS, at=OPENS, **more
    )  # fmt: skip
    made = {item.pick_id: item for item in picks.every(session, tenant_id=TENANT, league="nba")}
    found = picks.states(session, list(made), tenant_id=TENANT)
    return {(made[name].decision, made[name].tier): state for name, (_, state) in found.items()}


def test_a_desk_without_live_feeds_publishes_in_full(proposed):
    with unit_of_work(proposed) as session:
        assert set(outcome(session).values()) == {PickState.PUBLISHED}


def test_a_live_desk_that_has_heard_nothing_publishes_nothing(proposed):
    with unit_of_work(proposed) as session:
        assert set(outcome(session, live=True).values()) == {PickState.REJECTED}
        reasons = {
            row["reason"] for row in rows_of(session, "SELECT reason FROM pick_event WHERE to_state = 'REJECTED'")
        }
        assert reasons == {"PUBLISHING_OFF"}
        assert number(session, "SELECT count(*) FROM delivery") == 0


@pytest.mark.parametrize("live", [True, False])
def test_a_stale_feed_lets_nothing_be_published_whoever_asks(proposed, live):
    with unit_of_work(proposed) as session:
        planted_polls(session, age=16 * MINUTE)
        assert set(outcome(session, live=live).values()) == {PickState.REJECTED}


def test_fresh_polls_and_credits_let_everything_be_published(proposed):
    with unit_of_work(proposed) as session:
        planted_polls(session)
        assert set(outcome(session, live=True).values()) == {PickState.PUBLISHED}


def test_few_credits_let_picks_of_tier_a_and_b_be_published_and_nothing_else(proposed):
    with unit_of_work(proposed) as session:
        planted_polls(session, left=60)
        found = outcome(session, live=True)

    assert found
    for (decision, tier), state in found.items():
        best = decision is Decision.PICK and tier in (Tier.A, Tier.B)
        assert state is (PickState.PUBLISHED if best else PickState.REJECTED)


def test_the_twin_that_does_not_read_the_mode_publishes_from_a_stale_feed(proposed, monkeypatch):
    monkeypatch.setattr("closeline.flow.publish.permission.withholds", lambda *given: None)
    with unit_of_work(proposed) as session:
        planted_polls(session, age=16 * MINUTE)
        assert set(outcome(session, live=True).values()) == {PickState.PUBLISHED}


def test_a_mode_that_falls_between_the_proposal_and_the_publication_is_seen(proposed):
    with unit_of_work(proposed) as session:
        planted_polls(session, left=400)
    with unit_of_work(proposed) as session:
        at = OPENS - MINUTE / 2
        calls.add(session, Poll(
            "last", "the_odds_api", Kind.ODDS, NBA, "/odds", "PLANNED", "s", at, at, CallOutcome.OK, content_at=at,
            interval_seconds=60, credits_left=5, credits_plan=500,
        ))  # fmt: skip
        assert set(outcome(session, live=True).values()) == {PickState.REJECTED}
