"""Pick: what the gates let through stands ready with frozen terms, once."""

# mypy: disable-error-code="operator"

from dataclasses import fields

from closeline.domain.clock import micros
from closeline.domain.picks import Decision, PickState, closing
from closeline.domain.picks.closing import CLV_V1
from closeline.domain.settlement import SETTLEMENT_V1, configured
from closeline.flow import gate, pick
from closeline.jobs.learning.limiting.ruling import change_rules
from closeline.store import forecasts, quotes
from closeline.store.desk import candidates, picks
from closeline.store.session import unit_of_work
from tests.builders.desks import a_desk
from tests.builders.moments import MINUTE, OPENS
from tests.builders.payloads import a_payload, both_sides, three_markets
from tests.builders.records import TENANT, number
from tests.builders.stories import NBA, forecast_at


def gated(session, parsed=None):
    forecast_at(session, parsed or a_payload(*three_markets()))
    gate.gate(session, tenant_id=TENANT, league=NBA, as_of=micros(OPENS))


def propose(session):
    return pick.propose(session, tenant_id=TENANT, league=NBA, as_of=micros(OPENS))


def proposed(session):
    return picks.of_moment(session, tenant_id=TENANT, league=NBA, as_of=OPENS)


def test_a_pick_is_proposed_for_each_pick_and_lean_and_for_nothing_else(rated):
    with unit_of_work(rated) as session:
        gated(session)
        chosen = candidates.playable(session, tenant_id=TENANT, league=NBA, as_of=OPENS)
        told = propose(session)
        made = proposed(session)

    assert told.proposed == len(made) == len(chosen) > 0
    assert {(item.prediction_id, item.selection.side, item.decision) for item in made} == {
        (item.prediction_id, item.side, item.verdict.decision) for item in chosen
    }


def test_the_terms_are_those_of_the_quote_and_of_the_forecast(rated):
    with unit_of_work(rated) as session:
        gated(session)
        propose(session)
        predictions = {
            item.prediction_id: item for item in forecasts.of_moment(session, tenant_id=TENANT, league=NBA, as_of=OPENS)
        }
        standing = {
            item.quote_id: item
            for item in quotes.latest(
                quotes.of_events(session, [next(iter(predictions.values())).event_id], as_of=OPENS)
            ).values()
        }
        made = proposed(session)

    for item in made:
        quote, prediction = standing[item.quote_id], predictions[item.prediction_id]
        canonical = item.selection.side == prediction.side
        assert (item.price, item.book, item.selection.line_quarters, item.selection.side) == (
            quote.price,
            quote.book,
            quote.line_quarters,
            quote.side,
        )
        assert item.q_market == (prediction.q_market if canonical else round(1 - prediction.q_market, 12))
        assert item.predicted_clv == (prediction.predicted_clv if canonical else -prediction.predicted_clv)
        assert (item.settlement_rules, item.clv_rules) == (SETTLEMENT_V1.version, CLV_V1.version)
        assert item.stake_micros == (1_000_000 if item.decision is Decision.PICK else 0)
        assert abs(item.edge_probability - (item.p_final - 1 / item.price.decimal)) < 1e-9


def test_a_market_with_a_live_pick_gets_no_second_one(rated):
    with unit_of_work(rated) as session:
        gated(session)
        first, second = propose(session), propose(session)
        assert number(session, "SELECT count(*) FROM pick") == first.proposed

    assert second.proposed == 0


def test_every_pick_begins_its_life_as_proposed(rated):
    with unit_of_work(rated) as session:
        gated(session)
        propose(session)
        states = picks.states(session, [item.pick_id for item in proposed(session)], tenant_id=TENANT)

    assert set(states.values()) == {(1, PickState.PROPOSED)}


def test_a_moneyline_that_nobody_quoted_is_never_a_pick(rated):
    with unit_of_work(rated) as session:
        gated(session, a_payload(*both_sides()))
        propose(session)
        assert {item.selection.market.key for item in proposed(session)} <= {"SPREAD:FULL_GAME"}


def test_no_term_of_a_pick_is_left_to_be_filled_in_later(rated):
    with unit_of_work(rated) as session:
        gated(session)
        propose(session)
        for item in proposed(session):
            missing = {field.name for field in fields(item) if getattr(item, field.name) is None}
            assert missing == {"supersedes"}


def test_a_pick_names_the_rules_of_the_configuration_that_judged_it(rated):
    rules = {"settlement": {"completion_window_hours": 36}, "closing": {"max_age_minutes": 45}}
    changed = change_rules(a_desk(rated, now=OPENS - MINUTE), NBA, rules, why="a book's own", actor="ann")
    with unit_of_work(rated) as session:
        gated(session)
        propose(session)
        named = {(item.config_version, item.settlement_rules, item.clv_rules) for item in proposed(session)}

    assert named == {(
        changed.config_version, configured.changed_rules(rules["settlement"]).version,
        closing.changed_rules(rules["closing"]).version,
    )}  # fmt: skip
