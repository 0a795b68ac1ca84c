"""A person's word on a spelling: the alias, the audit, and what was set aside read again in its own place in time."""

from dataclasses import replace

import pytest

from closeline.domain.errors import BadInput, NotFound, Refused
from closeline.domain.feeds.captures import Coverage, Phase, RawPayload
from closeline.domain.leagues import League
from closeline.domain.markets import GAME_MARKETS
from closeline.flow import capture
from closeline.flow.capture import Source
from closeline.jobs.recording.mapping import accept, reject
from closeline.store import quotes
from closeline.store.desk import incidents
from closeline.store.polls import captures
from closeline.store.record import audit
from closeline.store.references import alias_table
from closeline.store.session import unit_of_work
from tests.builders.desks import a_desk
from tests.builders.moments import MINUTE, OPENS, START
from tests.builders.payloads import FEED, GAME, a_payload, an_event, both_sides
from tests.builders.records import TENANT, number, rows_of

TYPO = "Bostan Celtics"
COVERED = Coverage(League.NBA, GAME_MARKETS)


def read(payload):
    """Read what `poll` has written: a feed of one game, with the spelling and the price that the bytes name."""
    home, price = payload.content.decode().split("|")[:2]
    at = payload.received_at
    shown = both_sides(prices=(price, price), at=at, phase=Phase.LIVE) if price else ()
    return a_payload(an_event(home=home), *shown, archive=False)


def poll(engine, home, price, at):
    payload = RawPayload("poll", f"{home}|{price}|{at}".encode(), at)
    with unit_of_work(engine) as session:
        sha = captures.keep_payload(session, payload, feed=FEED)
        source = Source(sha, FEED, Phase.LIVE, polled=True, coverage=COVERED)
        return capture.keep(session, source, read(payload), alias_table(session), at=at)


def desk_of(engine, now=OPENS + 60 * MINUTE):
    return replace(a_desk(engine, now=now), read=read)


def questions(engine):
    with unit_of_work(engine, write=False) as session:
        return audit.open_questions(session)


def prices(engine, at):
    with unit_of_work(engine, write=False) as session:
        found = quotes.latest(quotes.of_events(session, [GAME], as_of=at)).values()
        seen = quotes.seen_by(session, [GAME], as_of=at)
        return {(item.side.value, item.price.text, seen[item.series]) for item in found}


@pytest.fixture
def asked(seeded):
    """Give a record in which four polls of a misspelt team were set aside, and one that came after was not."""
    for step, price in enumerate(["-110", "-110", "-105", ""]):
        assert poll(seeded, TYPO, price, OPENS + step * MINUTE).accepted == 0
    poll(seeded, "Boston Celtics", "-102", OPENS + 4 * MINUTE)
    return seeded


def test_what_was_set_aside_is_read_again_and_stands_where_it_would_have_stood(asked):
    (question,) = questions(asked)
    done = accept(desk_of(asked), question.review_id, "nba_celtics", why="a typing error", actor="ann")

    assert (done.payloads, done.accepted, done.still_set_aside) == (3, 4, 0)
    assert questions(asked) == []
    one, two = OPENS, OPENS + MINUTE
    assert prices(asked, one) == {("HOME", "-110", one), ("AWAY", "-110", one)}
    assert prices(asked, two) == {("HOME", "-110", two), ("AWAY", "-110", two)}
    assert {price for _, price, _ in prices(asked, OPENS + 2 * MINUTE)} == {"-105"}
    # The fourth poll did not show it: nothing of it was set aside, and its silence tells now that the name is known.
    assert prices(asked, OPENS + 3 * MINUTE) == set()
    assert {price for _, price, _ in prices(asked, START)} == {"-102"}


