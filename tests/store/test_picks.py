"""Picks keep their terms, and their state is the fold of their events."""

from dataclasses import replace
from datetime import timedelta

import pytest

from closeline.domain.errors import AppendOnlyViolation, IllegalTransition, NotFound
from closeline.domain.feeds.captures import Phase
from closeline.domain.leagues import League
from closeline.domain.picks import TRANSITIONS, PickState
from closeline.flow import review, settle
from closeline.store.desk import picks
from closeline.store.session import unit_of_work
from tests.builders.moments import DAY, ENDS, OPENS, START, WEEK
from tests.builders.payloads import a_payload, a_result, an_event, three_markets
from tests.builders.records import TENANT, rows_of, take_in
from tests.builders.stories import published_game


def every(session):
    return picks.every(session, tenant_id=TENANT, league="nba")


def test_a_pick_is_named_by_what_was_picked_at_what_price_from_which_prediction(played):
    with unit_of_work(played, write=False) as session:
        found = every(session)
        ids = [row["pick_id"] for row in rows_of(session, "SELECT pick_id FROM pick")]

    assert sorted(item.pick_id for item in found) == sorted(ids)
    one = found[0]
    assert replace(one, pick_version=2).pick_id != one.pick_id
    assert replace(one, tenant_id="other").pick_id != one.pick_id


def test_a_pick_comes_back_by_its_name_with_all_its_terms(played):
    with unit_of_work(played, write=False) as session:
        for item in every(session)[:5]:
            assert picks.named(session, item.pick_id, tenant_id=TENANT) == item
        with pytest.raises(NotFound):
            picks.named(session, item.pick_id, tenant_id="other")


def test_the_published_price_is_the_one_that_the_quote_holds(played):
    with unit_of_work(played, write=False) as session:
        rows = rows_of(
            session,
            """
            SELECT p.price_text, q.price_text AS quoted, p.line_quarters, q.line_quarters AS line, p.side, q.side AS quoted_side,
                   p.proposed_at, q.received_at, p.book, q.book AS quoted_book, p.event_id, q.event_id AS quoted_event
            FROM pick p JOIN quote q ON q.quote_id = p.quote_id""",
        )
        total = len(every(session))

    assert len(rows) == total > 0
    for row in rows:
        assert row["price_text"] == row["quoted"]
        assert (row["line_quarters"], row["side"], row["book"], row["event_id"]) == (
            row["line"],
            row["quoted_side"],
            row["quoted_book"],
            row["quoted_event"],
        )
        assert row["received_at"] <= row["proposed_at"]


def test_the_state_is_the_fold_of_the_events_and_each_event_is_an_edge(played):
    with unit_of_work(played, write=False) as session:
        rows = rows_of(session, "SELECT pick_id, seq, from_state, to_state FROM pick_event ORDER BY pick_id, seq")
        lives: dict[str, list] = {}
        for row in rows:
            lives.setdefault(row["pick_id"], []).append(row)
        states = picks.states(session, list(lives), tenant_id=TENANT)

    for name, life in lives.items():
        assert [step["seq"] for step in life] == list(range(1, len(life) + 1))
        assert [step["from_state"] for step in life] == [None, *(step["to_state"] for step in life[:-1])]
        for step in life:
            before = PickState(step["from_state"]) if step["from_state"] else None
            assert PickState(step["to_state"]) in TRANSITIONS[before]
        assert states[name] == (len(life), PickState(life[-1]["to_state"]))


def test_a_pick_cannot_be_moved_where_its_life_does_not_lead(played):
    with unit_of_work(played, write=False) as session:
        name = every(session)[0].pick_id
        before = picks.life(session, name, tenant_id=TENANT)
    with pytest.raises(IllegalTransition), unit_of_work(played) as session:
        picks.move(session, [name], PickState.PUBLISHED, tenant_id=TENANT, reason="again", at=ENDS)
    with unit_of_work(played, write=False) as session:
        assert picks.life(session, name, tenant_id=TENANT) == before


