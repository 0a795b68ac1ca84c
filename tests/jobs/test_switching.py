"""Switching: rules open and lift what they opened, in time for every worker, and never what a person set."""

# mypy: disable-error-code="union-attr"

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import pytest

from closeline.domain.clock import micros
from closeline.domain.errors import BadInput
from closeline.domain.feeds.fetching import CallOutcome
from closeline.domain.feeds.mode import Mode, Standing
from closeline.domain.governance.modes import Health
from closeline.domain.governance.switches import BY_HAND, SYSTEM
from closeline.domain.leagues import League
from closeline.domain.picks import Decision, Tier
from closeline.flow import gate, pick
from closeline.flow.publish import permission
from closeline.jobs.monitoring import governing, ruling, telling
from closeline.store.desk import incidents, switches
from closeline.store.polls.standing import league_standing
from closeline.store.session import unit_of_work
from tests.builders.moments import OPENS
from tests.builders.payloads import a_payload, three_markets
from tests.builders.polling import KICKOFF, NFL_EVENTS, NFL_ODDS, a_live_desk, clock_of, events_answer, odds_answer
from tests.builders.records import TENANT, a_copy, opened, rows_of
from tests.builders.stories import NBA, forecast_at, make_rated
from tests.fakes import Answer
from tests.jobs.capturing.polled import MINUTE, poll, wrong

STARTS = (KICKOFF, KICKOFF + 5 * MINUTE)
WELL = Health(Standing(Mode.FULL, (), timedelta(0), stale=False), 0.5, (True, True, True))
# What makes each rule open its switch.
ILL = {
    "DISK_LOW": replace(WELL, disk_free=0.01),
    "FEED_STALE": replace(WELL, feed=Standing(Mode.NONE, ("FEED_STALE",), timedelta(hours=1), stale=True)),
    "GRADING_LATE": replace(WELL, late=7),
    "MODEL_BIAS": replace(WELL, biased=True, unbiased=False),
    "PROVIDER_DOWN": replace(WELL, answered=(False, False, False)),
    "QUOTA": replace(WELL, feed=Standing(Mode.NONE, ("QUOTA",), timedelta(0), stale=False)),
}  # fmt: skip


def fresh(minute, price=-110):
    return odds_answer(KICKOFF + minute * MINUTE, price=price, starts=STARTS)


def a_desk(engine, odds=None):
    script = {NFL_EVENTS: events_answer(STARTS), NFL_ODDS: odds or fresh(-60)}
    return a_live_desk(engine, script, now=KICKOFF - 60 * MINUTE)


def on(engine):
    with unit_of_work(engine, write=False, tenant_id=TENANT) as session:
        return {(item.scope, item.cause): item.actor for item in switches.turned_on(session, tenant_id=TENANT)}


def rule(desk, monkeypatch, health, *, resting=()):
    monkeypatch.setattr(ruling, "health_of", lambda *asked: health)
    with unit_of_work(desk.engine) as session:
        ruling.rule(session, desk, {League.NFL: health.feed}, resting)


@pytest.fixture
def desk(seeded):
    """Give a live desk with nothing polled yet."""
    return a_desk(seeded)


# -------------------------------------------------------------------------------------------- the rules


@pytest.mark.parametrize("cause", ILL)
def test_a_rule_opens_its_switch_as_system_once_and_lifts_it_when_all_is_right(desk, monkeypatch, cause):
    rule(desk, monkeypatch, ILL[cause])
    rule(desk, monkeypatch, ILL[cause])
    assert on(desk.engine) == {("league:nfl", cause): SYSTEM}

    rule(desk, monkeypatch, WELL)
    assert on(desk.engine) == {}
    assert wrong(desk) == {}
    with unit_of_work(desk.engine, write=False) as session:
        told = rows_of(session, "SELECT actor, why FROM event_log WHERE subject LIKE 'kill_switch:%' ORDER BY seq")
    assert [row["actor"] for row in told] == [SYSTEM, SYSTEM]


def test_two_causes_are_two_switches_and_each_rule_lifts_its_own(desk, monkeypatch):
    both = replace(ILL["GRADING_LATE"], disk_free=0.01)
    rule(desk, monkeypatch, both)
    assert set(on(desk.engine)) == {("league:nfl", "DISK_LOW"), ("league:nfl", "GRADING_LATE")}

    rule(desk, monkeypatch, ILL["DISK_LOW"])
    assert set(on(desk.engine)) == {("league:nfl", "DISK_LOW")}