def test_the_alias_is_read_by_the_next_poll_and_the_decision_is_audited(asked):
    (question,) = questions(asked)
    with unit_of_work(asked, write=False) as session:
        (drift,) = [item for item in incidents.open_ones(session, tenant_id=TENANT) if item.kind == "MAPPING_DRIFT"]
    assert TYPO in drift.text
    accept(desk_of(asked), question.review_id, "nba_celtics", why="a typing error", actor="ann")

    assert poll(asked, TYPO, "-101", OPENS + 61 * MINUTE).accepted == 2
    with unit_of_work(asked, write=False) as session:
        assert not [item for item in incidents.open_ones(session, tenant_id=TENANT) if item.kind == "MAPPING_DRIFT"]
        (told,) = rows_of(session, "SELECT body, actor FROM event_log WHERE name = 'SpellingMapped'")
        (row,) = rows_of(session, "SELECT state, answer, actor, why FROM mapping_review")
    assert ('"answer":"nba_celtics"' in told["body"], told["actor"]) == (True, "ann")
    assert row == {"state": "ACCEPTED", "answer": "nba_celtics", "actor": "ann", "why": "a typing error"}


@pytest.mark.parametrize("wrong", ["celtics", "Boston Celtics", "nfl_patriots", "nba_celtic", ""])
def test_anything_but_a_whole_id_of_the_league_is_refused_and_nothing_is_written(asked, wrong):
    (question,) = questions(asked)
    with pytest.raises(BadInput, match="must be the whole id of one team of nba"):
        accept(desk_of(asked), question.review_id, wrong, why="a guess", actor="ann")

    assert len(questions(asked)) == 1


def test_a_review_is_decided_once(asked):
    (question,) = questions(asked)
    accept(desk_of(asked), question.review_id, "nba_celtics", why="a typing error", actor="ann")
    with pytest.raises(Refused, match="was accepted as nba_celtics already"):
        accept(desk_of(asked), question.review_id, "nba_heat", why="another mind", actor="bob")
    with pytest.raises(Refused, match="already"):
        reject(desk_of(asked), question.review_id, why="another mind", actor="bob")
    with pytest.raises(NotFound, match="mapping review"):
        reject(desk_of(asked), "no such", why="nothing", actor="bob")


def test_a_spelling_that_means_nothing_of_ours_stays_set_aside_and_is_not_asked_about_again(asked):
    (question,) = questions(asked)
    done = reject(desk_of(asked), question.review_id, why="a summer league", actor="ann")
    again = poll(asked, TYPO, "-109", OPENS + 61 * MINUTE)

    assert (done.answer, done.accepted) == (None, 0)
    assert again.quarantined == {"UNKNOWN_TEAM": 2}
    assert questions(asked) == []
    with unit_of_work(asked, write=False) as session:
        assert not [item for item in incidents.open_ones(session, tenant_id=TENANT) if item.kind == "MAPPING_DRIFT"]


def test_a_spelling_of_anybody_is_read_for_other_providers_too(asked):
    (question,) = questions(asked)
    accept(desk_of(asked), question.review_id, "nba_celtics", why="typed often", actor="ann", any_provider=True)

    with unit_of_work(asked, write=False) as session:
        assert alias_table(session).resolve(League.NBA, "somebody", TYPO) == "nba_celtics"


def test_a_spelling_that_means_one_team_already_does_not_come_to_mean_two(asked):
    (question,) = questions(asked)
    with unit_of_work(asked) as session:
        from closeline.store.tables.reference import team_alias

        session.append(
            team_alias, ("league", "provider", "spelling", "team_id"), [("nba", FEED, TYPO.upper(), "nba_heat")]
        )
    with pytest.raises(Refused, match="two meanings would be none"):
        accept(desk_of(asked), question.review_id, "nba_celtics", why="a typing error", actor="ann")


def test_a_failure_while_reading_again_leaves_the_review_open_and_no_alias(asked):
    (question,) = questions(asked)
    desk = replace(desk_of(asked), read=lambda payload: replace(read(payload), events=(None,)))
    with pytest.raises(AttributeError):
        accept(desk, question.review_id, "nba_celtics", why="a typing error", actor="ann")

    assert len(questions(asked)) == 1
    with unit_of_work(asked, write=False) as session:
        assert alias_table(session).resolve(League.NBA, FEED, TYPO) is None
        assert number(session, "SELECT count(*) FROM quote") == 2
