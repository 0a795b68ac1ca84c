"""The health of capturing: it is degraded while prices do not come in, and well again once they do."""

from datetime import timedelta

import pytest

from closeline.domain.feeds.fetching import CallOutcome
from closeline.domain.feeds.wants import Kind
from closeline.domain.leagues import League
from closeline.jobs.capturing.of_event import Asked
from closeline.jobs.duty import asking
from closeline.jobs.showing.health import State, health
from closeline.store.desk import incidents
from closeline.store.desk.alerts import Alert
from closeline.store.session import unit_of_work
from tests.builders.polling import NFL_ODDS, NOON, a_live_desk, clock_of, fetcher_of, odds_answer
from tests.fakes import Answer


def _ask(desk):
    asking.ask(desk, Asked(Kind.ODDS, League.NFL, "", ""))
    clock_of(desk).pass_(minutes=5)


@pytest.mark.parametrize("outcome", [CallOutcome.BAD_KEY, CallOutcome.UNREACHABLE, CallOutcome.TIMED_OUT])
def test_a_desk_of_which_no_call_is_answered_is_degraded_until_one_is(seeded, outcome):
    desk = a_live_desk(seeded, {NFL_ODDS: Answer(outcome=outcome)})
    assert health(desk, None).parts["capture"] is State.OK

    _ask(desk)
    assert health(desk, None).parts["capture"] is State.DEGRADED
    assert health(desk, None).state is State.DEGRADED

    fetcher_of(desk).script[NFL_ODDS] = odds_answer(NOON)
    _ask(desk)
    assert health(desk, None).parts["capture"] is State.OK


def test_one_call_of_several_that_failed_degrades_nothing(seeded):
    script = {NFL_ODDS: [odds_answer(NOON - timedelta(minutes=1)), Answer(outcome=CallOutcome.TIMED_OUT)]}
    desk = a_live_desk(seeded, script)
    _ask(desk)
    _ask(desk)
    assert health(desk, None).parts["capture"] is State.OK

    for _ in range(2):
        _ask(desk)
    assert health(desk, None).parts["capture"] is State.DEGRADED


@pytest.mark.parametrize(("kind", "state"), [
    ("FEED_STALE", State.DEGRADED), ("QUOTA_SPENT", State.DEGRADED), ("CLOSE_SNAPSHOT_MISSING", State.OK),
])  # fmt: skip
def test_an_open_incident_of_capturing_degrades_it(seeded, kind, state):
    desk = a_live_desk(seeded, {})
    with unit_of_work(desk.engine) as session:
        incidents.meet(session, Alert(desk.tenant_id, "nfl", kind, "wrong", "{}", NOON), scope="nfl")

    assert health(desk, None).parts["capture"] is state
