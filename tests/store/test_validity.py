"""Live picks hold the place of their market, whoever writes; what a look said of them is only ever added to (P5, P6)."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from closeline.domain.errors import AppendOnlyViolation, CloselineError, IllegalTransition, Refused
from closeline.domain.picks import PickState, Validity
from closeline.store import schema
from closeline.store.desk import living, picks, validity
from closeline.store.desk.validity import Mark
from closeline.store.session import unit_of_work
from tests.builders.moments import HOUR, OPENS
from tests.builders.records import TENANT, number, rows_of

NBA = "nba"


def mark(item, seq=1, **changes):
    made = Mark(
        TENANT, item.pick_id, seq, "validity-v1", Validity.VALID, False, (), item.ev_per_unit, -14, -14, "-110",
        "archive", item.quote_id, OPENS + seq * HOUR,
    )  # fmt: skip
    return replace(made, **changes)


def first(session):
    return picks.every(session, tenant_id=TENANT, league=NBA)[0]


def rival(session):
    """Propose another version of a live pick, as two programs at once might."""
    item = first(session)
    other = replace(item, pick_version=2, proposed_at=OPENS + HOUR)
    picks.add(session, [other], reason="x")
    return item, other


def publish(session, item):
    picks.move(session, [item.pick_id], PickState.PUBLISHED, tenant_id=TENANT, reason="x", at=OPENS + HOUR)


def violations_of_p5(session):
    """Return the places that more than one published pick holds, from the events alone."""
    return rows_of(session, """
        SELECT p.tenant_id, p.event_id, p.market_key, r.engine FROM pick p
        JOIN sim_run r ON r.run_id = p.run_id
        JOIN pick_event e ON e.tenant_id = p.tenant_id AND e.pick_id = p.pick_id AND e.to_state = 'PUBLISHED'
        WHERE NOT EXISTS (
            SELECT 1 FROM pick_event l WHERE l.tenant_id = e.tenant_id AND l.pick_id = e.pick_id AND l.seq > e.seq)
        GROUP BY p.tenant_id, p.event_id, p.market_key, r.engine HAVING count(*) > 1""")  # fmt: skip


def test_the_places_are_the_fold_of_the_events(published):
    with unit_of_work(published, write=False) as session:
        alive = living.of_league(session, tenant_id=TENANT, league=NBA)
        found = picks.states(session, [item.pick_id for item in picks.every(session, tenant_id=TENANT, league=NBA)], tenant_id=TENANT)  # fmt: skip

    assert set(alive) == {name for name, (_, state) in found.items() if state is PickState.PUBLISHED}


def test_a_record_from_before_there_were_places_gives_them_to_its_live_picks(published):
    def places():
        with unit_of_work(published, write=False) as session:
            return rows_of(session, "SELECT * FROM live_pick ORDER BY pick_id")

    before = places()
    schema.downgrade(published, "0028")
    schema.upgrade(published)

    assert places() == before != []


def test_a_graded_pick_holds_no_place(played):
    with unit_of_work(played, write=False) as session:
        assert number(session, "SELECT count(*) FROM grade") > 0
        assert living.of_league(session, tenant_id=TENANT, league=NBA) == {}


def test_a_second_live_pick_on_a_market_is_refused(published):
    with unit_of_work(published) as session:
        item, other = rival(session)
        with pytest.raises(Refused, match=f"{item.pick_id} was already"):
            publish(session, other)


def test_the_database_refuses_it_too_whoever_writes(published):
    second = text(
        "INSERT INTO live_pick (tenant_id, strategy, event_id, market_key, pick_id)"
        " VALUES ('default', '', :event, :market, :name)"
    )
    with unit_of_work(published) as session:
        _, other = rival(session)
    place = {"event": other.selection.event_id, "market": other.selection.market.key, "name": other.pick_id}
    with pytest.raises(CloselineError, match="live_pick"), unit_of_work(published) as session:
        session.execute(second, place)


def test_the_twin_without_places_publishes_two_and_the_check_finds_them(published, monkeypatch):
    monkeypatch.setattr(living, "enter", lambda session, names, *, tenant_id: None)
    with unit_of_work(published) as session:
        _, other = rival(session)
        assert violations_of_p5(session) == []
        publish(session, other)

        assert len(violations_of_p5(session)) == 1


def test_a_place_is_free_again_once_its_pick_has_ended(published):
    with unit_of_work(published) as session:
        item, other = rival(session)
        picks.move(session, [item.pick_id], PickState.VOIDED, tenant_id=TENANT, reason="x", at=OPENS + HOUR)
        publish(session, other)
        with pytest.raises(IllegalTransition):
            publish(session, item)

        assert other.pick_id in living.of_league(session, tenant_id=TENANT, league=NBA)


def test_marks_come_back_as_they_were_written(published):
    with unit_of_work(published) as session:
        item = first(session)
        said = [mark(item), mark(item, 2, state=Validity.INVALIDATED, refresh=True, reasons=("EV_GONE",), quote_id=None,
                                 price_text=None, book=None, line_quarters=None)]  # fmt: skip
        validity.add(session, said)

        assert validity.history(session, [item.pick_id], tenant_id=TENANT) == {item.pick_id: said}
        assert validity.last(session, [item.pick_id], tenant_id=TENANT) == {item.pick_id: said[-1]}
        assert validity.history(session, [item.pick_id], tenant_id="other") == {}


def test_a_mark_of_the_same_number_is_refused(published):
    with unit_of_work(published) as session:
        validity.add(session, [mark(first(session))])
    with pytest.raises(AppendOnlyViolation), unit_of_work(published) as session:
        validity.add(session, [mark(first(session), state=Validity.MOVED_BUT_OK)])


@pytest.mark.parametrize("statement", ["UPDATE pick_validity SET state = 'VALID'", "DELETE FROM pick_validity"])
def test_no_mark_is_ever_changed(published, statement):
    with unit_of_work(published) as session:
        validity.add(session, [mark(first(session))])
    with pytest.raises(AppendOnlyViolation), unit_of_work(published) as session:
        session.execute(text(statement))


def test_what_fell_behind_is_asked_for_until_it_is_forecast_again(published):
    with unit_of_work(published) as session:
        item = first(session)
        validity.add(session, [mark(item, refresh=True)])
        asked = validity.behind(session, tenant_id=TENANT, league=NBA)
        validity.add(session, [mark(item, 2)])

        assert asked == {item.selection.event_id}
        assert validity.behind(session, tenant_id=TENANT, league=NBA) == frozenset()
