"""Validity in the record: a mark for each change, an alert for each end, and a newer version that is only proposed."""

# mypy: disable-error-code="union-attr,index"

import pytest

from closeline.domain.markets import MONEYLINE, MarketType
from closeline.domain.picks import PickState, Validity
from closeline.domain.picks.validity import PICK_INVALIDATED, Chance
from closeline.flow import pick
from closeline.flow.review import validity
from closeline.store.desk import candidates, incidents, picks, successors
from closeline.store.desk import validity as marks
from closeline.store.session import unit_of_work
from tests.builders.moments import HOUR, MINUTE, OPENS, START
from tests.builders.payloads import a_payload, an_event, both_sides, three_markets
from tests.builders.records import TENANT, a_copy, number, rows_of, take_in
from tests.builders.stories import NBA
from tests.builders.watched import LATER, first_picks, forecast_again, make_watched, prices, watch

HOME_WIN, SPREAD, TOTAL = MarketType.MONEYLINE, MarketType.SPREAD, MarketType.TOTAL
NOON = OPENS + HOUR


@pytest.fixture
def watched(new_databases):
    with a_copy(new_databases, "watched picks", make_watched) as engine:
        yield engine


def told(session):
    """Give the marks of the first picks, by market."""
    found = marks.history(session, [item.pick_id for item in first_picks(session).values()], tenant_id=TENANT)
    return {of: found.get(item.pick_id, []) for of, item in first_picks(session).items()}


def opened_incidents(session):
    return {item.scope for item in incidents.open_ones(session, tenant_id=TENANT) if item.kind == PICK_INVALIDATED}


def test_the_published_terms_give_back_the_published_worth(watched):
    with unit_of_work(watched, write=False) as session:
        for item in first_picks(session).values():
            made = candidates.prediction_of(session, item.prediction_id, tenant_id=TENANT)
            assert made is not None
            assert Chance(item.p_final, made.p_push).ev(item.price.exact) == pytest.approx(item.ev_per_unit, abs=1e-11)


def test_the_first_look_says_how_a_pick_stands_and_the_second_says_nothing_new(watched):
    with unit_of_work(watched) as session:
        first = watch(session, OPENS + 2 * MINUTE)
        second = watch(session, OPENS + 4 * MINUTE)
        found = told(session)

    assert (first.changed, first.invalidated, first.refresh) == (3, 0, 0)
    assert second is None
    assert {of: [(mark.state, mark.seq, mark.book) for mark in each] for of, each in found.items()} == {
        of: [(Validity.VALID, 1, "archive")] for of in (HOME_WIN, SPREAD, TOTAL)
    }


def test_prices_that_run_away_end_picks_once_and_each_end_is_told(watched):
    with unit_of_work(watched) as session:
        watch(session, OPENS + 2 * MINUTE)
        moved = three_markets(at=NOON, spread=-18, total=910, moneyline=("-190", "+165"))
        prices(session, *moved, at=NOON)
        changed, nothing = watch(session, NOON + MINUTE), watch(session, NOON + 3 * MINUTE)
        found, ended = told(session), opened_incidents(session)
        alerts = number(session, "SELECT count(*) FROM ops_alert WHERE kind = 'PICK_INVALIDATED'")
        names = {of: item.pick_id for of, item in first_picks(session).items()}
        published = rows_of(session, "SELECT price_text, line_quarters FROM pick WHERE pick_version = 1")

    assert (changed.changed, changed.invalidated, changed.refresh, nothing) == (3, 2, 2, None)
    assert [mark.state for mark in found[HOME_WIN]] == [Validity.VALID, Validity.INVALIDATED]
    assert (found[HOME_WIN][-1].price_text, found[HOME_WIN][-1].reasons) == ("-190", ("EV_GONE",))
    assert (found[TOTAL][-1].state, found[TOTAL][-1].reasons) == (Validity.MOVED_BUT_OK, ("LINE_MOVED",))
    assert (ended, alerts) == ({names[HOME_WIN], names[SPREAD]}, 2)
    assert {(row["price_text"], row["line_quarters"]) for row in published} == {
        ("-160", None),
        ("-110", -14),
        ("-110", 900),
    }


def test_a_pick_that_has_ended_does_not_come_back_with_its_price(watched):
    with unit_of_work(watched) as session:
        prices(session, *both_sides(market=MONEYLINE, line=None, prices=("-220", "+190"), at=NOON), at=NOON)
        watch(session, NOON + MINUTE)
        prices(
            session, *both_sides(market=MONEYLINE, line=None, prices=("-120", "+100"), at=NOON + HOUR), at=NOON + HOUR
        )
        watch(session, NOON + HOUR + MINUTE)
        found = told(session)[HOME_WIN]

    assert [mark.state for mark in found] == [Validity.INVALIDATED]


