"""Artefacts are named by their content, and none is known before it was made."""

from datetime import timedelta

import pytest

from closeline.domain.errors import NotFound
from closeline.domain.markets import SPREAD
from closeline.domain.policies import DecisionPolicy, MarketPolicy
from closeline.store import models
from closeline.store.models import RatingState
from closeline.store.session import unit_of_work
from tests.builders.moments import HOUR, OPENS
from tests.builders.records import TENANT, number


def add(session, content="{}", at=OPENS, kind="distribution", league="nba"):
    return models.add(session, league=league, kind=kind, content=content, fitted_on="10", at=at)


def test_an_artefact_is_added_once_and_read_back_by_its_name(record):
    with unit_of_work(record) as session:
        version = add(session, '{"a":1}')
        assert add(session, '{"a":1}', at=OPENS + HOUR) == version
        assert models.content_of(session, version) == '{"a":1}'
        assert number(session, "SELECT count(*) FROM model_version") == 1


def test_the_newest_artefact_of_the_moment_is_the_one_in_use(record):
    with unit_of_work(record) as session:
        old, new = add(session, "old"), add(session, "new", at=OPENS + HOUR)
        add(session, "other kind", at=OPENS + 2 * HOUR, kind="ratings")
        add(session, "other league", at=OPENS + 2 * HOUR, league="nfl")
        at = {
            each: models.latest(session, league="nba", kind="distribution", as_of=OPENS + each)[0]
            for each in (timedelta(0), HOUR, 9 * HOUR)
        }

    assert list(at.values()) == [old, new, new]


def test_before_the_first_artefact_there_is_none(record):
    with unit_of_work(record) as session:
        add(session)
        with pytest.raises(NotFound, match="distribution"):
            models.latest(session, league="nba", kind="distribution", as_of=OPENS - timedelta(microseconds=1))
        with pytest.raises(NotFound):
            models.content_of(session, "no such")


def policy_of(beta):
    return DecisionPolicy("nba", 500, (MarketPolicy(SPREAD.key, beta, 0.1, 300, 0.01, 40, 0.001),))


def test_a_policy_is_in_force_from_the_moment_it_was_made_until_the_next(record):
    with unit_of_work(record) as session:
        for hour, beta in ((0, 0.2), (1, 0.3)):
            models.add_policy(
                session, policy_of(beta), tenant_id=TENANT, fitted_from=OPENS, fitted_to=OPENS, at=OPENS + hour * HOUR
            )

        def in_force(at):
            return models.policy(session, tenant_id=TENANT, league="nba", as_of=at)

        assert in_force(OPENS - HOUR) is None
        assert in_force(OPENS) == policy_of(0.2)
        assert in_force(OPENS + HOUR) == policy_of(0.3)
        assert models.policy(session, tenant_id=TENANT, league="nfl", as_of=OPENS + HOUR) is None


def test_a_rating_state_is_named_by_what_it_is(record):
    with unit_of_work(record) as session:
        version = add(session, kind="ratings")
        state = RatingState(version, 10, "hash")
        for hour in range(2):
            models.add_rating_state(session, state, league="nba", as_of=OPENS + hour * HOUR)
        models.add_rating_state(session, RatingState(version, 11, "hash"), league="nba", as_of=OPENS)
        assert number(session, "SELECT count(*) FROM rating_state") == 2


def test_a_configuration_is_in_force_from_its_moment_on(record):
    with unit_of_work(record) as session:
        first, second = (
            models.add_config(session, {"a": each}, tenant_id=TENANT, actor="ADMIN", why="test", at=OPENS + each * HOUR)
            for each in (0, 1)
        )
        assert models.config(session, tenant_id=TENANT, as_of=OPENS)[0] == first
        assert models.config(session, tenant_id=TENANT, as_of=OPENS + HOUR) == (second, '{"a":1}')
        with pytest.raises(NotFound, match="configuration"):
            models.config(session, tenant_id=TENANT, as_of=OPENS - HOUR)
