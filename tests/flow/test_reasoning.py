"""Reasoning: one decision told from its event to its verdict, of the side that was judged."""

# mypy: disable-error-code="operator, arg-type"

import pytest

from closeline.domain.clock import micros
from closeline.domain.errors import NotFound
from closeline.domain.gates import GATES, compress
from closeline.domain.markets import MONEYLINE, SPREAD, TOTAL, Side, market
from closeline.flow import gate
from closeline.flow.view.reasoning import reasoning
from closeline.store import forecasts
from closeline.store.desk import picks
from closeline.store.session import unit_of_work
from tests.builders.moments import OPENS
from tests.builders.payloads import a_payload, both_sides, three_markets
from tests.builders.records import TENANT, plant_policy, rows_of
from tests.builders.stories import NBA, forecast_at

JUDGED = "SELECT prediction_id, side FROM candidate_finding WHERE gate = 'verdict' ORDER BY prediction_id"


def told(session, name):
    return reasoning(session, name, tenant_id=TENANT)


def test_every_judged_candidate_can_be_explained(played):
    with unit_of_work(played, write=False) as session:
        for row in rows_of(session, JUDGED)[:60]:
            found = told(session, row["prediction_id"])
            rest = 1.0
            for item, left in zip(found.findings, found.left, strict=True):
                rest *= item.multiplier
                assert left == rest

            assert [item.gate for item in found.findings] == [*(rule.__name__ for rule in GATES), "publish_thresholds"]
            assert found.selection.side == row["side"]
            assert found.stored.verdict.multiplier == rest


def test_the_chain_of_a_side_ends_in_what_was_published(played):
    with unit_of_work(played, write=False) as session:
        sides = set()
        for row in rows_of(session, JUDGED)[:60]:
            found = told(session, row["prediction_id"])
            chain = found.chain
            sides.add(found.selection.side)
            if chain.q_market is not None:
                expected = compress(chain.q_market, chain.p_calibrated, found.stored.verdict.trust)
                assert chain.p_final == pytest.approx(expected, abs=1e-5)

    assert {Side.HOME, Side.AWAY} <= sides


def test_a_pick_is_explained_by_its_own_terms(played):
    with unit_of_work(played, write=False) as session:
        found = [
            (item, told(session, item.pick_id)) for item in picks.every(session, tenant_id=TENANT, league="nba")[:20]
        ]

    for pick, reason in found:
        assert (reason.pick_id, reason.prediction.prediction_id) == (pick.pick_id, pick.prediction_id)
        assert (reason.selection, reason.price) == (pick.selection, pick.price)
        assert reason.chain.p_final == pytest.approx(pick.p_final, abs=1e-12)
        assert reason.stored.verdict.decision is pick.decision


def test_a_candidate_that_was_never_quoted_has_no_price(rated):
    with unit_of_work(rated) as session:
        forecast_at(session, a_payload(*both_sides(), *both_sides(market=TOTAL, line=900)))
        gate.gate(session, tenant_id=TENANT, league=NBA, as_of=micros(OPENS))
        made = forecasts.of_moment(session, tenant_id=TENANT, league=NBA, as_of=OPENS)
        found = {market(item.market_key): told(session, item.prediction_id) for item in made}

    assert found[MONEYLINE].price is None
    assert found[SPREAD].price.text == "-110"
    assert {item.pick_id for item in found.values()} == {None}


def test_a_forecast_that_was_not_judged_says_so(seeded):
    with unit_of_work(seeded) as session:
        plant_policy(session)
        forecast_at(session, a_payload(*three_markets()))
        made = forecasts.of_moment(session, tenant_id=TENANT, league=NBA, as_of=OPENS)
        with pytest.raises(NotFound, match="must have been judged"):
            told(session, made[0].prediction_id)


@pytest.mark.parametrize("name", ["", "nonsense"])
def test_what_is_not_there_is_not_found(seeded, name):
    with unit_of_work(seeded, write=False) as session, pytest.raises(NotFound, match="picks list"):
        told(session, name)


def test_another_tenant_is_told_nothing(played):
    with unit_of_work(played, write=False) as session:
        name = rows_of(session, JUDGED)[0]["prediction_id"]
        with pytest.raises(NotFound):
            reasoning(session, name, tenant_id="other")