def test_a_better_price_at_another_book_keeps_a_pick_alive(watched):
    with unit_of_work(watched) as session:
        prices(session, *both_sides(market=MONEYLINE, line=None, prices=("-220", "+190"), at=NOON), at=NOON)
        better = both_sides(market=MONEYLINE, line=None, prices=("-155", "+135"), at=NOON, book="other")
        prices(session, *better, at=NOON + MINUTE)
        watch(session, NOON + 2 * MINUTE)
        mark = told(session)[HOME_WIN][-1]

    assert (mark.state, mark.book, mark.price_text) == (Validity.VALID, "other", "-155")


def test_a_starter_who_changes_ends_the_pick(watched, monkeypatch):
    monkeypatch.setattr(validity, "premises", lambda session, league, spans: {spans[0]: "PREMISE_CHANGED: a -> b"})
    with unit_of_work(watched) as session:
        watch(session, NOON)
        states = [mark.state for each in told(session).values() for mark in each]

    assert set(states) == {Validity.INVALIDATED}


def test_nothing_is_looked_at_once_the_game_has_begun(watched):
    with unit_of_work(watched) as session:
        assert watch(session, START) is None
        sooner = an_event(starts_at=NOON)
        take_in(session, a_payload(sooner, *three_markets(at=OPENS + MINUTE)), at=OPENS + MINUTE)
        assert watch(session, NOON) is None
        assert told(session)[TOTAL] == []


def test_an_old_forecast_is_made_again_once_and_its_pick_only_proposed(watched):
    with unit_of_work(watched) as session:
        forecast_again(session)
        assert marks.behind(session, tenant_id=TENANT, league=NBA) == frozenset()
        first = pick.refresh(session, tenant_id=TENANT, league=NBA, at=LATER + MINUTE)
        second = pick.refresh(session, tenant_id=TENANT, league=NBA, at=LATER + 3 * MINUTE)
        old = {item.pick_id: item for item in first_picks(session).values()}
        states = picks.states(session, [item.pick_id for item in first], tenant_id=TENANT)

    assert [item.pick_id for item in first] == [item.pick_id for item in second]
    assert {item.supersedes for item in first} == set(old)
    assert {item.pick_version for item in first} == {2}
    assert {state for _, state in states.values()} == {PickState.PROPOSED}
    assert all(item.selection.market == old[item.supersedes].selection.market for item in first)


def test_a_newer_proposal_overtakes_the_one_that_waits(watched):
    with unit_of_work(watched) as session:
        forecast_again(session)
        first = pick.refresh(session, tenant_id=TENANT, league=NBA, at=LATER + MINUTE)
        prices(
            session, *both_sides(market=MONEYLINE, line=None, prices=("-168", "+148"), at=LATER + HOUR), at=LATER + HOUR
        )
        forecast_again(session, at=LATER + HOUR + MINUTE, moneyline=("-150", "+130"))
        second = pick.refresh(session, tenant_id=TENANT, league=NBA, at=LATER + HOUR + 2 * MINUTE)
        name = first_picks(session)[HOME_WIN].pick_id
        waiting = successors.proposed_for(session, name, tenant_id=TENANT)
        gone = [item.pick_id for item in first if item.supersedes == name]
        states = picks.states(session, gone, tenant_id=TENANT)

    assert waiting == [item.pick_id for item in second if item.supersedes == name] != gone
    assert [state for _, state in states.values()] == [PickState.EXPIRED]


def test_what_the_newest_judgement_refuses_is_not_proposed(watched):
    with unit_of_work(watched) as session:
        forecast_again(session, moneyline=("-215", "+185"))
        found = pick.refresh(session, tenant_id=TENANT, league=NBA, at=LATER + MINUTE)

    assert HOME_WIN not in {item.selection.market.type for item in found}


def test_a_game_is_learned_from_once_however_often_it_is_forecast(watched):
    from closeline.store.past.standing import again_runs

    with unit_of_work(watched) as session:
        assert again_runs(session, tenant_id=TENANT, league=NBA) == frozenset()
        before = {row["run_id"] for row in rows_of(session, "SELECT run_id FROM sim_run")}
        forecast_again(session)
        after = {row["run_id"] for row in rows_of(session, "SELECT run_id FROM sim_run")}
        assert again_runs(session, tenant_id=TENANT, league=NBA) == after - before != frozenset()
