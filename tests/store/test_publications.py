"""What became official: its terms, once, and the name under which it is asked for."""

import pytest

from closeline.domain.errors import AppendOnlyViolation, NotFound
from closeline.store.desk import picks, publications
from closeline.store.desk.publications import NewPublication
from closeline.store.session import unit_of_work
from tests.builders.moments import ENDS
from tests.builders.records import TENANT, tamper


@pytest.fixture
def name(played):
    """Give the name of a pick whose publication was taken away, so that a test may publish it."""
    with unit_of_work(played, write=False) as session:
        found = picks.every(session, tenant_id=TENANT, league="nba")[0].pick_id
    tamper(played, "publication", "DELETE FROM publication WHERE pick_id = :name", {"name": found})
    return found


def publish(engine, name):
    with unit_of_work(engine) as session:
        publications.add(
            session, [NewPublication(name, True, '{"price":"-110"}', "[]")], tenant_id=TENANT, template="t", at=ENDS
        )


def test_a_publication_tells_when_it_went_out_and_on_which_terms(played, name):
    publish(played, name)
    with unit_of_work(played, write=False) as session:
        assert publications.published_at(session, name, tenant_id=TENANT) == ENDS
        assert publications.terms_of(session, name, tenant_id=TENANT) == '{"price":"-110"}'


def test_a_pick_that_is_not_published_has_neither(played, name):
    with unit_of_work(played, write=False) as session:
        assert publications.published_at(session, name, tenant_id=TENANT) is None
        assert publications.terms_of(session, name, tenant_id=TENANT) is None


def test_a_pick_cannot_be_published_a_second_time(played, name):
    publish(played, name)
    with pytest.raises(AppendOnlyViolation):
        publish(played, name)


def test_another_tenants_publication_is_not_ours(played, name):
    publish(played, name)
    with unit_of_work(played, write=False) as session:
        assert publications.published_at(session, name, tenant_id="other") is None


def test_a_publication_is_found_by_its_own_name(played, name):
    publish(played, name)
    with unit_of_work(played, write=False) as session:
        asked = publications.publication_id(name, tenant_id=TENANT)
        assert publications.pick_of(session, asked, tenant_id=TENANT) == name
        with pytest.raises(NotFound, match="publish_id of that pick"):
            publications.pick_of(session, name, tenant_id=TENANT)