def test_the_same_pick_is_not_added_twice(played):
    with unit_of_work(played, write=False) as session:
        item = every(session)[0]
    with pytest.raises(AppendOnlyViolation), unit_of_work(played) as session:
        picks.add(session, [item], reason="again")


def test_there_is_one_live_pick_per_market_of_an_event(played):
    with unit_of_work(played, write=False) as session:
        keys = [(item.selection.event_id, item.selection.market) for item in every(session)]

    assert len(keys) == len(set(keys))


WAITING = """
    SELECT p.pick_id FROM pick p JOIN publication u ON u.pick_id = p.pick_id
    WHERE p.league = :league AND NOT EXISTS (SELECT 1 FROM {answers} a WHERE a.pick_id = p.pick_id)
    ORDER BY p.event_id, p.pick_id"""


def test_what_waits_is_what_was_published_and_has_no_answer_in_the_order_of_events(published):
    """One game of two is reviewed and settled; plain SQL says what is left of it, league by league."""
    later = an_event("g2", starts_at=START + WEEK, day=DAY + timedelta(days=7))
    now = OPENS + WEEK
    published_game(published, a_payload(later, *three_markets("g2", at=now)), at=now)
    with unit_of_work(published) as session:
        take_in(session, a_payload(a_result()), at=ENDS, phase=Phase.RESULT)
        review.review(session, tenant_id=TENANT, league=League.NBA, snapshot_id="s", at=now)
        settle.settle_picks(session, tenant_id=TENANT, league=League.NBA, snapshot_id="s", at=now)
        for league in ("nba", "nfl"):
            untracked = picks.untracked(session, tenant_id=TENANT, league=league)
            ungraded = picks.ungraded(session, tenant_id=TENANT, league=league)
            for found, answers in (([item for item, _ in untracked], "line_track"), (ungraded, "grade")):
                expected = rows_of(session, WAITING.format(answers=answers), league=league)
                assert [item.pick_id for item in found] == [row["pick_id"] for row in expected]
        left = picks.ungraded(session, tenant_id=TENANT, league="nba")
        assert picks.ungraded(session, tenant_id="other", league="nba") == []

    assert 0 < len(left) < len(every_of(published))
    assert {item.selection.event_id for item in left} == {"nba_heat_celtics_2023_11_22"}


def every_of(engine):
    with unit_of_work(engine, write=False) as session:
        return every(session)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_what_waits_is_found_without_a_look_at_the_picks_that_do_not(played):
    """A day's review must not grow with the seasons behind it: names are compared, rows are read by name."""
    with unit_of_work(played, write=False) as session:
        asked: list[str] = []
        driver = session.connection.connection.driver_connection
        assert driver is not None
        driver.set_trace_callback(asked.append)
        picks.untracked(session, tenant_id=TENANT, league="nba")
        picks.ungraded(session, tenant_id=TENANT, league="nba")
        driver.set_trace_callback(None)
        for statement in asked:
            plan = [row[3] for row in driver.execute(f"EXPLAIN QUERY PLAN {statement}")]
            assert [step for step in plan if "pick" in step.split()] == [
                "SEARCH pick USING INDEX sqlite_autoindex_pick_2 (tenant_id=? AND pick_id=?)"
            ]
            assert "MERGE (EXCEPT)" in plan

    assert len(asked) == 2


def test_nothing_waits_for_its_close_or_its_grade_when_a_season_is_over(played):
    with unit_of_work(played, write=False) as session:
        assert picks.untracked(session, tenant_id=TENANT, league="nba") == []
        assert picks.ungraded(session, tenant_id=TENANT, league="nba") == []
        assert len(picks.published(session, tenant_id=TENANT, league="nba")) == len(every(session))
        assert picks.of_events(session, [], tenant_id=TENANT) == []