def test_no_rule_lifts_what_a_person_set(desk, monkeypatch):
    governing.kill(desk, scope="league:nfl", why="look at this first", actor="someone")
    rule(desk, monkeypatch, ILL["DISK_LOW"])
    rule(desk, monkeypatch, WELL)

    assert on(desk.engine) == {("league:nfl", BY_HAND): "someone"}


def test_a_switch_on_a_channel_that_nobody_has_is_refused_because_it_would_stop_nothing(desk):
    with pytest.raises(BadInput, match="one of app, file, mail, telegram, webhook, was 'telegam'"):
        governing.kill(desk, scope="channel:telegam", why="stop the chat", actor="someone")
    governing.kill(desk, scope="channel:telegram", why="stop the chat", actor="someone")

    assert set(on(desk.engine)) == {("channel:telegram", BY_HAND)}


def test_what_a_person_lifts_is_opened_again_while_its_condition_holds(desk, monkeypatch):
    rule(desk, monkeypatch, ILL["PROVIDER_DOWN"])
    governing.lift(desk, scope="league:nfl", why="I think it is up", actor="someone")
    assert on(desk.engine) == {}

    clock_of(desk).pass_(minutes=1)
    rule(desk, monkeypatch, ILL["PROVIDER_DOWN"])
    assert on(desk.engine) == {("league:nfl", "PROVIDER_DOWN"): SYSTEM}


@pytest.mark.parametrize(("cause", "opens"), [("FEED_STALE", False), ("PROVIDER_DOWN", False), ("DISK_LOW", True)])
def test_the_silence_of_a_league_that_rests_opens_nothing(desk, monkeypatch, cause, opens):
    rule(desk, monkeypatch, ILL[cause], resting=[League.NFL])

    assert bool(on(desk.engine)) is opens


def test_however_often_something_is_met_there_is_one_incident_and_one_line_of_the_log(desk, monkeypatch):
    """Invariant O3."""
    told = []
    monkeypatch.setattr(telling.log, "error", lambda name, **said: told.append((name, said["kind"])))
    for _ in range(4):
        clock_of(desk).pass_(minutes=1)
        rule(desk, monkeypatch, ILL["DISK_LOW"])
        with unit_of_work(desk.engine) as session:
            alert = incidents.open_ones(session, tenant_id=TENANT)[0]
            incidents.meet(session, alert_of(alert, desk.clock()), scope="nfl")
            telling.tell(session, desk)

    assert told == [("incident_opened", "DISK_LOW")]
    assert wrong(desk) == {"DISK_LOW": 5}
    with unit_of_work(desk.engine, write=False) as session:
        assert len(rows_of(session, "SELECT * FROM ops_alert WHERE kind = 'DISK_LOW'")) == 1


def test_alerts_that_are_only_appended_would_be_a_storm(desk):
    """The planted twin of the test above."""
    from closeline.store.desk import alerts

    with unit_of_work(desk.engine) as session:
        for _ in range(4):
            clock_of(desk).pass_(minutes=1)
            alerts.add(session, [alerts.Alert(TENANT, "nfl", "DISK_LOW", "full", "{}", desk.clock())])
        assert len(rows_of(session, "SELECT * FROM ops_alert WHERE kind = 'DISK_LOW'")) == 4


def alert_of(incident, at):
    from closeline.store.desk.alerts import Alert

    return Alert(TENANT, incident.league, incident.kind, incident.text, incident.inputs, at)


# ------------------------------------------------------------------------------ a feed, and two workers


def may_publish(engine, at):
    """Ask as a publishing transaction does whether the best of picks may go out."""
    with unit_of_work(engine, tenant_id=TENANT) as session:
        standing = league_standing(session, League.NFL, at=at)
        found = permission.read(session, tenant_id=TENANT, league=League.NFL, standing=standing)
        return found.refuses("TOTAL", Decision.PICK, Tier.A) is None


