"""Teams, aliases and events: one id for one game, and a version for each change of it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from closeline.domain.feeds.captures import Basis
from closeline.domain.leagues import League
from closeline.store import references
from closeline.store.references import NewEvent, identity
from closeline.store.session import unit_of_work
from tests.builders.moments import DAY, HOUR, OPENS, START
from tests.builders.payloads import GAME, a_payload, a_quote, an_event
from tests.builders.records import number, rolled_back, take_in

NEW = NewEvent(
    GAME, League.NBA, 2023, DAY.isoformat(), "nba_celtics", "nba_heat", 1, "g1", START, Basis.QUOTED, False, None, None,
    "row 1", OPENS,
)  # fmt: skip


@pytest.fixture
def payload(seeded):
    """Give the hash of stored bytes that event versions can name."""
    with unit_of_work(seeded) as session:
        stranger = an_event("other", home="Utah Jazz", away="Phoenix Suns")
        take_in(session, a_payload(stranger, a_quote("other")))
        return session.scalar(text("SELECT payload_sha FROM raw_payload"))


def add(session, payload, *events, provider="a"):
    references.add_events(session, events, provider=provider, payload_sha=payload)


def known(session, at=OPENS + 99 * HOUR):
    return references.versions(session, [GAME], as_of=at).get(GAME)


def test_an_event_is_known_from_its_receipt_on(seeded, payload):
    with unit_of_work(seeded) as session:
        add(session, payload, NEW)
        assert known(session, OPENS - timedelta(microseconds=1)) is None
        found = known(session, OPENS)

    assert (found.home_team_id, found.away_team_id, found.starts_at, found.version) == (
        "nba_celtics",
        "nba_heat",
        START,
        1,
    )


def test_the_same_event_told_again_is_no_new_version(seeded, payload):
    with unit_of_work(seeded) as session:
        add(session, payload, NEW)
        add(session, payload, replace(NEW, received_at=OPENS + HOUR))
        assert known(session).version == 1


def test_a_moved_start_is_a_new_version_and_the_old_one_stays_for_its_time(seeded, payload):
    with unit_of_work(seeded) as session:
        add(session, payload, NEW)
        add(session, payload, replace(NEW, starts_at=START + HOUR, received_at=OPENS + HOUR))
        assert (known(session, OPENS).starts_at, known(session).starts_at) == (START, START + HOUR)
        assert number(session, "SELECT count(*) FROM event WHERE event_id = :name", name=GAME) == 1


def test_an_assumed_start_never_overrides_a_quoted_one(seeded, payload):
    with unit_of_work(seeded) as session:
        add(session, payload, NEW)
        add(session, payload, replace(NEW, starts_at=START + HOUR, start_basis=Basis.ASSUMED, received_at=OPENS + HOUR))
        assert (known(session).starts_at, known(session).version) == (START, 1)


def test_a_quoted_start_overrides_an_assumed_one(seeded, payload):
    with unit_of_work(seeded) as session:
        add(session, payload, replace(NEW, starts_at=START + HOUR, start_basis=Basis.ASSUMED))
        add(session, payload, replace(NEW, received_at=OPENS + HOUR))
        assert (known(session).starts_at, known(session).start_basis) == (START, Basis.QUOTED)


@pytest.mark.parametrize("change", [{"neutral": True}, {"home_pitcher": "Cole"}])
def test_a_source_that_only_assumes_the_start_does_not_move_it_by_saying_something_else(seeded, payload, change):
    with unit_of_work(seeded) as session:
        add(session, payload, NEW)
        add(
            session,
            payload,
            replace(NEW, starts_at=START + HOUR, start_basis=Basis.ASSUMED, received_at=OPENS + HOUR, **change),
        )
        assert (known(session).version, known(session).starts_at, known(session).start_basis) == (
            2,
            START,
            Basis.QUOTED,
        )


def test_a_source_without_starters_does_not_take_away_the_known_ones(seeded, payload):
    with unit_of_work(seeded) as session:
        add(session, payload, replace(NEW, home_pitcher="Cole", away_pitcher="Sale"))
        add(session, payload, replace(NEW, starts_at=START + HOUR, received_at=OPENS + HOUR))
        assert (known(session).home_pitcher, known(session).away_pitcher) == ("Cole", "Sale")


def test_what_one_source_knows_of_the_site_and_the_starters_is_no_version_each_time_another_is_silent(seeded, payload):
    knowing = replace(NEW, neutral=True, home_pitcher="Cole")
    with unit_of_work(seeded) as session:
        for step in range(6):
            told = knowing if step % 2 else NEW
            add(session, payload, replace(told, received_at=OPENS + step * HOUR))
        assert (known(session).version, known(session).neutral, known(session).home_pitcher) == (2, True, "Cole")


def test_a_version_that_arrives_late_does_not_push_out_a_newer_one(seeded, payload):
    with unit_of_work(seeded) as session:
        add(session, payload, replace(NEW, starts_at=START + HOUR, received_at=OPENS + HOUR))
        add(session, payload, NEW)
        assert known(session).starts_at == START + HOUR


def test_a_providers_own_id_leads_back_to_the_event(seeded, payload):
    with unit_of_work(seeded) as session:
        add(session, payload, NEW)
        add(session, payload, replace(NEW, provider_event_id="77"), provider="b")
        assert references.events_by_alias(session, provider="a", names=["g1", "77"]) == {"g1": GAME}
        assert references.events_by_alias(session, provider="b", names=["g1", "77"]) == {"77": GAME}
        assert identity.own_ids(session, [GAME], provider="b") == {GAME: ("77",)}
        assert identity.own_ids(session, [], provider="b") == {}


def test_teams_have_names(seeded):
    with unit_of_work(seeded, write=False) as session:
        assert references.team_names(session, ["nba_celtics", "no_such"]) == {"nba_celtics": "Boston Celtics"}
        assert references.alias_count(session) > 1000


@settings(max_examples=20)
@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(Basis)), min_size=1, max_size=7))
def test_at_every_moment_the_start_is_the_last_one_quoted_or_else_the_last_one_assumed(seeded, payload, told):
    with rolled_back(seeded) as session:
        for hour, (later, basis) in enumerate(told):
            add(
                session,
                payload,
                replace(NEW, starts_at=START + later * HOUR, start_basis=basis, received_at=OPENS + hour * HOUR),
            )
        for hour in range(len(told)):
            so_far = told[: hour + 1]
            quoted = [later for later, basis in so_far if basis is Basis.QUOTED]
            assert (
                known(session, OPENS + hour * HOUR).starts_at
                == START + (quoted or [later for later, _ in so_far])[-1] * HOUR
            )


@pytest.mark.parametrize("said", [True, False])
def test_who_says_whether_a_game_is_of_the_play_offs_after_a_silent_source_makes_a_new_version(seeded, payload, said):
    with unit_of_work(seeded) as session:
        add(session, payload, NEW)
        add(session, payload, replace(NEW, playoff=said, received_at=OPENS + HOUR))
        assert (known(session, OPENS).playoff, known(session, OPENS).version) == (None, 1)
        assert (known(session).playoff, known(session).version) == (said, 2)


@pytest.mark.parametrize("said", [True, False])
def test_a_source_that_does_not_say_play_off_or_not_does_not_take_the_known_word_away(seeded, payload, said):
    with unit_of_work(seeded) as session:
        add(session, payload, replace(NEW, playoff=said))
        add(session, payload, replace(NEW, received_at=OPENS + HOUR))
        assert known(session).version == 1
        add(session, payload, replace(NEW, starts_at=START + HOUR, received_at=OPENS + 2 * HOUR))
        assert (known(session).playoff, known(session).version) == (said, 2)


def test_a_version_can_be_asked_for_by_its_name_and_not_before_it_was_received(seeded, payload):
    with unit_of_work(seeded) as session:
        add(session, payload, NEW)
        add(session, payload, replace(NEW, playoff=True, received_at=OPENS + HOUR))
        first, second = f"{GAME}@1", f"{GAME}@2"
        assert references.named(session, [first], as_of=OPENS + HOUR)[GAME].playoff is None
        assert references.named(session, [second], as_of=OPENS + HOUR)[GAME].playoff is True
        assert references.named(session, [second], as_of=OPENS) == {}
        assert references.named(session, [], as_of=OPENS) == {}