def test_a_stale_feed_that_keeps_answering_200_stops_both_workers_and_only_fresh_polls_start_them(seeded):
    """Invariant O1: off within a tick of its limit, and back after three fresh polls, audited."""
    stuck = fresh(-60)
    desk = a_desk(seeded, [*[stuck] * 20, *(fresh(-40 + n, -111 - n) for n in range(30))])
    poll(desk, "capture.schedule")
    went = []
    with opened(seeded.url.render_as_string(hide_password=False)) as other:
        for _ in range(26):
            clock_of(desk).pass_(minutes=1)
            for job in ("capture.close", "capture.poll", "capture.watch"):
                poll(desk, job)
            went.append((may_publish(seeded, desk.clock()), may_publish(other, desk.clock())))
            if len(went) == 18:
                assert on(other) == {("league:nfl", "FEED_STALE"): SYSTEM}

    # The body is of minute 0 and may be 15 minutes old; polls bring new prices from minute 21 on.
    assert went[:15] == [(True, True)] * 15
    assert went[15:23] == [(False, False)] * 8
    assert went[23:] == [(True, True)] * 3
    assert on(seeded) == {}
    assert {"PUBLISHING_OFF", "FEED_STALE"} & set(wrong(desk)) == set()


def test_a_mode_that_rose_with_the_first_fresh_poll_would_start_them_too_soon(seeded, monkeypatch):
    """The planted twin of the test above: an upgrade at once."""
    from closeline.domain.feeds import mode

    stuck = fresh(-60)
    desk = a_desk(seeded, [*[stuck] * 18, *(fresh(-40 + n, -111 - n) for n in range(30))])
    poll(desk, "capture.schedule")
    monkeypatch.setattr(mode, "_since", lambda sightings, polls: len(sightings) - 1)
    monkeypatch.setattr(mode, "_at_arrival", lambda until: Mode.FULL)
    went = []
    for _ in range(20):
        clock_of(desk).pass_(minutes=1)
        for job in ("capture.close", "capture.poll", "capture.watch"):
            poll(desk, job)
        went.append(may_publish(seeded, desk.clock()))

    assert went[17:19] == [False, True]


def test_a_provider_that_fails_three_times_is_down_and_up_again_after_three_answers(seeded):
    silent = Answer(outcome=CallOutcome.SERVER_FAULT, status=503)
    desk = a_desk(seeded, [fresh(-59), *[silent] * 4, *(fresh(-54 + n, -111 - n) for n in range(9))])
    poll(desk, "capture.schedule")
    was = []
    for _ in range(10):
        clock_of(desk).pass_(minutes=1)
        for job in ("capture.close", "capture.poll", "capture.watch"):
            poll(desk, job)
        was.append(("league:nfl", "PROVIDER_DOWN") in on(seeded))

    assert was == [False] * 3 + [True] * 4 + [False] * 3


# ---------------------------------------------------------------------------------------- two processes


def make_proposed(url):
    make_rated(url)
    with opened(url) as engine, unit_of_work(engine) as session:
        forecast_at(session, a_payload(*three_markets()))
        gate.gate(session, tenant_id=TENANT, league=NBA, as_of=micros(OPENS))
        pick.propose(session, tenant_id=TENANT, league=NBA, as_of=micros(OPENS))


WORKER = """
import sys
from closeline.flow import publish
from closeline.domain.clock import instant
from closeline.domain.leagues import League
from closeline.store.database.engine import open_engine
from closeline.store.session import unit_of_work

engine, at = open_engine(sys.argv[1]), int(sys.argv[2])
for line in sys.stdin:
    with unit_of_work(engine, tenant_id="default") as session:
        told = publish.publish(
            session, tenant_id="default", league=League.NBA, as_of=at, channels=("app",), at=instant(at),
            prediction_id=line.strip(),
        )
    print(told.published, flush=True)
"""


def test_a_switch_set_in_one_process_stops_another_before_its_next_publication(new_databases):
    with a_copy(new_databases, "proposed", make_proposed) as engine:
        desk = replace(a_desk(engine), clock=lambda: OPENS)
        with unit_of_work(engine, write=False) as session:
            names = [
                row["prediction_id"] for row in rows_of(session, "SELECT prediction_id FROM pick ORDER BY pick_id")
            ]
        address = engine.url.render_as_string(hide_password=False)
        with subprocess.Popen(
            [sys.executable, "-c", WORKER, address, str(micros(OPENS))],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        ) as worker:  # fmt: skip

            def ask(name):
                worker.stdin.write(f"{name}\n")
                worker.stdin.flush()
                return int(worker.stdout.readline())

            assert ask(names[0]) == 1
            held = governing.kill(desk, scope="league:nba", why="stop", actor="someone")
            assert ask(names[1]) == 0
            governing.lift(desk, switch_id=held.switch_id, why="go on", actor="someone")
            assert ask(names[2]) == 1
            worker.stdin.close()
            assert worker.wait(30) == 0
